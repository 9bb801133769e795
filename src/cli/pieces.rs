//! What `preview`, `print` and `send` share: the bytes of an email, safe file names, what is different since the plan.

use sha2::{Digest, Sha256};

use super::Context;
use crate::campaign::{self, Recipient};
use crate::email::{self, Email};
use crate::error::{Error, Result};
use crate::letter::OnDesk;
use crate::merge;
use crate::shop::{EmailSettings, Shop};
use crate::store::Read;
use crate::words;

/// Who sends the emails, as shop.toml says it today.
pub(super) fn sender(shop: &Shop) -> Result<&EmailSettings> {
    shop.settings.email.as_ref().ok_or_else(|| {
        Error::new("shop.toml does not say who sends the emails")
            .hint("add `[email]` with `from = \"Helen at My shop <helen@example.com>\"`")
    })
}

/// The bytes of a recipient's email.
pub(super) fn email(read: &Read<'_>, on: &OnDesk, shop: &Shop, recipient: &Recipient) -> Result<Vec<u8>> {
    keyed_email(on, shop, recipient, &campaign::piece_key(read, &on.planned, recipient)?)
}

/// The bytes of a recipient's email under the key that it has.
pub(super) fn keyed_email(on: &OnDesk, shop: &Shop, recipient: &Recipient, key: &str) -> Result<Vec<u8>> {
    let template = on.desk.template_of(recipient);
    let named = |e: Error| {
        let joint = if e.message().starts_with("needs ") { " " } else { ": " };
        let who = format!("email to {} ({})", recipient.name, words::quote(&recipient.reference));
        let hint = e.what_next().unwrap_or("look at the template and at the customer's card");
        let place = e.place().map_or(String::new(), |place| format!("in letter-templates/{place}: "));
        Error::new(format!("{who}{joint}{}", e.message())).hint(format!("{place}{hint}"))
    };
    on.may_go(recipient).map_err(named)?;
    let fields = recipient.fields.to_read();
    let body = on.desk.engine.body(template, &fields).map_err(named)?;
    let subject = on.desk.engine.subject(template, &fields).map_err(named)?.unwrap_or_default();
    let blocks = merge::blocks(&body).map_err(named)?;
    // The sender is that of today; the text is that of the plan.
    let sender = sender(shop)?;
    let head = on.desk.engine.template(template).map(|template| &template.head);
    let footer: Vec<String> = std::iter::once(&on.settings.name).chain(&on.settings.address).cloned().collect();
    let message = Email {
        from: &sender.from,
        reply_to: sender.reply_to.as_deref(),
        to: &recipient.email,
        name: fields.get("customer.full_name").unwrap_or(&recipient.name),
        subject: &subject,
        blocks: &blocks,
        signer: fields.get("signer").unwrap_or_default(),
        footer: &footer,
        language: head.and_then(|head| head.language.as_deref()).unwrap_or("en"),
        date: on.planned.dated,
        key,
    };
    email::compose(&message).map_err(|e| if e.place().is_some() { e } else { named(e) })
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
pub(super) fn differences(read: &Read<'_>, shop: &Shop, on: &OnDesk) -> Result<Vec<String>> {
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
