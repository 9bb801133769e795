//! The program `regulars`.

fn main() {}
