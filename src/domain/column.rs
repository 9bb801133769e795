//! The text form of enum values in columns, in JSON and in files.

use crate::error::{Error, Result};
use crate::text;

/// A value of a closed list.
pub(crate) trait Column: Copy + Eq + 'static {
    /// Every value.
    const ALL: &'static [Self];

    /// Its form in a column, in JSON and in files.
    fn as_str(self) -> &'static str;

    /// The value with this form.
    fn from_form(form: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.as_str() == form)
    }

    /// The value with this name, in any case.
    ///
    /// # Errors
    /// When there is none: `message`, with the most similar name.
    fn named(name: &str, message: String) -> Result<Self> {
        Self::from_form(&name.trim().to_lowercase()).ok_or_else(|| {
            let known: Vec<&str> = Self::ALL.iter().map(|value| value.as_str()).collect();
            Error::new(message).hint(text::did_you_mean(name, &known))
        })
    }
}

/// Defines an enum from a closed list: its values, each with its form; [`Column`], `Display`, `FromStr`, and both of
/// serde's.
macro_rules! column_enum {
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $($(#[$value_meta:meta])* $value:ident = $form:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        $vis enum $name { $($(#[$value_meta])* $value,)+ }

        impl $name {
            /// Its form in a column.
            $vis const fn as_str(self) -> &'static str {
                match self { $(Self::$value => $form,)+ }
            }
        }

        impl $crate::domain::Column for $name {
            const ALL: &'static [Self] = &[$(Self::$value,)+];

            fn as_str(self) -> &'static str {
                Self::as_str(self)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::error::Error;

            /// Reads a form; the error lists those that exist.
            fn from_str(form: &str) -> $crate::error::Result<Self> {
                <Self as $crate::domain::Column>::from_form(form).ok_or_else(|| {
                    $crate::error::Error::new(format!("there is no {}", $crate::text::quote(form)))
                        .hint($crate::text::did_you_mean(form, &[$($form,)+]))
                })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
                to.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
                let form = <std::borrow::Cow<'de, str>>::deserialize(from)?;
                <Self as $crate::domain::Column>::from_form(&form)
                    .ok_or_else(|| serde::de::Error::unknown_variant(&form, &[$($form,)+]))
            }
        }
    };
}
pub(crate) use column_enum;
