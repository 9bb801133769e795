//! An address set as large as its place allows: never cut, and never broken within a line.

use crate::letter::blocks::frame;
use crate::letter::line::lines::{self, Align};
use crate::letter::line::typeset::{Look, Setter, Styled};
use crate::letter::number;
use crate::letter::page::{LayoutFault, Mark, TextLine};
use crate::text;

/// The smallest type that an address may be set in.
const SMALLEST: f32 = 8.0;
/// Type of this size is read with ease; below it, an address may take more lines to be larger.
const COMFORTABLE: f32 = 10.0;
/// The distance of an address's baselines, as a multiple of the size of its type; and where one line more must find room.
pub(crate) const LEADING: f32 = 1.2;
const TIGHT: f32 = 1.1;

/// Where an address stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AddressPlace {
    /// What it is: `window`, `label`.
    pub what: &'static str,
    /// Width and height in points.
    pub room: (f32, f32),
    /// The size of type that is large enough.
    pub most: f32,
}

/// An address that is set.
#[derive(Debug, Default)]
pub(crate) struct SetAddress {
    lines: Vec<TextLine>,
    size: f32,
    /// The distance of baselines.
    leading: f32,
    /// What is wrong with it.
    pub faults: Vec<LayoutFault>,
}

impl SetAddress {
    /// Its height in points.
    pub(crate) fn height(&self) -> f32 {
        number::measure(self.lines.len()) * self.leading
    }

    /// Its marks, from this left top corner on.
    pub(crate) fn marks(self, x: f32, top: f32) -> impl Iterator<Item = Mark> {
        let leading = self.leading;
        let first = top + frame::baseline(self.size, leading);
        let lines = self.lines.into_iter().enumerate();
        lines.map(move |(n, line)| Mark::Text { x, y: first + number::measure(n) * leading, line })
    }
}

/// Sets an address in that of its forms which suits the place; if none fits, the first, with what is wrong.
///
/// The same words in other lines are as good, and better where they can be larger; other words only when nothing else fits.
pub(crate) fn fit<'f>(
    setter: &mut Setter<'_>,
    language: &str,
    forms: impl IntoIterator<Item = &'f Vec<String>>,
    place: AddressPlace,
) -> SetAddress {
    let mut forms = forms.into_iter();
    let Some(first) = forms.next() else { return SetAddress::default() };
    let mut best = try_form(setter, language, first, place);
    let is_comfortable = best.faults.is_empty() && best.size >= COMFORTABLE.min(place.most);
    // A character that no font has is reported, and not avoided.
    if is_comfortable || best.faults.iter().any(|fault| matches!(fault, LayoutFault::Glyph(_))) {
        return best;
    }
    let words = first.join(" ");
    for form in forms {
        let is_same = form.join(" ") == words;
        if best.faults.is_empty() && !is_same {
            continue;
        }
        let other = try_form(setter, language, form, place);
        if other.faults.is_empty() && (!best.faults.is_empty() || other.size > best.size) {
            best = other;
        }
    }
    best
}

fn try_form(setter: &mut Setter<'_>, language: &str, form: &[String], place: AddressPlace) -> SetAddress {
    setter.missing.clear();
    let mut at_size =
        |size: f32| -> Vec<TextLine> { form.iter().filter_map(|l| one_line(setter, language, l, size)).collect() };
    let widest = |lines: &[TextLine]| lines.iter().map(|line| line.width).fold(0.0, f32::max);
    let (width, height) = place.room;
    let mut lines = at_size(place.most);
    let by_width = place.most * width / widest(&lines).max(1.0);
    let each = height / number::measure(lines.len().max(1));
    let leading = if each < SMALLEST * LEADING { TIGHT } else { LEADING };
    let by_height = each / leading;
    let mut size = place.most;
    if by_width.min(by_height) < size {
        // Halves of a point, so that letters in a pile look alike.
        size = ((by_width.min(by_height) * 2.0).floor() / 2.0).max(SMALLEST).min(place.most);
        lines = at_size(size);
    }
    let mut faults: Vec<LayoutFault> = Vec::new();
    for missing in setter.take_missing() {
        if !faults.contains(&missing) {
            faults.push(missing);
        }
    }
    if by_height < size {
        let fit = usize::from(number::whole((height / (size * leading)).floor()));
        let message =
            format!("address does not fit the {}: {}, {fit} fit", place.what, text::count(lines.len(), "line"));
        faults.push(LayoutFault::Window(message, "put two lines of the address into one, or leave one out".to_owned()));
    } else if by_width < size {
        let line = lines.iter().find(|line| line.width > width).map_or("", |line| line.text.as_str());
        let message = format!("address does not fit the {}: {} is too long", place.what, text::quote(line));
        faults.push(LayoutFault::Window(message, "shorten that line, or break it into two".to_owned()));
    }
    SetAddress { lines, size, leading: size * leading, faults }
}

/// Text in one line, whatever its length and whatever breaks it holds; nothing when there is nothing to be seen.
pub(crate) fn one_line(setter: &mut Setter<'_>, language: &str, text: &str, size: f32) -> Option<TextLine> {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let styled = Styled::plain(&flat, Look::of(size));
    lines::set(setter, &styled, language, f32::MAX, Align::Left).into_iter().next().map(|(_, line)| line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::letter::Fonts;

    /// The lines that are set in a place of this size, and the size of the type.
    fn set(forms: &[&[&str]], room: (f32, f32)) -> (Vec<String>, f32, usize) {
        let fonts = Fonts::shipped();
        let forms: Vec<Vec<String>> =
            forms.iter().map(|form| form.iter().map(|line| (*line).to_owned()).collect()).collect();
        let set = fit(&mut Setter::new(&fonts), "en", &forms, AddressPlace { what: "label", room, most: 12.0 });
        (set.lines.into_iter().map(|line| line.text).collect(), set.size, set.faults.len())
    }

    #[test]
    fn lines_are_broken_before_type_becomes_small_and_words_change_last() {
        let (whole, broken, brief) = (
            ["Robert and Eleanor Featherstone", "Town"],
            ["Robert and", "Eleanor Featherstone", "Town"],
            ["R. and E. F.", "Town"],
        );
        let forms: [&[&str]; 3] = [&whole, &broken, &brief];
        for (room, lines, size) in [
            ((300.0, 60.0), whole.to_vec(), 12.0),
            ((140.0, 60.0), whole.to_vec(), 11.0),
            ((120.0, 60.0), broken.to_vec(), 12.0),
            ((120.0, 22.0), whole.to_vec(), 9.0),
            ((90.0, 22.0), brief.to_vec(), 9.0),
        ] {
            assert_eq!(set(&forms, room), (lines.into_iter().map(str::to_owned).collect(), size, 0), "{room:?}");
        }
        assert_eq!(set(&forms, (30.0, 60.0)).2, 1);
        assert_eq!(set(&[&["a\u{2028}b"]], (300.0, 60.0)).0, ["a b"]);
    }
}
