//! What the invented shop sells, at the prices of 1988, and what goes into one bag.

use super::dice::Dice;

/// One line of a receipt.
#[derive(Clone)]
pub(super) struct ReceiptLine {
    pub(super) item: &'static str,
    pub(super) quantity: i64,
    /// In cents.
    pub(super) price: i64,
}

/// Who wears it.
#[derive(Clone, Copy, PartialEq)]
enum For {
    Him,
    Her,
    Both,
}

/// When it hangs in the shop.
#[derive(Clone, Copy, PartialEq)]
enum Hangs {
    Always,
    Cold,
    Warm,
}

use For::{Both, Her, Him};
use Hangs::{Always, Cold, Warm};

/// Weight, item, price in cents, who wears it, when it hangs in the shop.
type Ware = (i64, &'static str, i64, For, Hangs);

const WARES: &[Ware] = &[
    (16, "Oxford shirt", 4_600, Him, Always),
    (10, "pinpoint Oxford shirt", 5_850, Him, Always),
    (6, "Sea Island cotton shirt", 9_500, Him, Always),
    (8, "tattersall shirt", 4_950, Him, Cold),
    (6, "madras shirt", 4_400, Him, Warm),
    (8, "piqué polo shirt", 3_600, Both, Warm),
    (14, "silk tie", 3_250, Him, Always),
    (5, "bow tie", 2_650, Him, Always),
    (4, "knit tie", 2_400, Him, Cold),
    (12, "grey flannel trousers", 11_500, Him, Cold),
    (10, "worsted wool trousers", 12_950, Him, Always),
    (9, "pleated khakis", 5_950, Him, Warm),
    (6, "corduroy trousers", 6_850, Both, Cold),
    (7, "navy wool blazer", 26_500, Both, Always),
    (8, "Harris tweed jacket", 28_500, Him, Cold),
    (5, "linen sport coat", 24_500, Him, Warm),
    (4, "silk and wool sport coat", 34_500, Him, Warm),
    (9, "charcoal worsted suit", 47_500, Him, Always),
    (9, "navy pinstripe suit", 52_500, Him, Always),
    (5, "tropical wool suit", 44_500, Him, Warm),
    (4, "double-breasted suit", 59_500, Him, Always),
    (2, "made-to-measure suit", 89_500, Him, Always),
    (2, "dinner jacket", 49_500, Him, Cold),
    (4, "trench coat", 32_500, Both, Cold),
    (3, "cashmere topcoat", 69_500, Him, Cold),
    (5, "wool overcoat", 42_500, Both, Cold),
    (9, "wing-tip shoes", 18_500, Him, Always),
    (7, "tassel loafers", 16_500, Him, Always),
    (7, "bridle leather belt", 4_250, Him, Always),
    (4, "felt braces", 3_600, Him, Always),
    (8, "pima cotton socks", 850, Both, Always),
    (5, "Argyle socks", 1_250, Both, Cold),
    (4, "linen handkerchief", 700, Both, Always),
    (5, "cotton pajamas", 4_950, Both, Always),
    (2, "silk dressing gown", 16_500, Both, Cold),
    (8, "lambswool sweater", 7_950, Both, Cold),
    (5, "cashmere sweater", 19_500, Both, Cold),
    (4, "cotton cable sweater", 8_450, Both, Warm),
    (3, "Panama hat", 6_850, Both, Warm),
    (3, "wool felt hat", 7_400, Both, Cold),
    (4, "lined leather gloves", 5_250, Both, Cold),
    (14, "silk blouse", 8_950, Her, Always),
    (11, "cotton blouse", 5_450, Her, Always),
    (10, "wool gabardine skirt", 11_950, Her, Cold),
    (6, "pleated linen skirt", 8_850, Her, Warm),
    (9, "silk shirtdress", 21_500, Her, Always),
    (7, "wool crepe dress", 24_500, Her, Cold),
    (6, "printed cotton dress", 12_950, Her, Warm),
    (10, "bouclé wool suit", 42_500, Her, Cold),
    (8, "gabardine suit", 38_500, Her, Always),
    (5, "raw silk suit", 36_500, Her, Warm),
    (4, "camel hair coat", 48_500, Her, Cold),
    (2, "velvet evening jacket", 29_500, Her, Cold),
    (8, "wool flannel trousers", 11_950, Her, Cold),
    (7, "leather pumps", 13_500, Her, Always),
    (8, "silk scarf", 4_850, Her, Always),
    (4, "challis shawl", 7_250, Her, Cold),
    (5, "calfskin handbag", 18_950, Her, Always),
    (4, "cashmere cardigan", 22_500, Her, Cold),
];

/// What one person takes home for about this many cents, in this month.
pub(super) fn basket(dice: &mut Dice, woman: bool, month: u32, budget: i64) -> Vec<ReceiptLine> {
    let mut lines: Vec<ReceiptLine> = Vec::new();
    let mut left = budget;
    // A gift now and then: something from the other side of the shop.
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

/// The same for exactly this many cents: the tailor's work makes up the difference.
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
        // Too much for needle and thread: another piece, and the rest again.
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

/// A carton for a buyer who resells or outfits others.
pub(super) fn carton(dice: &mut Dice, month: u32, budget: i64) -> Vec<ReceiptLine> {
    let mut lines = basket(dice, false, month, budget / 16);
    for line in &mut lines {
        line.quantity = dice.between(18, 30);
        // A third off for trade, in whole half-dollars.
        line.price = line.price * 2 / 3 / 50 * 50;
    }
    lines
}

/// Something that costs no more than this; who has more to spend looks at more and takes the best.
fn draw(dice: &mut Dice, woman: bool, month: u32, most: i64) -> Option<ReceiptLine> {
    let cold = !(4..=8).contains(&month);
    let fits = |(_, _, price, wearer, hangs): &&Ware| {
        let wearer = *wearer == Both || (*wearer == Her) == woman;
        let hangs = *hangs == Always || (*hangs == Cold) == cold;
        *price <= most && wearer && hangs
    };
    let rack: Vec<(i64, &Ware)> = WARES.iter().filter(fits).map(|ware| (ware.0, ware)).collect();
    if rack.is_empty() {
        return None;
    }
    let looks = if most > 40_000 { 4 } else { 1 + most / 12_000 };
    let seen: Vec<&Ware> = (0..looks).filter_map(|_| dice.weighted(&rack)).copied().collect();
    let (_, item, price, ..) = seen.iter().max_by_key(|ware| ware.2)?;
    Some(ReceiptLine { item, quantity: 1, price: *price })
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
