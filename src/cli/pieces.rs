//! What `preview`, `print` and `send` share: the bytes of an email, safe file names, what is different since the plan.

use sha2::{Digest, Sha256};

use super::Context;
use crate::campaign::{self, Recipient, Tokens};
use crate::email::{self, Dkim, Email, Key, Picture, Senders};
use crate::error::{Error, ErrorKind, Result};
use crate::piece::{self, FrozenCampaign};
use crate::shop::{self, EmailSettings, Shop};
use crate::store::Read;
use crate::text;

/// Who writes the emails: what shop.toml says today, and the key that signs them.
pub(super) struct Writer<'s> {
    settings: &'s EmailSettings,
    senders: Senders,
    dkim: Option<Dkim>,
    /// Where one click unsubscribes, and what makes the end of that link.
    unsubscribe: Option<(&'s str, Tokens)>,
}

/// Who writes the emails of a shop.
pub(super) fn writer<'s>(read: &Read<'_>, shop: &'s Shop) -> Result<Writer<'s>> {
    let settings = sender(shop)?;
    if !has_address(shop) {
        return Err(Error::new("emails need the shop's postal address")
            .at("shop.toml")
            .hint("write it as `address = [\"1 Main Street\", \"Springfield, IL 62701\"]`"));
    }
    let unsubscribe = match &settings.unsubscribe_url {
        Some(url) => Some((url.as_str(), Tokens::of(read)?)),
        None => None,
    };
    let senders = Senders::of(&settings.from, settings.reply_to.as_deref())?;
    Ok(Writer { settings, senders, dkim: dkim(shop, settings)?, unsubscribe })
}

/// What signs the emails, if shop.toml names a key.
pub(super) fn dkim(shop: &Shop, settings: &EmailSettings) -> Result<Option<Dkim>> {
    let key = settings.dkim_key.as_deref().map(|name| dkim_key(shop, name)).transpose()?;
    key.map(|key| Dkim::new(&settings.dkim_selector, key)).transpose().map_err(|e| e.at("shop.toml"))
}

/// Who sends the emails, as shop.toml says it today.
pub(super) fn sender(shop: &Shop) -> Result<&EmailSettings> {
    shop.settings.email.as_ref().ok_or_else(|| {
        Error::new("shop.toml does not say who sends the emails")
            .hint("add `[email]` with `from = \"Helen at My shop <helen@example.com>\"`")
    })
}

/// Whether shop.toml has the postal address that every email must bear.
pub(super) fn has_address(shop: &Shop) -> bool {
    shop.settings.address.iter().any(|line| !line.trim().is_empty())
}

/// The key that signs emails, from its file in the shop folder.
pub(super) fn dkim_key(shop: &Shop, name: &str) -> Result<Key> {
    let path = shop.folder.join(name);
    if !path.is_file() {
        return Err(Error::new(format!("there is no key {} in the shop folder", text::quote(name)))
            .at("shop.toml")
            .hint("`regulars email keys` makes one; or correct `dkim_key`"));
    }
    shop::read_text(&path).and_then(|text| Key::read(&text)).map_err(|e| {
        e.at(name).hint("give the file of a key in `dkim_key`; `regulars email keys --replace` makes a new one")
    })
}

/// The bytes of a recipient's email.
pub(super) fn email(
    read: &Read<'_>,
    on: &FrozenCampaign,
    writer: &Writer<'_>,
    recipient: &Recipient,
) -> Result<Vec<u8>> {
    keyed_email(on, writer, recipient, &campaign::piece_key(read, &on.planned, recipient, on.templates.wave)?)
}

/// The bytes of a recipient's email under the key that it has.
pub(super) fn keyed_email(
    on: &FrozenCampaign,
    writer: &Writer<'_>,
    recipient: &Recipient,
    key: &str,
) -> Result<Vec<u8>> {
    let letter = attached(on, writer, recipient)?;
    made(on, writer, recipient, key, |message| email::compose(&Email { letter: letter.as_deref(), ..message }))
}

/// What keeps each of these emails from being made, if anything, without making them: looked at on all processors.
pub(super) fn faults(
    on: &FrozenCampaign,
    writer: &Writer<'_>,
    recipients: &[&Recipient],
) -> Result<Vec<Option<Error>>> {
    let part = recipients.len().div_ceil(piece::threads()).max(1);
    let look = |part: &[&Recipient]| part.iter().map(|r| check(on, writer, r).err()).collect::<Vec<_>>();
    let faults = std::thread::scope(|scope| {
        let hands: Vec<_> = recipients.chunks(part).map(|part| scope.spawn(move || look(part))).collect();
        hands.into_iter().map(std::thread::ScopedJoinHandle::join).collect::<std::thread::Result<Vec<_>>>()
    });
    let broke_off =
        |_| Error::of(ErrorKind::Machine, "the emails could not be looked at: a part of the program broke off");
    Ok(faults.map_err(broke_off)?.into_iter().flatten().collect())
}

/// Whether a recipient's email can be made, without making it: looks at all that can be wrong with one.
fn check(on: &FrozenCampaign, writer: &Writer<'_>, recipient: &Recipient) -> Result<()> {
    attached(on, writer, recipient)?;
    let fields = on.templates.fields(recipient);
    on.may_go(recipient)
        .and_then(|()| on.templates.check(recipient, &fields))
        .and_then(|()| on.templates.engine.subject(on.templates.template_of(recipient), &fields))
        .and_then(|_| email::check(&recipient.email))
        .map_err(|e| named(recipient, &e))
}

/// The printed letter, where shop.toml has it go with the email.
fn attached(on: &FrozenCampaign, writer: &Writer<'_>, recipient: &Recipient) -> Result<Option<Vec<u8>>> {
    if !writer.settings.attach_letter {
        return Ok(None);
    }
    let mut pdf = Vec::new();
    let printed = on.print(&[recipient], (false, false), &|_| {}, &mut pdf)?;
    Error::all(piece::problems(&printed, &[recipient])).map_or(Ok(()), Err)?;
    Ok(Some(pdf))
}

/// A recipient's email as a page to look at.
pub(super) fn email_page(
    read: &Read<'_>,
    on: &FrozenCampaign,
    writer: &Writer<'_>,
    recipient: &Recipient,
) -> Result<String> {
    let key = campaign::piece_key(read, &on.planned, recipient, on.templates.wave)?;
    made(on, writer, recipient, &key, |message| Ok(email::page(&message)))
}

fn made<T>(
    on: &FrozenCampaign,
    writer: &Writer<'_>,
    recipient: &Recipient,
    key: &str,
    make: impl FnOnce(Email<'_>) -> Result<T>,
) -> Result<T> {
    let named = |e: Error| named(recipient, &e);
    on.may_go(recipient).map_err(named)?;
    let fields = on.templates.fields(recipient);
    let letter = on.templates.letter_with(recipient, &fields).map_err(named)?;
    let template = on.templates.template_of(recipient);
    let subject = on.templates.engine.subject(template, &fields).map_err(named)?.unwrap_or_default();
    let look = &on.templates.stationery[letter.stationery];
    let (signer, signature) =
        letter.signer.as_ref().map_or((&look.signer, &look.signature), |signer| (&signer.name, &signer.signature));
    let unsubscribe = writer.unsubscribe.as_ref().map(|(url, tokens)| {
        let token = tokens.make(&on.planned.slug, recipient);
        format!("{}/{token}", url.trim_end_matches('/'))
    });
    let pictures: Vec<Picture<'_>> = on.sources.images().map(|(name, bytes)| picture(on, name, bytes)).collect();
    let message = Email {
        // The sender is that of today; the text is that of the plan.
        senders: &writer.senders,
        to: &recipient.email,
        name: fields.get("customer.full_name").unwrap_or(&recipient.name),
        subject: &subject,
        blocks: &letter.blocks,
        pictures: &pictures,
        logo: look.logo.as_deref(),
        signature: signature.as_deref(),
        signer,
        footer: &look.sender,
        language: &look.language,
        date: on.planned.dated,
        key,
        letter: None,
        unsubscribe: unsubscribe.as_deref(),
        dkim: writer.dkim.as_ref(),
    };
    make(message).map_err(|e| if e.place().is_some() { e } else { named(e) })
}

/// What keeps an email from being made, with whose it is.
fn named(recipient: &Recipient, e: &Error) -> Error {
    let joint = if e.message().starts_with("needs ") { " " } else { ": " };
    let who = format!("email to {} ({})", recipient.name, text::quote(&recipient.reference));
    let hint = e.what_next().unwrap_or("look at the template and at the customer's card");
    let place = e.place().map_or(String::new(), |place| format!("in letter-templates/{place}: "));
    Error::new(format!("{who}{joint}{}", e.message())).hint(format!("{place}{hint}"))
}

/// An image of the templates, as wide on a page as it is on paper.
fn picture<'e>(on: &FrozenCampaign, name: &'e str, bytes: &'e [u8]) -> Picture<'e> {
    let points = on.templates.images.find(name).map_or(0.0, |(_, image)| image.size.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a width is positive and small")]
    let width = (points * 96.0 / 72.0).round() as u32;
    Picture { name, bytes, width }
}

/// A reference as part of a file's name. Capitals, digits and hyphens stay as they are; of all else, letters stay and the
/// rest becomes `_XX`, and since names that differ only in capitals, or only at their end, may be one to a disk, eight signs
/// of a hash follow. No two references have the same name, and none is a name that Windows keeps for itself.
pub(super) fn file_name(reference: &str) -> String {
    const LONGEST: usize = 80;
    const DEVICES: [&str; 6] = ["CON", "PRN", "AUX", "NUL", "COM", "LPT"];
    let is_plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-';
    let is_device = DEVICES.contains(&reference.trim_end_matches(|c: char| c.is_ascii_digit()));
    if !reference.is_empty() && reference.len() <= LONGEST && reference.bytes().all(is_plain) && !is_device {
        return reference.to_owned();
    }
    let mut name = String::new();
    for byte in reference.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' => name.push(char::from(byte)),
            other => name.push_str(&format!("_{other:02X}")),
        }
    }
    name.truncate(LONGEST);
    let hash = Sha256::digest(reference.as_bytes());
    hash[..4].iter().fold(name + "_", |name, byte| name + &format!("{byte:02x}"))
}

/// What was changed since the plan, as warnings.
pub(super) fn differences(read: &Read<'_>, shop: &Shop, on: &FrozenCampaign) -> Result<Vec<String>> {
    campaign::differences(read, shop, &on.planned)
}

/// A path as the owner sees it: from the shop folder on.
pub(super) fn shown(context: &Context, path: &std::path::Path) -> String {
    let inner = path.strip_prefix(&context.folder).unwrap_or(path);
    if context.folder == std::path::Path::new(".") { inner.display().to_string() } else { path.display().to_string() }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_references_share_a_file_and_none_is_a_device() {
        let long = "A".repeat(200);
        let longer = format!("{long}B");
        let references =
            ["C-17", "c-17", "C_17", "C/17", "CON", "con", "LPT1", "NUL", "", ".", "..", "ä", "Ä", " ", &long, &longer];
        let names: BTreeSet<String> = references.iter().map(|r| file_name(r).to_lowercase()).collect();
        assert_eq!(names.len(), references.len(), "{names:?}");
        for name in &names {
            assert!(
                name.len() < 100 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)),
                "{name}"
            );
            assert!(!["con", "nul", "lpt1", "aux"].contains(&name.as_str()));
        }
        assert_eq!(file_name("C-17"), "C-17");
    }
}
