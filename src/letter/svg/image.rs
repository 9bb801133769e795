//! An image as it stands in an SVG: the file itself, in an address of its own.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::letter::images::{Data, Image};
use crate::letter::number;

/// How finely a page on a screen shows an image, in pixels an inch.
const FINEST: f32 = 150.0;

/// The image as a `data:` address, scaled down where it has more pixels than are seen at this size in points; and its size
/// then: the last column and row of a smaller one can reach a little beyond those of the image.
pub(crate) fn address(image: &Image, size: (f32, f32)) -> Option<(String, (f32, f32))> {
    let pixels = match &image.data {
        // Only who can unpack a JPEG file could make it smaller; it is packed well as it is.
        Data::Jpeg { file, .. } => return Some((format!("data:image/jpeg;base64,{}", STANDARD.encode(file)), size)),
        Data::Raw(pixels) => pixels,
        // A page of a PDF has no pixels; the letter is shown without it.
        Data::Page(_) => return None,
    };
    let across = usize::try_from(image.pixels.0).ok()?.max(1);
    let seen = usize::from(number::whole(size.0 / 72.0 * FINEST)).max(1);
    let step = ((across + seen / 2) / seen).max(1);
    let colour = usize::from(image.components);
    let (width, height, data) = shrink(image, pixels, colour, step)?;
    let file = match few_colours(&data, colour + usize::from(image.alpha.is_some())) {
        Some(few) => packed((width, height), png::ColorType::Indexed, &few.pixels, |encoder| {
            encoder.set_palette(few.colours);
            encoder.set_trns(few.opacity);
        }),
        None => {
            let kind = match (colour, image.alpha.is_some()) {
                (1, false) => png::ColorType::Grayscale,
                (1, true) => png::ColorType::GrayscaleAlpha,
                (_, false) => png::ColorType::Rgb,
                (_, true) => png::ColorType::Rgba,
            };
            packed((width, height), kind, &data, |_| {})
        }
    };
    let reach = |small: u32, whole: u32| {
        number::measure(usize::try_from(small).unwrap_or(1) * step)
            / number::measure(usize::try_from(whole).unwrap_or(1).max(1))
    };
    let size = (size.0 * reach(width, image.pixels.0), size.1 * reach(height, image.pixels.1));
    Some((format!("data:image/png;base64,{}", STANDARD.encode(file?)), size))
}

/// Pixels as a PNG file.
fn packed(
    (width, height): (u32, u32),
    kind: png::ColorType,
    data: &[u8],
    prepare: impl FnOnce(&mut png::Encoder<'_, &mut Vec<u8>>),
) -> Option<Vec<u8>> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_color(kind);
    prepare(&mut encoder);
    encoder.write_header().and_then(|mut writer| writer.write_image_data(data)).ok()?;
    Some(file)
}

/// Pixels as numbers of colors.
struct FewColours {
    pixels: Vec<u8>,
    /// Three bytes each.
    colours: Vec<u8>,
    opacity: Vec<u8>,
}

/// The pixels in 256 colors, where they have no more: as they are, or so little coarser that no one sees it, as a logo and a
/// signature are. A photograph has more.
fn few_colours(data: &[u8], components: usize) -> Option<FewColours> {
    [1, 4, 8].into_iter().find_map(|step: u16| {
        let mut few = FewColours {
            pixels: Vec::with_capacity(data.len() / components),
            colours: Vec::new(),
            opacity: Vec::new(),
        };
        let mut numbers: HashMap<[u8; 4], u8> = HashMap::new();
        for pixel in data.chunks_exact(components) {
            let colour = match *pixel {
                [grey] => [grey, grey, grey, 255],
                [grey, opacity] => [grey, grey, grey, opacity],
                [red, green, blue] => [red, green, blue, 255],
                [red, green, blue, opacity, ..] => [red, green, blue, opacity],
                [] => return None,
            };
            // The more shines through, the less is seen of the color.
            let fine = if step == 1 { 1 } else { (step * 255 / u16::from(colour[3]).max(1)).min(128) };
            let [red, green, blue, opacity] = colour;
            let [red, green, blue] = [red, green, blue].map(|value| coarse(value, fine));
            let colour = [red, green, blue, coarse(opacity, step)];
            let next = u8::try_from(numbers.len());
            let number = match numbers.get(&colour) {
                Some(number) => *number,
                None => {
                    let number = next.ok()?;
                    numbers.insert(colour, number);
                    few.colours.extend_from_slice(&colour[..3]);
                    few.opacity.push(colour[3]);
                    number
                }
            };
            few.pixels.push(number);
        }
        Some(few)
    })
}

/// The nearest multiple of a step.
fn coarse(value: u8, step: u16) -> u8 {
    u8::try_from((u16::from(value) + step / 2) / step * step).unwrap_or(255)
}

/// The pixels with their opacity, each the mean of a square of `step` by `step`; width and height.
fn shrink(image: &Image, pixels: &[u8], colour: usize, step: usize) -> Option<(u32, u32, Vec<u8>)> {
    let (across, down) = (usize::try_from(image.pixels.0).ok()?, usize::try_from(image.pixels.1).ok()?);
    let (width, height) = (across.div_ceil(step), down.div_ceil(step));
    let mut data = Vec::with_capacity(width * height * (colour + 1));
    let mut sums = [0_usize; 4];
    for top in (0..down).step_by(step) {
        for left in (0..across).step_by(step) {
            sums.fill(0);
            let (mut weight, mut count) = (0, 0);
            for y in top..(top + step).min(down) {
                for place in (left..(left + step).min(across)).map(|x| y * across + x) {
                    // Color counts as much as it is seen.
                    let opacity = image.alpha.as_ref().map_or(Some(255), |alpha| alpha.get(place).copied())?;
                    let own = pixels.get(place * colour..(place + 1) * colour)?;
                    own.iter()
                        .zip(&mut sums)
                        .for_each(|(value, sum)| *sum += usize::from(*value) * usize::from(opacity));
                    weight += usize::from(opacity);
                    count += 1;
                }
            }
            let mean = |sum: usize, by: usize| u8::try_from((sum + by / 2).checked_div(by).unwrap_or(0)).unwrap_or(255);
            data.extend(sums[..colour].iter().map(|sum| mean(*sum, weight)));
            if image.alpha.is_some() {
                data.push(mean(weight, count));
            }
        }
    }
    Some((u32::try_from(width).ok()?, u32::try_from(height).ok()?, data))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_has_no_more_pixels_than_are_seen() {
        let (pixels, alpha) = (vec![200; 8 * 8 * 3], Some([0, 255].repeat(32)));
        let image = Image { pixels: (8, 8), size: (8.0, 8.0), components: 3, data: Data::Raw(pixels), alpha };
        let decoded = |size: (f32, f32)| {
            let (address, _) = address(&image, size).expect("an address");
            let file = STANDARD.decode(address.strip_prefix("data:image/png;base64,").expect("a PNG")).expect("bytes");
            let mut decoder = png::Decoder::new(std::io::Cursor::new(file));
            decoder.set_transformations(png::Transformations::normalize_to_color8());
            let mut reader = decoder.read_info().expect("a file");
            let mut data = vec![0; reader.output_buffer_size().expect("a size")];
            let frame = reader.next_frame(&mut data).expect("pixels");
            (frame.width, frame.height, data[..4].to_vec())
        };
        assert_eq!(decoded((72.0, 72.0)), (8, 8, vec![0, 0, 0, 0]));
        // 150 pixels an inch: this is 4 pixels wide.
        assert_eq!(decoded((1.92, 1.92)), (4, 4, vec![200, 200, 200, 128]));
        assert_eq!(decoded((0.0, 0.0)), (1, 1, vec![200, 200, 200, 128]));
    }
}
