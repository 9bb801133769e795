//! Campaigns: the file, the plan that freezes it, and the codes.

mod codes;
mod draft;
mod eligible;
mod file;
mod freeze;
mod held_back;
mod lines;
mod past;
mod personal_data;
mod plan;
mod reminders;
mod second;
mod sent;
mod sources;
mod table;
mod token;
mod written;

pub(crate) use file::{CampaignFile, check_slug, list as list_files};
pub(crate) use held_back::{HeldBack, held_back};
pub(crate) use lines::{TakenLines, lines_sheet, take_lines};
pub(crate) use past::{Past, PastVisit, take_past};
pub(crate) use personal_data::{PERSONAL_DATA, campaigns_of, files_naming, places};
pub(crate) use plan::{Summary, differences, differences_of, plan, rehearse, why_left_out};
pub(crate) use reminders::too_late;
pub(crate) use second::{Second, came_back, take_back};
pub(crate) use sent::mark_email_sent;
pub(crate) use sources::Sources;
pub(crate) use table::{
    Planned, Recipient, by_code, by_number, current, for_customer, kept_files, mark_posted, mark_printed,
    mark_returned, mark_sending, need, piece_key, recipient, recipients, slugs,
};
pub(crate) use token::Tokens;
