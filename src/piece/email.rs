//! A recipient's email: its bytes, its preview page, and why it cannot be made.

use chrono::{DateTime, FixedOffset};

use crate::campaign::{self, Recipient, Tokens};
use crate::email::{self, Dkim, Email, Picture, Senders};
use crate::error::{Error, ErrorKind, Result, about};
use crate::shop::{EmailSettings, Shop};
use crate::store::Read;
use crate::text;

use super::dkim::dkim;
use super::frozen_campaign::{FrozenCampaign, problems, threads};

/// Composes emails: with the sender and signing key of the current shop.toml.
pub(crate) struct EmailComposer<'s> {
    settings: &'s EmailSettings,
    senders: Senders,
    dkim: Option<Dkim>,
    /// The one-click unsubscribe URL, and the tokens for it.
    unsubscribe: Option<(&'s str, Tokens)>,
}

impl<'s> EmailComposer<'s> {
    /// # Errors
    /// When shop.toml lacks what every email needs, or its key cannot be used.
    pub(crate) fn open(read: &Read<'_>, shop: &'s Shop) -> Result<Self> {
        let settings = shop.settings.sender()?;
        if !shop.settings.has_address() {
            return Err(Error::new("emails need the shop's postal address")
                .at("shop.toml")
                .hint("write it as `address = [\"1 Main Street\", \"Springfield, IL 62701\"]`"));
        }
        let unsubscribe = match &settings.unsubscribe_url {
            Some(url) => Some((url.as_str(), Tokens::of(read)?)),
            None => None,
        };
        let senders = Senders::of(&settings.from, settings.reply_to.as_deref())?;
        Ok(Self { settings, senders, dkim: dkim(shop, settings)?, unsubscribe })
    }

    /// The bytes of a recipient's email for a preview, with the date of the letter.
    pub(crate) fn compose(&self, read: &Read<'_>, on: &FrozenCampaign, recipient: &Recipient) -> Result<Vec<u8>> {
        let key = campaign::piece_key(read, &on.planned, recipient, on.templates.wave)?;
        self.compose_to_go(on, recipient, &key, email::noon(on.planned.dated))
    }

    /// The bytes of a recipient's email for sending, with its key and the time of its first try.
    pub(crate) fn compose_to_go(
        &self,
        on: &FrozenCampaign,
        recipient: &Recipient,
        key: &str,
        date: DateTime<FixedOffset>,
    ) -> Result<Vec<u8>> {
        let letter = self.attachment(on, recipient)?;
        self.with(on, recipient, key, |message| email::compose(&Email { letter: letter.as_deref(), date, ..message }))
    }

    /// A recipient's email as a page for a preview.
    pub(crate) fn page(&self, read: &Read<'_>, on: &FrozenCampaign, recipient: &Recipient) -> Result<String> {
        let key = campaign::piece_key(read, &on.planned, recipient, on.templates.wave)?;
        self.with(on, recipient, &key, |message| Ok(email::page(&message)))
    }

    /// Why each of these emails cannot be made, if so, without making them; on all processors.
    pub(crate) fn faults(&self, on: &FrozenCampaign, recipients: &[&Recipient]) -> Result<Vec<Option<Error>>> {
        let part = recipients.len().div_ceil(threads()).max(1);
        let look = |part: &[&Recipient]| part.iter().map(|r| self.check(on, r).err()).collect::<Vec<_>>();
        let faults = std::thread::scope(|scope| {
            let workers: Vec<_> = recipients.chunks(part).map(|part| scope.spawn(move || look(part))).collect();
            workers.into_iter().map(std::thread::ScopedJoinHandle::join).collect::<std::thread::Result<Vec<_>>>()
        });
        let broke_off =
            |_| Error::of(ErrorKind::Machine, "the emails could not be checked: a part of the program failed");
        Ok(faults.map_err(broke_off)?.into_iter().flatten().collect())
    }

    /// Checks everything that can be wrong with an email, without making it.
    fn check(&self, on: &FrozenCampaign, recipient: &Recipient) -> Result<()> {
        self.attachment(on, recipient)?;
        let fields = on.templates.fields(recipient);
        on.may_go(recipient)
            .and_then(|()| on.templates.check(recipient, &fields))
            .and_then(|()| on.templates.engine.subject(on.templates.template_of(recipient), &fields))
            .and_then(|_| email::check(&recipient.email))
            .map_err(|e| named(recipient, &e))
    }

    /// The printed letter, if shop.toml attaches it to emails.
    fn attachment(&self, on: &FrozenCampaign, recipient: &Recipient) -> Result<Option<Vec<u8>>> {
        if !self.settings.attach_letter {
            return Ok(None);
        }
        let mut pdf = Vec::new();
        let printed = on.print_one(recipient, &mut pdf)?;
        Error::all(problems(&printed, &[recipient])).map_or(Ok(()), Err)?;
        Ok(Some(pdf))
    }

    fn with<T>(
        &self,
        on: &FrozenCampaign,
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
        let unsubscribe = self.unsubscribe.as_ref().map(|(url, tokens)| {
            let token = tokens.make(&on.planned.slug, recipient);
            format!("{}/{token}", url.trim_end_matches('/'))
        });
        let pictures: Vec<Picture<'_>> = on.sources.images().map(|(name, bytes)| picture(on, name, bytes)).collect();
        let message = Email {
            // The sender is the current one; the text is that of the plan.
            senders: &self.senders,
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
            date: email::noon(on.planned.dated),
            key,
            letter: None,
            unsubscribe: unsubscribe.as_deref(),
            dkim: self.dkim.as_ref(),
        };
        make(message).map_err(|e| if e.place().is_some() { e } else { named(e) })
    }
}

/// Why an email cannot be made, with its recipient.
fn named(recipient: &Recipient, e: &Error) -> Error {
    let who = format!("email to {} ({})", recipient.name, text::quote(&recipient.reference));
    let hint = e.what_next().unwrap_or("check the template and the customer's card");
    let place = e.place().map_or(String::new(), |place| format!("in letter-templates/{place}: "));
    Error::new(about(&who, e.message(), e.goes_on())).hint(format!("{place}{hint}"))
}

/// An image of the templates, as wide on a page as on paper.
fn picture<'e>(on: &FrozenCampaign, name: &'e str, bytes: &'e [u8]) -> Picture<'e> {
    let points = on.templates.images.find(name).map_or(0.0, |(_, image)| image.size.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a width is positive and small")]
    let width = (points * 96.0 / 72.0).round() as u32;
    Picture { name, bytes, width }
}
