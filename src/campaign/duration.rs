//! A time in days as campaign files write it: `30 days`, `4 weeks`.

use crate::text;

/// The longest, in days.
const LONGEST: u32 = 3650;

/// So many days, with what the file has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DurationInDays {
    pub(crate) days: u32,
    /// `4 weeks`.
    pub(crate) text: String,
}

impl std::str::FromStr for DurationInDays {
    type Err = String;

    /// `30 days`, `1 day` or `4 weeks`.
    fn from_str(text: &str) -> Result<Self, String> {
        let days = text.trim().split_once(' ').and_then(|(number, unit)| {
            let unit = match unit.trim() {
                "day" | "days" => 1,
                "week" | "weeks" => 7,
                _ => return None,
            };
            number.parse::<u32>().ok()?.checked_mul(unit)
        });
        let days = days.filter(|days| (1..=LONGEST).contains(days));
        let wrong = || format!("{} is not a time; write it as \"30 days\" or \"4 weeks\"", text::quote(text));
        days.map(|days| Self { days, text: text.trim().to_owned() }).ok_or_else(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_days_or_weeks() {
        for (text, expected) in
            [("30 days", Some(30)), ("1 day", Some(1)), ("4 weeks", Some(28)), (" 2  weeks ", Some(14))]
        {
            assert_eq!(text.parse::<DurationInDays>().ok().map(|span| span.days), expected, "{text}");
        }
        for wrong in ["", "30", "days", "0 days", "-1 days", "2 months", "1.5 weeks", "4000 days", "999999999999 weeks"]
        {
            assert!(wrong.parse::<DurationInDays>().is_err(), "{wrong}");
        }
    }
}
