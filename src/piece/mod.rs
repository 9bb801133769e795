//! The frozen campaign made into each person's letter or email.

mod frozen_campaign;
mod template_set;

pub(crate) use frozen_campaign::{FrozenCampaign, problems, problems_of, threads};
pub(crate) use template_set::{TemplateSet, shop_fonts};
