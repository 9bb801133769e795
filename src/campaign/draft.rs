//! A plan before it is stored: recipients with their branches, channels and merge fields.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use sha2::{Digest, Sha256};

use super::eligible::{self, Choice, Chosen, Reason};
use super::file::CampaignFile;
use super::folder::place;
use super::freeze::{self, Frozen};
use super::held_back::waiting;
use super::left_out::{Why, count_reasons};
use super::not_asked::{not_asked, not_asked_any_more};
use super::one_inbox::{in_one_inbox, one_inbox};
use super::planned;
use super::sources::{self, Sources};
use crate::customers::{self, PostOptOuts, Reach};
use crate::domain::{Channel, CustomerId, is_abroad};
use crate::error::{Error, Result};
use crate::merge::{Engine, MOST_PURCHASES, Template, asks_for_purchases};
use crate::segment::{self, Scope};
use crate::shop::Shop;
use crate::store::Read;
use crate::text;

/// A plan that is not stored yet.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) file: CampaignFile,
    /// The day on which the query is evaluated.
    pub(crate) as_of: NaiveDate,
    /// The date of the letters.
    pub(crate) dated: NaiveDate,
    /// Every file it is made from.
    pub(crate) sources: Sources,
    /// Recipients in posting order, then the control group.
    pub(crate) recipients: Vec<DraftRecipient>,
    /// Customers who match the query but are not recipients.
    pub(crate) left_out: Vec<(String, Reason)>,
    /// What is worth a look.
    pub(crate) warnings: Vec<String>,
}

/// A recipient of a plan that is not stored yet.
#[derive(Debug, Clone)]
pub(crate) struct DraftRecipient {
    /// The best-ranked member.
    pub(super) chosen: Chosen,
    /// Every customer that the response and the code apply to.
    pub(crate) members: Vec<CustomerId>,
    /// Empty when the campaign has no branches.
    pub(crate) branch: String,
    /// Everything a template may print.
    pub(crate) frozen: Frozen,
}

/// Drafts the plan of a campaign: everything is read, checked and resolved, nothing is written.
///
/// # Errors
/// With every error of the file, its segment, its templates; when no one matches; when a recipient has no
/// branch.
pub(crate) fn draft(read: &Read<'_>, shop: &Shop, slug: &str, today: NaiveDate) -> Result<Draft> {
    let file = CampaignFile::open(shop, slug)?;
    let sources = Sources::from_folder(shop, &file)?;
    let as_of = file.as_of.unwrap_or(today);
    let dated = file.date.unwrap_or(as_of);
    let at_file = |e: Error| e.at(place(slug));
    if let Some(until) = file.gift.as_ref().and_then(|gift| gift.claim_until).filter(|until| until.value < as_of) {
        let over = Error::new(format!("`claim_until` is {}, before the campaign's own day, {as_of}", until.value));
        return Err(at_file(over.at(until.line).hint("no one could come in time: give a later day")));
    }
    if let Some(late) = Error::all(file.late_reminders(as_of)) {
        return Err(at_file(late));
    }
    let campaigns = planned::slugs(read)?;
    if let Some(followed) = file.follows.as_ref().filter(|followed| !campaigns.contains(&followed.value)) {
        let known: Vec<&str> = campaigns.iter().map(String::as_str).collect();
        let hint = if known.is_empty() {
            format!("correct the name, or plan it first: `regulars plan {}`", followed.value)
        } else {
            text::did_you_mean(followed, &known)
        };
        return Err(at_file(
            Error::new(format!("the campaign {} was not planned", text::quote(followed))).at(followed.line).hint(hint),
        ));
    }
    let templates = sources.templates()?;
    let engine = sources::engine(templates.clone(), &shop.settings, dated, file.follows.is_some())?;
    check_subjects(&file, &templates)?;
    let scope = Scope::of(&shop.settings, file.follows.as_deref(), &campaigns, as_of);
    let key = read.shop_key()?;
    let choice = eligible::choose(read, &file, &scope, &key).map_err(at_file)?;
    if choice.chosen.iter().all(|chosen| chosen.held_out) {
        return Err(at_file(nobody(&choice)));
    }
    let unusable = choice.unusable_emails.iter().map(|id| customers::by_id(read, *id)).collect::<Result<Vec<_>>>()?;
    let mut warnings = Vec::new();
    if as_of > today {
        warnings
            .push(format!("it is evaluated on {as_of}, which is in the future: purchases until then are not counted"));
    }
    let branches = branches(read, &file, &scope, &choice.chosen, &mut warnings).map_err(at_file)?;
    let signing = signing(read, &file, &scope).map_err(at_file)?;
    for question in file.questions() {
        let unknown = segment::unknown_values(read, &segment::condition(question, &scope).map_err(at_file)?)?;
        warnings.extend(unknown.into_iter().map(|warning| format!("line {}: {warning}", question.line)));
    }
    let complaining = segment::matching(read, &segment::condition("open_complaint", &scope)?)?;
    let mut recipients = Vec::with_capacity(choice.chosen.len());
    let excluded = eligible::excluded(read, &file).map_err(at_file)?;
    let opt_outs = PostOptOuts::of(read)?;
    let prints_purchases = templates.iter().any(|template| asks_for_purchases(&template.body));
    let context = freeze::FreezeContext {
        shop,
        file: &file,
        as_of,
        dated,
        excluded: &excluded,
        opt_outs: &opt_outs,
        purchases: if prints_purchases { MOST_PURCHASES } else { 0 },
    };
    for (chosen, branch) in choice.chosen.into_iter().zip(branches) {
        let (members, mut frozen) = freeze::freeze(read, &context, &chosen)?;
        let template = file.template_of(&branch);
        let usual = templates.iter().find(|t| t.file == template).and_then(|t| t.head.signer.as_deref());
        let own =
            signing.iter().position(|ids| ids.contains(&chosen.id)).map(|index| file.signers[index].name.as_str());
        frozen.fields.text("signer", own.or(usual).unwrap_or_default());
        recipients.push(DraftRecipient { chosen, members, branch, frozen });
    }
    if let Some(followed) = &file.follows {
        let gone = not_asked(read, followed, |id| choice.asked.contains(&id) || excluded.contains(&id))?;
        warnings.extend(not_asked_any_more(followed, &gone));
    }
    in_posting_order(&mut recipients, &shop.settings.country);
    let waits = recipients.iter().filter(|r| !r.chosen.held_out && r.members.iter().any(|id| complaining.contains(id)));
    let waits: Vec<String> =
        waits.map(|r| format!("{} ({})", r.frozen.name, text::quote(&r.chosen.reference))).collect();
    warnings.extend(waiting(&waits));
    for (signer, _) in file.signers.iter().zip(&signing).filter(|(_, ids)| ids.is_empty()) {
        warnings.push(format!("{} has no letter to sign (line {})", text::quote(&signer.name), signer.when.line));
    }
    warnings.extend(unprintable(&engine, &file, &recipients)?);
    warnings.extend(out_of_reach(read, &file, &recipients)?);
    warnings.extend(customers::unusable_emails(&unusable));
    warnings.extend(shared_inboxes(slug, &recipients));
    let mailed = recipients.iter().filter(|r| !r.chosen.held_out).count();
    if let Some(stock) = file.gift.as_ref().and_then(|gift| gift.stock).filter(|stock| *stock < mailed) {
        warnings.push(format!(
            "{} are invited, but there are only {} of {}",
            text::count(mailed, "household"),
            text::thousands(stock),
            gift_name(&file)
        ));
    }
    Ok(Draft { file, as_of, dated, sources, recipients, left_out: choice.left_out, warnings })
}

/// Recipients who cannot be printed because a field of the letter is empty.
///
/// # Errors
/// When no one can be printed, and not only because of empty fields.
fn unprintable(engine: &Engine, file: &CampaignFile, recipients: &[DraftRecipient]) -> Result<Option<String>> {
    let (mut found, mut of_template, mut all) = (Vec::new(), Vec::new(), 0);
    for recipient in recipients.iter().filter(|recipient| !recipient.chosen.held_out) {
        let mut fields = recipient.frozen.fields.clone();
        fields.text("code", "0000-0000");
        let of_reminders = file.reminders.iter().map(|reminder| &*reminder.template);
        for template in std::iter::once(file.template_of(&recipient.branch)).chain(of_reminders) {
            all += 1;
            if let Err(fault) = engine.body(template, &fields).and_then(|_| engine.check_head(template, &fields)) {
                found.push(format!(
                    "{} ({}) {}",
                    recipient.frozen.name,
                    text::quote(&recipient.chosen.reference),
                    fault.message()
                ));
                of_template.extend(Some(fault).filter(|fault| !fault.goes_on()));
            }
        }
    }
    let is_of_all = of_template.len() == all;
    if let Some(fault) = of_template.into_iter().next().filter(|_| is_of_all) {
        return Err(fault.within("letter-templates/"));
    }
    let pieces = text::count(found.len(), "piece");
    Ok((!found.is_empty()).then(|| format!("{pieces} cannot be made: {}", text::first_few(&found, 3))))
}

/// Recipients that a reminder cannot reach because it uses another channel than their first piece.
fn out_of_reach(read: &Read<'_>, file: &CampaignFile, recipients: &[DraftRecipient]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    if file.reminders.iter().all(|reminder| reminder.channel.is_none()) {
        return Ok(found);
    }
    let reach = customers::reach(read)?;
    for (index, reminder) in file.reminders.iter().enumerate() {
        let Some(channel) = reminder.channel else { continue };
        let is_reached = |person: &Reach| match channel {
            Channel::Email => person.has_email && person.email_consent,
            Channel::Letter => person.takes_letters(),
        };
        let others = recipients.iter().filter(|r| !r.chosen.held_out && r.chosen.channel != channel);
        let lost = others.filter(|r| !reach.get(&r.chosen.id).is_some_and(is_reached)).count();
        if lost > 0 {
            let (who, why) = (
                text::count(lost, "recipient"),
                if channel == Channel::Email { "consent to it" } else { "an address" },
            );
            found.push(format!("reminder {} is sent by {channel} and cannot reach {who} without {why}", index + 1));
        }
    }
    Ok(found)
}

/// Recipients who get the same email twice in one inbox.
fn shared_inboxes(slug: &str, recipients: &[DraftRecipient]) -> Option<String> {
    let gets = |r: &&DraftRecipient| !r.chosen.held_out && r.chosen.channel == Channel::Email;
    let emails: Vec<&DraftRecipient> = recipients.iter().filter(gets).collect();
    let shared = one_inbox(&emails, |r| (&r.frozen.email, r.frozen.household_id));
    let described = |all: &Vec<&&DraftRecipient>| {
        let who = all.iter().map(|r| format!("{} ({})", r.frozen.name, text::quote(&r.chosen.reference)));
        in_one_inbox(&all[0].frozen.email, &who.collect::<Vec<_>>())
    };
    let shown: Vec<String> = shared.iter().take(3).map(described).collect();
    let more = match shared.len() - shown.len() {
        0 => String::new(),
        more => format!("; and {} like it", text::count(more, "more inbox")),
    };
    let hint = format!("if they live together, `household=` makes them one; `regulars proof {slug}` shows how");
    (!shown.is_empty()).then(|| format!("{}{more}; {hint}", shown.join("; ")))
}

/// Every template that is used for email needs a subject.
fn check_subjects(file: &CampaignFile, templates: &[Template]) -> Result<()> {
    let without =
        templates.iter().filter(|template| template.head.subject.is_none() && file.is_emailed(&template.file));
    let faults = without.map(|template| {
        Error::new("an email needs a subject")
            .at(1)
            .at(format!("letter-templates/{}", template.file))
            .hint("add `subject = \"…\"` to the front matter")
    });
    Error::all(faults.collect()).map_or(Ok(()), Err)
}

fn gift_name(file: &CampaignFile) -> String {
    file.gift.as_ref().map(|gift| text::quote(&gift.name)).unwrap_or_default()
}

fn nobody(choice: &Choice) -> Error {
    let error = Error::new("the campaign would have no recipients");
    let (held_out, left_out) = (choice.chosen.len(), choice.left_out.len());
    let found = text::count(held_out + left_out, "customer");
    let counts = count_reasons(choice.left_out.iter().map(|(_, reason)| reason.as_str().to_owned()));
    let counts = text::list(&counts.iter().map(Why::in_words).collect::<Vec<_>>());
    error.hint(match (held_out, left_out) {
        (0, 0) => "no one matches the query: try it with `regulars segment`, and check `as_of`".to_owned(),
        (0, _) => format!("the query finds {found}, but all are left out: {counts}"),
        (_, 0) => {
            format!("the query finds {found}, and all are in the control group: make `hold_out` smaller, or remove it")
        }
        _ => format!(
            "the query finds {found}: {} {} in the control group, and the others are left out ({counts}): make `hold_out` \
             smaller, or remove it",
            text::thousands(held_out),
            text::is(held_out)
        ),
    })
}

/// The recipients of each signer.
fn signing(read: &Read<'_>, file: &CampaignFile, scope: &Scope<'_>) -> Result<Vec<HashSet<CustomerId>>> {
    let (mut signing, mut faults) = (Vec::new(), Vec::new());
    for signer in &file.signers {
        match segment::condition(&signer.when, scope) {
            Ok(condition) => signing.push(segment::matching(read, &condition)?),
            Err(fault) => faults.push(fault.at("when").at(signer.when.line)),
        }
    }
    Error::all(faults).map_or(Ok(signing), Err)
}

/// The branch of each recipient: the first that matches.
fn branches(
    read: &Read<'_>,
    file: &CampaignFile,
    scope: &Scope<'_>,
    chosen: &[Chosen],
    warnings: &mut Vec<String>,
) -> Result<Vec<String>> {
    if file.branches.is_empty() {
        return Ok(vec![String::new(); chosen.len()]);
    }
    let mut matching: Vec<HashSet<CustomerId>> = Vec::new();
    let mut faults = Vec::new();
    for branch in &file.branches {
        match segment::condition(&branch.when, scope) {
            Ok(condition) => matching.push(segment::matching(read, &condition)?),
            Err(fault) => faults.push(fault.at("when").at(branch.when.line)),
        }
    }
    Error::all(faults).map_or(Ok(()), Err)?;
    let mut used: HashMap<usize, usize> = HashMap::new();
    let mut without = Vec::new();
    let mut found = Vec::with_capacity(chosen.len());
    for one in chosen {
        match matching.iter().position(|ids| ids.contains(&one.id)) {
            Some(index) => {
                *used.entry(index).or_default() += 1;
                found.push(file.branches[index].name.clone());
            }
            None => without.push(text::quote(&one.reference)),
        }
    }
    if !without.is_empty() {
        let who = text::first_few(&without, 5);
        return Err(Error::new(format!(
            "{} in no branch: {who}",
            if without.len() == 1 {
                "1 customer is".to_owned()
            } else {
                format!("{} are", text::count(without.len(), "customer"))
            }
        ))
        .hint("add a last branch with `when = \"true\"`, or narrow the segment"));
    }
    for (_, branch) in file.branches.iter().enumerate().filter(|(index, _)| !used.contains_key(index)) {
        warnings.push(format!("no one is in branch {} (line {})", text::quote(&branch.name), branch.when.line));
    }
    Ok(found)
}

/// Letters by country, the shop's own first and the others by code, then by postcode, then by reference; then the
/// emails, then the control group. Postcodes are compared as uppercase text.
fn in_posting_order(recipients: &mut [DraftRecipient], home: &str) {
    recipients.sort_by_cached_key(|r| {
        let country = Some(r.frozen.country.clone()).filter(|country| is_abroad(country, home));
        let postcode = r.frozen.postcode.to_uppercase().split_whitespace().collect::<Vec<_>>().join(" ");
        (r.chosen.held_out, r.chosen.channel != Channel::Letter, country, postcode, r.chosen.reference.clone())
    });
}

impl Draft {
    /// A hash of everything in the plan, in 16 hexadecimal digits: the same folder gives the same fingerprint.
    pub(crate) fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        let mut add = |bytes: &[u8]| {
            hash.update((bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        };
        add(self.as_of.to_string().as_bytes());
        add(self.dated.to_string().as_bytes());
        for (path, bytes) in &self.sources.files {
            add(path.as_bytes());
            add(bytes);
        }
        for recipient in &self.recipients {
            add(recipient.chosen.reference.as_bytes());
            add(recipient.branch.as_bytes());
            add(recipient.chosen.channel.as_str().as_bytes());
            add(&[u8::from(recipient.chosen.held_out)]);
            // Fields in the format of earlier versions, so that a folder keeps its fingerprint.
            add(recipient.frozen.fields.in_major_units(self.file.currency).to_string().as_bytes());
        }
        hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
