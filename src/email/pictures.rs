//! The pictures of one message: those that its template names and the QR code, each included once.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::merge::qr;

/// Pixels per module of a QR code, and modules of white around it.
const MODULE: usize = 6;
const WHITE: usize = 4;

/// An available picture: a PNG or JPEG file that the template may name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Picture<'e> {
    /// The file name used in templates.
    pub(crate) name: &'e str,
    /// The file.
    pub(crate) bytes: &'e [u8],
    /// The default width, in pixels of a page (96 per inch).
    pub(crate) width: u32,
}

/// A picture in the message.
pub(super) struct EmbeddedPicture<'e> {
    /// Its Content-ID without the brackets.
    pub(super) id: String,
    /// The file.
    pub(super) bytes: Cow<'e, [u8]>,
    name: String,
    width: u32,
}

/// The available pictures, and those that the page has used so far.
pub(super) struct Pictures<'e> {
    at_hand: &'e [Picture<'e>],
    /// Makes the Content-IDs of this message different from all others; without it, pictures are embedded in the page.
    message: Option<String>,
    shown: Vec<EmbeddedPicture<'e>>,
}

impl<'e> Pictures<'e> {
    /// Pictures as parts of the message with this Message-ID.
    pub(super) fn in_message(at_hand: &'e [Picture<'e>], id: &str) -> Self {
        Self { at_hand, message: Some(id.to_owned()), shown: Vec::new() }
    }

    /// Pictures embedded in the page.
    pub(super) fn in_page(at_hand: &'e [Picture<'e>]) -> Self {
        Self { at_hand, message: None, shown: Vec::new() }
    }

    /// The source of this file for the page, and its width in pixels.
    pub(super) fn file(&mut self, name: &str) -> Option<(String, u32)> {
        let picture = self.at_hand.iter().find(|picture| picture.name == name)?;
        Some(self.show(name, || (Cow::Borrowed(picture.bytes), picture.width)))
    }

    /// The source of the QR code of this text, and its width in pixels.
    pub(super) fn qr(&mut self, text: &str) -> Option<(String, u32)> {
        let (bytes, width) = qr_png(text)?;
        // No file has such a name: it begins with a slash.
        Some(self.show(&format!("/{text}"), || (Cow::Owned(bytes), width)))
    }

    /// The used pictures, in order.
    pub(super) fn shown(self) -> Vec<EmbeddedPicture<'e>> {
        self.shown
    }

    fn show(&mut self, name: &str, make: impl FnOnce() -> (Cow<'e, [u8]>, u32)) -> (String, u32) {
        let known = self.shown.iter().position(|shown| shown.name == name);
        let at = known.unwrap_or_else(|| {
            let (bytes, width) = make();
            let id = self.message.as_ref().map(|message| format!("{}.{message}", self.shown.len() + 1));
            self.shown.push(EmbeddedPicture { id: id.unwrap_or_default(), bytes, name: name.to_owned(), width });
            self.shown.len() - 1
        });
        let shown = &self.shown[at];
        let source = match self.message {
            Some(_) => format!("cid:{}", shown.id),
            None => format!("data:{};base64,{}", media_type(&shown.bytes), STANDARD.encode(&shown.bytes)),
        };
        (source, shown.width)
    }
}

/// The media type of a picture.
pub(super) fn media_type(bytes: &[u8]) -> &'static str {
    if bytes.starts_with(b"\x89PNG") { "image/png" } else { "image/jpeg" }
}

/// The QR code of a text as a PNG file, with the white border that scanners need, and its width.
fn qr_png(text: &str) -> Option<(Vec<u8>, u32)> {
    let rows = qr::rows(text)?;
    let side = (rows.len() + 2 * WHITE) * MODULE;
    let row_bytes = side.div_ceil(8);
    let mut dots = vec![0xff_u8; row_bytes * side];
    let drawn = dots.chunks_exact_mut(row_bytes * MODULE).skip(WHITE);
    for (row, drawn) in rows.iter().zip(drawn) {
        for (x, _) in row.iter().enumerate().filter(|(_, is_dark)| **is_dark) {
            for column in (x + WHITE) * MODULE..(x + WHITE + 1) * MODULE {
                drawn[column / 8] &= !(0x80 >> (column % 8));
            }
        }
        // The other lines of pixels are the same.
        for line in 1..MODULE {
            drawn.copy_within(..row_bytes, line * row_bytes);
        }
    }
    let width = u32::try_from(side).ok()?;
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, width);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    // Rows equal to the one above compress to almost nothing, so the fastest compression is enough.
    encoder.set_compression(png::Compression::Fast);
    encoder.set_filter(png::Filter::Up);
    let mut writer = encoder.write_header().ok()?;
    writer.write_image_data(&dots).ok()?;
    writer.finish().ok()?;
    Some((file, width))
}
