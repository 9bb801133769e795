//! What a template may see, and what becomes of it: text with merge fields → Markdown → blocks.

mod address;
pub mod block;
mod budget;
mod engine;
mod fences;
mod fields;
mod greeting;
pub mod head;
mod markdown;
mod names;
pub(crate) mod qr;
mod scan;
mod template;
mod text_table;

pub(crate) use address::{address_forms, address_lines};
pub(crate) use block::{Block, ColumnAlign, Span, TextTable};
pub(crate) use engine::{Engine, HeadText, Style};
pub(crate) use fences::{MOST_PURCHASES, asks_for_purchases, back_line};
pub(crate) use fields::{Fields, PAGE, PAGES, to_major_units};
pub(crate) use greeting::names_of;
pub(crate) use markdown::blocks;
pub(crate) use template::{NamedImage, Template};
pub(crate) use text_table::{cut, plain_text};
