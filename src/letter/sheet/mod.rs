//! The sheet: its paper and window, what stands at fixed places on it, and a letter laid out over its pages.

pub(super) mod address;
pub(super) mod background;
mod columns;
pub(super) mod geometry;
pub(super) mod layout;
pub(super) mod paper;
mod postcard;
mod running;
mod stationery;
