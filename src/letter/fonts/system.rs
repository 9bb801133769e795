//! The fonts of the machine, asked for characters that neither the shipped font nor the shop's have: chosen by script, with
//! serifs before without, always the same among the same files.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError};

use parley::fontique::{Blob, SourceCache, SourceId, SourceInfo, SourceKind};
use skrifa::attribute::{Stretch, Style};
use skrifa::raw::{FileRef, TableProvider};
use skrifa::string::StringId;
use skrifa::{FontRef, MetadataProvider};

use super::face::Face;
use super::han::HanShapes;
use crate::text;

/// Names the folders that are searched instead of the machine's own, separated as in `PATH`; empty for none.
const VARIABLE: &str = "REGULARS_FONTS";

/// How deep folders of fonts are searched.
const DEPTH: usize = 5;

/// Words in the name of a family that is not for running text.
const ODD: &str = "mono ui display kufi nastaliq rashi symbols math emoji script hand brush comic slanted caption";
/// Words in the name of a family with serifs, in whatever script.
const SERIF: &str =
    "serif naskh mincho ming song batang myungjo myeongjo times roman georgia garamond frank david traditional";

/// A script: where its characters are, and the families that suit a serif text, the best first.
struct FallbackScript {
    /// Its ISO 15924 code, or that with a country.
    name: &'static str,
    ranges: Vec<(u32, u32)>,
    families: Vec<&'static str>,
}

static SCRIPTS: LazyLock<Vec<FallbackScript>> = LazyLock::new(|| {
    let rows = text::table_rows(include_str!("fallback_fonts.tsv"));
    let number = |digits: &str| u32::from_str_radix(digits, 16).unwrap_or_default();
    let range = |range: &str| range.split_once('-').map(|(first, last)| (number(first), number(last)));
    let script = |mut cells: std::str::Split<'static, char>| {
        let (name, ranges, families) = (cells.next()?, cells.next()?, cells.next()?);
        let families = families.split('|').filter(|family| !family.is_empty()).collect();
        Some(FallbackScript { name, ranges: ranges.split(' ').filter_map(range).collect(), families })
    };
    rows.filter_map(script).collect()
});

/// The script of a character; Chinese ones are of the script of their shapes.
fn script_of(character: char, shapes: HanShapes) -> Option<&'static FallbackScript> {
    let code = u32::from(character);
    let found =
        SCRIPTS.iter().find(|script| script.ranges.iter().any(|(first, last)| (*first..=*last).contains(&code)))?;
    if found.name == "Hani" { named(shapes.script()) } else { Some(found) }
}

fn named(name: &str) -> Option<&'static FallbackScript> {
    SCRIPTS.iter().find(|script| script.name == name)
}

/// The language for which a font has shapes of its own in this script, as a BCP 47 tag.
pub(crate) fn language_of(character: char, shapes: HanShapes) -> Option<&'static str> {
    match script_of(character, shapes)?.name {
        "Jpan" => Some("ja"),
        "Hans" => Some("zh-Hans"),
        "Hant" => Some("zh-Hant"),
        "Hant-HK" => Some("zh-HK"),
        "Kore" => Some("ko"),
        _ => None,
    }
}

/// What is known of a face before its glyphs are looked at.
#[derive(Debug, Clone, PartialEq)]
struct FaceDescription {
    family: String,
    weight: u16,
    is_italic: bool,
    is_condensed: bool,
    has_serifs: bool,
    /// Its weight can be varied; only the weight that it has as it is can be printed.
    is_variable: bool,
}

impl FaceDescription {
    /// How far down a face stands for a script: upright ones of book weight first, and of these the families that are listed
    /// for the script, then those with serifs, then all others.
    fn rank(&self, script: Option<&FallbackScript>) -> (bool, usize, u8, bool) {
        let is_odd = self.is_italic || self.is_condensed || !(300..=500).contains(&self.weight);
        let families = script.map(|script| script.families.as_slice()).unwrap_or_default();
        let listed = families.iter().position(|family| family.eq_ignore_ascii_case(&self.family));
        let name = self.family.to_lowercase();
        let has = |words: &str| words.split(' ').any(|word| name.split([' ', '-', '_']).any(|part| part == word));
        let (is_noto, is_serif) = (name.starts_with("noto "), self.has_serifs || has(SERIF));
        let other = match (has(ODD), is_noto, is_serif) {
            (true, ..) => 4,
            (_, true, true) => 0,
            (_, false, true) => 1,
            (_, true, false) => 2,
            (_, false, false) => 3,
        };
        (is_odd, listed.unwrap_or(usize::MAX), other, self.is_variable)
    }

    fn is_never_taken(&self) -> bool {
        named("never")
            .is_some_and(|never| never.families.iter().any(|family| family.eq_ignore_ascii_case(&self.family)))
    }
}

/// A face of a font file of the machine.
struct SystemFace {
    file: usize,
    /// Which face of the file.
    index: u32,
    is: FaceDescription,
}

/// A font file, mapped into memory when it is first needed.
struct FontFile {
    path: Arc<Path>,
    data: OnceLock<Option<Blob<u8>>>,
}

impl FontFile {
    fn open(&self) -> Option<Blob<u8>> {
        let load =
            || SourceCache::default().get(&SourceInfo::new(SourceId::new(), SourceKind::Path(Arc::clone(&self.path))));
        self.data.get_or_init(load).clone()
    }
}

/// Faces of one family that letters are set in: the upright one, and the bold and italic ones that there are.
pub(crate) struct FaceSet {
    pub upright: (Blob<u8>, u32),
    pub bold: Option<(Blob<u8>, u32)>,
    pub italic: Option<(Blob<u8>, u32)>,
    pub bold_italic: Option<(Blob<u8>, u32)>,
}

/// The font files in some folders.
pub(crate) struct FontLibrary {
    /// The files; those of the machine when there are none.
    paths: Option<Vec<PathBuf>>,
    /// Read when a character is first looked for.
    read: OnceLock<(Vec<FontFile>, Vec<SystemFace>)>,
    /// The faces by what a script prefers.
    orders: Mutex<HashMap<Option<&'static str>, Arc<Vec<usize>>>>,
    known: Mutex<BTreeMap<(char, HanShapes), Option<usize>>>,
}

impl FontLibrary {
    /// Every font of this machine.
    pub(crate) fn of_machine() -> Arc<Self> {
        static MACHINE: OnceLock<Arc<FontLibrary>> = OnceLock::new();
        Arc::clone(MACHINE.get_or_init(|| Arc::new(Self::new(None))))
    }

    /// These font files; their order does not matter.
    #[cfg(test)]
    pub(crate) fn of(paths: Vec<PathBuf>) -> Self {
        Self::new(Some(paths))
    }

    fn new(paths: Option<Vec<PathBuf>>) -> Self {
        Self { paths, read: OnceLock::new(), orders: Mutex::default(), known: Mutex::default() }
    }

    fn read(&self) -> &(Vec<FontFile>, Vec<SystemFace>) {
        self.read.get_or_init(|| {
            let mut paths = self.paths.clone().unwrap_or_else(|| {
                let mut found = Vec::new();
                for folder in folders() {
                    collect(&folder, DEPTH, &mut found);
                }
                found
            });
            paths.sort_by_cached_key(|path| (path.file_name().map(ToOwned::to_owned), path.clone()));
            paths.dedup();
            let files = paths.into_iter().map(|path| FontFile { path: path.into(), data: OnceLock::new() });
            let files: Vec<FontFile> = files.collect();
            let described = files.iter().enumerate().flat_map(|(file, font)| {
                let fonts = font.open().map(|data| describe(data.as_ref())).unwrap_or_default();
                fonts.into_iter().map(move |(index, is)| SystemFace { file, index, is })
            });
            let faces = described.filter(|face| !face.is.is_never_taken()).collect();
            (files, faces)
        })
    }

    fn faces(&self) -> &[SystemFace] {
        &self.read().1
    }

    fn data(&self, face: &SystemFace) -> Option<Blob<u8>> {
        self.read().0.get(face.file)?.open()
    }

    /// The number of the face that prints a character, in an order that does not depend on what else is asked for.
    pub(crate) fn find(&self, character: char, shapes: HanShapes) -> Option<usize> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        *known.entry((character, shapes)).or_insert_with(|| {
            let order = self.order(script_of(character, shapes));
            order.iter().copied().find(|&face| self.has(face, character))
        })
    }

    fn order(&self, script: Option<&'static FallbackScript>) -> Arc<Vec<usize>> {
        let mut orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        let order = orders.entry(script.map(|script| script.name)).or_insert_with(|| {
            let mut order: Vec<usize> = (0..self.faces().len()).collect();
            order.sort_by_cached_key(|&face| {
                let is = &self.faces()[face].is;
                (is.rank(script), is.family.clone(), is.weight.abs_diff(400), face)
            });
            Arc::new(order)
        });
        Arc::clone(order)
    }

    fn has(&self, face: usize, character: char) -> bool {
        let face = &self.faces()[face];
        let Some(data) = self.data(face) else { return false };
        FontRef::from_index(data.as_ref(), face.index).is_ok_and(|font| font.charmap().map(character).is_some())
    }

    /// A face with the others of its family that have these characters too.
    pub(crate) fn open(&self, face: usize, characters: &[char]) -> Option<FaceSet> {
        let upright = self.faces().get(face)?;
        let data = |face: &SystemFace| Some((self.data(face)?, face.index));
        let other = |is_bold: bool, is_italic: bool| {
            let fits = |other: &SystemFace| {
                let (is, own) = (&other.is, &upright.is);
                is.family == own.family
                    && is.is_italic == is_italic
                    && !is.is_condensed
                    && !is.is_variable
                    && if is_bold { (600..=800).contains(&is.weight) } else { is.weight == own.weight }
            };
            let faces = self.faces().iter().enumerate().filter(|(_, other)| fits(other));
            let all = faces.filter(|(number, _)| characters.iter().all(|&character| self.has(*number, character)));
            all.min_by_key(|(number, other)| (other.is.weight.abs_diff(700), *number))
                .and_then(|(_, other)| data(other))
        };
        Some(FaceSet {
            upright: data(upright)?,
            bold: other(true, false),
            italic: other(false, true),
            bold_italic: other(true, true),
        })
    }
}

/// The faces of a file that can be printed: what has no outlines, such as coloured pictures, cannot.
fn describe(data: &[u8]) -> Vec<(u32, FaceDescription)> {
    let Ok(file) = FileRef::new(data) else { return Vec::new() };
    let fonts = (0..).zip(file.fonts()).filter_map(|(index, font)| Some((index, font.ok()?)));
    fonts
        .filter(|(_, font)| Face::has_outlines(font))
        .map(|(index, font)| {
            let name = |id: StringId| font.localized_strings(id).english_or_first().map(|name| name.to_string());
            let family = name(StringId::TYPOGRAPHIC_FAMILY_NAME).or_else(|| name(StringId::FAMILY_NAME));
            let attributes = font.attributes();
            // PANOSE: text faces (2) have their kind of serif in the second number, 11 and above for none.
            let panose = font.os2().map(|os2| (os2.panose_10()[0], os2.panose_10()[1])).unwrap_or_default();
            let is = FaceDescription {
                family: family.unwrap_or_default(),
                weight: crate::letter::number::whole(attributes.weight.value()),
                is_italic: attributes.style != Style::Normal,
                is_condensed: attributes.stretch != Stretch::NORMAL,
                has_serifs: panose.0 == 2 && (2..=10).contains(&panose.1),
                is_variable: !font.axes().is_empty(),
            };
            (index, is)
        })
        .collect()
}

fn folders() -> Vec<PathBuf> {
    if let Some(own) = std::env::var_os(VARIABLE) {
        return std::env::split_paths(&own).filter(|path| !path.as_os_str().is_empty()).collect();
    }
    let mut folders: Vec<PathBuf> =
        ["/usr/share/fonts", "/usr/local/share/fonts", "/System/Library/Fonts", "/Library/Fonts", "C:\\Windows\\Fonts"]
            .map(PathBuf::from)
            .to_vec();
    if let Some(home) = std::env::home_dir() {
        folders.extend([".local/share/fonts", ".fonts", "Library/Fonts"].map(|folder| home.join(folder)));
    }
    folders
}

fn collect(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let is_font =
            path.extension().is_some_and(|e| ["ttf", "otf", "ttc"].iter().any(|&font| e.eq_ignore_ascii_case(font)));
        if is_font {
            found.push(path);
        } else if depth > 0 && path.is_dir() {
            collect(&path, depth - 1, found);
        }
    }
}
