//! The report of a campaign: the response, the money, the comparison with the control group; year against year.

mod figures;
mod hold_out;
mod show;
mod statistics;
mod years;

pub(crate) use figures::{CampaignReport, report};
pub(crate) use show::{csv, table};
pub(crate) use years::{YearFigures, years, years_table};
