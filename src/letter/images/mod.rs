//! The images of letters: PNG files decoded, JPEG files taken over as they are.

pub(super) mod pdf_page;

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::letter::number;
use crate::letter::sheet::paper::MM;
use crate::text;
use pdf_page::SheetPage;

/// The resolution of an image whose file has none, in pixels an inch.
const USUAL_DPI: f32 = 300.0;

/// How many pixels an image may have: a sheet of A4 has 35 million at 600 an inch.
const MOST_PIXELS: u64 = 50_000_000;

/// How many pixels all PNG files of a campaign may have together, since they are unpacked.
const MOST_UNPACKED: u64 = 2 * MOST_PIXELS;

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
    /// Color components: 1 gray, 3 RGB, 4 CMYK.
    pub components: u8,
    pub data: Data,
    /// The opacity of each pixel.
    pub alpha: Option<Vec<u8>>,
}

/// In which form the pixels are.
#[derive(Debug, Clone)]
pub enum Data {
    /// A page of a PDF file, which has no pixels.
    Page(SheetPage),
    /// Eight bits a component.
    Raw(Vec<u8>),
    /// A JPEG file; `inverted` when its CMYK values are stored the other way round.
    Jpeg {
        file: Vec<u8>,
        /// Whether they are.
        inverted: bool,
    },
}

/// Below so many pixels an inch a printed picture looks coarse.
const LEAST_DPI: f32 = 150.0;

/// A picture that is printed coarsely, where it is coarsest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CoarsePicture {
    /// Its number among the images.
    pub(crate) image: usize,
    /// Pixels an inch.
    pub(crate) dpi: u16,
    /// How wide it is printed, in millimeters.
    pub(crate) width: u16,
}

impl CoarsePicture {
    /// The picture at this printed width in points, if that is too wide for its pixels.
    pub(crate) fn of(image: usize, images: &Images, width: f32) -> Option<Self> {
        // A page of a PDF has no pixels.
        let pixels = images.list.get(image).map(|image| image.pixels.0).filter(|&pixels| pixels > 0)?;
        let dpi = points(pixels, width);
        let mm = width / MM;
        (dpi < LEAST_DPI - 0.5).then(|| Self { image, dpi: number::whole(dpi), width: number::whole(mm) })
    }
}

impl Images {
    /// Adds the contents of a PNG or JPEG file under its key; the error names the file.
    pub fn add(&mut self, key: &str, bytes: &[u8]) -> Result<()> {
        if bytes.starts_with(b"%PDF") || key.to_ascii_lowercase().ends_with(".pdf") {
            let pages = pdf_page::pages(bytes).map_err(|wrong| {
                let message = format!("background {} cannot be used: {wrong}", text::quote(key));
                Error::new(message).hint("save it as a PDF once more, in the size of the paper and without a password")
            })?;
            for (number, (size, page)) in pages.into_iter().enumerate() {
                self.keys.insert(pdf_page::key(key, number), self.list.len());
                self.list.push(Image { pixels: (0, 0), size, components: 0, data: Data::Page(page), alpha: None });
            }
            return Ok(());
        }
        let image = if bytes.starts_with(b"\x89PNG") {
            png(bytes)
        } else if bytes.starts_with(&[0xff, 0xd8]) {
            jpeg(bytes)
        } else {
            Err("it is neither a PNG nor a JPEG file".to_owned())
        };
        let unpacked = |image: &Image| if matches!(image.data, Data::Raw(_)) { count(image.pixels) } else { 0 };
        let image = image.and_then(|image| {
            let all = self.list.iter().map(unpacked).sum::<u64>() + unpacked(&image);
            let too_many = || {
                let [all, most] = [all, MOST_UNPACKED].map(millions);
                format!("with the other PNG files it has {all} pixels, and {most} is the most for one campaign")
            };
            if all > MOST_UNPACKED { Err(too_many()) } else { Ok(image) }
        });
        let image = image.map_err(|wrong| {
            let hint =
                if wrong.contains("pixels") { SMALLER } else { "open it in a picture program and export it as PNG" };
            Error::new(format!("image {} cannot be used: {wrong}", text::quote(key))).hint(hint)
        })?;
        self.keys.insert(key.to_owned(), self.list.len());
        self.list.push(image);
        Ok(())
    }

    /// What is wrong with a picture that is printed coarsely, and what to do about it.
    pub(crate) fn coarse(&self, coarse: CoarsePicture) -> String {
        let CoarsePicture { image, dpi, width } = coarse;
        let name = self.keys.iter().find(|(_, number)| **number == image).map_or("", |(name, _)| name.as_str());
        let pixels = self.list.get(image).map_or(0, |image| image.pixels.0);
        let (wanted, narrow) = (f32::from(width) / 25.4 * LEAST_DPI, points(pixels, LEAST_DPI) / MM);
        format!(
            "letter-templates/{name}: the picture is printed {width} mm wide with {dpi} dpi, and below {LEAST_DPI} it looks \
             coarse; take one at least {} pixels wide, or print it {} mm wide at most",
            wanted.ceil(),
            narrow.floor()
        )
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

const SMALLER: &str = "make it smaller in a picture program: 5,000 pixels across are finer than any sheet is printed";

fn count((width, height): (u32, u32)) -> u64 {
    u64::from(width) * u64::from(height)
}

fn millions(pixels: u64) -> String {
    format!("{} million", text::group(&(pixels / 1_000_000).to_string(), ","))
}

/// Checks the size of an image before it is unpacked.
fn check_size(pixels: (u32, u32)) -> Result<(), String> {
    if count(pixels) <= MOST_PIXELS {
        return Ok(());
    }
    let most = millions(MOST_PIXELS);
    Err(format!("it has {} × {} pixels, and {most} is the most for one image", pixels.0, pixels.1))
}

#[expect(clippy::cast_precision_loss, reason = "pixels of an image are far below 2^24")]
fn points(pixels: u32, per_inch: f32) -> f32 {
    pixels as f32 * 72.0 / per_inch
}

fn png(bytes: &[u8]) -> Result<Image, String> {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(bytes));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    // Other data in the file may become very large when it is unpacked.
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let header = decoder.read_header_info().map_err(|_| "it is cut off or damaged".to_owned())?;
    check_size((header.width, header.height))?;
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

/// Color and opacity apart; no opacity when every pixel is opaque.
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

/// Reads what a PDF needs to know about a JPEG file: size, components, resolution.
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
                check_size((width, height))?;
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
        let found = images.add("b.PDF", b"no PDF").map_err(|fault| fault.report());
        let expected = "error: background `b.PDF` cannot be used";
        assert!(found.as_ref().is_err_and(|told| told.starts_with(expected) && !told.contains("PNG")), "{found:?}");
        let cases: [(&[u8], &str); 3] = [
            (b"GIF89a", "image `b` cannot be used: it is neither a PNG nor a JPEG file"),
            (b"\xff\xd8\xff\xe0\x00\x10JF", "image `b` cannot be used: it is cut off or damaged"),
            (b"\xff\xd8", "image `b` cannot be used: it is cut off or damaged"),
        ];
        for (bytes, message) in cases {
            assert_eq!(images.add("b", bytes).map_err(|e| e.message().to_owned()), Err(message.to_owned()));
        }
    }

    /// A chunk of a PNG file.
    fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
        let mut crc = flate2::Crc::new();
        crc.update(kind);
        crc.update(data);
        [&u32::try_from(data.len()).unwrap().to_be_bytes()[..], kind, data, &crc.sum().to_be_bytes()].concat()
    }

    fn deflated(byte: u8, length: usize) -> Vec<u8> {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::copy(&mut std::io::Read::take(std::io::repeat(byte), length as u64), &mut encoder).unwrap();
        encoder.finish().unwrap()
    }

    /// A PNG file of this size, whose data is `length` bytes of zero.
    fn png_of(width: u32, height: u32, look: [u8; 5], length: usize, more: &[Vec<u8>]) -> Vec<u8> {
        let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &look].concat();
        let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
        file.extend(chunk(b"IHDR", &header));
        file.extend(more.concat());
        file.extend(chunk(b"IDAT", &deflated(0, length)));
        file.extend(chunk(b"IEND", b""));
        file
    }

    #[test]
    fn pixels_are_counted_before_they_are_unpacked() {
        let many = 60_000;
        let jpeg = |height: [u8; 2], width: [u8; 2]| {
            [b"\xff\xd8\xff\xc0\x00\x0b\x08".as_slice(), &height, &width, b"\x01\x01\x11\x00"].concat()
        };
        let profile = [b"a\0\0".as_slice(), &deflated(7, 80_000_000)].concat();
        let bombs = [chunk(b"iCCP", &profile), chunk(b"zTXt", &profile), chunk(b"iTXt", &profile)];
        let animated = [chunk(b"acTL", &[0, 0, 0, 9, 0, 0, 0, 0])];
        for (what, file, expected) in [
            ("grey", png_of(many, many, [1, 0, 0, 0, 0], 1000, &[]), "it has 60000 × 60000 pixels"),
            ("colour", png_of(many, 1000, [8, 6, 0, 0, 0], 1000, &[]), "it has 60000 × 1000 pixels"),
            ("of 16 bits", png_of(8000, 8000, [16, 6, 0, 0, 0], 1000, &[]), "it has 8000 × 8000 pixels"),
            ("interlaced", png_of(many, many, [8, 2, 0, 0, 1], 1000, &[]), "it has 60000 × 60000 pixels"),
            ("animated", png_of(many, many, [8, 2, 0, 0, 0], 1000, &animated), "it has 60000 × 60000 pixels"),
            ("as large as can be", png_of(0x7fff_ffff, 0x7fff_ffff, [8, 2, 0, 0, 0], 9, &[]), "it has 2147483647 ×"),
            ("flat", png_of(0x7fff_ffff, 1, [1, 0, 0, 0, 0], 9, &[]), "it has 2147483647 × 1 pixels"),
            ("JPEG", jpeg([255, 255], [255, 255]), "it has 65535 × 65535 pixels"),
            ("cut off", png_of(5000, 5000, [8, 0, 0, 0, 0], 1000, &[]), "it is cut off or damaged"),
            ("more data than pixels", png_of(4, 4, [8, 0, 0, 0, 0], 40_000_000, &[]), ""),
            ("profiles and texts", png_of(4, 4, [8, 0, 0, 0, 0], 20, &bombs), ""),
        ] {
            let outcome = Images::default().add("a.png", &file).map_err(|error| error.message().to_owned());
            let expected = format!("image `a.png` cannot be used: {expected}");
            match outcome {
                Ok(()) => assert!(expected.ends_with(": "), "{what} was taken"),
                Err(message) => {
                    assert!(!expected.ends_with(": ") && message.starts_with(&expected), "{what}: {message}");
                }
            }
        }
        let mut images = Images::default();
        let large = png_of(7000, 7000, [1, 0, 0, 0, 0], 7000 * 876, &[]);
        assert!(images.add("a.png", &large).is_ok() && images.add("b.png", &large).is_ok());
        let third = images.add("c.png", &large).map_err(|error| error.report());
        assert_eq!(
            third.expect_err("too many"),
            "error: image `c.png` cannot be used: with the other PNG files it has 147 million pixels, and 100 million is \
             the most for one campaign\nhint: make it smaller in a picture program: 5,000 pixels across are finer than \
             any sheet is printed\n"
        );
    }
}
