//! What the demo does besides running verbs: the shop at its start, the visits at the till, the owner's edits.

use std::path::Path;

use chrono::NaiveTime;

use super::{init, recipients};
use crate::campaign::Recipient;
use crate::demo::story;
use crate::domain::Arm;
use crate::error::{Error, Result};
use crate::files;
use crate::money::Money;
use crate::outbox;
use crate::random;
use crate::redemption::{self, Claim, Outcome, TillAnswer, Visit};
use crate::shop::Shop;
use crate::text;

/// The key of the demo's codes, fixed so that every run is the same.
const KEY: &[u8] = b"the demo plays the same two years";

/// The shop's first files.
const FIRST_FILES: &[(&str, &[u8])] = &[
    ("shop.toml", include_bytes!("demo_shop.toml")),
    ("campaigns/1989-chardonnay.toml", include_bytes!("../../campaigns/1989-chardonnay.toml")),
    ("letter-templates/free-bottle.md", include_bytes!("../../letter-templates/free-bottle.md")),
    ("letter-templates/letterhead.png", include_bytes!("../../letter-templates/letterhead.png")),
    ("letter-templates/signature.png", include_bytes!("../../letter-templates/signature.png")),
];

/// The follow-up as the owner edits it a year later.
const EDITED_FILES: &[(&str, &[u8])] = &[
    ("campaigns/1990-sauvignon-blanc.toml", include_bytes!("../../campaigns/1990-sauvignon-blanc.toml")),
    ("letter-templates/thanks-for-coming.md", include_bytes!("../../letter-templates/thanks-for-coming.md")),
    ("letter-templates/we-missed-you.md", include_bytes!("../../letter-templates/we-missed-you.md")),
];

/// Creates the shop folder.
///
/// # Errors
/// When it already exists.
pub(crate) fn begin(folder: &Path) -> Result<()> {
    let files: Vec<_> = FIRST_FILES.iter().map(|(path, bytes)| (*path, bytes.to_vec())).collect();
    init::lay_down(folder, &files, KEY)?;
    // Other people run the demo too, and may send emails from it.
    let number: [u8; 8] = random::bytes()?;
    Shop::open(folder)?.store()?.write(|write| outbox::set_apart(write, &number))
}

/// Who a campaign is sent to.
pub(crate) fn written_to(folder: &Path, slug: &str) -> Result<Vec<Recipient>> {
    let list = recipients::recipients(&Shop::open(folder)?, slug)?;
    Ok(list.recipients.into_iter().map(|(one, _)| one).filter(|one| one.arm == Arm::Mailed).collect())
}

/// Every visit at the till, each in its own transaction.
pub(crate) fn visits(folder: &Path, recipients: &[Recipient], visits: &[story::GiftVisit]) -> Result<()> {
    let mut store = Shop::open(folder)?.store()?;
    for (index, visit) in visits.iter().enumerate() {
        let Some(recipient) = recipients.iter().find(|r| r.reference == visit.reference) else { continue };
        let (claim, at_till) = at_till(recipient, visit, index);
        let answer = store.write(|write| redemption::redeem(write, &claim, &at_till, visit.on))?;
        if answer.outcome != Outcome::Accepted {
            return Err(Error::new(format!("the demo's till refused {}", text::quote(&visit.reference)))
                .hint("please report it"));
        }
    }
    Ok(())
}

/// Someone tries the same letter again on the next day; returns the request and the till's answer.
pub(crate) fn second_scan(
    folder: &Path,
    recipients: &[Recipient],
    visits: &[story::GiftVisit],
) -> Result<Option<(Claim, TillAnswer)>> {
    let found = visits
        .iter()
        .enumerate()
        .find_map(|(index, visit)| Some((index, visit, recipients.iter().find(|r| r.reference == visit.reference)?)));
    let Some((index, visit, recipient)) = found else { return Ok(None) };
    let (claim, mut again) = at_till(recipient, visit, index);
    again.at += chrono::TimeDelta::days(1);
    let mut store = Shop::open(folder)?.store()?;
    let answer = store.write(|write| redemption::redeem(write, &claim, &again, again.at.date()))?;
    Ok(Some((claim, answer)))
}

/// The owner's edits to the files that the follow-up wrote: the gift, and two letters in place of its templates.
pub(crate) fn edit<'t>(folder: &Path, templates: impl Iterator<Item = &'t str>) -> Result<()> {
    for template in templates {
        let path = folder.join(template);
        std::fs::remove_file(&path).map_err(|e| Error::io("replace", &path, e))?;
    }
    EDITED_FILES.iter().try_for_each(|(path, bytes)| files::write_whole(&folder.join(path), bytes))
}

/// A visit at one of the two tills, during opening hours.
fn at_till(recipient: &Recipient, visit: &story::GiftVisit, index: usize) -> (Claim, Visit) {
    let minutes = u32::try_from(index * 37 % 480).unwrap_or(0);
    let time = NaiveTime::from_hms_opt(10 + minutes / 60, minutes % 60, 0).unwrap_or_default();
    let till = if index.is_multiple_of(3) { "back" } else { "front" };
    let at_till = Visit::new(visit.on.and_time(time), till, Some(Money(visit.spend_minor)));
    (Claim::Typed(recipient.code_text().to_owned()), at_till)
}
