//! The fast form of a question against the plain one, a look-up for each person, over random questions and random books.

use fastrand::Rng;

use super::shop::{Shop, as_of, shop_of_dice};
use crate::domain::CustomerId;
use crate::segment::{self, Search, order, resolve, words};
use crate::store::StoreReader;

const DAYS: [&str; 5] = ["today()", "months_ago(6)", "date('1989-01-16')", "date('1990-01-16')", "date('1985-01-01')"];
const FIGURES: [&str; 12] = [
    "spend_12m",
    "spend_24m",
    "spend_ever",
    "visits_12m",
    "visits_24m",
    "visits_ever",
    "average_purchase",
    "returns_12m",
    "spend_between(date('1989-01-01'), date('1989-06-30'))",
    "visits_between(date('1980-01-01'), date('1999-12-31'))",
    "spend_24m - spend_12m",
    "spend_12m / visits_12m",
];

fn pick<'a>(of: &[&'a str], dice: &mut Rng) -> &'a str {
    of[dice.usize(..of.len())]
}

/// Most ask about purchases; the others about whatever the language has.
fn condition(depth: u32, dice: &mut Rng) -> String {
    let sign = pick(&["=", "<>", "<", "<=", ">", ">="], dice);
    match dice.u8(..if depth > 0 { 16 } else { 10 }) {
        0..=3 => format!("{} {sign} {}", pick(&FIGURES, dice), pick(&["0", "1", "-1", "2", "150", "500.01"], dice)),
        4 => format!("{} {sign} {}", pick(&["first_purchase", "last_purchase"], dice), pick(&DAYS, dice)),
        5 => format!("{} {sign} {}", pick(&DAYS, dice), pick(&["first_purchase", "last_purchase"], dice)),
        6 => format!(
            "{} BETWEEN {} AND {}",
            pick(&FIGURES, dice),
            pick(&["-1", "0", "1"], dice),
            pick(&["2", "300"], dice)
        ),
        7 => format!("{} {sign} {}", pick(&FIGURES, dice), pick(&FIGURES, dice)),
        8 => {
            format!("{} IS {}NULL", pick(&["last_purchase", "first_purchase", "city"], dice), pick(&["", "NOT "], dice))
        }
        9 => {
            let all: Vec<&str> =
                words().filter(|(_, kind)| kind.to_string() == "a condition").map(|(word, _)| word).collect();
            pick(&all, dice).replace("spring-2025", "1989-chardonnay").replace("vip", "wholesale")
        }
        10 | 11 => format!("NOT ({})", condition(depth - 1, dice)),
        12 => format!("({}) = ({})", condition(depth - 1, dice), condition(depth - 1, dice)),
        13 => format!("({} OR {})", condition(depth - 1, dice), condition(depth - 1, dice)),
        _ => format!("({} AND {})", condition(depth - 1, dice), condition(depth - 1, dice)),
    }
}

fn keys(dice: &mut Rng) -> String {
    let mut key = || {
        let key = match dice.u8(..4) {
            0 => pick(&["last_purchase", "first_purchase", "city", "lower(city)", "has_email", "redeemed_on"], dice),
            _ => pick(&FIGURES, dice),
        };
        format!("{key}{}", pick(&["", " DESC"], dice))
    };
    let (one, other) = (key(), key());
    if one.len() % 2 == 0 { one } else { format!("{one}, {other}") }
}

/// The people in order as one plain statement has them, which nothing was resolved in.
fn plainly(shop: &Shop, condition: &segment::Condition, order: &segment::Order) -> Vec<CustomerId> {
    let read = shop.store.read();
    let plain = Search::plain(&read, &condition.root, order.keys.iter().map(|(key, _)| key).collect()).expect("plain");
    let (text, mut sql) = plain.statement(None);
    let by: Vec<String> = order
        .keys
        .iter()
        .map(|(key, down)| format!("{}{} NULLS LAST", sql.expr(key), if *down { " DESC" } else { "" }))
        .collect();
    read.all(&format!("{text} ORDER BY {}, c.ref", by.join(", ")), &sql.params, |row| row.get(0)).expect(&text)
}

#[test]
fn the_fast_form_gives_what_the_plain_one_gives() {
    let mut dice = Rng::with_seed(19);
    let (mut asked, mut narrowed) = (0, 0);
    for book in 0..5_usize {
        let shop = shop_of_dice(100 + book as u64);
        let read = shop.store.read();
        while asked < 100 * (book + 1) {
            let (question, by) = (condition(dice.u32(0..4), &mut dice), keys(&mut dice));
            let Ok(checked) = segment::condition(&question, &shop.scope()) else { continue };
            if question.contains("top(") {
                continue;
            }
            asked += 1;
            let by_keys = order(&by, &shop.scope()).expect(&by);
            let wanted = plainly(&shop, &checked, &by_keys);
            let ids = |found: Vec<segment::Found>| found.into_iter().map(|one| one.id).collect::<Vec<_>>();
            let all = segment::find(&read, &checked, Some(&by_keys), None).expect(&question);
            assert_eq!((all.matched, ids(all.found)), (wanted.len(), wanted.clone()), "{question} by {by}");
            let most = dice.usize(1..20);
            let some = segment::find(&read, &checked, Some(&by_keys), Some(&|_| most)).expect(&question);
            assert_eq!(ids(some.found), wanted[..most.min(wanted.len())], "{most} of {question} by {by}");
            let root = resolve::resolved(&read, &checked.root).expect(&question);
            let search = Search::of(&read, &root, Vec::new()).expect(&question);
            narrowed += usize::from(search.is_narrowed());
            let beside = StoreReader::open(&shop.path()).expect("a second view");
            let mut halves = search.in_halves(&read, beside, dice.i64(0..130)).expect(&question).ids;
            let mut wanted = wanted;
            halves.sort_unstable();
            wanted.sort_unstable();
            assert_eq!(halves, wanted, "the halves of {question}");
        }
    }
    assert!(narrowed > asked / 4, "{narrowed} of {asked} questions were asked of buyers alone");
}

type Score = fn(&super::Person) -> i64;

/// The best by a figure, counted without SQL.
#[test]
fn the_top_is_taken_of_those_who_bought() {
    for seed in 0..4 {
        let shop = shop_of_dice(seed);
        let read = shop.store.read();
        let figures: [(&str, u32, Score); 4] = [
            ("spend_12m", 12, |p| p.spend(12)),
            ("visits_24m", 24, |p| i64::try_from(p.visits(24)).expect("few")),
            ("spend_12m + spend_24m", 24, |p| p.spend(12) + p.spend(24)),
            ("last_purchase", 900, |p| p.last().map_or(i64::MIN, |on| (on - as_of()).num_days())),
        ];
        for (figure, months, score) in figures {
            let mut buyers: Vec<&super::Person> = shop.people.iter().filter(|p| p.visits(months) > 0).collect();
            buyers.sort_by_key(|p| (-score(p), p.reference.clone()));
            for (limit, places) in [
                ("'20%'", buyers.len().div_ceil(5)),
                ("'0.1%'", 1),
                ("'100%'", buyers.len()),
                ("1", 1),
                ("17", 17),
                ("9000", buyers.len()),
            ] {
                let best: Vec<&str> = buyers[..places].iter().map(|p| p.reference.as_str()).collect();
                let wanted = shop.counted(|p| best.contains(&p.reference.as_str()));
                let question = format!("top({limit}, {figure})");
                assert_eq!(shop.matching(&question), wanted, "{question}");
                let others = shop.matching(&format!("NOT {question}"));
                assert_eq!(others.len(), shop.people.len() - places, "{question}");
                let checked = segment::condition(&question, &shop.scope()).expect("right");
                for id in [1, 2, 3, 50, 77].map(CustomerId) {
                    let why = segment::explain(&read, &checked, id).expect("why");
                    assert_eq!(why.holds, wanted.contains(&id), "{question} of {id}");
                }
            }
        }
    }
}
