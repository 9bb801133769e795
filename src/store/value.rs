//! Parameters of statements and values in rows.

use std::borrow::Cow;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, SecondsFormat};
use rusqlite::types::{ToSqlOutput, ValueRef};

use crate::domain::{
    Arm, CampaignId, CampaignState, Channel, CircumstanceKind, Code, Column, Consent, ConsentChannel, CustomerId,
    Delivery, EventId, EventKind, HouseholdId, ImportId, ImportedData, InboundKind, NoteKind, OnePer, OutboxId,
    OutboxState, PieceState, RecipientId, RedemptionId, Response, Role, Suppression, TillChangeId, TillChangeKind,
};
use crate::money::Money;

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value<'a> {
    /// Unknown.
    Null,
    /// A whole number, an amount, a day, true (1) or false (0).
    Int(i64),
    /// A number with a fraction: statistics only, never money.
    Real(f64),
    Text(Cow<'a, str>),
    Blob(Cow<'a, [u8]>),
}

impl Value<'_> {
    /// The same value without borrowed data.
    #[must_use]
    pub(crate) fn into_owned(self) -> Value<'static> {
        match self {
            Value::Null => Value::Null,
            Value::Int(n) => Value::Int(n),
            Value::Real(n) => Value::Real(n),
            Value::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
            Value::Blob(bytes) => Value::Blob(Cow::Owned(bytes.into_owned())),
        }
    }
}

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Int(n) => ValueRef::Integer(*n),
            Value::Real(n) => ValueRef::Real(*n),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl<'r> From<ValueRef<'r>> for Value<'r> {
    fn from(cell: ValueRef<'r>) -> Self {
        match cell {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(n) => Value::Int(n),
            ValueRef::Real(n) => Value::Real(n),
            ValueRef::Text(bytes) => Value::Text(String::from_utf8_lossy(bytes)),
            ValueRef::Blob(bytes) => Value::Blob(Cow::Borrowed(bytes)),
        }
    }
}

/// A type of parameters.
pub(crate) trait ToValue {
    fn to_value(&self) -> Value<'_>;
}

/// A type of values in rows.
pub(crate) trait FromValue: Sized {
    /// The value, or none when the cell has another type.
    fn from_value(cell: Value<'_>) -> Option<Self>;
}

impl ToValue for Value<'_> {
    fn to_value(&self) -> Value<'_> {
        match self {
            Value::Null => Value::Null,
            Value::Int(n) => Value::Int(*n),
            Value::Real(n) => Value::Real(*n),
            Value::Text(text) => Value::Text(Cow::Borrowed(text)),
            Value::Blob(bytes) => Value::Blob(Cow::Borrowed(bytes)),
        }
    }
}

impl FromValue for Value<'static> {
    fn from_value(cell: Value<'_>) -> Option<Self> {
        Some(cell.into_owned())
    }
}

macro_rules! integers {
    ($($type:ty),*) => { $(
        impl ToValue for $type {
            fn to_value(&self) -> Value<'_> {
                Value::Int(i64::try_from(*self).unwrap_or(i64::MAX))
            }
        }
        impl FromValue for $type {
            fn from_value(cell: Value<'_>) -> Option<Self> {
                match cell {
                    Value::Int(n) => n.try_into().ok(),
                    _ => None,
                }
            }
        }
    )* };
}
integers!(i64, u32, usize);

impl ToValue for bool {
    fn to_value(&self) -> Value<'_> {
        Value::Int((*self).into())
    }
}

impl FromValue for bool {
    fn from_value(cell: Value<'_>) -> Option<Self> {
        i64::from_value(cell).map(|n| n != 0)
    }
}

impl FromValue for f64 {
    fn from_value(cell: Value<'_>) -> Option<Self> {
        match cell {
            Value::Real(n) => Some(n),
            #[expect(clippy::cast_precision_loss, reason = "statistics, never money")]
            Value::Int(n) => Some(n as f64),
            _ => None,
        }
    }
}

/// Types with one whole number.
macro_rules! numbers {
    ($($type:ident),*) => { $(
        impl ToValue for $type {
            fn to_value(&self) -> Value<'_> {
                Value::Int(self.0)
            }
        }
        impl FromValue for $type {
            fn from_value(cell: Value<'_>) -> Option<Self> {
                i64::from_value(cell).map($type)
            }
        }
    )* };
}
numbers!(
    Money,
    CampaignId,
    CustomerId,
    EventId,
    HouseholdId,
    ImportId,
    TillChangeId,
    OutboxId,
    RecipientId,
    RedemptionId
);

/// Closed lists, stored in their column form.
macro_rules! columns {
    ($($type:ident),*) => { $(
        impl ToValue for $type {
            fn to_value(&self) -> Value<'_> {
                Value::Text(Cow::Borrowed(self.as_str()))
            }
        }
        impl FromValue for $type {
            fn from_value(cell: Value<'_>) -> Option<Self> {
                match cell {
                    Value::Text(form) => $type::from_form(&form),
                    _ => None,
                }
            }
        }
    )* };
}
columns!(
    Arm,
    CampaignState,
    Channel,
    CircumstanceKind,
    Consent,
    ConsentChannel,
    Delivery,
    EventKind,
    ImportedData,
    TillChangeKind,
    InboundKind,
    NoteKind,
    OnePer,
    OutboxState,
    PieceState,
    Response,
    Role,
    Suppression
);

impl ToValue for Code {
    fn to_value(&self) -> Value<'_> {
        Value::Text(Cow::Borrowed(self.as_str()))
    }
}

impl FromValue for Code {
    fn from_value(cell: Value<'_>) -> Option<Self> {
        Code::parse(&String::from_value(cell)?).ok()
    }
}

impl ToValue for NaiveDate {
    fn to_value(&self) -> Value<'_> {
        Value::Int((*self - NaiveDate::default()).num_days())
    }
}

impl FromValue for NaiveDate {
    fn from_value(cell: Value<'_>) -> Option<Self> {
        NaiveDate::default().checked_add_signed(chrono::TimeDelta::try_days(i64::from_value(cell)?)?)
    }
}

impl ToValue for NaiveDateTime {
    fn to_value(&self) -> Value<'_> {
        Value::Text(Cow::Owned(self.format("%Y-%m-%dT%H:%M:%S").to_string()))
    }
}

impl FromValue for NaiveDateTime {
    fn from_value(cell: Value<'_>) -> Option<Self> {
        String::from_value(cell)?.parse().ok()
    }
}

/// A time with its UTC offset, as in RFC 3339, to the second.
impl ToValue for DateTime<FixedOffset> {
    fn to_value(&self) -> Value<'_> {
        Value::Text(Cow::Owned(self.to_rfc3339_opts(SecondsFormat::Secs, false)))
    }
}

impl FromValue for DateTime<FixedOffset> {
    fn from_value(cell: Value<'_>) -> Option<Self> {
        DateTime::parse_from_rfc3339(&String::from_value(cell)?).ok()
    }
}

impl ToValue for str {
    fn to_value(&self) -> Value<'_> {
        Value::Text(Cow::Borrowed(self))
    }
}

impl ToValue for String {
    fn to_value(&self) -> Value<'_> {
        Value::Text(Cow::Borrowed(self))
    }
}

impl FromValue for String {
    fn from_value(cell: Value<'_>) -> Option<Self> {
        match cell {
            Value::Text(text) => Some(text.into_owned()),
            _ => None,
        }
    }
}

impl ToValue for [u8] {
    fn to_value(&self) -> Value<'_> {
        Value::Blob(Cow::Borrowed(self))
    }
}

impl ToValue for Vec<u8> {
    fn to_value(&self) -> Value<'_> {
        Value::Blob(Cow::Borrowed(self))
    }
}

impl FromValue for Vec<u8> {
    fn from_value(cell: Value<'_>) -> Option<Self> {
        match cell {
            Value::Blob(bytes) => Some(bytes.into_owned()),
            _ => None,
        }
    }
}

impl<T: ToValue + ?Sized> ToValue for &T {
    fn to_value(&self) -> Value<'_> {
        (**self).to_value()
    }
}

impl<T: ToValue> ToValue for Option<T> {
    fn to_value(&self) -> Value<'_> {
        self.as_ref().map_or(Value::Null, ToValue::to_value)
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(cell: Value<'_>) -> Option<Self> {
        match cell {
            Value::Null => Some(None),
            other => T::from_value(other).map(Some),
        }
    }
}
