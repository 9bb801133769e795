//! What the invented shop sells, at the prices of 1988, and what one customer buys at a time.

use std::sync::LazyLock;

use super::dice::{self, Dice};

/// One line of a receipt.
#[derive(Clone)]
pub(super) struct ReceiptLine {
    pub(super) item: &'static str,
    pub(super) quantity: i64,
    /// In cents.
    pub(super) price: i64,
}

/// An item of the shop.
struct Ware {
    item: &'static str,
    /// In cents.
    price: i64,
    /// Who wears it: `him`, `her`, or both if empty.
    wearer: &'static str,
    /// When it is sold: `cold`, `warm`, or always if empty.
    season: &'static str,
}

static WARES: LazyLock<Vec<(i64, Ware)>> = LazyLock::new(|| {
    let rows = dice::weighted_rows(include_str!("wares.tsv"));
    rows.map(|(weight, [item, price, wearer, season])| {
        (weight, Ware { item, price: dice::number(price), wearer, season })
    })
    .collect()
});

/// What one person buys for about this many cents, in this month.
pub(super) fn basket(dice: &mut Dice, woman: bool, month: u32, budget: i64) -> Vec<ReceiptLine> {
    let mut lines: Vec<ReceiptLine> = Vec::new();
    let mut left = budget;
    // Sometimes a gift: something for the other sex.
    let woman = if dice.chance(70) { !woman } else { woman };
    while lines.len() < 5 {
        let most = if lines.is_empty() { left * 5 / 4 } else { left };
        let Some(mut line) = draw(dice, woman, month, most.max(900)) else { break };
        if lines.iter().any(|other| other.item == line.item) {
            break;
        }
        if line.price < 6_000 && left > line.price * 3 && dice.chance(380) {
            line.quantity = dice.between(2, 4).min(left / line.price);
        }
        left -= line.price * line.quantity;
        lines.push(line);
        if left < 3_500 || (left < budget / 3 && dice.chance(500)) {
            break;
        }
    }
    lines
}

/// The same for exactly this many cents: tailoring makes up the difference.
pub(super) fn basket_of(dice: &mut Dice, woman: bool, month: u32, total: i64) -> Vec<ReceiptLine> {
    let mut lines = basket(dice, woman, month, total * 4 / 5);
    let mut left = total;
    lines.retain(|line| {
        let fits = line.price * line.quantity <= left;
        left -= if fits { line.price * line.quantity } else { 0 };
        fits
    });
    for (item, at_most) in [("monogram", 2_200), ("alterations", 9_500), ("made-to-order shirt", 14_500)] {
        if left > 0 && left <= at_most {
            lines.push(ReceiptLine { item, quantity: 1, price: left });
            return lines;
        }
    }
    if left > 0 {
        // Too much for tailoring: add another item, and try again.
        match draw(dice, woman, month, left - 100) {
            Some(line) => {
                let rest = left - line.price;
                lines.push(line);
                lines.push(ReceiptLine { item: "alterations", quantity: 1, price: rest });
            }
            None => lines.push(ReceiptLine { item: "made-to-order shirt", quantity: 1, price: left }),
        }
    }
    lines
}

/// A large purchase for a buyer who resells or outfits others.
pub(super) fn carton(dice: &mut Dice, month: u32, budget: i64) -> Vec<ReceiptLine> {
    let mut lines = basket(dice, false, month, budget / 16);
    for line in &mut lines {
        line.quantity = dice.between(18, 30);
        // A third off for trade, in whole half-dollars.
        line.price = line.price * 2 / 3 / 50 * 50;
    }
    lines
}

/// An item that costs no more than this; customers with more to spend look at more items and take the best.
fn draw(dice: &mut Dice, woman: bool, month: u32, most: i64) -> Option<ReceiptLine> {
    let season = if (4..=8).contains(&month) { "warm" } else { "cold" };
    let wearer = if woman { "her" } else { "him" };
    let fits = |(_, ware): &&(i64, Ware)| {
        ware.price <= most && ["", wearer].contains(&ware.wearer) && ["", season].contains(&ware.season)
    };
    let rack: Vec<(i64, &Ware)> = WARES.iter().filter(fits).map(|(weight, ware)| (*weight, ware)).collect();
    if rack.is_empty() {
        return None;
    }
    let looks = if most > 40_000 { 4 } else { 1 + most / 12_000 };
    let seen: Vec<&Ware> = (0..looks).filter_map(|_| dice.weighted(&rack)).copied().collect();
    let best = seen.iter().max_by_key(|ware| ware.price)?;
    Some(ReceiptLine { item: best.item, quantity: 1, price: best.price })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_basket_of_an_exact_sum_comes_to_that_sum() {
        let mut dice = Dice::of("anyone", "basket");
        for n in 0..2_000 {
            let total = 12_000 + n * 117;
            let lines = basket_of(&mut dice, n % 2 == 0, 2, total);
            assert_eq!(lines.iter().map(|line| line.price * line.quantity).sum::<i64>(), total);
            assert!(lines.iter().all(|line| line.price > 0 && line.quantity > 0), "{total}");
        }
    }
}
