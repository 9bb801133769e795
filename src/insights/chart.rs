//! The Pareto curve as SVG, with its labels as text, in the colors of the pages.

use std::fmt::Write as _;

use super::curve::fraction;
use super::worksheet::Worksheet;
use crate::error::{Error, Result};
use crate::text;

const PAPER: &str = "#f6f1e4";
const INK: &str = "#211c17";
const SOFT: &str = "#5a5045";
const EDGE: &str = "#83755f";
const RULE: &str = "#d8ccb4";
const GO: &str = "#1d4d3a";
const SERIF: &str = "Newsreader, 'Iowan Old Style', Georgia, serif";
const SANS: &str = "'Source Sans 3', system-ui, sans-serif";

/// The size of the picture, and the margins of the chart, in pixels.
const SIZE: (f64, f64) = (760.0, 480.0);
const LEFT: f64 = 88.0;
const RIGHT: f64 = 720.0;
const TOP: f64 = 70.0;
const BOTTOM: f64 = 408.0;

/// Draws the curve, with a mark at the best and one where 80% of sales are reached.
///
/// # Errors
/// When no one bought anything, so that there is no curve.
pub(crate) fn chart(sheet: &Worksheet) -> Result<String> {
    let (Some(share), false) = (sheet.top.share, sheet.curve.is_empty()) else {
        return Err(Error::new("there is no curve to draw: no customer in the book bought anything in these days")
            .hint("import purchases, or choose other days with `--from` and `--as-of`"));
    };
    let part = fraction(sheet.top.count, sheet.customers);
    let title = format!(
        "The best {} of {} bring {:.1}% of sales",
        text::thousands(sheet.top.count),
        text::count(sheet.customers, "customer"),
        share * 100.0
    );
    let mut marks = vec![(part, share, format!("{} bring {:.1}%", text::thousands(sheet.top.count), share * 100.0))];
    if let Some(making) = sheet.customers_making_80pct {
        marks.push((fraction(making, sheet.customers), 0.8, format!("{} make 80%", text::thousands(making))));
    }
    let label: Vec<&str> =
        std::iter::once(title.as_str()).chain(marks.iter().map(|(_, _, label)| label.as_str())).collect();
    Ok(svg_of(sheet, &title, &label.join("; "), &marks))
}

fn svg_of(sheet: &Worksheet, title: &str, label: &str, marks: &[(f64, f64, String)]) -> String {
    let highest = sheet.curve.iter().map(|point| point.share).fold(1.0_f64, f64::max);
    let place = |x: f64, y: f64| (LEFT + x * (RIGHT - LEFT), BOTTOM - y / highest * (BOTTOM - TOP));
    let (width, height) = SIZE;
    let mut svg = format!(
        "<svg role=\"img\" aria-label=\"{}\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         xmlns=\"http://www.w3.org/2000/svg\">\n<rect width=\"{width}\" height=\"{height}\" fill=\"{PAPER}\"/>\n",
        escaped(label)
    );
    text_at(
        &mut svg,
        (width / 2.0, 44.0),
        "middle",
        &format!("font-family=\"{SERIF}\" font-size=\"27\" fill=\"{INK}\""),
        title,
    );
    let small = format!("font-family=\"{SANS}\" font-size=\"17\" fill=\"{SOFT}\"");
    let plain = format!("font-family=\"{SANS}\" font-size=\"18\" fill=\"{INK}\"");
    for step in 0..=5_u8 {
        let part = f64::from(step) / 5.0;
        let words = format!("{:.0}%", part * 100.0);
        let (x, y) = place(part, part);
        line(&mut svg, &[(LEFT, y), (RIGHT, y)], if step == 0 { EDGE } else { RULE }, 1);
        text_at(&mut svg, (x, BOTTOM + 22.0), "middle", &small, &words);
        text_at(&mut svg, (LEFT - 8.0, y + 6.0), "end", &small, &words);
    }
    line(&mut svg, &[(LEFT, TOP), (LEFT, BOTTOM)], EDGE, 1);
    text_at(&mut svg, (f64::midpoint(LEFT, RIGHT), BOTTOM + 50.0), "middle", &plain, "of the customers, best first");
    let middle = f64::midpoint(TOP, BOTTOM);
    let turned = format!("transform=\"rotate(-90 30 {middle})\" {plain}");
    text_at(&mut svg, (30.0, middle), "middle", &turned, "of sales");
    let curve: Vec<(f64, f64)> = std::iter::once((0.0, 0.0))
        .chain(sheet.curve.iter().map(|point| (point.share_of_customers, point.share)))
        .map(|(x, y)| place(x, y))
        .collect();
    let below: Vec<(f64, f64)> = curve.iter().copied().chain([place(1.0, 0.0)]).collect();
    let _ = writeln!(svg, "<polygon points=\"{}\" fill=\"{GO}\" fill-opacity=\"0.12\"/>", points(&below));
    line(&mut svg, &curve, GO, 3);
    for (index, (x, y, words)) in marks.iter().enumerate() {
        // The labels of two close marks are placed one below the other.
        let close = index == 0 && marks.get(1).is_some_and(|(_, other, _)| (other - y).abs() < 0.08);
        let (across, up) = place(*x, *y);
        line(&mut svg, &[(across, BOTTOM), (across, up), (LEFT, up)], EDGE, 1);
        let _ = writeln!(svg, "<circle cx=\"{across:.1}\" cy=\"{up:.1}\" r=\"5\" fill=\"{INK}\"/>");
        text_at(&mut svg, (across + 12.0, up + if close { 44.0 } else { 22.0 }), "start", &plain, words);
    }
    svg + "</svg>\n"
}

fn line(svg: &mut String, through: &[(f64, f64)], colour: &str, width: u8) {
    let points = points(through);
    let _ = writeln!(svg, "<polyline points=\"{points}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\"/>");
}

fn points(places: &[(f64, f64)]) -> String {
    places.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect::<Vec<_>>().join(" ")
}

/// A label at its baseline.
fn text_at(svg: &mut String, (x, y): (f64, f64), anchor: &str, style: &str, words: &str) {
    let words = escaped(words);
    let _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" {style}>{words}</text>");
}

fn escaped(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}
