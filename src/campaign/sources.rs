//! The files that a campaign is made from: its file, its templates, their images, shop.toml. Read from the folder, or
//! as stored.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::file::CampaignFile;
use super::folder::place;
use crate::error::{Error, Result};
use crate::files;
use crate::merge::{Engine, NamedImage, Style, Template};
use crate::shop::{Settings, Shop};
use crate::text;

/// Every file that a campaign is made from, by its path in the shop folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sources {
    /// Path → bytes.
    pub(crate) files: BTreeMap<String, Vec<u8>>,
}

/// The largest image file, in MB.
const MOST_IMAGE: u64 = 30;

const TEMPLATES: &str = "letter-templates/";

impl Sources {
    /// Reads them from the folder.
    ///
    /// # Errors
    /// With every template and image that is missing or broken.
    pub(crate) fn from_folder(shop: &Shop, file: &CampaignFile) -> Result<Self> {
        let (sources, faults) = Self::from_folder_leniently(shop, file);
        Error::all(faults).map_or(Ok(sources), Err)
    }

    /// The same, but returns the errors next to what could be read.
    pub(crate) fn from_folder_leniently(shop: &Shop, file: &CampaignFile) -> (Self, Vec<Error>) {
        let mut files = BTreeMap::new();
        let mut faults = Vec::new();
        files.insert(place(&file.slug), file.text.clone().into_bytes());
        files.insert("shop.toml".to_owned(), shop.text.clone().into_bytes());
        for name in file.templates() {
            let path = format!("{TEMPLATES}{}", name.value);
            let there = files::inside(&shop.templates(), name)
                .and_then(|path| if path.is_file() { Ok(path) } else { Err(missing_template(shop, name)) })
                .map_err(|e| e.at(name.line).at(place(&file.slug)));
            match there.and_then(|there| files::read_text(&there).map_err(|e| e.at(&path))) {
                Ok(text) => {
                    let (template, wrong) = Template::read(name, &text);
                    faults.extend(wrong.into_iter().map(|fault| fault.within(TEMPLATES)));
                    images(shop, &template, &mut files, &mut faults);
                    files.insert(path, text.into_bytes());
                }
                Err(fault) => faults.push(fault),
            }
        }
        for name in file.signers.iter().filter_map(|signer| signer.signature.as_ref()) {
            match image(shop, name) {
                Ok(bytes) => drop(files.insert(format!("{TEMPLATES}{}", name.value), bytes)),
                Err(fault) => faults.push(fault.at(name.line).at(place(&file.slug))),
            }
        }
        (Self { files }, faults)
    }

    /// The templates among them.
    ///
    /// # Errors
    /// With every error of their front matter.
    pub(crate) fn templates(&self) -> Result<Vec<Template>> {
        let (templates, faults) = self.templates_leniently();
        Error::all(faults).map_or(Ok(templates), Err)
    }

    /// The same, but returns the errors next to them.
    pub(crate) fn templates_leniently(&self) -> (Vec<Template>, Vec<Error>) {
        let texts = self.files.iter().filter_map(|(path, bytes)| {
            let name = path.strip_prefix(TEMPLATES)?;
            let is_template = std::path::Path::new(name).extension().is_some_and(|e| e == "md");
            is_template.then(|| (name.to_owned(), String::from_utf8_lossy(bytes)))
        });
        let (templates, faults): (Vec<_>, Vec<_>) = texts.map(|(name, text)| Template::read(&name, &text)).unzip();
        (templates, faults.into_iter().flatten().map(|fault| fault.within(TEMPLATES)).collect())
    }

    /// The images among them: name and bytes.
    pub(crate) fn images(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files.iter().filter_map(|(path, bytes)| {
            let name = path.strip_prefix(TEMPLATES)?;
            let is_template = std::path::Path::new(name).extension().is_some_and(|e| e == "md");
            (!is_template).then_some((name, bytes.as_slice()))
        })
    }

    /// The stored shop.toml.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn settings(&self) -> Result<Settings> {
        let text = self.files.get("shop.toml").map(|bytes| String::from_utf8_lossy(bytes)).unwrap_or_default();
        Settings::read(&text).map_err(|e| e.at("shop.toml"))
    }

    /// The stored campaign file.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn campaign(&self, slug: &str) -> Result<CampaignFile> {
        let text = self.files.get(&place(slug)).map(|bytes| String::from_utf8_lossy(bytes)).unwrap_or_default();
        CampaignFile::read(slug, &text, self.settings()?.currency).map_err(|e| e.at(place(slug)))
    }
}

/// Checks templates and prepares them.
///
/// # Errors
/// With every unknown name and every error of the text, by file and line.
pub(crate) fn engine(templates: Vec<Template>, settings: &Settings, dated: NaiveDate, follows: bool) -> Result<Engine> {
    let style = Style { currency: settings.currency, country: settings.country.clone(), dated };
    Engine::new(templates, &style, follows).map_err(|e| e.within(TEMPLATES))
}

/// Reads the images that a template names.
fn images(shop: &Shop, template: &Template, files: &mut BTreeMap<String, Vec<u8>>, faults: &mut Vec<Error>) {
    for NamedImage { name, line, .. } in template.images() {
        match image(shop, &name) {
            Ok(bytes) => drop(files.insert(format!("{TEMPLATES}{name}"), bytes)),
            Err(fault) => faults.push(fault.at(line).at(format!("{TEMPLATES}{}", template.file))),
        }
    }
}

/// Reads an image from the template folder.
fn image(shop: &Shop, name: &str) -> Result<Vec<u8>> {
    let path = files::inside(&shop.templates(), name)?;
    if !path.is_file() {
        return Err(Error::new(format!("there is no image {}", text::quote(name)))
            .hint("put it into letter-templates/, or correct its name"));
    }
    files::read(&path, MOST_IMAGE)
}

fn missing_template(shop: &Shop, name: &str) -> Error {
    let entries = std::fs::read_dir(shop.templates());
    let known: Vec<String> = entries
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|file| std::path::Path::new(file).extension().is_some_and(|e| e == "md"))
        .collect();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let error = Error::new(format!("there is no template {}", text::quote(name)));
    if known.is_empty() {
        error.hint("put it into letter-templates/")
    } else {
        error.hint(text::did_you_mean(name, &known))
    }
}
