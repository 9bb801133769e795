//! How a test drives the program.
//!
//! ```text
//! let shop = Shop::new();                       a shop folder with the people of faults/base, nothing planned
//! shop.write("campaigns/x.toml", "…");          files, by their path in the folder; `edit` replaces a piece of one
//! shop.run("plan spring").says("Planned 6");    status 0 is expected …
//! shop.run("plan sprung").status(1).stderr(str!["error: …"]);
//! let list = shop.json("recipients spring");    … `--json` is added, stdout is read as JSON
//! ```
//!
//! A test must check what a run prints on stderr: `stderr` compares all of it, `says` a part, `says_only` lists
//! everything that may be there, `talk` returns it, `quiet` allows nothing. A run with unchecked stderr fails the test,
//! and so does an unexpected status. In stdout and stderr the shop folder is replaced by `SHOP`. Commands are split at
//! spaces; "…" and '…' keep words together. The day is 2024-03-01 unless a command sets another (`--today`); the shop's
//! key is fixed, so codes are too. The program's environment is empty except for PATH, TMPDIR and NO_COLOR, and its
//! standard input is closed.
//!
//! Tests that need pdftotext and the like begin with `if !tools("what is checked") { return; }`.

mod base;
pub mod counter;
mod crowd;
mod dns;
mod imap;
mod letter_lines;
pub mod pdf;
mod post;
mod run;
mod server;

pub use base::{Shop, copy_into, dump, files_below, fixtures};
pub use crowd::Crowd;
pub use dns::DnsServer;
pub use imap::{Imap, Mood};
pub use letter_lines::letter_lines;
pub use post::{House, PostOffice};
pub use run::{Run, interrupt, outside, program, tools, words_of};
pub use server::{Page, Server};
