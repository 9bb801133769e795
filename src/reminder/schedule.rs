//! The next reminder of one person: its wave, channel and day.

use chrono::{Days, NaiveDate};

use super::stage::Stage;
use crate::domain::Channel;

/// A reminder of the campaign, for one person.
#[derive(Debug, Clone, Copy)]
pub(super) struct ScheduledReminder {
    /// How many days after the first piece.
    pub(super) days: u32,
    pub(super) channel: Channel,
}

/// The next reminder of someone whose first piece was sent on `first`: its wave, its channel and the day. One that
/// cannot `reach` them is skipped; a late one delays those after it.
pub(super) fn next(
    reminders: impl Iterator<Item = ScheduledReminder>,
    first: NaiveDate,
    reach: impl Fn(Channel) -> bool,
    stage: impl Fn(usize) -> Option<Stage>,
) -> Option<(usize, Channel, NaiveDate)> {
    let (mut last, mut days_before) = (first, 0);
    for (index, ScheduledReminder { days, channel }) in reminders.enumerate() {
        let wave = index + 1;
        match stage(wave) {
            Some(Stage::Went(on, _)) => (last, days_before) = (on, days),
            Some(Stage::Waits) | None if reach(channel) => {
                return Some((wave, channel, last.checked_add_days(Days::new((days - days_before).into()))?));
            }
            Some(Stage::Lost | Stage::Waits) | None => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_counts_from_the_first_piece_and_keeps_its_distance_from_one_that_went_late() {
        use Channel::{Email, Letter};
        let day = |text: &str| -> NaiveDate { text.parse().expect("a day") };
        let went = |text: &str| Some(Stage::Went(day(text), Email));
        let both = [Email, Letter].as_slice();
        // 28 days by email, 42 by letter, 56 by email after the first piece of March 1.
        for (stages, reached, expected) in [
            ([None, None, None], both, Some((1, Email, "2024-03-29"))),
            ([Some(Stage::Waits), None, None], both, Some((1, Email, "2024-03-29"))),
            ([None, None, None], &[Letter], Some((2, Letter, "2024-04-12"))),
            ([went("2024-03-29"), None, None], both, Some((2, Letter, "2024-04-12"))),
            ([went("2024-04-10"), None, None], both, Some((2, Letter, "2024-04-24"))),
            ([went("2024-04-10"), None, None], &[Email], Some((3, Email, "2024-05-08"))),
            ([Some(Stage::Lost), None, None], both, Some((2, Letter, "2024-04-12"))),
            ([went("2024-03-29"), Some(Stage::Lost), None], both, Some((3, Email, "2024-04-26"))),
            ([went("2024-03-29"), went("2024-04-12"), went("2024-04-26")], both, None),
            ([None, None, None], &[], None),
        ] {
            let reminders = [(28, Email), (42, Letter), (56, Email)];
            let reminders = reminders.into_iter().map(|(days, channel)| ScheduledReminder { days, channel });
            let found =
                next(reminders, day("2024-03-01"), |channel| reached.contains(&channel), |wave| stages[wave - 1]);
            let expected = expected.map(|(wave, channel, on)| (wave, channel, day(on)));
            assert_eq!(found, expected, "{stages:?} {reached:?}");
        }
    }
}
