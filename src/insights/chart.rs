//! The Pareto curve as a drawing: SVG with its words as text, in the colours of the pages.

use plotters::prelude::*;

use super::curve::fraction;
use super::worksheet::Worksheet;
use crate::error::{Error, Result};
use crate::text;

const SIZE: (u32, u32) = (760, 480);
const PAPER: RGBColor = RGBColor(0xf6, 0xf1, 0xe4);
const INK: RGBColor = RGBColor(0x21, 0x1c, 0x17);
const SOFT: RGBColor = RGBColor(0x5a, 0x50, 0x45);
const EDGE: RGBColor = RGBColor(0x83, 0x75, 0x5f);
const RULE: RGBColor = RGBColor(0xd8, 0xcc, 0xb4);
const GO: RGBColor = RGBColor(0x1d, 0x4d, 0x3a);
const SERIF: &str = "Newsreader, 'Iowan Old Style', Georgia, serif";
const SANS: &str = "'Source Sans 3', system-ui, sans-serif";

/// Draws the curve, with a mark at the best and one where 80 % of the takings are reached.
///
/// # Errors
/// When nobody bought anything, so that there is no curve.
pub(crate) fn chart(sheet: &Worksheet) -> Result<String> {
    let (Some(share), false) = (sheet.top.share, sheet.curve.is_empty()) else {
        return Err(Error::new("there is no curve to draw: nobody whom the book knows bought anything in these days")
            .hint("take in purchases, or choose other days with `--from` and `--as-of`"));
    };
    let part = fraction(sheet.top.count, sheet.customers);
    let title = format!(
        "The best {} of {} bring {:.1} % of the takings",
        text::thousands(sheet.top.count),
        text::count(sheet.customers, "customer"),
        share * 100.0
    );
    let mut marks = vec![(part, share, format!("{} bring {:.1} %", text::thousands(sheet.top.count), share * 100.0))];
    if let Some(making) = sheet.customers_making_80pct {
        marks.push((fraction(making, sheet.customers), 0.8, format!("{} make 80 %", text::thousands(making))));
    }
    let mut svg = String::new();
    draw(&mut svg, sheet, &title, &marks)
        .map_err(|e| Error::new("the chart could not be drawn").because(e.to_string()))?;
    let said: Vec<&str> =
        std::iter::once(title.as_str()).chain(marks.iter().map(|(_, _, said)| said.as_str())).collect();
    Ok(labelled(&svg, &said.join("; ")))
}

fn draw(
    svg: &mut String,
    sheet: &Worksheet,
    title: &str,
    marks: &[(f64, f64, String)],
) -> std::result::Result<(), Box<dyn std::error::Error>> {
    let area = SVGBackend::with_string(svg, SIZE).into_drawing_area();
    area.fill(&PAPER)?;
    let highest = sheet.curve.iter().map(|point| point.share).fold(1.0_f64, f64::max);
    let mut chart = ChartBuilder::on(&area)
        .margin(24)
        .margin_right(40)
        .caption(title, (SERIF, 27).into_font().color(&INK))
        .x_label_area_size(48)
        .y_label_area_size(64)
        .build_cartesian_2d(0.0..1.0_f64, 0.0..highest)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(RULE)
        .axis_style(EDGE)
        .x_labels(6)
        .y_labels(6)
        .x_label_formatter(&|x| format!("{:.0} %", x * 100.0))
        .y_label_formatter(&|y| format!("{:.0} %", y * 100.0))
        .x_desc("of the customers, the best first")
        .y_desc("of the takings")
        .label_style((SANS, 17).into_font().color(&SOFT))
        .axis_desc_style((SANS, 18).into_font().color(&INK))
        .draw()?;
    let curve: Vec<(f64, f64)> = std::iter::once((0.0, 0.0))
        .chain(sheet.curve.iter().map(|point| (point.share_of_customers, point.share)))
        .collect();
    chart.draw_series(AreaSeries::new(curve.iter().copied(), 0.0, GO.mix(0.12)))?;
    chart.draw_series(LineSeries::new(curve, GO.stroke_width(3)))?;
    for (index, (x, y, words)) in marks.iter().enumerate() {
        // Two marks close together have their words one below the other.
        let close = index == 0 && marks.get(1).is_some_and(|(_, other, _)| (other - y).abs() < 0.08);
        let below = if close { 30 } else { 8 };
        let to_axes = [(*x, 0.0), (*x, *y), (0.0, *y)];
        chart.draw_series(LineSeries::new(to_axes, EDGE.stroke_width(1)))?;
        chart.draw_series([Circle::new((*x, *y), 5, INK.filled())])?;
        let label =
            EmptyElement::at((*x, *y)) + Text::new(words.clone(), (12, below), (SANS, 18).into_font().color(&INK));
        chart.draw_series([label])?;
    }
    area.present()?;
    Ok(())
}

/// Gives the drawing the words that somebody hears who cannot see it.
fn labelled(svg: &str, said: &str) -> String {
    let plain = said.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    svg.replacen("<svg ", &format!("<svg role=\"img\" aria-label=\"{plain}\" "), 1)
}
