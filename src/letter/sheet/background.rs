//! What lies under a letter, to the edge of the sheet: the pages of a PDF file, taken over as they are, or a picture.

use super::paper::MM;
use crate::error::{Error, Result};
use crate::letter::images::Data;
use crate::letter::images::pdf_page::{PAGES, key};
use crate::letter::page::Mark;
use crate::letter::{Images, Stationery};
use crate::text;

/// By how much a page may differ from the sheet, and how far it may reach over each edge for cutting, in mm.
const DIFFERENCE: f32 = 1.0;
const BLEED: f32 = 6.0;
/// By how much the proportions of a picture may differ from those of the sheet.
const STRETCH: f32 = 0.03;

/// Looks whether the background of a stationery has the size of its sheet.
///
/// # Errors
/// What size it has, and what the sheet.
pub(crate) fn check(own: &Stationery, images: &Images) -> Result<()> {
    let Some(file) = &own.background else { return Ok(()) };
    let (width, height) = own.paper.size();
    for page in 0..PAGES {
        let key = key(file, page);
        let Some((_, image)) = images.find(&key) else { continue };
        let over = [image.size.0 - width, image.size.1 - height].map(|points| points / MM);
        let fits = match image.data {
            Data::Page(_) => {
                let is_even = (over[0] - over[1]).abs() <= 2.0 * DIFFERENCE;
                is_even && over.iter().all(|mm| (-DIFFERENCE..=2.0 * BLEED + DIFFERENCE).contains(mm))
            }
            _ => (image.size.0 * height / (image.size.1 * width) - 1.0).abs() <= STRETCH,
        };
        if !fits {
            let mm = |(width, height): (f32, f32)| format!("{:.0} × {:.0} mm", width / MM, height / MM);
            let [found, wanted] = [mm(image.size), mm((width, height))];
            let message = match image.data {
                Data::Page(_) => format!("the background {} is {found}, and the paper is {wanted}", text::quote(file)),
                _ => {
                    format!("the background {} is not in proportion to the paper, which is {wanted}", text::quote(file))
                }
            };
            return Err(Error::new(message).hint("make it as large as the paper, or change `paper`"));
        }
    }
    Ok(())
}

/// The background of a page, counted from 0, if it has one.
pub(crate) fn under(own: &Stationery, images: &Images, page: usize) -> Option<Mark> {
    let (image, found) = images.find(&key(own.background.as_deref()?, page.min(1)))?;
    let (width, height) = own.paper.size();
    let size = if matches!(found.data, Data::Page(_)) { found.size } else { (width, height) };
    Some(Mark::Image { image, x: (width - size.0) / 2.0, y: (height - size.1) / 2.0, size })
}
