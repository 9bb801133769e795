//! The shop folder and its shop.toml, parsed and checked once.

mod label_settings;
mod mail_server;
mod placed;
mod settings;
mod toml_table;

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crate::clock::TimeZone;
use crate::error::{Error, Result};
use crate::store::Store;
use crate::{files, text};

pub(crate) use label_settings::LabelSettings;
pub(crate) use mail_server::{MailServer, Security};
pub(crate) use placed::Placed;
pub(crate) use settings::{BounceSettings, EmailSettings, Settings};
pub(crate) use toml_table::{FromToml, TomlTable, TomlValue, any_value, read as read_toml};

/// An opened shop folder.
#[derive(Debug)]
pub(crate) struct Shop {
    pub(crate) folder: PathBuf,
    /// The parsed shop.toml.
    pub(crate) settings: Settings,
    /// The text of shop.toml.
    pub(crate) text: String,
    /// Paths that may have data of people who were forgotten, of which the owner was not told.
    pub(crate) traces: Arc<OnceLock<Vec<String>>>,
}

impl Shop {
    /// Reads `folder`/shop.toml.
    ///
    /// # Errors
    /// When the folder is not a shop folder, or its shop.toml has errors.
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        let file = folder.join("shop.toml");
        if !file.is_file() {
            let message = format!("{} is not a shop folder: there is no shop.toml in it", files::shown(folder));
            return Err(
                Error::new(message).hint("make one with `regulars init DIR`, or give its folder with `--shop DIR`")
            );
        }
        let text = files::read_text(&file).map_err(|e| e.at("shop.toml"))?;
        let settings = Settings::read(&text).map_err(|e| e.at("shop.toml"))?;
        Ok(Self { folder: folder.to_owned(), settings, text, traces: Arc::default() })
    }

    /// The time zone of a folder; that of the machine if it is not a shop, or not a readable one.
    #[must_use]
    pub(crate) fn timezone(folder: &Path) -> TimeZone {
        Self::open(folder).map(|shop| shop.settings.timezone).unwrap_or_default()
    }

    /// The database of this folder.
    ///
    /// # Errors
    /// When it is missing, not ours, damaged or too new.
    pub(crate) fn store(&self) -> Result<Store> {
        let store = Store::open(&self.database())?;
        let traces = store.read().traces()?;
        if !traces.is_empty() {
            let _ = self.traces.set(traces);
        }
        Ok(store)
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

    /// The output folder of a campaign: `out/NAME`.
    pub(crate) fn out(&self, slug: &str) -> PathBuf {
        self.folder.join("out").join(slug)
    }

    /// The same to write into it.
    ///
    /// # Errors
    /// When it, `out` or a folder in it is a link: what is written would lie outside of the shop.
    pub(crate) fn out_to_write(&self, slug: &str) -> Result<PathBuf> {
        let (all, folder) = (self.folder.join("out"), self.out(slug));
        let own = [all, folder.clone()].into_iter().find(|path| path.is_symlink());
        match own.or_else(|| files::linked_folder_in(&folder)) {
            Some(link) => Err(Error::new(format!(
                "{} is a link, and letters stay in the shop folder",
                text::quote(&self.shown(&link))
            ))
            .hint("make it a folder: take the link away, and move what it leads to here")),
            None => Ok(folder),
        }
    }

    /// The password of a mail server: that of the environment, else that in a file; none when that is empty.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(crate) fn password(&self, given: Option<String>, file: Option<&str>) -> Result<Option<String>> {
        let password = match (given, file) {
            (Some(password), _) => Some(password),
            (None, Some(file)) => Some(files::read_text(&self.folder.join(file))?),
            (None, None) => None,
        };
        let password = password.map(|text| text.trim_end_matches(['\r', '\n']).to_owned());
        Ok(password.filter(|text| !text.is_empty()))
    }

    /// A path for display: relative when the owner is in the shop folder.
    pub(crate) fn shown(&self, path: &Path) -> String {
        let inner = path.strip_prefix(&self.folder).unwrap_or(path);
        if self.folder == Path::new(".") { inner } else { path }.display().to_string()
    }
}
