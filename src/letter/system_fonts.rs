//! The machine's own fonts, asked for characters that neither the shipped font nor the shop's have.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use parley::fontique::{Blob, SourceCache, SourceId, SourceInfo, SourceKind};
use skrifa::{FontRef, MetadataProvider};

use super::face::Face;

/// Names the folders that are searched instead of the machine's own, parted as in `PATH`; empty for none.
const VARIABLE: &str = "REGULARS_FONTS";

/// How deep folders of fonts are searched.
const DEPTH: usize = 5;

/// The place of the first font of this machine that has the character, in an order that does not depend on what else is
/// asked for.
pub(crate) fn find(character: char) -> Option<usize> {
    static KNOWN: Mutex<BTreeMap<char, Option<usize>>> = Mutex::new(BTreeMap::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    *known.entry(character).or_insert_with(|| files().iter().position(|file| file.has(character)))
}

/// The font at a place.
pub(crate) fn open(place: usize) -> Option<Blob<u8>> {
    files().get(place)?.open()
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

    /// Whether it can print the character: what has no outlines, such as coloured pictures, cannot.
    fn has(&self, character: char) -> bool {
        let Some(data) = self.open() else { return false };
        FontRef::from_index(data.as_ref(), 0)
            .is_ok_and(|font| font.charmap().map(character).is_some() && Face::has_outlines(&font))
    }
}

/// Every font file of this machine, the most fitting beside a serif text first.
fn files() -> &'static [FontFile] {
    static FILES: OnceLock<Vec<FontFile>> = OnceLock::new();
    FILES.get_or_init(|| {
        let mut paths = Vec::new();
        for folder in folders() {
            collect(&folder, DEPTH, &mut paths);
        }
        paths.sort_by_cached_key(|path| (rank(path), path.file_name().map(ToOwned::to_owned), path.clone()));
        paths.dedup();
        paths.into_iter().map(|path| FontFile { path: path.into(), data: OnceLock::new() }).collect()
    })
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

/// How far down a font stands: upright faces of book weight first, those with serifs before those without, then all
/// others.
fn rank(path: &Path) -> u8 {
    let name = path.file_stem().unwrap_or_default().to_string_lossy().to_lowercase();
    let has = |words: &str| words.split(' ').any(|word| name.contains(word));
    if has("bold italic oblique light thin black medium condensed mono slanted display") {
        return 4;
    }
    match (has("noto"), has("serif naskh rashi")) {
        (true, true) => 0,
        (true, false) => 1,
        (false, true) => 2,
        (false, false) => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn upright_faces_with_serifs_come_first() {
        let ranks = [
            "a/NotoSerifHebrew-Regular.ttf",
            "NotoSans-Regular.ttf",
            "DejaVuSerif.ttf",
            "Arial.ttf",
            "NotoSerif-Bold.ttf",
        ];
        assert_eq!(ranks.map(|name| rank(Path::new(name))), [0, 1, 2, 3, 4]);
    }
}
