//! What a campaign is made from: its file, its templates, their images, shop.toml. Read from the folder, or as they were kept.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::file::{CampaignFile, place};
use crate::error::{Error, Result};
use crate::files;
use crate::merge::{Engine, Style, Template};
use crate::shop::{Settings, Shop};
use crate::text;

/// Every file that a campaign is made from, by its path in the shop folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sources {
    /// Path → bytes.
    pub(crate) files: BTreeMap<String, Vec<u8>>,
}

const TEMPLATES: &str = "letter-templates/";

impl Sources {
    /// Reads them from the folder.
    ///
    /// # Errors
    /// With every template and image that is missing or faulty.
    pub(crate) fn from_folder(shop: &Shop, file: &CampaignFile) -> Result<Self> {
        let mut files = BTreeMap::new();
        let mut faults = Vec::new();
        files.insert(place(&file.slug), file.text.clone().into_bytes());
        files.insert("shop.toml".to_owned(), shop.text.clone().into_bytes());
        for name in file.templates() {
            let there = files::inside(&shop.templates(), name)
                .and_then(|path| if path.is_file() { Ok(path) } else { Err(missing_template(shop, name)) })
                .map_err(|e| e.at(file.line_of_template(name)).at(place(&file.slug)));
            let read = there.and_then(|path| files::read_text(&path).map_err(|e| e.at(format!("{TEMPLATES}{name}"))));
            match read {
                Ok(text) => {
                    match Template::read(name, &text) {
                        Ok(template) => images(shop, &template, &mut files, &mut faults),
                        Err(fault) => faults.push(fault.within(TEMPLATES)),
                    }
                    files.insert(format!("{TEMPLATES}{name}"), text.into_bytes());
                }
                Err(fault) => faults.push(fault),
            }
        }
        for (index, signer) in file.signers.iter().enumerate() {
            let Some(name) = &signer.signature else { continue };
            match image(shop, name) {
                Ok(bytes) => drop(files.insert(format!("{TEMPLATES}{name}"), bytes)),
                Err(fault) => faults.push(fault.at(file.line_of_signer(index, "signature")).at(place(&file.slug))),
            }
        }
        Error::all(faults).map_or(Ok(Self { files }), Err)
    }

    /// The templates among them.
    ///
    /// # Errors
    /// When one cannot be read.
    pub(crate) fn templates(&self) -> Result<Vec<Template>> {
        let texts = self.files.iter().filter_map(|(path, bytes)| {
            let name = path.strip_prefix(TEMPLATES)?;
            let is_template = std::path::Path::new(name).extension().is_some_and(|e| e == "md");
            is_template.then(|| (name.to_owned(), String::from_utf8_lossy(bytes)))
        });
        texts.map(|(name, text)| Template::read(&name, &text)).collect()
    }

    /// The templates, checked and ready.
    ///
    /// # Errors
    /// With every unknown name and every fault of the text, by file and line.
    pub(crate) fn engine(&self, settings: &Settings, dated: NaiveDate, follows: bool) -> Result<Engine> {
        let style = Style { currency: settings.currency, country: settings.country.clone(), dated };
        let engine = self.templates().and_then(|templates| Engine::new(templates, &style, follows));
        engine.map_err(|e| e.within(TEMPLATES))
    }

    /// The images among them: name and bytes.
    pub(crate) fn images(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files.iter().filter_map(|(path, bytes)| {
            let name = path.strip_prefix(TEMPLATES)?;
            let is_template = std::path::Path::new(name).extension().is_some_and(|e| e == "md");
            (!is_template).then_some((name, bytes.as_slice()))
        })
    }

    /// shop.toml as it is here.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn settings(&self) -> Result<Settings> {
        let text = self.files.get("shop.toml").map(|bytes| String::from_utf8_lossy(bytes)).unwrap_or_default();
        Settings::read(&text).map_err(|e| e.at("shop.toml"))
    }

    /// The campaign file as it is here.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn campaign(&self, slug: &str) -> Result<CampaignFile> {
        let text = self.files.get(&place(slug)).map(|bytes| String::from_utf8_lossy(bytes)).unwrap_or_default();
        CampaignFile::read(slug, &text, self.settings()?.currency).map_err(|e| e.at(place(slug)))
    }
}

/// Reads the images that a template names.
fn images(shop: &Shop, template: &Template, files: &mut BTreeMap<String, Vec<u8>>, faults: &mut Vec<Error>) {
    for (name, line) in template.images() {
        match image(shop, &name) {
            Ok(bytes) => drop(files.insert(format!("{TEMPLATES}{name}"), bytes)),
            Err(fault) => faults.push(fault.at(line).at(format!("{TEMPLATES}{}", template.file))),
        }
    }
}

/// An image beside the templates.
fn image(shop: &Shop, name: &str) -> Result<Vec<u8>> {
    let path = files::inside(&shop.templates(), name)?;
    if !path.is_file() {
        return Err(Error::new(format!("there is no image {}", text::quote(name)))
            .hint("put it into letter-templates/, or correct its name"));
    }
    std::fs::read(&path).map_err(|e| Error::io("read", &path, e))
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
