//! Turns the frozen campaign into each person's letter or email.

mod dkim;
mod email;
mod file_name;
mod frozen_campaign;
mod template_set;

pub(crate) use dkim::{dkim, dkim_key};
pub(crate) use email::EmailComposer;
pub(crate) use file_name::file_name;
pub(crate) use frozen_campaign::{FrozenCampaign, problems, problems_of, threads};
pub(crate) use template_set::{TemplateSet, shop_fonts};
