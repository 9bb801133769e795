//! The integration tests: one binary, one file per feature, each running the program as an owner does.
//!
//! `cargo test` runs them anywhere. Tests that need pdftotext, qpdf, zbarimg or python3 run with REGULARS_TOOLS=1,
//! which `sh tests/run` sets; without it they print that they were skipped. support/ has the tools for running the
//! program.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    clippy::needless_pass_by_value,
    unreachable_pub,
    reason = "a test stops at the first surprise and tells about it; nothing here is used from outside"
)]

/// A shop in a temporary folder, the program run in it, and its output compared.
mod support;

/// Addresses are imported, replaced and completed as a whole; lists that have nothing but names and addresses.
mod addresses;
/// Amounts at the till: without a gift, changed, undone; each counts once.
mod amounts;
/// The API for a shop system's own till: JSON over HTTP, once for each key, as described.
mod api;
/// The sources follow the map of rooms: who may use what, which crate is used where.
mod architecture;
/// At the till: a scan after other text, every gift that waits, an undo, after the last day.
mod at_till;
/// What is printed with the letters: labels, envelopes, one file per person, the cover sheet, duplex.
mod beside;
/// The best-customer worksheet, and the call list.
mod best;
/// Returned mail: suppressed addresses, and the other channel to the people who have them.
mod bounces;
/// Hostile or broken input is rejected by name, in seconds and within a gigabyte.
mod budgets;
/// The till's pages: pressed twice counts once, found without the letter, rejected in words, undone.
mod counter;
/// The customer verbs: the card, duplicates, everything stored about a person, and its erasure.
mod customers;
/// The day is that of the shop, wherever the machine is.
mod days;
/// Letters for readers: the description and tags of their PDF, and their pages as SVG.
mod drawing;
/// Email addresses checked before sending: invalid ones, mistyped ones, two people with one inbox.
mod email_addresses;
/// The DNS records of a sender, checked by `email check`.
mod email_dns;
/// Emails as files: only with recorded consent, and no name becomes a header or markup.
mod emails;
/// Every folder of faults/ is a mistake: its message, and that it changes nothing.
mod faults;
/// Next year's campaign: no one of last year is dropped silently, its file can be planned unchanged, its letters read
/// well.
mod follow_up;
/// Another site cannot write: the origin of a form, its token, the name in `Host`; and no URL is a dead end.
mod forms;
/// What the front matter and the marks of a template make of a campaign.
mod front_matter;
/// The unexpected: queries, files, messages and requests generated or changed at random.
mod fuzzing;
/// Sending is recorded outside the database: a backup and a copy of the shop do not send again; delays of a wrong clock
/// end.
mod hand_over;
/// Headings as they are shortened; each column is shown before it is imported.
mod headings;
/// Exports of shop systems and address books, unchanged.
mod import_dialects;
/// Real-world files: encodings, titles, footers, residues of other programs, workbooks.
pub mod import_files;
/// Import: the same file twice adds nothing, nothing is imported partly, nothing known is erased.
mod importing;
/// Returned mail over IMAP: each message once, whatever the server does and whenever the program is killed.
mod incoming;
/// Backups, the doctor, a full disk, a new shop.
mod keeping;
/// Visits saved while a till was offline: each once, decided by its own day, conflicts shown to the owner.
mod kept;
/// The letters as pdftotext, pdffonts, qpdf and zbarimg read them; people with strange names.
mod letters;
/// README and the manual: every command, file and query in them works; nothing is missing, nothing invented.
mod manual;
/// Amounts: the same result wherever they are typed; what was never paid or was refunded.
mod money;
/// Last year's mailing from a spreadsheet: all of it or nothing, and then a campaign like any other.
mod past;
/// Who is greeted and how, who lives together, and what is on the envelope.
mod people;
/// The owner's personal line in a letter, and the signer.
mod personal;
/// Messages, help, pages, README, manual and comments in plain words.
mod plain_words;
/// A plan: frozen once, places filled by rank, random choices always the same, one branch for each.
mod planning;
/// The proof before printing: what stops a letter, what is worth a look, and the sample letters.
mod proofs;
/// The query language: texts match themselves, countries are countries, typing errors are reported, birthdays can be
/// queried.
mod questions;
/// The report compared with a count made here, and its intervals with published examples.
mod reporting;
/// Restoring a backup: exactly the backup, or nothing changed; a copy over an open shop is detected.
mod restore;
/// Real reports of returned mail, each read correctly.
mod returned;
/// Who may use the pages: sign-in, guesses, sessions, certificates, slow clients.
mod safety;
/// Errors are reported: output that cannot be written, a full disk, a read-only copy, what a killed run left.
mod said;
/// Each sale once, whatever its form; sales without a customer find one.
mod same_sale;
/// The outbox: each email at most once, whatever the mail server does and whenever the program is killed.
mod sending;
/// The pages: the headers of every response, one-click unsubscribe, and an orderly shutdown.
mod serving;
/// No CSV has a formula, whatever customers are called.
mod spreadsheet;
/// The demo: two years of the story, its figures and its letters.
mod story;
/// The till: once, even with requests at the same moment; exit codes and objects.
mod till;
/// What a till changes on cards: addresses, notes, new customers; the owner sees each and can undo it.
mod till_changes;
/// Two programs at once: each does all of its work, or reports that the other is at it.
mod two_at_once;
mod typed;
/// Imports listed and undone: what is removed, what is restored, what stays and why.
mod undo_import;
/// The complete workflow with twelve people and known figures.
mod walk;
/// Reminders: each at most once, on its day, and to no one who has come; and repeated `run`s.
mod waves;
/// All or nothing: what a kill, a lock or a full disk leaves is nothing, or is completed by the next command.
mod whole;
/// The position of the letter on every paper and in every window, measured from the page.
mod windows;
/// Mail preferences outlast every list; returned mail is stored with the address.
mod wishes;
/// A year's lists of a shop, none edited manually, and one import undone and made again.
mod year_of_lists;
