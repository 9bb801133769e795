//! Check: reads and cross-checks every file of the shop folder, or of one campaign, and reports all errors at once.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::Serialize;

use super::email_check;
use crate::campaign::{self, CampaignFile, Sources};
use crate::customers;
use crate::domain::{countries, country_code, country_name};
use crate::error::{Error, Result};
use crate::letter::{self, Paper};
use crate::merge::Template;
use crate::piece::{TemplateSet, shop_fonts};
use crate::segment::{self, Scope};
use crate::shop::{Settings, Shop};
use crate::store::Read;
use crate::text;

/// What is OK.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Checked {
    pub(crate) campaigns: Vec<String>,
    pub(crate) templates: BTreeSet<String>,
    /// What the owner may not expect.
    pub(crate) warnings: Vec<String>,
}

/// Checks one campaign, or all campaigns and the named segments.
///
/// # Errors
/// With every error of every file.
pub(crate) fn check(shop: &Shop, slug: Option<&str>, today: NaiveDate) -> Result<Checked> {
    let files = campaign::list_files(shop)?;
    let store = shop.store()?;
    let read = store.read();
    let planned = campaign::slugs(&read)?;
    let known: Vec<String> =
        planned.into_iter().chain(files.iter().cloned()).collect::<BTreeSet<_>>().into_iter().collect();
    let scope = Scope::of(&shop.settings, None, &known, today);
    let campaigns = slug.map_or(files, |slug| vec![slug.to_owned()]);
    let mut found = Findings::default();
    found.warnings.extend(is_sample(&shop.settings).then(|| SAMPLE.to_owned()));
    found.faults.extend(segment::check_named(&scope).err().map(|e| e.at("shop.toml")));
    for (name, condition) in segment::named_conditions(&scope) {
        let unknown = segment::unknown_values(&read, &condition)?;
        found.warnings.extend(unknown.into_iter().map(|warning| format!("shop.toml: segment `{name}`: {warning}")));
    }
    found.faults.extend(letter::own_sheets(&shop.settings.labels, &shop.settings.country).1);
    for slug in &campaigns {
        found.campaign(&read, shop, slug, &known, today)?;
    }
    if slug.is_none() || found.sends_email {
        found.warnings.extend(customers::unusable_emails(&customers::with_unusable_email(&read)?));
    }
    let Findings { faults, templates, warnings, .. } = found;
    // One place may be reached twice: two campaigns with one template, front matter that is read twice.
    let mut seen = BTreeSet::new();
    let is_new = |fault: &&Error| seen.insert((fault.to_string(), fault.what_next().map(str::to_owned)));
    let all = Error::all(faults);
    let each: Vec<Error> = all.iter().flat_map(Error::faults).filter(is_new).map(Error::again).collect();
    Error::all(each).map_or(Ok(Checked { campaigns, templates, warnings: warnings.into_iter().collect() }), Err)
}

/// The warning about settings that no one has edited.
pub(super) const SAMPLE: &str =
    "shop.toml has the name or the address of the sample: write who you are before letters are printed";

/// Whether the shop is called as the sample is, or has its address.
pub(super) fn is_sample(settings: &Settings) -> bool {
    let has = |value: String| include_str!("shop.toml").contains(&value);
    let lines: Vec<String> = settings.address.iter().map(|line| format!("\"{line}\"")).collect();
    has(format!("\nname     = \"{}\"\n", settings.name)) || has(format!("[{}]", lines.join(", ")))
}

/// Letter or A4 in a country where the other is usual; who wants a postcard or another size means it.
fn other_paper(shop: &Shop, template: &Template) -> Option<String> {
    let paper = Paper::called(template.head.paper.as_ref()?).ok()?;
    let country = country_code(&shop.settings.country);
    let usual = Paper::of(country);
    (paper != usual && matches!(paper, Paper::Letter | Paper::A4)).then(|| {
        let country = country_name(country, "US");
        format!(
            "letter-templates/{} has `paper = \"{}\"`; the usual paper in {country} is `{}`. Change `window` with it",
            template.file,
            paper.as_str(),
            usual.as_str()
        )
    })
}

/// Findings collected file by file.
#[derive(Default)]
struct Findings {
    /// One of the campaigns, or a reminder, is sent by email.
    sends_email: bool,
    faults: Vec<Error>,
    templates: BTreeSet<String>,
    warnings: BTreeSet<String>,
}

/// Text that stays English in a letter of another language.
fn in_english_only(shop: &Shop, template: &str, language: Option<&str>) -> Option<String> {
    let country = country_code(&shop.settings.country);
    let wants = match language {
        Some(language) if is_english(language) => return None,
        Some(language) => format!("`language = {}`", text::quote(language).replace('`', "\"")),
        None if countries::find(country).is_some_and(|country| country.language == "en") => return None,
        None => format!("no `language`, and the shop is in {}", country_name(country, "US")),
    };
    Some(format!(
        "letter-templates/{template} has {wants}: `greeting`, `household.names`, days, amounts and `ago` are in English only; \
         write the greeting in the template"
    ))
}

fn is_english(language: &str) -> bool {
    language.split(['-', '_']).next().is_some_and(|language| language.eq_ignore_ascii_case("en"))
}

impl Findings {
    /// Everything about one campaign that can be checked without its recipients.
    fn campaign(&mut self, read: &Read<'_>, shop: &Shop, slug: &str, known: &[String], today: NaiveDate) -> Result<()> {
        let (file, wrong) = match CampaignFile::open_leniently(shop, slug) {
            Ok(opened) => opened,
            Err(fault) => {
                self.faults.push(fault);
                return Ok(());
            }
        };
        self.faults.extend(wrong);
        self.sends_email |= file.sends_email();
        self.warnings.extend(email_check::cannot_leave(shop, &file, false));
        let scope = Scope::of(&shop.settings, file.follows.as_deref(), known, file.as_of.unwrap_or(today));
        self.questions(read, &file, &scope)?;
        let (sources, wrong) = Sources::from_folder_leniently(shop, &file);
        self.faults.extend(wrong);
        let (templates, wrong) = sources.templates_leniently();
        self.faults.extend(wrong);
        for template in &templates {
            self.warnings.extend(other_paper(shop, template));
            self.warnings.extend(in_english_only(shop, &template.file, template.head.language.as_deref()));
            self.templates.insert(template.file.clone());
        }
        let dated = file.date.or(file.as_of).unwrap_or(today);
        match shop_fonts(&shop.folder) {
            Ok(fonts) => {
                let (set, faults) = TemplateSet::lay_out(&sources, file, &shop.settings, templates, dated, fonts);
                self.faults.extend(faults);
                self.warnings.extend(set.map(|set| set.coarse_pictures()).transpose()?.unwrap_or_default());
            }
            Err(fault) => self.faults.push(fault),
        }
        Ok(())
    }

    /// Errors in a campaign's queries; with a warning for each value that no customer has.
    fn questions(&mut self, read: &Read<'_>, file: &CampaignFile, scope: &Scope<'_>) -> Result<()> {
        let place = campaign::place(&file.slug);
        let mut faults = Vec::new();
        if let Some(followed) = file.follows.as_ref().filter(|followed| !scope.campaigns.contains(&followed.value)) {
            let names: Vec<&str> = scope.campaigns.iter().map(String::as_str).collect();
            let fault = Error::new(format!("there is no campaign {}", text::quote(followed))).at(followed.line);
            faults.push(fault.hint(text::did_you_mean(followed, &names)));
        }
        let keys = std::iter::once("where").chain(std::iter::repeat("when"));
        for (key, question) in keys.zip(file.questions()) {
            match segment::condition(question, scope) {
                Ok(condition) => {
                    let unknown = segment::unknown_values(read, &condition)?.into_iter();
                    self.warnings.extend(unknown.map(|warning| format!("{place}:{}: {warning}", question.line)));
                }
                Err(fault) => faults.push(fault.at(key).at(question.line)),
            }
            if let Some(order) = file.order_by.as_ref().filter(|_| key == "where") {
                faults.extend(segment::order(order, scope).err().map(|fault| fault.at("order_by").at(order.line)));
            }
        }
        faults.extend(file.late_reminders(scope.as_of));
        self.faults.extend(faults.into_iter().map(|fault| fault.at(&place)));
        Ok(())
    }
}
