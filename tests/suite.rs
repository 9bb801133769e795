//! The integration tests: one binary, a file a feature, each driving the program as an owner does.
//!
//! `cargo test` runs them anywhere. What needs pdftotext, qpdf, zbarimg or python3 runs with REGULARS_TOOLS=1, which
//! `sh tests/run` sets; without it those tests say that they were left to it. support/ is how a test drives the program.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    clippy::needless_pass_by_value,
    unreachable_pub,
    reason = "a test stops at the first surprise and tells about it; nothing here is used from outside"
)]

/// A shop folder in a temporary place, the program run in it, and its answers compared.
mod support;

/// An address is one thing: taken, replaced and completed as a whole; lists that have nothing but names and addresses.
mod addresses;
/// Amounts at the till: without a gift, changed, taken back; each counts once.
mod amounts;
/// For a shop system's own till: JSON over HTTP, once for each key, described as it is.
mod api;
/// The sources keep to the map of rooms: who may use whom, which crate is named where.
mod architecture;
/// At the till: a scan behind anything, every gift that waits, what was taken back, after the last day.
mod at_till;
/// What is printed beside the letters: labels, envelopes, one file a person, the cover sheet, both sides.
mod beside;
/// The best-customer worksheet, and whom to call.
mod best;
/// What comes back about emails: addresses that get none any more, and the other way to the people who have them.
mod bounces;
/// What is hostile or only broken is refused by name, in seconds and within a gigabyte.
mod budgets;
/// The till's pages: pressed twice counts once, found without the letter, refused in words, taken back.
mod counter;
/// The customer verbs: the card, one person twice, everything that is held on somebody, and nothing left of them.
mod customers;
/// The day is that of the shop, wherever the machine stands.
mod days;
/// A letter that is read, not only printed: what its PDF says about itself and its parts, and its pages as SVG.
mod drawing;
/// Email addresses looked at before emails go: what is none, what is mistyped, two people with one inbox.
mod email_addresses;
/// What DNS says to receivers of emails, asked by `email check`.
mod email_dns;
/// Emails as files: only to a recorded yes, and no name becomes a header or markup.
mod emails;
/// Every folder of faults/ is a mistake: what is said about it, and that it changes nothing.
mod faults;
/// Next year's campaign: nobody of last year is dropped in silence, its file plans as it is written, its letters read well.
mod follow_up;
/// Another site cannot write: where a form comes from, its token, the name in `Host`; and no address is a dead end.
mod forms;
/// What the front matter and the marks of a template make of a campaign.
mod front_matter;
/// What nobody thought of: questions, files, messages and requests made or changed at random.
mod fuzzing;
/// A hand-over is recorded outside the database: a backup and a copy of the shop do not send again; waits of a wrong clock end.
mod hand_over;
/// Headings as they are shortened; each column is shown before it is imported.
mod headings;
/// Exports of shop systems and address books, as they come.
mod import_dialects;
/// Files as they come: encodings, titles, footers, residue of other programs, workbooks.
pub mod import_files;
/// Import: the same file twice adds nothing, nothing is half taken, nothing known is erased.
mod importing;
/// What comes back, read over IMAP: each message once, whatever the server does and whenever the program is killed.
mod incoming;
/// Copies that can be put back, the doctor, a full disk, a new shop.
mod keeping;
/// What tills kept while the line was down: once each, judged by their own day, conflicts shown to the owner.
mod kept;
/// The letters as pdftotext, pdffonts, qpdf and zbarimg read them; people with strange names.
mod letters;
/// README and the manual: every command, file and question in them works; nothing is missing, nothing invented.
mod manual;
/// Amounts: one answer wherever they are typed; what was never paid or was paid back.
mod money;
/// Last year's mailing from a spreadsheet: all of it or nothing, and then a campaign like any other.
mod past;
/// Who is greeted and as whom, who lives together, and what stands on the envelope.
mod people;
/// A line of the owner's own in a letter, and who signs it.
mod personal;
/// Messages, help, pages, README and manual in words that everybody knows.
mod plain_words;
/// A plan: frozen once, places filled by rank, lots drawn the same each time, one branch for each.
mod planning;
/// The proof before printing: what stops a letter, what is worth a look, and the letters to look at.
mod proofs;
/// The language of questions: texts match themselves, countries are countries, slips are named, birthdays can be asked for.
mod questions;
/// The report against a count made here, and its intervals against published examples.
mod reporting;
/// A backup put back: exactly the backup, or nothing changed; a copy over an open shop is noticed.
mod restore;
/// Real reports on what came back, each read right.
mod returned;
/// Who may use the pages: doors, guesses, sessions, certificates, slow clients.
mod safety;
/// What is wrong is said: output that cannot be written, a full disk, a copy that is only read, what a killed run left.
mod said;
/// A sale once, however its file is written; sales of nobody find their person.
mod same_sale;
/// The outbox: each email at most once, whatever the mail server does and whenever the program is killed.
mod sending;
/// The pages: what every answer says about itself, one click that ends the emails, and an orderly end.
mod serving;
/// No CSV that is written holds a formula, whatever customers are called.
mod spreadsheet;
/// The demo: two years of the story, its figures and its letters.
mod story;
/// The till: once, whoever asks at the same moment; exit codes and objects.
mod till;
/// What a till changes on cards: addresses, notes, new customers; the owner sees each and undoes it.
mod till_changes;
/// Two of a kind at once: each does all of its work, or says that another is at it.
mod two_at_once;
mod typed;
/// Imports listed and undone: what goes, what comes back, what stays and why.
mod undo_import;
/// The whole walk with twelve people, every figure known beforehand.
mod walk;
/// Reminders: each at most once, on its day, and to nobody who has come; whatever `run` is left to.
mod waves;
/// Whole or not at all: what a kill, a lock or a full disk leaves is nothing, or is ended by the next command.
mod whole;
/// Where the letter stands on every paper behind every window, measured from the page.
mod windows;
/// What people said outlasts every list; mail that came back is remembered with the address.
mod wishes;
/// A year's lists of a shop, none edited by hand, and one import undone and made again.
mod year_of_lists;
