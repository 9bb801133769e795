//! Campaigns: the file, the plan that freezes it, and the codes.

mod codes;
mod draft;
mod eligible;
mod file;
mod freeze;
mod held_back;
mod lines;
mod past;
mod people;
mod plan;
mod reminders;
mod second;
mod sources;
mod table;
mod token;
mod written;

pub use codes::{Code, normalise as read_code};
pub use draft::{Draft, draft};
pub use eligible::Reason;
pub use file::{Branch, CampaignFile, Channel, Gift, Limit, OnePer, Signer, check_slug, list as list_files};
pub use held_back::{HeldBack, held_back};
pub use lines::{TakenLines, lines_sheet, take_lines};
pub use past::{PAST_FIELDS, Past, PastVisit, take_past};
pub use people::{Traces, forget, held};
pub use plan::{PlannedReminder, Summary, differences, differences_of, plan, rehearse, why_left_out};
pub use reminders::{Reminder, too_late};
pub use second::{Second, came_back, take_back};
pub use sources::Sources;
pub use table::{
    Arm, Planned, Recipient, State, by_code, by_number, current, for_customer, kept_files, make_key, mark_posted,
    mark_printed, mark_returned, mark_sending, need, piece_key, recipient, recipients, slugs,
};
pub use token::Tokens;
