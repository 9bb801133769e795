//! Many invented customers, the same every time, with known amounts.

use std::fmt::Write as _;

/// A book of `n` customers, `P-0001` and up.
#[derive(Debug)]
pub struct Crowd {
    /// Reference and what they spent in the year to 2024-03-01, in cents.
    pub people: Vec<(String, i64)>,
}

impl Crowd {
    pub fn of(n: usize) -> Self {
        let spent = |i: usize| i64::try_from((i * 7919) % 100_000 + 100).unwrap();
        Self { people: (1..=n).map(|i| (format!("P-{i:04}"), spent(i))).collect() }
    }

    /// customers.csv; each is a separate household.
    pub fn customers(&self) -> String {
        let mut text = "Customer ID,First Name,Last Name,Street,City,State,Zip,Country\n".to_owned();
        for (i, (reference, _)) in self.people.iter().enumerate() {
            let _ =
                writeln!(text, "{reference},Pat,Person{i},{} Long Rd,Springfield,IL,{:05},US", i + 1, 60000 + i % 900);
        }
        text
    }

    /// purchases.csv, two receipts each.
    pub fn purchases(&self) -> String {
        let mut text = "Customer ID,Date,Item,Amount\n".to_owned();
        for (reference, cents) in &self.people {
            let (first, second) = (cents / 3, cents - cents / 3);
            for (day, cents) in [("2023-06-01", first), ("2023-11-20", second)] {
                let _ = writeln!(text, "{reference},{day},a scarf,{}.{:02}", cents / 100, cents % 100);
            }
        }
        text
    }

    /// References by amount spent, highest first, ties by reference.
    pub fn ranked(&self) -> Vec<&str> {
        let mut people: Vec<_> = self.people.iter().collect();
        people.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        people.into_iter().map(|(reference, _)| reference.as_str()).collect()
    }
}
