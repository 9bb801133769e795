//! What the clerks wrote on the cards: taste, family, and how a customer likes to be served.

use super::dice::{self, Dice};

/// One or two remarks, but usually none.
pub(super) fn remark(dice: &mut Dice, woman: bool, married: bool) -> String {
    let mut remarks = Vec::new();
    if dice.chance(180) {
        remarks.push(dice.word(dice::words(if woman { "a woman" } else { "a man" })));
    }
    if dice.chance(if married { 110 } else { 30 }) {
        remarks.push(dice.word(dice::words("a parent")));
    }
    if married && dice.chance(50) {
        remarks.push(dice.word(dice::words("a spouse")));
    }
    if dice.chance(80) {
        remarks.push(dice.word(dice::words("anyone")));
    }
    remarks.join("; ")
}
