//! The shop folder and its shop.toml, read and checked once.

mod mail_server;
mod settings;
mod toml_text;

use std::path::{Component, Path, PathBuf};

use crate::error::{Error, Result};
use crate::store::Store;
use crate::text;

pub(crate) use mail_server::{MailServer, Security};
pub(crate) use settings::{EmailSettings, Settings};
pub(crate) use toml_text::{Day, line_of, read as read_toml};

/// An opened shop folder.
#[derive(Debug)]
pub(crate) struct Shop {
    /// Where it is.
    pub(crate) folder: PathBuf,
    /// What shop.toml says.
    pub(crate) settings: Settings,
    /// shop.toml as it was read.
    pub(crate) text: String,
}

impl Shop {
    /// Reads `folder`/shop.toml.
    ///
    /// # Errors
    /// When the folder is no shop folder, or its shop.toml has faults.
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        let file = folder.join("shop.toml");
        if !file.is_file() {
            let message = format!("{} is not a shop folder: there is no shop.toml in it", shown(folder));
            return Err(
                Error::new(message).hint("make one with `regulars init DIR`, or say where it is with `--shop DIR`")
            );
        }
        let text = read_text(&file).map_err(|e| e.at("shop.toml"))?;
        let settings = Settings::read(&text).map_err(|e| e.at("shop.toml"))?;
        Ok(Self { folder: folder.to_owned(), settings, text })
    }

    /// The database of this folder.
    ///
    /// # Errors
    /// When it is missing, foreign, damaged or too new.
    pub(crate) fn store(&self) -> Result<Store> {
        Store::open(&self.database())
    }

    /// Where the database is.
    pub(crate) fn database(&self) -> PathBuf {
        self.folder.join("regulars.db")
    }

    /// The folder of the campaign files.
    pub(crate) fn campaigns(&self) -> PathBuf {
        self.folder.join("campaigns")
    }

    /// The folder of the templates and their images.
    pub(crate) fn templates(&self) -> PathBuf {
        self.folder.join("letter-templates")
    }

    /// The folder for what a campaign gives: `out/NAME`.
    pub(crate) fn out(&self, slug: &str) -> PathBuf {
        self.folder.join("out").join(slug)
    }

    /// A path as the owner sees it: from here on, when they are in the shop folder.
    pub(crate) fn shown(&self, path: &Path) -> String {
        let inner = path.strip_prefix(&self.folder).unwrap_or(path);
        if self.folder == Path::new(".") { inner } else { path }.display().to_string()
    }
}

/// A path as it is shown: never empty.
fn shown(path: &Path) -> String {
    let text = path.display().to_string();
    text::quote(if text.is_empty() { "." } else { &text })
}

/// A text file, whole.
///
/// # Errors
/// When it cannot be read or is not UTF-8.
pub(crate) fn read_text(path: &Path) -> Result<String> {
    let bytes = std::fs::read(path).map_err(|e| Error::io("read", path, e))?;
    let text = String::from_utf8(bytes)
        .map_err(|e| Error::new("the file is not text in UTF-8").hint("save it again as UTF-8").because(e))?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// The path of a file that a campaign or a template names: it stays inside its folder.
///
/// # Errors
/// When the name leads out of the folder.
pub(crate) fn inside(folder: &Path, name: &str) -> Result<PathBuf> {
    let path = Path::new(name);
    let plain = path.components().all(|part| matches!(part, Component::Normal(_))) && !name.contains('\\');
    if name.is_empty() || !plain {
        return Err(Error::new(format!("{} is not the name of a file in {}", text::quote(name), shown(folder)))
            .hint("files are named within their folder, such as `free-bottle.md`"));
    }
    Ok(folder.join(path))
}

/// Writes a file so that it is there whole or not at all.
///
/// # Errors
/// When the disk is full or the folder cannot be written.
pub(crate) fn write_whole(path: &Path, content: &[u8]) -> Result<()> {
    write_whole_with(path, |file| std::io::Write::write_all(file, content).map_err(|e| Error::io("write", path, e)))
}

/// Writes a file that nobody but its owner may read, so that it is there whole or not at all.
///
/// # Errors
/// When the disk is full or the folder cannot be written.
pub(crate) fn write_secret(path: &Path, content: &[u8]) -> Result<()> {
    write_whole_with(path, |file| {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let only_owner = std::fs::Permissions::from_mode(0o600);
            file.get_ref().set_permissions(only_owner).map_err(|e| Error::io("lock", path, e))?;
        }
        std::io::Write::write_all(file, content).map_err(|e| Error::io("write", path, e))
    })
}

/// Writes a file through `fill` so that it is there whole or not at all.
///
/// # Errors
/// Whatever `fill` fails with, a full disk, a folder that cannot be written.
pub(crate) fn write_whole_with<T>(
    path: &Path,
    fill: impl FnOnce(&mut std::io::BufWriter<std::fs::File>) -> Result<T>,
) -> Result<T> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(|e| Error::io("make the folder", folder, e))?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = path.with_file_name(name);
    let filled = (|| {
        let file = std::fs::File::create(&part).map_err(|e| Error::io("write", &part, e))?;
        let mut writer = std::io::BufWriter::new(file);
        let done = fill(&mut writer)?;
        let file = writer.into_inner().map_err(|e| Error::io("write", &part, e.into_error()))?;
        file.sync_all().map_err(|e| Error::io("write", &part, e))?;
        Ok(done)
    })();
    if filled.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    let done = filled?;
    std::fs::rename(&part, path).map_err(|e| Error::io("write", path, e))?;
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_inside_their_folder() {
        let folder = Path::new("letter-templates");
        for bad in ["../secret.md", "/etc/passwd", "", "a/../../b", "..", "C:\\x"] {
            assert!(inside(folder, bad).is_err(), "{bad}");
        }
        assert!(inside(folder, "1990/thanks.md").is_ok());
    }

    #[test]
    fn a_file_that_fails_half_way_leaves_nothing() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("letters.pdf");
        let failed: Result<()> = write_whole_with(&path, |_| Err(Error::new("no")));
        assert!(failed.is_err());
        assert_eq!(std::fs::read_dir(folder.path()).expect("list").count(), 0);
    }
}
