//! The pages of a PDF file, each drawn as one image in another file.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lopdf::{Dictionary, Document, LoadOptions, Object, ObjectId, Stream};

/// How many pages of a file are taken: one for the first sheet, one for those after it.
pub(crate) const PAGES: usize = 2;
/// How many bytes what draws a page may take, unpacked.
const MOST_CONTENT: usize = 64 << 20;

/// A page of a PDF file.
#[derive(Debug, Clone)]
pub struct SheetPage {
    file: Arc<[u8]>,
    /// Counted from 0.
    number: usize,
}

/// The key of a page of a background, counted from 0.
pub(crate) fn key(file: &str, page: usize) -> String {
    if page == 0 { file.to_owned() } else { format!("{file}#{}", page + 1) }
}

/// Whether a file is a PDF by its name.
pub(crate) fn is_pdf(file: &str) -> bool {
    file.rsplit_once('.').is_some_and(|(_, ending)| ending.eq_ignore_ascii_case("pdf"))
}

/// A page with its width and height in points.
type SizedPage = ((f32, f32), SheetPage);

/// The first pages of a PDF file.
///
/// # Errors
/// Why it cannot be used.
pub(crate) fn pages(bytes: &[u8]) -> Result<Vec<SizedPage>, String> {
    let file = open(bytes)?;
    let shared: Arc<[u8]> = bytes.into();
    let pages: Vec<ObjectId> = file.get_pages().into_values().take(PAGES).collect();
    if pages.is_empty() {
        return Err("the PDF file has no page".to_owned());
    }
    let sized = pages.into_iter().enumerate().map(|(number, id)| {
        let page = PageParts::of(&file, id)?;
        page.content(&file)?;
        let size = page.size();
        if !(size.0 > 10.0 && size.1 > 10.0) {
            return Err("its page has no size".to_owned());
        }
        Ok((size, SheetPage { file: Arc::clone(&shared), number }))
    });
    sized.collect()
}

fn open(bytes: &[u8]) -> Result<Document, String> {
    // Each stream that is unpacked to find the objects.
    let limit = LoadOptions::with_max_decompressed_size(MOST_CONTENT);
    let file = Document::load_mem_with_options(bytes, limit).map_err(|_| "the PDF file is damaged".to_owned())?;
    if file.is_encrypted() || file.trailer.has(b"Encrypt") {
        return Err("the PDF file is locked with a password".to_owned());
    }
    Ok(file)
}

/// What of a page is drawn, and where.
struct PageParts {
    id: ObjectId,
    /// Left, bottom, right, top of what is seen of it.
    frame: [f32; 4],
    /// By how many quarters it is turned to the right.
    turns: i64,
}

impl PageParts {
    fn of(file: &Document, id: ObjectId) -> Result<Self, String> {
        let boxed = |key: &[u8]| inherited(file, id, key).and_then(|found| rectangle(file, &found));
        let frame = boxed(b"TrimBox").or_else(|| boxed(b"CropBox")).or_else(|| boxed(b"MediaBox"));
        let turned = inherited(file, id, b"Rotate").and_then(|found| found.as_i64().ok()).unwrap_or(0);
        let frame = frame.ok_or("its page has no size")?;
        Ok(Self { id, frame, turns: (turned / 90).rem_euclid(4) })
    }

    fn size(&self) -> (f32, f32) {
        let [left, bottom, right, top] = self.frame;
        let (width, height) = (right - left, top - bottom);
        if self.turns % 2 == 0 { (width, height) } else { (height, width) }
    }

    fn content(&self, file: &Document) -> Result<Vec<u8>, String> {
        let mut content = Vec::new();
        for id in file.get_page_contents(self.id) {
            let stream = file.get_object(id).and_then(Object::as_stream).map_err(|_| "its page is damaged")?;
            let part = if stream.dict.has(b"Filter") {
                stream.decompressed_content_with_limit(MOST_CONTENT).map_err(|_| "its page cannot be unpacked")?
            } else {
                stream.content.clone()
            };
            if content.len() + part.len() > MOST_CONTENT {
                return Err("what draws its page is larger than 64 MB".to_owned());
            }
            content.extend_from_slice(&part);
            content.push(b'\n');
        }
        Ok(content)
    }

    /// Maps what is seen of the page to a square of one by one, as images are drawn.
    fn matrix(&self) -> [f32; 6] {
        let [left, bottom, right, top] = self.frame;
        let (width, height) = (right - left, top - bottom);
        match self.turns {
            0 => [1.0 / width, 0.0, 0.0, 1.0 / height, -left / width, -bottom / height],
            1 => [0.0, -1.0 / width, 1.0 / height, 0.0, -bottom / height, right / width],
            2 => [-1.0 / width, 0.0, 0.0, -1.0 / height, right / width, top / height],
            _ => [0.0, 1.0 / width, -1.0 / height, 0.0, top / height, -left / width],
        }
    }
}

/// A value of a page, or of what it stands in.
fn inherited(file: &Document, page: ObjectId, key: &[u8]) -> Option<Object> {
    let mut dict = file.get_dictionary(page).ok()?;
    // Deeper than any tree of pages, should it be a ring.
    for _ in 0..64 {
        if let Ok(found) = dict.get(key) {
            return Some(file.dereference(found).ok()?.1.clone());
        }
        dict = file.get_dictionary(dict.get(b"Parent").ok()?.as_reference().ok()?).ok()?;
    }
    None
}

fn rectangle(file: &Document, found: &Object) -> Option<[f32; 4]> {
    let numbers = found.as_array().ok()?.iter().map(|number| file.dereference(number).ok()?.1.as_float().ok());
    let [a, b, c, d] = <[f32; 4]>::try_from(numbers.collect::<Option<Vec<f32>>>()?).ok()?;
    Some([a.min(c), b.min(d), a.max(c), b.max(d)])
}

/// Puts a page into a file as a form that is drawn like an image.
///
/// # Errors
/// When the page cannot be read.
pub(crate) fn embed(into: &mut Document, page: &SheetPage) -> Result<ObjectId, String> {
    let file = open(&page.file)?;
    let id = file.get_pages().into_values().nth(page.number).ok_or("its page is gone")?;
    let parts = PageParts::of(&file, id)?;
    let content = parts.content(&file)?;
    let resources = inherited(&file, id, b"Resources").unwrap_or_else(|| Dictionary::new().into());
    let mut dict = Dictionary::new();
    dict.set("Type", Object::Name(b"XObject".to_vec()));
    dict.set("Subtype", Object::Name(b"Form".to_vec()));
    dict.set("BBox", Object::Array(parts.frame.map(Object::Real).to_vec()));
    dict.set("Matrix", Object::Array(parts.matrix().map(Object::Real).to_vec()));
    if let Some(group) = inherited(&file, id, b"Group").filter(|group| group.as_dict().is_ok()) {
        dict.set("Group", group);
    }
    dict.set("Resources", resources);
    let mut dict = Object::Dictionary(dict);
    let found = reached(&file, &dict);
    // The numbers of a file have no gap.
    let names: BTreeMap<ObjectId, ObjectId> = found.keys().map(|&id| (id, into.new_object_id())).collect();
    rename(&mut dict, &names);
    for (id, mut object) in found {
        rename(&mut object, &names);
        into.objects.insert(names[&id], object);
    }
    let Object::Dictionary(dict) = dict else { return Err("its page is damaged".to_owned()) };
    let mut form = Stream::new(dict, content);
    form.compress().map_err(|_| "its page cannot be packed")?;
    Ok(into.add_object(form))
}

/// All objects to which one leads; pages and their tree are not taken along.
fn reached(file: &Document, from: &Object) -> BTreeMap<ObjectId, Object> {
    let mut found = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let mut open: Vec<Object> = vec![from.clone()];
    while let Some(object) = open.pop() {
        let inside: Vec<&Object> = match &object {
            Object::Array(items) => items.iter().collect(),
            Object::Dictionary(dict) => dict.iter().map(|(_, value)| value).collect(),
            Object::Stream(stream) => stream.dict.iter().map(|(_, value)| value).collect(),
            _ => Vec::new(),
        };
        for value in inside {
            match value {
                Object::Reference(id) if seen.insert(*id) => {
                    let target = file.get_object(*id).cloned().unwrap_or(Object::Null);
                    let kind = target.as_dict().ok().and_then(|dict| dict.get(b"Type").ok()?.as_name().ok());
                    if kind.is_some_and(|kind| kind == b"Page" || kind == b"Pages") {
                        found.insert(*id, Object::Null);
                        continue;
                    }
                    open.push(target.clone());
                    found.insert(*id, target);
                }
                Object::Array(_) | Object::Dictionary(_) => open.push(value.clone()),
                _ => {}
            }
        }
    }
    found
}

/// Lets every reference lead to where its object is now.
fn rename(object: &mut Object, names: &BTreeMap<ObjectId, ObjectId>) {
    match object {
        Object::Reference(id) => match names.get(id) {
            Some(name) => *id = *name,
            None => *object = Object::Null,
        },
        Object::Array(items) => items.iter_mut().for_each(|item| rename(item, names)),
        Object::Dictionary(dict) => dict.iter_mut().for_each(|(_, value)| rename(value, names)),
        Object::Stream(stream) => stream.dict.iter_mut().for_each(|(_, value)| rename(value, names)),
        _ => {}
    }
}
