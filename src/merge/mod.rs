//! What a template may see, and what becomes of it: text with merge fields → Markdown → blocks.

mod address;
pub mod block;
mod countries;
mod engine;
mod fields;
mod greeting;
mod markdown;
mod names;
pub(crate) mod qr;
mod template;

pub use address::{address_forms, address_lines};
pub use block::{Block, Span};
pub use countries::{country_code, country_name, is_abroad, postcode_area};
pub use engine::{Engine, Style};
pub use fields::Fields;
pub use greeting::{Names, names_of, shorter_names};
pub use markdown::{blocks, may_be_faulty};
pub use names::check as check_names;
pub use template::{Head, Template};
