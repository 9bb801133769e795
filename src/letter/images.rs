//! The images of letters: PNG files decoded, JPEG files taken over as they are.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::text;

/// How finely an image is printed that does not say so itself, in pixels an inch.
const USUAL_DPI: f32 = 300.0;

/// The images at hand, by the key that a template uses for them.
#[derive(Debug, Clone, Default)]
pub struct Images {
    list: Vec<Image>,
    keys: BTreeMap<String, usize>,
}

/// One image, ready to be put into a PDF.
#[derive(Debug, Clone)]
pub struct Image {
    /// Width and height in pixels.
    pub pixels: (u32, u32),
    /// Width and height in points, when printed as large as it is.
    pub size: (f32, f32),
    /// Colour components: 1 grey, 3 RGB, 4 CMYK.
    pub components: u8,
    pub data: Data,
    /// The opacity of each pixel.
    pub alpha: Option<Vec<u8>>,
}

/// In which form the pixels are.
#[derive(Debug, Clone)]
pub enum Data {
    /// Eight bits a component.
    Raw(Vec<u8>),
    /// A JPEG file; `inverted` when its CMYK values are stored the other way round.
    Jpeg {
        file: Vec<u8>,
        /// Whether they are.
        inverted: bool,
    },
}

impl Images {
    /// Takes in the contents of a PNG or JPEG file under its key; the error names the file.
    pub fn add(&mut self, key: &str, bytes: &[u8]) -> Result<()> {
        let image = if bytes.starts_with(b"\x89PNG") {
            png(bytes)
        } else if bytes.starts_with(&[0xff, 0xd8]) {
            jpeg(bytes)
        } else {
            Err("it is neither a PNG nor a JPEG file".to_owned())
        };
        let image = image.map_err(|wrong| {
            Error::new(format!("image {} cannot be used: {wrong}", text::quote(key)))
                .hint("open it in a picture program and export it as PNG")
        })?;
        self.keys.insert(key.to_owned(), self.list.len());
        self.list.push(image);
        Ok(())
    }

    pub(crate) fn find(&self, key: &str) -> Option<(usize, &Image)> {
        let index = *self.keys.get(key)?;
        Some((index, self.list.get(index)?))
    }

    /// The images, by the numbers that laid-out pages use for them.
    #[must_use]
    pub fn list(&self) -> &[Image] {
        &self.list
    }
}

#[expect(clippy::cast_precision_loss, reason = "pixels of an image are far below 2^24")]
fn points(pixels: u32, per_inch: f32) -> f32 {
    pixels as f32 * 72.0 / per_inch
}

fn png(bytes: &[u8]) -> Result<Image, String> {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(bytes));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().map_err(|_| "it is cut off or damaged".to_owned())?;
    let size = reader.output_buffer_size().ok_or("it is too large")?;
    let mut pixels = vec![0; size];
    let frame = reader.next_frame(&mut pixels).map_err(|_| "it is cut off or damaged".to_owned())?;
    pixels.truncate(frame.buffer_size());
    let (components, opaque) = match frame.color_type {
        png::ColorType::Grayscale => (1, true),
        png::ColorType::GrayscaleAlpha => (1, false),
        png::ColorType::Rgba => (3, false),
        png::ColorType::Rgb | png::ColorType::Indexed => (3, true),
    };
    let (data, alpha) = if opaque { (pixels, None) } else { split_alpha(&pixels, usize::from(components)) };
    let (x, y) = match reader.info().pixel_dims {
        Some(dims) if dims.unit == png::Unit::Meter && dims.xppu > 0 && dims.yppu > 0 => {
            (points(dims.xppu, 72.0) * 0.0254, points(dims.yppu, 72.0) * 0.0254)
        }
        _ => (USUAL_DPI, USUAL_DPI),
    };
    Ok(Image {
        pixels: (frame.width, frame.height),
        size: (points(frame.width, x), points(frame.height, y)),
        components,
        data: Data::Raw(data),
        alpha,
    })
}

/// Colour and opacity apart; no opacity when every pixel is opaque.
fn split_alpha(pixels: &[u8], components: usize) -> (Vec<u8>, Option<Vec<u8>>) {
    let mut data = Vec::with_capacity(pixels.len());
    let mut alpha = Vec::with_capacity(pixels.len() / (components + 1));
    for pixel in pixels.chunks_exact(components + 1) {
        data.extend_from_slice(&pixel[..components]);
        alpha.push(pixel[components]);
    }
    let alpha = Some(alpha).filter(|alpha| alpha.iter().any(|&a| a != 255));
    (data, alpha)
}

/// Reads what a PDF must say about a JPEG file: size, components, resolution.
fn jpeg(bytes: &[u8]) -> Result<Image, String> {
    let mut per_inch = USUAL_DPI;
    let mut inverted = false;
    let mut rest = &bytes[2..];
    loop {
        let [0xff, marker, tail @ ..] = rest else { return Err("it is cut off or damaged".to_owned()) };
        if *marker == 0xff {
            rest = &rest[1..];
            continue;
        }
        let length = usize::from(*tail.first().unwrap_or(&0)) << 8 | usize::from(*tail.get(1).unwrap_or(&0));
        let segment = tail.get(2..length).ok_or("it is cut off or damaged")?;
        match (marker, segment) {
            // The frame: everything between C0 and CF but the tables C4, C8 and CC.
            (0xc0..=0xcf, [8, h1, h0, w1, w0, components, ..]) if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                let height = u32::from(*h1) << 8 | u32::from(*h0);
                let width = u32::from(*w1) << 8 | u32::from(*w0);
                if width == 0 || height == 0 || !matches!(components, 1 | 3 | 4) {
                    return Err("it is a kind of JPEG that cannot be printed".to_owned());
                }
                return Ok(Image {
                    pixels: (width, height),
                    size: (points(width, per_inch), points(height, per_inch)),
                    components: *components,
                    data: Data::Jpeg { file: bytes.to_vec(), inverted: inverted && *components == 4 },
                    alpha: None,
                });
            }
            (0xc0..=0xcf, _) if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                return Err("it is a kind of JPEG that cannot be printed".to_owned());
            }
            (0xe0, [b'J', b'F', b'I', b'F', 0, _, _, unit @ (1 | 2), x1, x0, ..]) if (*x1, *x0) != (0, 0) => {
                let density = f32::from(u16::from(*x1) << 8 | u16::from(*x0));
                per_inch = if *unit == 1 { density } else { density * 2.54 };
            }
            (0xee, [b'A', b'd', b'o', b'b', b'e', ..]) => inverted = true,
            _ => {}
        }
        rest = &tail[length..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jpeg_says_its_size_and_a_wrong_file_is_named() {
        let mut images = Images::default();
        let file = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x01\x00\x48\x00\x48\x00\x00\xff\xc0\x00\x0b\x08\x00\x24\x00\x48\x01\x01\x11\x00";
        assert!(images.add("a.jpg", file).is_ok());
        assert_eq!(images.find("a.jpg").map(|(_, image)| (image.pixels, image.size)), Some(((72, 36), (72.0, 36.0))));
        let cases: [(&[u8], &str); 3] = [
            (b"GIF89a", "image `b` cannot be used: it is neither a PNG nor a JPEG file"),
            (b"\xff\xd8\xff\xe0\x00\x10JF", "image `b` cannot be used: it is cut off or damaged"),
            (b"\xff\xd8", "image `b` cannot be used: it is cut off or damaged"),
        ];
        for (bytes, message) in cases {
            assert_eq!(images.add("b", bytes).map_err(|e| e.message().to_owned()), Err(message.to_owned()));
        }
    }
}
