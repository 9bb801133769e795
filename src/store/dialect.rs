//! What databases say in different words.

/// The condition that a text has none of the characters of a class such as `a-z,;`.
macro_rules! has_none_of {
    ($text:expr, $class:literal) => {
        concat!($text, " NOT GLOB '*[", $class, "]*'")
    };
}
pub(crate) use has_none_of;
