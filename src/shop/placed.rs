//! A value with its line in the file.

use std::ops::Deref;

/// A value with its line in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Placed<T> {
    pub(crate) value: T,
    pub(crate) line: usize,
}

impl<T> Placed<T> {
    /// Another value in the same place.
    pub(crate) fn map<U>(self, change: impl FnOnce(T) -> U) -> Placed<U> {
        Placed { value: change(self.value), line: self.line }
    }
}

impl<T: Deref> Deref for Placed<T> {
    type Target = T::Target;

    fn deref(&self) -> &T::Target {
        &self.value
    }
}
