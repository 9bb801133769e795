//! The cover sheet of a complete print run.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::publish::FileSet;
use super::run::PrintRun;
use crate::campaign::Recipient;
use crate::domain::{country_name, is_abroad, postcode_area};
use crate::error::Result;
use crate::files;
use crate::letter::{self, Cover, Paper, Section};
use crate::text;
use crate::text::long_date;

/// From this many pieces on, USPS accepts letters as Marketing Mail.
const MARKETING_MAIL: usize = 200;

/// Writes the cover sheet if these letters are the whole campaign; returns its path, and what could not be typeset.
/// `pages` has the number of pages of each letter.
pub(super) fn write(
    run: &PrintRun<'_>,
    letters: &[&Recipient],
    pages: &[usize],
    set: &mut FileSet,
) -> Result<(Option<PathBuf>, Vec<String>)> {
    if !run.whole {
        return Ok((None, Vec::new()));
    }
    let path = run.path("cover", ".pdf");
    let (imprint, cover) = (run.imprint("cover", &|_| Ok(())), counted(run, letters, pages));
    let problems = files::write_whole_with(&set.add(&path), |out| letter::cover(&imprint, &cover, out))?;
    let warnings = problems.iter().map(|problem| format!("on the cover sheet: {}", problem.message)).collect();
    Ok((Some(path), warnings))
}

fn counted(run: &PrintRun<'_>, letters: &[&Recipient], pages: &[usize]) -> Cover {
    let (settings, planned) = (&run.on.settings, &run.on.planned);
    let home = settings.country.as_str();
    let country = |letter: &Recipient| letter.fields.to_read().get("customer.country").unwrap_or(home).to_owned();
    let (abroad, here): (Vec<&Recipient>, Vec<&Recipient>) =
        letters.iter().partition(|letter| is_abroad(&country(letter), home));
    let sections = sections(run, letters, pages, &abroad.iter().map(|letter| country(letter)).collect::<Vec<_>>());
    let areas = (0..3).map(|coarser| {
        let areas = here.iter().map(|letter| postcode_area(&letter.postcode, home, coarser));
        section("By the beginning of the postcode", tally(areas))
    });
    Cover {
        paper: Paper::of(home),
        heading: run.on.title(),
        below: format!("{}: letters of {}", settings.name, long_date(planned.dated, home)),
        figures: figures(run, letters, pages, here.len()),
        sections,
        finest: areas.collect(),
        ticks: "printed folded signed stamped posted".split(' ').map(str::to_owned).collect(),
    }
}

/// The totals; `here` is how many letters stay in the country.
fn figures(run: &PrintRun<'_>, letters: &[&Recipient], pages: &[usize], here: usize) -> Vec<(String, String)> {
    let settings = &run.on.settings;
    let one = |letter: Option<&&Recipient>| {
        letter.map_or(String::new(), |letter| {
            let parts = [letter.name.as_str(), letter.postcode.as_str()].into_iter().filter(|part| !part.is_empty());
            format!("number {}: {}", letter.number.unwrap_or(0), parts.collect::<Vec<_>>().join(", "))
        })
    };
    let postage = run.on.planned.postage;
    let [total, each] = [postage.times(letters.len()), postage].map(|amount| settings.currency.show(amount));
    let mut figures = vec![
        ("Letters", text::thousands(letters.len())),
        ("Pages", text::thousands(pages.iter().sum())),
        ("Sheets of paper", text::thousands(run.sheets(pages))),
        ("First letter", one(letters.first())),
        ("Last letter", one(letters.last())),
        ("Abroad", text::thousands(letters.len() - here)),
        ("Postage", format!("{total}, {each} each")),
    ];
    if settings.country == "US" {
        let reached = if here >= MARKETING_MAIL { "reached" } else { "not reached" };
        let size = format!("{reached}: {} within the US, it takes {MARKETING_MAIL}", text::thousands(here));
        figures.push(("USPS Marketing Mail", size));
    }
    figures.into_iter().map(|(what, figure)| (what.to_owned(), figure)).collect()
}

/// Counts by branch, by pages and by country; `abroad` has the country of each letter that goes abroad.
fn sections(run: &PrintRun<'_>, letters: &[&Recipient], pages: &[usize], abroad: &[String]) -> Vec<Section> {
    let branches = run
        .on
        .templates
        .file
        .branches
        .iter()
        .map(|branch| (branch.name.clone(), letters.iter().filter(|letter| letter.branch == branch.name).count()));
    let by_pages = tally(pages.iter().copied()).into_iter().map(|(pages, count)| (text::count(pages, "page"), count));
    let names = abroad.iter().map(|country| country_name(country, "").to_owned());
    let sections = [
        section("By branch", branches.collect()),
        section("By pages", by_pages.collect()),
        section("Abroad", tally(names)),
    ];
    sections.into_iter().filter(|section| !section.rows.is_empty()).collect()
}

fn section(title: &str, rows: Vec<(String, usize)>) -> Section {
    let rows = rows.into_iter().map(|(what, count)| (what, text::thousands(count))).collect();
    Section { title: title.to_owned(), rows }
}

/// How often each item occurs, in order.
fn tally<T: Ord>(items: impl Iterator<Item = T>) -> Vec<(T, usize)> {
    let mut counts = BTreeMap::new();
    for item in items {
        *counts.entry(item).or_default() += 1;
    }
    counts.into_iter().collect()
}
