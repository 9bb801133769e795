//! The templates, images and fonts of a plan, and how a recipient's fields are filled in.

use std::collections::HashMap;
use std::path::Path;

use chrono::NaiveDate;

use crate::campaign::{self, CampaignFile, Recipient, Sources};
use crate::error::{Error, Result};
use crate::files;
use crate::letter::{
    self, Colour, EnvelopeWindow, FontLibrary, Fonts, Images, Letter, LetterSigner, Paper, PrintJob, Stationery,
    USUAL_LEADING, USUAL_SIZE,
};
use crate::merge::{self, Engine, Fields, HeadText, NamedImage, Template};
use crate::shop::Settings;
use crate::text;

/// Everything that the letters of one campaign are made with.
#[derive(Debug)]
pub(crate) struct TemplateSet {
    pub(crate) file: CampaignFile,
    /// 0 for the campaign's own pieces, 1 and up for its reminders.
    pub(crate) wave: usize,
    /// The templates.
    pub(crate) engine: Engine,
    /// The stationery of each template.
    pub(crate) stationery: Vec<Stationery>,
    /// The images of all templates.
    pub(crate) images: Images,
    /// The built-in fonts and the shop's own.
    pub(crate) fonts: Fonts,
    places: HashMap<String, usize>,
    /// The shop's country.
    home: String,
}

impl TemplateSet {
    /// Prepares everything: checks templates, decodes images, loads fonts.
    ///
    /// # Errors
    /// With every error of front matter, an image or a font, by file.
    pub(crate) fn open(sources: &Sources, slug: &str, dated: NaiveDate, fonts: Fonts) -> Result<Self> {
        let (settings, file) = (sources.settings()?, sources.campaign(slug)?);
        let (set, faults) = Self::lay_out(sources, file, &settings, sources.templates()?, dated, fonts);
        match (Error::all(faults), set) {
            (None, Some(set)) => Ok(set),
            (fault, _) => Err(fault.unwrap_or_else(|| Error::new("the templates cannot be used"))),
        }
    }

    /// The same with given templates, returning the errors next to it.
    pub(crate) fn lay_out(
        sources: &Sources,
        file: CampaignFile,
        settings: &Settings,
        templates: Vec<Template>,
        dated: NaiveDate,
        fonts: Fonts,
    ) -> (Option<Self>, Vec<Error>) {
        let mut faults = Vec::new();
        let mut images = Images::default();
        for (name, bytes) in sources.images() {
            faults.extend(images.add(name, bytes).err().map(|fault| fault.at(format!("letter-templates/{name}"))));
        }
        let (mut stationery, mut places) = (Vec::new(), HashMap::new());
        for template in &templates {
            match look(template, settings, dated, (&fonts, &images)) {
                Ok(look) => {
                    places.insert(template.file.clone(), stationery.len());
                    stationery.push(look);
                }
                Err(fault) => faults.push(fault.at(format!("letter-templates/{}", template.file))),
            }
        }
        let home = settings.country.clone();
        let engine = campaign::engine(templates, settings, dated, file.follows.is_some());
        let engine = engine.map_err(|fault| faults.insert(0, fault)).ok();
        (engine.map(|engine| Self { file, wave: 0, engine, stationery, images, fonts, places, home }), faults)
    }

    /// The template of a recipient: that of the reminder, of their branch, or of the campaign.
    pub(crate) fn template_of(&self, recipient: &Recipient) -> &str {
        match self.file.reminder(self.wave) {
            Some(reminder) => &reminder.template,
            None => self.file.template_of(&recipient.branch),
        }
    }

    /// The fields for the piece of a recipient. A reminder is signed as its own template has it, if the first piece was
    /// signed as its template had it.
    pub(crate) fn fields(&self, recipient: &Recipient) -> Fields {
        let mut fields = recipient.fields.to_read();
        if self.wave > 0 {
            let usual =
                |file: &str| self.engine.template(file).and_then(|t| t.head.signer.as_deref()).unwrap_or_default();
            if fields.get("signer").unwrap_or_default() == usual(self.file.template_of(&recipient.branch)) {
                fields.remove("signer");
                fields.text("signer", usual(self.template_of(recipient)));
            }
        }
        fields
    }

    /// What to do about the pictures that are printed coarsely, wherever the templates and the signers name them.
    ///
    /// # Errors
    /// When the pictures cannot be laid out.
    pub(crate) fn coarse_pictures(&self) -> Result<Vec<String>> {
        if self.images.list().is_empty() {
            return Ok(Vec::new());
        }
        let mut letters = Vec::new();
        for (file, &stationery) in &self.places {
            let images = self.engine.template(file).map(Template::images).unwrap_or_default();
            let blocks = images.iter().filter_map(NamedImage::block).collect();
            letters.push(Letter { stationery, blocks, ..Letter::default() });
            letters.extend(self.file.signers.iter().filter_map(|signer| {
                let signature = Some(signer.signature.as_ref()?.value.clone());
                let signer = Some(LetterSigner { name: signer.name.clone(), signature });
                Some(Letter { stationery, signer, ..Letter::default() })
            }));
        }
        let job = PrintJob {
            stationery: &self.stationery,
            images: &self.images,
            fonts: &self.fonts,
            letters: letters.len(),
            compose: &|number| Ok(letters[number].clone()),
            title: String::new(),
            fingerprint: String::new(),
            created: NaiveDate::default(),
            threads: 1,
            leave_out_problems: true,
            duplex: false,
            progress: &|_| Ok(()),
        };
        Ok(letter::check(&job)?.coarse.into_iter().map(|coarse| self.images.coarse(coarse)).collect())
    }

    /// The letter of a recipient.
    ///
    /// # Errors
    /// When a printed field is empty; the message continues "letter to …".
    pub(crate) fn letter(&self, recipient: &Recipient) -> Result<Letter> {
        self.letter_with(recipient, &self.fields(recipient))
    }

    /// The letter of a recipient with given fields.
    ///
    /// # Errors
    /// As [`Self::letter`].
    pub(crate) fn letter_with(&self, recipient: &Recipient, fields: &Fields) -> Result<Letter> {
        let template = self.template_of(recipient);
        let body = self.body(template, fields)?;
        let of_head = |kind| self.engine.of_head(kind, template, fields).map_err(|fault| in_template(template, fault));
        let mut forms = merge::address_forms(fields).into_iter();
        Ok(Letter {
            stationery: self.places.get(template).copied().unwrap_or(0),
            address: forms.next().unwrap_or_default(),
            other_addresses: forms.collect(),
            country: fields.get("customer.country").unwrap_or(&self.home).to_owned(),
            blocks: merge::blocks(&body)?,
            signer: self.signer(fields, template),
            proof: None,
            second_page: of_head(HeadText::SecondPage)?,
            footer: of_head(HeadText::Footer)?,
        })
    }

    /// Checks whether the letter of a recipient can be made, without making it.
    ///
    /// # Errors
    /// As [`Self::letter`].
    pub(crate) fn check(&self, recipient: &Recipient, fields: &Fields) -> Result<()> {
        let template = self.template_of(recipient);
        self.body(template, fields)?;
        self.engine.check_head(template, fields).map_err(|fault| in_template(template, fault))
    }

    /// The Markdown of a letter.
    fn body(&self, template: &str, fields: &Fields) -> Result<String> {
        self.engine.body(template, fields).map_err(|fault| in_template(template, fault))
    }

    /// Who signs for this recipient, if different from the template.
    fn signer(&self, fields: &Fields, template: &str) -> Option<LetterSigner> {
        let usual = self.places.get(template).and_then(|place| self.stationery.get(*place))?;
        let name = fields.get("signer").unwrap_or_default();
        let of_file = self.file.signers.iter().find(|signer| signer.name == name);
        let of_template = usual.signature.as_ref().filter(|_| name == usual.signer);
        let signature = of_file.and_then(|signer| Some(&signer.signature.as_ref()?.value)).or(of_template);
        let is_usual = name.is_empty() || name == usual.signer && signature == usual.signature.as_ref();
        (!is_usual).then(|| LetterSigner { name: name.to_owned(), signature: signature.cloned() })
    }
}

/// An error of a letter, with its place in the hint.
fn in_template(template: &str, fault: Error) -> Error {
    let place = format!("in letter-templates/{}", fault.place().unwrap_or(template));
    let hint = fault.what_next().map_or(place.clone(), |hint| format!("{place}: {hint}"));
    fault.nowhere().hint(hint)
}

/// The largest font file, in MB: one for Chinese, Japanese and Korean has 25.
const MOST_FONT: u64 = 50;

/// The built-in fonts, those in a shop's fonts/ folder, and as a last resort the machine's.
///
/// # Errors
/// When a file there cannot be read or is not a font.
pub(crate) fn shop_fonts(folder: &Path) -> Result<Fonts> {
    let folder = folder.join("fonts");
    let mut own: Vec<(String, Vec<u8>)> = Vec::new();
    for entry in std::fs::read_dir(&folder).into_iter().flatten().filter_map(std::result::Result::ok) {
        let path = entry.path();
        if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("ttf") || e.eq_ignore_ascii_case("otf")) {
            let bytes = files::read(&path, MOST_FONT).map_err(|e| e.at("fonts/"))?;
            own.push((format!("fonts/{}", entry.file_name().to_string_lossy()), bytes));
        }
    }
    own.sort();
    Ok(Fonts::with(own)?.with_library(FontLibrary::of_machine()))
}

/// The stationery in a template's front matter; the shop's country determines its defaults.
fn look(
    template: &Template,
    settings: &Settings,
    dated: NaiveDate,
    (fonts, images): (&Fonts, &Images),
) -> Result<Stationery> {
    let head = &template.head;
    let window = head.window.as_ref().map_or(Ok(EnvelopeWindow::default()), |name| {
        EnvelopeWindow::called(name).map_err(|e: Error| e.at(name.line))
    })?;
    let usual = window.paper().unwrap_or(Paper::of(&settings.country));
    let paper = head
        .paper
        .as_ref()
        .map_or(Ok(usual), |name| Paper::called(name).map_err(|e: Error| e.at(name.line)))?
        .in_country(&settings.country);
    if let Some(name) = head.window.as_ref().filter(|_| window.paper().is_some_and(|only| only != paper)) {
        let [typed, only, other] = [&**name, usual.as_str(), paper.as_str()].map(text::quote);
        return Err(Error::new(format!(
            "the window {typed} is for sheets of {only}: the address of one of {other} could slide out of it"
        ))
        .at(name.line)
        .hint(format!("write `paper = \"{}\"`, or leave the paper out: the window decides", usual.as_str())));
    }
    if let Some(font) = head.font.as_ref().filter(|font| fonts.family(font).is_none()) {
        let names: Vec<&str> = fonts.named().iter().map(String::as_str).collect();
        return Err(Error::new(format!("there is no font {}", text::quote(font)))
            .at(font.line)
            .hint(format!("put its files into the shop's `fonts` folder, or use {}", text::alternatives(&names))));
    }
    let mut sender = vec![settings.name.clone()];
    sender.extend(settings.address.iter().cloned());
    let colour =
        head.colour.as_ref().map(|name| Colour::called(name).map_err(|e: Error| e.at(name.line))).transpose()?;
    let own = Stationery {
        paper,
        window,
        margins: head.margins.as_ref().map(|margins| margins.value).unwrap_or_default(),
        leading: head.leading.unwrap_or(USUAL_LEADING),
        align: head.align,
        figures: head.figures,
        colour: colour.flatten(),
        footer_on: head.footer_on,
        font: head.font.as_ref().map(|font| font.value.clone()),
        font_size: head.size.unwrap_or(USUAL_SIZE),
        language: head.language.clone().unwrap_or_else(|| "en".to_owned()),
        sender,
        date: head.date.clone().unwrap_or_else(|| text::long_date(dated, &settings.country)),
        logo: head.logo.as_ref().map(|file| file.value.clone()),
        background: head.background.as_ref().map(|file| file.value.clone()),
        signature: head.signature.as_ref().map(|file| file.value.clone()),
        signer: head.signer.clone().unwrap_or_default(),
    };
    if let Some(file) = &head.background {
        letter::check_background(&own, images).map_err(|e| e.at(file.line))?;
    }
    if let Some(line) = merge::back_line(&template.body).filter(|_| !own.paper.is_postcard()) {
        return Err(Error::new("`:::back` is for postcards")
            .at(line + template.body_starts)
            .hint("write `paper = \"postcard\"` in the front matter, or take the line out"));
    }
    let is_background = |name: &str| own.background.as_deref() == Some(name);
    let elsewhere =
        template.images().into_iter().find(|image| letter::is_pdf(&image.name) && !is_background(&image.name));
    if let Some(NamedImage { name, line, .. }) = elsewhere {
        return Err(Error::new(format!("{} is a PDF file, which can only be a background", text::quote(&name)))
            .at(line)
            .hint("export it as PNG, or name it with `background`"));
    }
    if let Some(margins) = &head.margins {
        letter::check_margins(&own).map_err(|e| e.at(margins.line))?;
    }
    Ok(own)
}
