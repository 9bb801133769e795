//! `note-lines NAME`: a line of the owner's own for each letter, written in a spreadsheet and taken back.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::done::Done;
use super::{Context, pieces};
use crate::campaign::{self, Planned, TakenLines};
use crate::domain::CampaignState;
use crate::error::{Error, Result};
use crate::import::ImportSheet;
use crate::shop::{self, Shop};
use crate::store::{Read, Store};
use crate::text;

/// Write a sheet with each recipient's card beside an empty line; `--take` takes back what you wrote into it.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The campaign.
    #[arg(value_name = "NAME")]
    campaign: String,
    /// Take the lines and signers of this sheet, as you saved it.
    #[arg(long, value_name = "FILE")]
    take: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<Done> {
    let shop = context.shop()?;
    let mut store = shop.store()?;
    let planned = campaign::need(&store.read(), &arguments.campaign)?;
    let silent = silent_templates(&store.read(), &planned)?;
    match &arguments.take {
        Some(file) => take(&mut store, &planned, file, silent, context),
        None => write(&mut store, &shop, &planned, silent, context),
    }
}

fn write(store: &mut Store, shop: &Shop, planned: &Planned, silent: Vec<String>, context: &Context) -> Result<Done> {
    let slug = &planned.slug;
    let path = shop.out(slug).join("note-lines.csv");
    let shown = pieces::shown(context, &path);
    if path.is_file() && planned.state != CampaignState::Posted && !is_taken(store, planned, &path, context) {
        return Err(Error::new(format!("{} holds what was not taken yet", text::quote(&shown)))
            .hint(format!("take it with `regulars note-lines {slug} --take {shown}`, or delete it")));
    }
    let today = context.clock.today();
    let (recipients, sheet) = campaign::lines_sheet(&store.read(), planned, shop.settings.currency, today)?;
    shop::write_whole(&path, &sheet)?;
    let text = format!(
        "Wrote {} to {shown}. Fill in `personal_line`, and `signer` where somebody else signs, and save it as CSV.\n\n\
         Next: regulars note-lines {slug} --take {shown}\n",
        text::count(recipients, "card"),
    );
    Ok(Done::new(text, &json!({ "campaign": slug, "file": shown, "recipients": recipients })).warn(silent))
}

/// Whether a sheet holds no words that are not kept already. What it lacks is nothing to lose.
fn is_taken(store: &mut Store, planned: &Planned, path: &Path, context: &Context) -> bool {
    let sheet = ImportSheet::open(path);
    let taken = sheet.and_then(|s| store.rehearse(|w| campaign::take_lines(w, planned, &s, context.clock.now())));
    taken.is_ok_and(|taken| taken.added.is_empty() && taken.changed.is_empty())
}

fn take(store: &mut Store, planned: &Planned, file: &Path, silent: Vec<String>, context: &Context) -> Result<Done> {
    let name = file.display().to_string();
    let sheet = ImportSheet::open(file).map_err(|e| e.at(&name))?;
    let now = context.clock.now();
    let taken = store.write(|write| campaign::take_lines(write, planned, &sheet, now)).map_err(|e| {
        let of_a_row = e.place().is_some();
        if of_a_row { e.at(&name) } else { e }
    })?;
    let text = told(&taken);
    let mut object = serde_json::to_value(&taken).unwrap_or_default();
    if let Some(object) = object.as_object_mut() {
        object.insert("campaign".into(), planned.slug.clone().into());
    }
    let again = planned.state == CampaignState::Printing && !(taken.added.is_empty() && taken.changed.is_empty());
    let again = again.then(|| "letters of it were printed before: print them again".to_owned());
    Ok(Done::new(text, &object).warn(silent.into_iter().filter(|_| taken.lines > 0)).warn(again))
}

/// `Took 12 personal lines and 1 signer.`, and whose are new, changed or gone.
fn told(taken: &TakenLines) -> String {
    let lines = text::count(taken.lines, "personal line");
    let signers =
        if taken.signers > 0 { format!(" and {}", text::count(taken.signers, "signer")) } else { String::new() };
    let mut text = format!("Took {lines}{signers}.\n");
    let lists = [("New", &taken.added), ("Changed", &taken.changed), ("Taken away", &taken.removed)];
    if lists.iter().all(|(_, list)| list.is_empty()) && taken.lines + taken.signers == 0 {
        return "Nothing is written in the sheet.\n".to_owned();
    }
    if lists.iter().all(|(_, list)| list.is_empty()) {
        return format!("{lines}{signers}, all of them kept before.\n");
    }
    for (what, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
        text.push_str(&format!("  {what}: {}\n", text::first_few(list, 5)));
    }
    text
}

/// The templates of a plan that print no personal line, as warnings.
fn silent_templates(read: &Read<'_>, planned: &Planned) -> Result<Vec<String>> {
    if planned.state == CampaignState::Closed {
        return Ok(Vec::new());
    }
    let templates = campaign::kept_files(read, planned)?.templates()?;
    let silent = templates.into_iter().filter(|template| !template.body.contains("personal_line"));
    let told = silent.map(|template| {
        format!(
            "letter-templates/{} does not print `{{{{ personal_line }}}}`: put it there within an `if`, then \
             `regulars plan {} --again`; what was written is kept",
            template.file, planned.slug
        )
    });
    Ok(told.collect())
}
