//! The front matter of a template: what its keys may be.

use std::ops::RangeInclusive;

use crate::domain::column_enum;
use crate::error::Error;
use crate::shop::{Placed, TomlTable};

/// The sizes of text, in points, that can be read in a letter and fit it.
const SIZES: RangeInclusive<f32> = 6.0..=24.0;
/// The distances of baselines, as multiples of the size, at which lines neither touch nor fall apart.
const LEADINGS: RangeInclusive<f32> = 1.0..=2.0;
/// The margins, in mm: nearer to the edge most printers do not print.
const MARGINS: RangeInclusive<f32> = 5.0..=100.0;

/// The front matter of a template; every key may be left out.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Head {
    /// The name of a paper; the shop's country decides when it is not given.
    pub(crate) paper: Option<Placed<String>>,
    /// The envelope's window: none, us-10, dl-uk, din-5008-a, din-5008-b.
    pub(crate) window: Option<Placed<String>>,
    /// The white around the text.
    pub(crate) margins: Option<Placed<Margins>>,
    /// The family of the text, if not the one that comes with the program.
    pub(crate) font: Option<Placed<String>>,
    /// The size of the text in points.
    pub(crate) size: Option<f32>,
    /// The distance of baselines, as a multiple of the size.
    pub(crate) leading: Option<f32>,
    pub(crate) align: TextAlign,
    pub(crate) figures: FigureStyle,
    /// `#rrggbb`, or the name of a color.
    pub(crate) colour: Option<Placed<String>>,
    /// BCP 47, such as `en-US`: decides how words are divided.
    pub(crate) language: Option<String>,
    /// The letterhead, an image next to the template.
    pub(crate) logo: Option<Placed<String>>,
    /// What lies under the letter, a PDF or an image next to the template.
    pub(crate) background: Option<Placed<String>>,
    /// The signature, an image next to the template.
    pub(crate) signature: Option<Placed<String>>,
    /// Who signs.
    pub(crate) signer: Option<String>,
    /// The subject line of an email; it may have merge fields.
    pub(crate) subject: Option<String>,
    /// The line at the top of the pages after the first; it may have merge fields, and the number of the page.
    pub(crate) second_page: Option<Placed<String>>,
    /// The small lines at the foot; as that.
    pub(crate) footer: Option<Placed<String>>,
    pub(crate) footer_on: FooterPages,
    /// The date of the letter as it is to be printed, instead of the campaign's.
    pub(crate) date: Option<String>,
}

/// The white around the text in mm, where it is not the usual.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Margins {
    pub left: Option<f32>,
    pub right: Option<f32>,
    pub top: Option<f32>,
    pub bottom: Option<f32>,
}

column_enum! {
    /// How the lines of a paragraph fill the column.
    #[derive(Default)]
    pub enum TextAlign {
        /// Both sides straight.
        #[default]
        Justify = "justify",
        /// Ragged where lines end.
        Left = "left",
    }
}

column_enum! {
    /// The shape of figures in running text.
    #[derive(Default)]
    pub enum FigureStyle {
        /// As high as capitals.
        #[default]
        Lining = "lining",
        /// As small letters, some above the line and some below.
        Oldstyle = "oldstyle",
    }
}

column_enum! {
    /// Which pages have the lines at the foot.
    #[derive(Default)]
    pub enum FooterPages {
        #[default]
        Each = "each",
        First = "first",
    }
}

impl Head {
    pub(super) fn of(mut table: TomlTable<'_>) -> Self {
        Self {
            paper: table.take("paper"),
            window: table.take("window"),
            margins: margins(&mut table),
            font: table.take("font"),
            size: within(&mut table, "size", SIZES, |size| {
                let message = format!("a text of {size} points cannot be read or does not fit");
                (message, format!("choose a size between {} and {}", SIZES.start(), SIZES.end()))
            }),
            leading: within(&mut table, "leading", LEADINGS, |leading| {
                let message = format!("lines at {leading} times the size of the text touch or fall apart");
                (message, format!("choose a number between {} and {}; 1.36 is usual", LEADINGS.start(), LEADINGS.end()))
            }),
            align: table.value("align"),
            figures: table.value("figures"),
            colour: table.take("colour"),
            language: table.value_if("language"),
            logo: table.take("logo"),
            background: table.take("background"),
            signature: table.take("signature"),
            signer: table.value_if("signer"),
            subject: table.value_if("subject"),
            second_page: table.take("second_page"),
            footer: table.take("footer"),
            footer_on: table.value("footer_on"),
            date: table.value_if("date"),
        }
    }
}

/// A number within a range; another is an error, with the message and hint that are made of it.
fn within(
    table: &mut TomlTable<'_>,
    key: &'static str,
    range: RangeInclusive<f32>,
    wrong: impl FnOnce(f32) -> (String, String),
) -> Option<f32> {
    let number = table.take::<f32>(key)?;
    if !range.contains(&number.value) {
        let (message, hint) = wrong(number.value);
        table.fault(number.line, Error::new(message).hint(hint));
        return None;
    }
    Some(number.value)
}

/// `margins = 25`, or a table with some of the four sides.
fn margins(table: &mut TomlTable<'_>) -> Option<Placed<Margins>> {
    let wrong = |mm: f32| {
        let message = format!("a margin of {mm} mm is not possible");
        (message, format!("choose mm between {} and {}, such as `margins = 25`", MARGINS.start(), MARGINS.end()))
    };
    if !table.holds_table("margins") {
        let line = table.line_of("margins");
        let all = within(table, "margins", MARGINS, wrong);
        return all
            .map(|_| Margins { left: all, right: all, top: all, bottom: all })
            .map(|value| Placed { value, line });
    }
    let mut sides = table.table("margins")?;
    let line = sides.line;
    let mut side = |key| within(&mut sides, key, MARGINS, wrong);
    let value = Margins { left: side("left"), right: side("right"), top: side("top"), bottom: side("bottom") };
    Some(Placed { value, line })
}
