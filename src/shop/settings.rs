//! What shop.toml may say.

use std::collections::BTreeMap;
use std::num::{NonZeroU8, NonZeroU16};

use serde::Deserialize;

use super::mail_server::{MailServer, Rate};
use super::toml_text::{self, line_of};
use crate::clock::TimeZone;
use crate::error::{Error, Result};
use crate::money::{Currency, Share};
use crate::text;

/// Who the shop is, and how it wants things done.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// The name over the door.
    pub(crate) name: String,
    /// The lines of its address.
    pub(crate) address: Vec<String>,
    /// ISO 3166: decides the address block.
    pub(crate) country: String,
    /// What every amount is in.
    pub(crate) currency: Currency,
    /// Where it is; nothing goes by it yet.
    #[expect(dead_code, reason = "where it decides is settled later")]
    pub(crate) timezone: Option<TimeZone>,
    /// Of takings, for the report's net; all of them when it is not given.
    pub(crate) margin: Option<Share>,
    /// The mail server, when emails are sent.
    pub(crate) email: Option<EmailSettings>,
    /// The till.
    pub(crate) till: TillSettings,
    /// Named segments.
    pub(crate) segments: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    address: Vec<String>,
    country: String,
    currency: String,
    #[serde(default)]
    timezone: Option<String>,
    margin: Option<Share>,
    email: Option<EmailSettings>,
    #[serde(default)]
    till: TillSettings,
    #[serde(default)]
    segments: BTreeMap<String, String>,
}

/// `[email]`: how emails leave the shop.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EmailSettings {
    /// `Helen at Wiedeman's <helen@example.com>`.
    pub(crate) from: String,
    /// Where answers go, if not to `from`.
    pub(crate) reply_to: Option<String>,
    /// `smtps://…` or `smtp+starttls://…`.
    pub(crate) server: Option<MailServer>,
    /// A file that holds the password.
    pub(crate) password_file: Option<String>,
    /// How many connections at once.
    pub(crate) connections: Option<NonZeroU8>,
    /// `10/s`.
    pub(crate) rate: Option<Rate>,
    /// Seconds to wait for an answer of the server, instead of what its standard asks for.
    pub(crate) timeout: Option<NonZeroU16>,
    /// Emails a day at most.
    pub(crate) daily_cap: Option<u32>,
    /// The printed letter goes with each email, as a PDF.
    #[serde(default)]
    pub(crate) attach_letter: bool,
    /// The file of the key that signs the emails.
    pub(crate) dkim_key: Option<String>,
    /// The name under which DNS has the public half of that key.
    #[serde(default = "usual_selector")]
    pub(crate) dkim_selector: String,
    /// Where one click unsubscribes: the public https address that leads to `/u` of `serve`.
    pub(crate) unsubscribe_url: Option<String>,
}

fn usual_selector() -> String {
    "regulars".to_owned()
}

/// `[till]`: how the counter works.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TillSettings {
    /// Where the pages listen.
    pub(crate) listen: Option<String>,
    /// The name under which the pages are opened, beside the numbers of this machine.
    pub(crate) host: Option<String>,
    /// The file of the certificate that encrypts the pages, in the shop folder or by its whole path.
    pub(crate) certificate: Option<String>,
    /// The file of its key.
    pub(crate) key: Option<String>,
    /// The names of the tills.
    #[serde(default)]
    pub(crate) names: Vec<String>,
    /// Hand over a second gift rather than embarrass a guest.
    #[serde(default)]
    pub(crate) honour_twice: bool,
    /// Tills may see what was spent the first time.
    #[serde(default)]
    pub(crate) show_earlier_amount: bool,
}

impl Settings {
    /// Who sends the emails.
    ///
    /// # Errors
    /// When shop.toml does not say.
    pub(crate) fn sender(&self) -> Result<&EmailSettings> {
        self.email.as_ref().ok_or_else(|| {
            Error::new("shop.toml does not say who sends the emails")
                .hint("add `[email]` with `from = \"Helen at My shop <helen@example.com>\"`")
        })
    }

    /// Whether there is the postal address that every email must bear.
    pub(crate) fn has_address(&self) -> bool {
        self.address.iter().any(|line| !line.trim().is_empty())
    }

    /// Reads the text of shop.toml.
    ///
    /// # Errors
    /// With the line, when a key is unknown, missing or makes no sense.
    pub(crate) fn read(text: &str) -> Result<Self> {
        let file: File = toml_text::read(text)?;
        let currency = Currency::of(&file.currency).map_err(|e| e.at(line_of(text, "currency")))?;
        if file.country.len() != 2 || !file.country.bytes().all(|b| b.is_ascii_uppercase()) {
            return Err(Error::new(format!("{} is not a country code", text::quote(&file.country)))
                .hint("two capital letters of ISO 3166, such as `US`, `GB` or `DE`")
                .at(line_of(text, "country")));
        }
        if file.name.trim().is_empty() {
            return Err(Error::new("the shop has no name")
                .hint("write it as `name = \"…\"`")
                .at(line_of(text, "name")));
        }
        let timezone = file.timezone.as_deref().map(str::parse).transpose();
        let timezone = timezone.map_err(|e: Error| e.at(line_of(text, "timezone")))?;
        if let Some(url) = file.email.as_ref().and_then(|email| email.unsubscribe_url.as_deref()) {
            check_link(url).map_err(|e| e.at(line_of(text, "unsubscribe_url")))?;
        }
        check_till(&file.till, text)?;
        Ok(Self {
            name: file.name,
            address: file.address,
            country: file.country,
            currency,
            timezone,
            margin: file.margin,
            email: file.email,
            till: file.till,
            segments: file.segments,
        })
    }
}

/// A certificate goes with its key, and a host name is nothing more than that.
fn check_till(till: &TillSettings, text: &str) -> Result<()> {
    for (there, missing, is_wrong) in [
        ("certificate", "key", till.certificate.is_some() && till.key.is_none()),
        ("key", "certificate", till.key.is_some() && till.certificate.is_none()),
    ] {
        if is_wrong {
            return Err(Error::new(format!("under `[till]` there is a `{there}` and no `{missing}`"))
                .hint(format!("add `{missing} = \"….pem\"`, the file that belongs to it"))
                .at(line_of(text, there)));
        }
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    if let Some(host) = till.host.as_deref().filter(|host| host.is_empty() || !host.bytes().all(plain)) {
        return Err(Error::new(format!("{} is not the name of a machine", text::quote(host)))
            .hint("write it without `https://` and port, like `host = \"till.shop.example\"`")
            .at(line_of(text, "host")));
    }
    Ok(())
}

/// Mail programs take nothing but https, and what is written into every email must be a plain address.
fn check_link(url: &str) -> Result<()> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/%[]".contains(&byte);
    let host = url.strip_prefix("https://").and_then(|rest| rest.split('/').next()).unwrap_or_default();
    if host.is_empty() || host.starts_with(':') || !url.bytes().all(plain) || url.len() > 300 {
        return Err(Error::new(format!("{} is not an https address", text::quote(url)))
            .hint("write it like `unsubscribe_url = \"https://shop.example/u\"`"));
    }
    Ok(())
}
