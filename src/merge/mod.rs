//! What a template may see, and what becomes of it: text with merge fields → Markdown → blocks.

mod address;
pub mod block;
mod engine;
mod fields;
mod greeting;
mod markdown;
mod names;
mod template;

pub use address::{address_lines, country_code, country_name};
pub use block::{Block, Span};
pub use engine::{Engine, Style};
pub use fields::Fields;
pub use greeting::{Names, names_of};
pub use markdown::blocks;
pub use names::check as check_names;
pub use template::{Head, Template};
