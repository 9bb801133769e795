//! What a template may see, and what becomes of it: text with merge fields → Markdown → blocks.

pub mod block;
