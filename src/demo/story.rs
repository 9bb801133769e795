//! Who comes to the invented shop for the bottle, on which day, and what they spend.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate};

use super::dice::Dice;
use super::people::{self, InventedPerson};
use super::purchases::{self, Receipt};
use super::wares;

/// A customer came and got the bottle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GiftVisit {
    pub(crate) reference: String,
    pub(crate) on: NaiveDate,
    /// In cents.
    pub(crate) spend_minor: i64,
}

/// One year's campaign, and how its recipients respond.
struct StoryYear {
    /// The name of the random draws; another name gives another, equally likely year.
    name: &'static str,
    first_day: NaiveDate,
    /// How many of a thousand come: of those who came the year before, and of the others.
    come: (i64, i64),
    /// The amounts spent, in thousandths of `SPENT`.
    spend: i64,
}

/// How many days after the first one they come: half of them within four weeks, the last after five months.
const DAYS: &[i64] = &[0, 3, 6, 10, 15, 21, 30, 43, 62, 95, 152];
/// What is spent, in cents, at every twentieth from the lowest to the highest.
const SPENT: &[i64] = &[
    12_000, 16_500, 20_000, 23_500, 27_000, 30_300, 33_700, 37_100, 40_600, 44_300, 48_200, 52_400, 57_000, 62_200,
    68_200, 75_200, 83_600, 94_500, 109_500, 134_000, 240_000,
];

/// January to June 1989: who of those invited comes for the Chardonnay.
///
/// Each person decides independently, so the order of the invited and who else is among them does not matter.
pub(crate) fn first_year(invited: &[String]) -> Vec<GiftVisit> {
    let year = StoryYear { name: "Chardonnay 26", first_day: day(1989, 1, 23), come: (583, 583), spend: 1_010 };
    visits(&year, invited.iter().map(|reference| (reference.as_str(), false)))
}

/// January to June 1990: who comes for the Sauvignon blanc, given whether they came the year before.
pub(crate) fn second_year(invited: &[(String, bool)]) -> Vec<GiftVisit> {
    let year = StoryYear { name: "Sauvignon blanc 36", first_day: day(1990, 1, 22), come: (820, 660), spend: 1_130 };
    visits(&year, invited.iter().map(|(reference, came)| (reference.as_str(), *came)))
}

/// The purchases of 1989 as CSV, in the same form as those of the years before.
///
/// Those who came bought what they spent then; those invited who never came bought nothing during the campaign.
pub(crate) fn year_between(invited: &[String], visits: &[GiftVisit]) -> String {
    let people = people::everyone();
    let (opens, closes) = (day(1989, 1, 23), day(1989, 6, 30));
    let mut away: BTreeMap<&str, NaiveDate> = invited.iter().map(|reference| (reference.as_str(), closes)).collect();
    away.extend(visits.iter().map(|visit| (visit.reference.as_str(), visit.on)));

    let mut receipts = purchases::of_year(&people, 1989);
    receipts.retain(|receipt| match away.get(receipt.reference.as_str()) {
        Some(until) => !(opens..=*until).contains(&receipt.on),
        None => true,
    });
    let cards: BTreeMap<&str, &InventedPerson> =
        people.iter().map(|person| (person.reference.as_str(), person)).collect();
    receipts.extend(visits.iter().map(|visit| {
        let mut dice = Dice::of(&visit.reference, "bought with the bottle");
        let woman = cards.get(visit.reference.as_str()).is_some_and(|person| person.woman);
        let lines = wares::basket_of(&mut dice, woman, visit.on.month(), visit.spend_minor);
        Receipt { on: visit.on, reference: visit.reference.clone(), lines }
    }));
    purchases::csv(receipts)
}

/// The visits of a year, in order of days.
fn visits<'a>(year: &StoryYear, invited: impl Iterator<Item = (&'a str, bool)>) -> Vec<GiftVisit> {
    let mut visits: Vec<GiftVisit> = invited.filter_map(|(reference, came)| visit(year, reference, came)).collect();
    visits.sort_by(|a, b| (a.on, &a.reference).cmp(&(b.on, &b.reference)));
    visits
}

fn visit(year: &StoryYear, reference: &str, came_before: bool) -> Option<GiftVisit> {
    let mut dice = Dice::of(reference, year.name);
    let (again, newly) = year.come;
    if !dice.chance(if came_before { again } else { newly }) {
        return None;
    }
    let after = Days::new(dice.along(DAYS).unsigned_abs());
    let on = year.first_day.checked_add_days(after)?.iter_days().take(3).find(|on| purchases::is_open(*on))?;
    let dollars = dice.along(SPENT) * year.spend / 100_000;
    let cents = match dice.between(1, 10) {
        1 => 95,
        2 | 3 => 50,
        _ => 0,
    };
    Some(GiftVisit { reference: reference.to_owned(), on, spend_minor: dollars * 100 + cents })
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use chrono::Weekday;

    use super::*;
    use crate::domain::Consent;

    /// The rows of a CSV text, by column name.
    fn rows(text: &str) -> Vec<BTreeMap<String, String>> {
        csv::Reader::from_reader(text.as_bytes()).deserialize().map(|row| row.unwrap()).collect()
    }

    fn cents(row: &BTreeMap<String, String>) -> i64 {
        let price: i64 = row["Unit Price"].replace('.', "").parse().unwrap();
        price * row["Quantity"].parse::<i64>().unwrap()
    }

    /// What each customer spent in the twelve months to the middle of January.
    fn spent_to(text: &str, as_of: NaiveDate) -> BTreeMap<String, i64> {
        let from = as_of - chrono::Months::new(12);
        let mut spent = BTreeMap::new();
        for row in rows(text) {
            let on: NaiveDate = row["Date"].parse().unwrap();
            if from < on && on <= as_of {
                *spent.entry(row["Customer ID"].clone()).or_default() += cents(&row);
            }
        }
        spent
    }

    fn two_years() -> String {
        purchases::purchases(day(1987, 1, 2), day(1988, 12, 31))
    }

    /// The best 600 households that can get a letter, by their best member.
    fn best_600(spent: &BTreeMap<String, i64>) -> Vec<String> {
        let customers = rows(&people::customers());
        let reached = customers.iter().filter(|c| {
            !c["Street Address"].is_empty()
                && c["Post Consent"] != Consent::No.as_str()
                && !c["Tags"].contains("wholesale")
        });
        let amount = |c: &BTreeMap<String, String>| spent.get(&c["Customer ID"]).copied().unwrap_or_default();
        let mut ranked: Vec<_> = reached.filter(|c| amount(c) >= 50_000).collect();
        ranked.sort_by_key(|c| (-amount(c), c["Customer ID"].clone()));
        // In this book people at one address are one family.
        let mut homes = BTreeSet::new();
        ranked.retain(|c| homes.insert(format!("{} {}", c["Street Address"], c["City"])));
        ranked.iter().take(600).map(|c| c["Customer ID"].clone()).collect()
    }

    fn total(visits: &[GiftVisit]) -> i64 {
        visits.iter().map(|visit| visit.spend_minor).sum::<i64>() / 100
    }

    #[test]
    fn the_book_has_its_best_fifth() {
        let spent = spent_to(&two_years(), day(1989, 1, 15));
        let mut amounts: Vec<i64> = spent.values().copied().collect();
        amounts.sort_unstable_by_key(|amount| -amount);
        let best: i64 = amounts.iter().take(2_400 / 5).sum();
        let share = best * 100 / amounts.iter().sum::<i64>();
        assert!((70..=82).contains(&share), "the best fifth brings {share} %");
        let wholesale: BTreeSet<String> = rows(&people::customers())
            .into_iter()
            .filter(|c| c["Tags"].contains("wholesale"))
            .map(|c| c["Customer ID"].clone())
            .collect();
        assert_eq!(wholesale.len(), 8);
        let good = spent.iter().filter(|(who, spent)| **spent >= 50_000 && !wholesale.contains(*who)).count();
        assert!(good >= 900, "{good} customers spent $500");
    }

    #[test]
    fn two_years_of_visits_land_where_the_story_does() {
        let invited = best_600(&spent_to(&two_years(), day(1989, 1, 15)));
        assert_eq!(invited.len(), 600);
        let first = first_year(&invited);
        assert!((340..=360).contains(&first.len()), "{} came", first.len());
        assert!((205_000..=215_000).contains(&total(&first)), "they spent ${}", total(&first));

        let came: BTreeSet<&str> = first.iter().map(|visit| visit.reference.as_str()).collect();
        let again: Vec<(String, bool)> =
            invited.iter().map(|reference| (reference.clone(), came.contains(reference.as_str()))).collect();
        let second = second_year(&again);
        assert!((302_000..=312_000).contains(&total(&second)), "they spent ${}", total(&second));
        let average = total(&second) / i64::try_from(second.len()).unwrap();
        assert!((650..=690).contains(&average), "${average} each");
        let (old, new): (Vec<&GiftVisit>, Vec<&GiftVisit>) =
            second.iter().partition(|v| came.contains(v.reference.as_str()));
        assert!((270..=305).contains(&old.len()) && (150..=180).contains(&new.len()), "{} {}", old.len(), new.len());
    }

    #[test]
    fn each_person_decides_alone() {
        let all: Vec<String> = (1..=600).map(|n| format!("C-{n:04}")).collect();
        let backwards: Vec<String> = all.iter().rev().cloned().collect();
        assert_eq!(first_year(&all), first_year(&backwards));
        let half = first_year(&all[..300]);
        assert!(half.iter().all(|visit| first_year(&all).contains(visit)));
    }

    #[test]
    fn visits_fall_on_open_days_and_thin_out() {
        let all: Vec<String> = (1..=2_400).map(|n| format!("C-{n:04}")).collect();
        let visits = first_year(&all);
        let in_time =
            |v: &GiftVisit| (day(1989, 1, 23)..=day(1989, 6, 24)).contains(&v.on) && v.on.weekday() != Weekday::Sun;
        assert!(visits.iter().all(in_time));
        let early = visits.iter().filter(|v| v.on < day(1989, 2, 23)).count();
        assert!(early * 2 > visits.len());
        assert!(visits.iter().all(|v| (12_000..=245_000).contains(&v.spend_minor)));
    }

    #[test]
    fn the_year_between_holds_the_visits_and_nothing_of_those_who_stayed_away() {
        let invited = best_600(&spent_to(&two_years(), day(1989, 1, 15)));
        let visits = first_year(&invited);
        let text = year_between(&invited, &visits);
        let came: BTreeMap<&str, &GiftVisit> = visits.iter().map(|visit| (visit.reference.as_str(), visit)).collect();
        let mut bought: BTreeMap<String, i64> = BTreeMap::new();
        for row in rows(&text) {
            let on: NaiveDate = row["Date"].parse().unwrap();
            let who = &row["Customer ID"];
            match came.get(who.as_str()) {
                Some(visit) if visit.on == on => *bought.entry(who.clone()).or_default() += cents(&row),
                Some(_) => {}
                None => assert!(!invited.contains(who) || !(day(1989, 1, 23)..=day(1989, 6, 30)).contains(&on)),
            }
        }
        assert!(visits.iter().all(|visit| bought.get(&visit.reference) == Some(&visit.spend_minor)));
        assert_eq!(text, year_between(&invited, &visits));
    }

    #[test]
    fn the_same_book_every_time() {
        assert_eq!(people::customers(), people::customers());
        assert_eq!(two_years(), two_years());
        let christmas = purchases::purchases(day(1988, 12, 1), day(1988, 12, 24));
        let whole = two_years();
        assert!(christmas.lines().all(|line| whole.lines().any(|other| other == line)));
    }
}
