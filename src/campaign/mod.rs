//! Campaigns: the file, the plan that freezes it, and the codes.

mod codes;
mod draft;
mod duration;
mod eligible;
mod file;
mod folder;
mod freeze;
mod held_back;
mod keep;
mod left_out;
mod lines;
mod mailed;
mod not_asked;
mod one_inbox;
mod parse;
mod past;
mod past_rows;
mod personal_data;
mod plan;
mod planned;
mod progress;
mod readdress;
mod recipient;
mod reminder;
mod second_piece;
mod sources;
mod token;
mod undelivered;

pub(crate) use eligible::{Reason, last_mailed};
pub(crate) use file::CampaignFile;
pub(crate) use folder::{check_slug, list as list_files, place};
pub(crate) use held_back::{HeldBack, held_back, names_unwelcome};
pub(crate) use left_out::Why;
pub(crate) use lines::{TakenLines, lines_sheet, take_lines};
pub(crate) use mailed::{LastMailing, Mailing, last_mailing};
pub(crate) use not_asked::{not_asked, not_asked_any_more};
pub(crate) use one_inbox::{in_one_inbox, one_inbox};
pub(crate) use past::{PastVisit, take_past};
pub(crate) use past_rows::{Past, past_fields};
pub(crate) use personal_data::{PERSONAL_DATA, campaigns_of, customers_of_import, files_naming, places};
pub(crate) use plan::{Summary, differences, differences_of, left_out_as_unreachable, plan, rehearse, why_left_out};
pub(crate) use planned::{Planned, current, kept_files, need, slugs};
pub(crate) use progress::{mark_email_sent, mark_posted, mark_printed, mark_sending};
pub(crate) use readdress::readdress;
pub(crate) use recipient::{
    Recipient, by_code, by_id as recipient, by_number, customer_of, for_customer, for_reference, piece_key, recipients,
};
pub(crate) use second_piece::SecondPiece;
pub(crate) use sources::{Sources, engine};
pub(crate) use token::Tokens;
pub(crate) use undelivered::{came_back, mark_returned, take_back, take_back_returned};
