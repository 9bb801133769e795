//! The PDF file: `printpdf` embeds the fonts and makes the skeleton, the pages are our own streams.

pub(super) mod binder;
pub(super) mod compress;
pub(super) mod draw;
mod structure;
pub(super) mod tagged;
mod tagged_file;
pub(super) mod xmp;

use std::io::Write;

use chrono::NaiveDate;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use lopdf::{Dictionary, Object, ObjectId, Stream, StringFormat};
use printpdf::{Codepoint, FontId, Op, PdfDocument, PdfFont, PdfFontHandle, PdfPage, Pt, TextItem};

use crate::error::{Error, ErrorKind, Result};
use crate::letter::fonts::Fonts;
use crate::letter::fonts::codes::{character_map, glyph_table};
use crate::letter::fonts::face::Face;
use crate::letter::fonts::subset::{embeddable, remapper};
use crate::letter::fonts::used::Used;
use crate::letter::images::{Data, Image, pdf_page};

/// The number of the object at the root of the page tree.
pub(crate) const ROOT: u32 = 1;

/// Everything that goes into the file besides its pages.
pub(crate) struct Book<'a> {
    pub title: &'a str,
    /// The language of the text, as a BCP 47 tag.
    pub language: &'a str,
    /// Hexadecimal; makes the file's identity.
    pub fingerprint: &'a str,
    pub created: NaiveDate,
    /// Each form that is drawn, by its number: deflated content, and its height.
    pub forms: Vec<Option<(Vec<u8>, f32)>>,
    /// Each image that is drawn, by its number.
    pub images: Vec<Option<&'a Image>>,
    pub fonts: &'a Fonts,
    pub used: Used,
    /// It keeps PDF/UA-1.
    pub is_universal: bool,
}

/// All that the pages of a file share, as objects from this number on, and the resources among them.
pub(crate) fn shared(book: &Book<'_>, first: u32) -> Result<(lopdf::Document, ObjectId)> {
    let mut file = skeleton(book)?;
    let pages = file.catalog().and_then(|catalog| catalog.get(b"Pages")).and_then(Object::as_reference);
    file.objects.remove(&pages.map_err(broken)?);
    // Only what the trailer leads to is renumbered, and the page that led to the fonts is gone.
    let all = file.objects.keys().map(|&id| Object::Reference(id)).collect();
    file.trailer.set("All", Object::Array(all));
    file.renumber_objects_with(first);
    file.trailer.remove(b"All");
    file.catalog_mut().map_err(broken)?.set("Pages", Object::Reference((ROOT, 0)));
    let resources = resources(&mut file, book)?;
    describe(&mut file, book)?;
    Ok((file, resources))
}

/// The document that `printpdf` makes: the fonts, and one page that names every glyph of them.
fn skeleton(book: &Book<'_>) -> Result<lopdf::Document> {
    let mut skeleton = PdfDocument::new(book.title);
    let mut ops = Vec::new();
    for (number, face) in book.fonts.faces().iter().enumerate() {
        let codes: Vec<(u16, String)> = book.used.of(book.fonts, number).collect();
        if codes.is_empty() {
            continue;
        }
        let id = FontId(format!("F{number}"));
        skeleton.resources.fonts.map.insert(id.clone(), PdfFont::new(embeddable(face, &codes)?));
        ops.push(Op::SetFont { font: PdfFontHandle::External(id), size: Pt(1.0) });
        let glyphs = codes.into_iter().map(|(code, text)| Codepoint::with_cid(code, 0.0, text));
        ops.push(Op::ShowText { items: vec![TextItem::GlyphIds(glyphs.collect())] });
    }
    skeleton.pages.push(PdfPage::new(Pt(612.0).into(), Pt(792.0).into(), ops));
    let mut warnings = Vec::new();
    let mut file = skeleton.to_lopdf_document(&printpdf::PdfSaveOptions::default(), &mut warnings);
    "1.7".clone_into(&mut file.version);
    // Its page has done its part: the fonts stand in a dictionary of their own.
    let old = file.get_pages().into_values().next();
    if let Some(page) = old.and_then(|id| file.objects.remove(&id))
        && let Ok(page) = page.as_dict()
        && let Ok(content) = page.get(b"Contents").and_then(Object::as_reference)
    {
        file.objects.remove(&content);
    }
    for object in file.objects.values_mut() {
        if let Object::Stream(stream) = object {
            deflate(stream)?;
        }
    }
    Ok(file)
}

/// Fonts, images and forms, by the names that the pages use for them.
fn resources(file: &mut lopdf::Document, book: &Book<'_>) -> Result<ObjectId> {
    let mut fonts = Dictionary::new();
    for (number, face) in book.fonts.faces().iter().enumerate() {
        let codes: Vec<u16> = book.used.of(book.fonts, number).map(|(code, _)| code).collect();
        let key = format!("F{number}");
        let found = file.objects.iter().find_map(|(_, object)| {
            let dict = object.as_dict().ok()?;
            let font = dict.get(key.as_bytes()).ok()?.as_reference().ok()?;
            (!dict.has(b"Type")).then_some(font)
        });
        if let Some(font) = found {
            map_codes(file, font, face, &codes)?;
            fonts.set(key, Object::Reference(font));
        }
    }
    let mut objects = Dictionary::new();
    for (number, image) in book.images.iter().enumerate() {
        let Some(image) = image else { continue };
        let object = embed(file, image)?;
        objects.set(format!("I{number}"), Object::Reference(object));
    }
    let shared = file.new_object_id();
    for (number, form) in book.forms.iter().enumerate() {
        let Some((content, height)) = form else { continue };
        let dict = dictionary([
            ("Type", name("XObject")),
            ("Subtype", name("Form")),
            // Generous: letters may reach out of their lines.
            ("BBox", Object::Array(vec![(-72).into(), Object::Real(-(height + 36.0).ceil()), 684.into(), 36.into()])),
            ("Resources", shared.into()),
        ]);
        let object = file.add_object(deflated(dict, content.clone()));
        objects.set(format!("X{number}"), Object::Reference(object));
    }
    file.set_object(shared, dictionary([("Font", fonts.into()), ("XObject", objects.into())]));
    Ok(shared)
}

/// Writes into the font which of its glyphs each code means.
fn map_codes(file: &mut lopdf::Document, font: ObjectId, face: &Face, codes: &[u16]) -> Result<()> {
    let remapper = remapper(face, codes.iter().copied());
    let glyph = |code: u16| remapper.get(face.glyphs.get(usize::from(code)).copied().unwrap_or_default()).unwrap_or(0);
    let mut map = if face.cff {
        let dict = dictionary([("Type", name("CMap")), ("CMapName", name("Codes")), ("CIDSystemInfo", identity())]);
        Stream::new(dict, character_map(codes.iter().map(|&code| (code, glyph(code)))).into_bytes())
    } else {
        Stream::new(Dictionary::new(), glyph_table(codes, glyph))
    };
    deflate(&mut map)?;
    let map = file.add_object(map);
    let dict = file.get_object_mut(font).and_then(Object::as_dict_mut).map_err(broken)?;
    if face.cff {
        dict.set("Encoding", map);
    }
    let descendants = dict.get_mut(b"DescendantFonts").and_then(Object::as_array_mut).map_err(broken)?;
    let descendant = descendants.first_mut().map(Object::as_dict_mut).transpose().map_err(broken)?;
    let Some(descendant) = descendant else { return Err(broken(lopdf::Error::DictKey("DescendantFonts".to_owned()))) };
    if face.cff {
        // Here a width belongs to the glyph, not to the code.
        let width = |code: u16| i64::from(face.widths.get(usize::from(code)).copied().unwrap_or_default());
        let mut widths: Vec<(u16, i64)> = codes.iter().map(|&code| (glyph(code), width(code))).collect();
        widths.sort_unstable();
        let widths = widths.into_iter().flat_map(|(glyph, width)| [i64::from(glyph).into(), vec![width.into()].into()]);
        descendant.set("W", Object::Array(widths.collect()));
    } else {
        descendant.set("CIDToGIDMap", map);
    }
    Ok(())
}

fn identity() -> Object {
    let text = |text: &str| Object::String(text.as_bytes().to_vec(), StringFormat::Literal);
    let dict = [("Registry", text("Adobe")), ("Ordering", text("Identity")), ("Supplement", Object::Integer(0))];
    dictionary(dict).into()
}

/// An image, with its opacity.
fn embed(file: &mut lopdf::Document, image: &Image) -> Result<ObjectId> {
    let describe = |components: u8| {
        let space = match components {
            1 => "DeviceGray",
            3 => "DeviceRGB",
            _ => "DeviceCMYK",
        };
        dictionary([
            ("Type", name("XObject")),
            ("Subtype", name("Image")),
            ("Width", Object::Integer(i64::from(image.pixels.0))),
            ("Height", Object::Integer(i64::from(image.pixels.1))),
            ("ColorSpace", name(space)),
            ("BitsPerComponent", Object::Integer(8)),
        ])
    };
    let mut stream = match &image.data {
        Data::Page(page) => {
            let message = "a background could not be put into the PDF";
            return pdf_page::embed(file, page).map_err(|why| Error::new(message).hint(why));
        }
        Data::Raw(pixels) => Stream::new(describe(image.components), pixels.clone()),
        Data::Jpeg { file, inverted } => {
            let mut stream = Stream::new(describe(image.components), file.clone());
            stream.dict.set("Filter", name("DCTDecode"));
            if *inverted {
                let swapped = [1, 0].into_iter().cycle().take(8).map(Object::Integer);
                stream.dict.set("Decode", Object::Array(swapped.collect()));
            }
            stream
        }
    };
    deflate(&mut stream)?;
    if let Some(alpha) = &image.alpha {
        let mut mask = Stream::new(describe(1), alpha.clone());
        deflate(&mut mask)?;
        let mask = file.add_object(mask);
        stream.dict.set("SMask", Object::Reference(mask));
    }
    Ok(file.add_object(stream))
}

/// Title, dates and identity, from the job alone; and no claim to a standard that the file does not keep.
fn describe(file: &mut lopdf::Document, book: &Book<'_>) -> Result<()> {
    let info = file.trailer.get(b"Info").and_then(Object::as_reference).map_err(broken)?;
    let date = Object::string_literal(format!("D:{}000000Z", book.created.format("%Y%m%d")));
    let described = dictionary([
        ("Title", lopdf::text_string(book.title)),
        ("Producer", lopdf::text_string("Regulars")),
        ("CreationDate", date.clone()),
        ("ModDate", date),
    ]);
    file.set_object(info, described);
    let id: Vec<u8> = book.fingerprint.bytes().chain(std::iter::repeat(b'0')).take(32).collect();
    let id = id.chunks(2).map(|pair| {
        let digit = |byte: u8| u8::try_from(char::from(byte).to_digit(16).unwrap_or_default()).unwrap_or_default();
        digit(pair[0]) << 4 | digit(pair[1])
    });
    let id = Object::String(id.collect(), StringFormat::Hexadecimal);
    file.trailer.set("ID", Object::Array(vec![id.clone(), id]));
    let packet = xmp::packet(book.title, book.language, book.created, book.is_universal);
    let metadata = Stream::new(dictionary([("Type", name("Metadata")), ("Subtype", name("XML"))]), packet.into_bytes());
    let metadata = file.add_object(metadata.with_compression(false));
    let language = Object::string_literal(book.language);
    let catalog = file.catalog_mut().map_err(broken)?;
    catalog.remove(b"PageLayout");
    catalog.set("Lang", language);
    catalog.set("Metadata", metadata);
    catalog.set("ViewerPreferences", dictionary([("DisplayDocTitle", Object::Boolean(true))]));
    Ok(())
}

/// Deflates a stream that is not coded yet.
fn deflate(stream: &mut Stream) -> Result<()> {
    if stream.dict.has(b"Filter") {
        return Ok(());
    }
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(6));
    let deflated = encoder.write_all(&stream.content).and_then(|()| encoder.finish());
    let deflated =
        deflated.map_err(|e| Error::of(ErrorKind::Machine, "an image or a font could not be compressed").because(e))?;
    stream.dict.set("Filter", name("FlateDecode"));
    stream.set_content(deflated);
    Ok(())
}

fn deflated(mut dict: Dictionary, content: Vec<u8>) -> Stream {
    dict.set("Filter", name("FlateDecode"));
    Stream::new(dict, content).with_compression(false)
}

pub(crate) fn dictionary<const N: usize>(pairs: [(&str, Object); N]) -> Dictionary {
    pairs.into_iter().collect()
}

pub(crate) fn name(name: &str) -> Object {
    Object::Name(name.as_bytes().to_vec())
}

/// The skeleton is not as expected: a bug, not the owner's mistake.
pub(crate) fn broken(source: lopdf::Error) -> Error {
    Error::of(ErrorKind::Machine, "the PDF file could not be put together").because(source)
}
