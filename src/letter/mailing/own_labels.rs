//! Sheets of labels of the shop's own, checked against their paper.

use super::labels::LabelSheet;
use crate::error::{Error, Result};
use crate::letter::sheet::paper::MM;
use crate::letter::{Paper, number};
use crate::shop::LabelSettings;
use crate::text;

/// How many labels a sheet may have in a row or a column.
const MOST: usize = 50;
/// The smallest label, in mm: an address of three lines has room on it.
const LEAST: (f32, f32) = (25.0, 12.0);
/// By how much what is measured by hand may be off, in mm.
const SLACK: f32 = 0.5;

/// The sheets of the shop's own, those that can be used, and what is wrong with the others, by line.
pub(crate) fn own_sheets(all: &[LabelSettings], country: &str) -> (Vec<LabelSheet>, Vec<Error>) {
    let (mut sheets, mut faults): (Vec<LabelSheet>, Vec<Error>) = (Vec::new(), Vec::new());
    for own in all {
        match sheet(own, country, &sheets) {
            Ok(sheet) => sheets.push(sheet),
            Err(fault) => faults.push(if fault.place().is_some() { fault } else { fault.at(own.line) }),
        }
    }
    (sheets, faults.into_iter().map(|fault| fault.at("shop.toml")).collect())
}

fn sheet(own: &LabelSettings, country: &str, others: &[LabelSheet]) -> Result<LabelSheet> {
    let name = own.name.trim();
    let quoted = text::quote(name);
    let at_name = |fault: Error| fault.at(own.name.line);
    if name.is_empty() {
        return Err(at_name(Error::new("these labels have no name").hint("write it as `name = \"…\"`")));
    }
    if LabelSheet::is_known(name) || others.iter().any(|other| other.is_called(name)) {
        return Err(at_name(Error::new(format!("there are labels {quoted} already")).hint("give these another name")));
    }
    let paper = match &own.paper {
        Some(paper) => Paper::called(paper).map_err(|e| e.at(paper.line))?.in_country(country),
        None => Paper::of(country),
    };
    if !(1..=MOST).contains(&own.columns) || !(1..=MOST).contains(&own.rows) {
        return Err(Error::new(format!("the labels {quoted} have {} columns and {} rows", own.columns, own.rows))
            .hint(format!("both are numbers from 1 to {MOST}")));
    }
    let numbers = [own.size.0, own.size.1, own.first.0, own.first.1, own.pitch.0, own.pitch.1];
    let is_large = own.size.0 >= LEAST.0 && own.size.1 >= LEAST.1;
    if !is_large || numbers.iter().any(|mm| !mm.is_finite()) || own.first.0 < 0.0 || own.first.1 < 0.0 {
        let size = format!("{} × {} mm", own.size.0, own.size.1);
        return Err(Error::new(format!("labels {quoted} of {size} cannot be printed")).hint(format!(
            "measure in mm: a label has {} × {} mm or more, `left` and `top` 0 or more",
            LEAST.0, LEAST.1
        )));
    }
    let (width, height) = paper.size();
    for (count, size, first, pitch, room, keys) in [
        (own.columns, own.size.0, own.first.0, own.pitch.0, width / MM, ["pitch_x", "width", "columns", "left"]),
        (own.rows, own.size.1, own.first.1, own.pitch.1, height / MM, ["pitch_y", "height", "rows", "top"]),
    ] {
        let [pitch_key, size_key, count_key, first_key] = keys;
        if count > 1 && pitch < size - 0.01 {
            let message =
                format!("the labels {quoted} overlap: `{pitch_key}` {pitch} is less than `{size_key}` {size}");
            return Err(Error::new(message)
                .hint(format!("`{pitch_key}` is measured from the edge of one label to the same edge of the next")));
        }
        let end = first + pitch * number::measure(count - 1) + size;
        if end > room + SLACK {
            let message = format!("the labels {quoted} do not fit the paper: they reach to {end:.1} mm of {room:.1}");
            let hint = format!("look at `{first_key}`, `{count_key}`, `{size_key}` and `{pitch_key}`");
            return Err(Error::new(message).hint(hint));
        }
    }
    Ok(LabelSheet::new(name, paper, (own.columns, own.rows), [own.size, own.first, own.pitch]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::Settings;

    fn checked(labels: &str) -> (Vec<LabelSheet>, String) {
        let shop = "name = \"x\"\naddress = [\"x\"]\ncountry = \"US\"\ncurrency = \"USD\"\n";
        let settings = Settings::read(&format!("{shop}{labels}")).expect(labels);
        let (sheets, faults) = own_sheets(&settings.labels, "US");
        (sheets, Error::all(faults).map(|fault| fault.message().to_owned()).unwrap_or_default())
    }

    #[test]
    fn sheets_fit_their_paper_and_labels_do_not_overlap() {
        for (name, rest, expected) in [
            (
                "Herma 4514",
                "paper=\"a4\"\ncolumns=3\nrows=6\nwidth=63.5\nheight=46.6\nleft=7.2\ntop=8.8\npitch_x=66\npitch_y=46.6",
                "",
            ),
            ("8160", "columns=3\nrows=10\nwidth=66.7\nheight=25.4\nleft=4\ntop=12.7\npitch_x=70.6", ""),
            ("one", "columns=1\nrows=1\nwidth=100\nheight=150\nleft=0\ntop=0", ""),
            ("a5 one", "paper=\"a5\"\ncolumns=2\nrows=5\nwidth=70\nheight=40\nleft=4\ntop=5", ""),
            ("5160", "columns=1\nrows=1\nwidth=100\nheight=150\nleft=0\ntop=0", "there are labels `5160` already"),
            ("l7160", "columns=1\nrows=1\nwidth=100\nheight=150\nleft=0\ntop=0", "there are labels `l7160` already"),
            (" ", "columns=1\nrows=1\nwidth=100\nheight=150\nleft=0\ntop=0", "these labels have no name"),
            ("x", "paper=\"a7\"\ncolumns=1\nrows=1\nwidth=100\nheight=150\nleft=0\ntop=0", "unknown paper `a7`"),
            (
                "x",
                "columns=0\nrows=1\nwidth=100\nheight=150\nleft=0\ntop=0",
                "the labels `x` have 0 columns and 1 rows",
            ),
            (
                "x",
                "columns=1\nrows=51\nwidth=100\nheight=15\nleft=0\ntop=0",
                "the labels `x` have 1 columns and 51 rows",
            ),
            ("x", "columns=1\nrows=1\nwidth=2\nheight=1\nleft=0\ntop=0", "labels `x` of 2 × 1 mm cannot be printed"),
            (
                "x",
                "columns=1\nrows=1\nwidth=60\nheight=20\nleft=-4\ntop=0",
                "labels `x` of 60 × 20 mm cannot be printed",
            ),
            (
                "x",
                "columns=2\nrows=1\nwidth=66\nheight=20\nleft=0\ntop=0\npitch_x=60",
                "the labels `x` overlap: `pitch_x` 60 is less than `width` 66",
            ),
            (
                "x",
                "columns=1\nrows=2\nwidth=66\nheight=20\nleft=0\ntop=0\npitch_y=19",
                "the labels `x` overlap: `pitch_y` 19 is less than `height` 20",
            ),
            (
                "x",
                "columns=4\nrows=1\nwidth=66\nheight=20\nleft=0\ntop=0",
                "the labels `x` do not fit the paper: they reach to 264.0 mm of 215.9",
            ),
            (
                "x",
                "columns=1\nrows=14\nwidth=66\nheight=20\nleft=0\ntop=5",
                "the labels `x` do not fit the paper: they reach to 285.0 mm of 279.4",
            ),
        ] {
            let (sheets, fault) = checked(&format!("[[labels]]\nname = \"{name}\"\n{rest}\n"));
            assert_eq!((sheets.len(), fault.as_str()), (usize::from(expected.is_empty()), expected), "{name} {rest}");
        }
        let twice = "[[labels]]\nname=\"x\"\ncolumns=1\nrows=1\nwidth=100\nheight=150\nleft=0\ntop=0\n".repeat(2);
        let (sheets, fault) = checked(&twice);
        assert_eq!((sheets.len(), fault.as_str()), (1, "there are labels `x` already"));
    }
}
