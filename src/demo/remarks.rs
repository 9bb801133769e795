//! What the clerks wrote on the cards: taste, family, and how a customer likes to be served.

use super::dice::Dice;

const OF_A_MAN: &str = "prefers double-breasted|42 long, left shoulder a little low|\
    natural shoulders only, no padding|three-button, never two|button-down collars, always blue or white|\
    likes cuffs on everything|asks for Ed|tuxedo let out in 1986|wears braces, never a belt|size 11 D, wide instep|\
    allergic to mohair|navy and grey, nothing brown|bow ties; ties his own|\
    wants to be called when the English tweeds come in|shirts 15½ × 34, slim|\
    sleeves half an inch longer on the right|teaches evenings, comes on Saturdays|\
    buys for the whole winter in one morning";

const OF_A_WOMAN: &str = "size 8, petite in jackets|loves the color of dark plums|no wool next to the skin|\
    asks for Helen|silk blouses with a bow, ivory above all|wants pockets in everything|\
    likes to see new suits before they are on the floor|sings in the symphony chorus, needs long black|\
    prefers cotton|hems an inch below the knee|buys her father's birthday sweater here every March|\
    travels to Boston often, needs a real coat|shoes 7½ narrow|says no to shoulder pads|\
    comes on the first day of the sale, and only then";

const OF_A_PARENT: &str = "daughter at Stanford|son at Gunn High School, already 6 ft 2|\
    twins, both in college back East|daughter married in June 1988, we did the whole party|\
    first grandchild in October|son starts at a law firm, needs two suits|daughter plays the cello|\
    three boys, hand-me-downs, so wants things that last|son away in the Navy";

const OF_ANYONE: &str = "has a dog called Biscuit who may come in|likes to be left alone to look|\
    always pays by check|cup of coffee, no sugar|walks here, wants things sent home|keeps bees, brings us honey|\
    moved here from Chicago|plays tennis on Wednesdays|gift wrap without ribbon|sent us four friends last year|\
    grows roses, talk about roses|hard of hearing on the left side|never call before ten";

const BY_HIM_OR_HER: &str = "spouse chooses the ties|anniversary in May, give a hint|\
    birthday present for the other half every September|they shop together, allow an hour";

/// A remark or two, or more often none.
pub(super) fn remark(dice: &mut Dice, woman: bool, married: bool) -> String {
    let mut remarks = Vec::new();
    if dice.chance(180) {
        remarks.push(dice.word(if woman { OF_A_WOMAN } else { OF_A_MAN }));
    }
    if dice.chance(if married { 110 } else { 30 }) {
        remarks.push(dice.word(OF_A_PARENT));
    }
    if married && dice.chance(50) {
        remarks.push(dice.word(BY_HIM_OR_HER));
    }
    if dice.chance(80) {
        remarks.push(dice.word(OF_ANYONE));
    }
    remarks.join("; ")
}
