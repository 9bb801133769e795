//! The settings of shop.toml.

use std::collections::BTreeMap;
use std::num::{NonZeroU8, NonZeroU16};

use super::label_settings::LabelSettings;
use super::mail_server::{MailServer, MailboxServer, Rate};
use super::toml_table::{TomlTable, read as read_toml};
use crate::clock::TimeZone;
use crate::error::{Error, Result};
use crate::money::{Currency, Share};
use crate::text;

/// The shop's data and preferences.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// The name of the shop.
    pub(crate) name: String,
    /// The lines of its address.
    pub(crate) address: Vec<String>,
    /// ISO 3166: determines the address format.
    pub(crate) country: String,
    /// The currency of every amount.
    pub(crate) currency: Currency,
    /// Determines when days begin, and the displayed time.
    pub(crate) timezone: TimeZone,
    /// As a share of sales, for the report's net; all sales if not given.
    pub(crate) margin: Option<Share>,
    /// The mail server, if emails are sent.
    pub(crate) email: Option<EmailSettings>,
    /// The mailbox for replies, if it is read over IMAP.
    pub(crate) bounces: Option<BounceSettings>,
    pub(crate) till: TillSettings,
    /// Sheets of labels of its own.
    pub(crate) labels: Vec<LabelSettings>,
    /// Named segments.
    pub(crate) segments: BTreeMap<String, String>,
}

/// `[email]`: how emails are sent.
#[derive(Debug, Clone)]
pub(crate) struct EmailSettings {
    /// `Helen at Wiedeman's <helen@example.com>`.
    pub(crate) from: String,
    /// The reply address, if not `from`.
    pub(crate) reply_to: Option<String>,
    /// `smtps://…` or `smtp+starttls://…`.
    pub(crate) server: Option<MailServer>,
    /// A file with the password.
    pub(crate) password_file: Option<String>,
    /// The number of parallel connections.
    pub(crate) connections: Option<NonZeroU8>,
    /// `10/s`.
    pub(crate) rate: Option<Rate>,
    /// The server timeout in seconds, instead of that in the standard.
    pub(crate) timeout: Option<NonZeroU16>,
    /// At most this many emails a day.
    pub(crate) daily_cap: Option<u32>,
    /// The printed letter is attached to each email, as a PDF.
    pub(crate) attach_letter: bool,
    /// The file of the key that signs emails.
    pub(crate) dkim_key: Option<String>,
    /// The selector of the public half of that key in DNS.
    pub(crate) dkim_selector: String,
    /// For one-click unsubscribe: the public https address that leads to `/u` of `serve`.
    pub(crate) unsubscribe_url: Option<String>,
}

/// `[bounces]`: where returned mail is read.
#[derive(Debug, Clone)]
pub(crate) struct BounceSettings {
    /// `imaps://…` or `imap+starttls://…`.
    pub(crate) server: MailServer,
    /// A file with the password.
    pub(crate) password_file: Option<String>,
    /// The mailbox folder.
    pub(crate) folder: String,
    /// The server timeout in seconds.
    pub(crate) timeout: Option<NonZeroU16>,
}

/// `[till]`: how the till works.
#[derive(Debug, Clone, Default)]
pub(crate) struct TillSettings {
    /// The address that the pages listen on.
    pub(crate) listen: Option<String>,
    /// The host name of the pages, besides the IP addresses of this machine.
    pub(crate) host: Option<String>,
    /// The certificate file that encrypts the pages, in the shop folder or by its full path.
    pub(crate) certificate: Option<String>,
    /// The file of its key.
    pub(crate) key: Option<String>,
    /// The names of the tills.
    pub(crate) names: Vec<String>,
    /// Hand over a second gift rather than embarrass a guest.
    pub(crate) honour_twice: bool,
    /// Tills may see the amount of the first redemption.
    pub(crate) show_earlier_amount: bool,
}

impl Settings {
    /// The sender of emails.
    ///
    /// # Errors
    /// When shop.toml has none.
    pub(crate) fn sender(&self) -> Result<&EmailSettings> {
        self.email.as_ref().ok_or_else(|| {
            Error::new("shop.toml has no sender for emails")
                .hint("add `[email]` with `from = \"Helen at My shop <helen@example.com>\"`")
        })
    }

    /// Whether there is the postal address that every email needs.
    pub(crate) fn has_address(&self) -> bool {
        self.address.iter().any(|line| !line.trim().is_empty())
    }

    /// Parses shop.toml.
    ///
    /// # Errors
    /// With every key that is unknown, missing or invalid, by line.
    pub(crate) fn read(text: &str) -> Result<Self> {
        let (settings, faults) = read_toml(text, |mut root| {
            let name = filled(&mut root, "name", "the shop has no name");
            let address = root.need("address").unwrap_or_default().value;
            let country = root.need::<String>("country");
            let is_code = |text: &str| text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase());
            if let Some(country) = country.as_ref().filter(|country| !is_code(country)) {
                let fault = Error::new(format!("{} is not a country code", text::quote(country)));
                root.fault(country.line, fault.hint("two capital letters of ISO 3166, such as `US`, `GB` or `DE`"));
            }
            let code = root.need::<String>("currency");
            let currency = code.map(|code| Currency::of(&code).map_err(|fault| root.fault(code.line, fault)));
            let timezone = root.take::<String>("timezone");
            let timezone = timezone.and_then(|zone| zone.parse().map_err(|fault| root.fault(zone.line, fault)).ok());
            let timezone = timezone.unwrap_or_default();
            let margin = root.value_if("margin");
            let email = root.table("email").map(email);
            let bounces = root.table("bounces").and_then(bounces);
            let till = root.table("till").map(till).unwrap_or_default();
            let labels = root.tables("labels").into_iter().filter_map(LabelSettings::of).collect();
            let segments = segments(&mut root);
            let currency = currency?.ok()?;
            Some(Self {
                name,
                address,
                country: country.unwrap_or_default().value,
                currency,
                timezone,
                margin,
                email,
                bounces,
                till,
                labels,
                segments,
            })
        });
        match (Error::all(faults), settings) {
            (None, Some(settings)) => Ok(settings),
            (fault, _) => Err(fault.unwrap_or_else(|| Error::new("shop.toml cannot be read"))),
        }
    }
}

/// The largest number of named segments: each is parsed with those that it names.
const MOST_SEGMENTS: usize = 200;

fn segments(root: &mut TomlTable<'_>) -> BTreeMap<String, String> {
    let Some(found) = root.take::<BTreeMap<String, String>>("segments") else { return BTreeMap::new() };
    if found.value.len() <= MOST_SEGMENTS {
        return found.value;
    }
    let message = format!("there are {} named segments, and {MOST_SEGMENTS} is the most", found.value.len());
    root.fault(found.line, Error::new(message).hint("remove those that no campaign uses"));
    BTreeMap::new()
}

/// A required name that is not empty.
fn filled(root: &mut TomlTable<'_>, key: &'static str, fault: &str) -> String {
    let found = root.need::<String>(key);
    if let Some(found) = found.as_ref().filter(|found| found.trim().is_empty()) {
        root.fault(found.line, Error::new(fault).hint(format!("write it as `{key} = \"…\"`")));
    }
    found.unwrap_or_default().value
}

fn email(mut table: TomlTable<'_>) -> EmailSettings {
    let settings = EmailSettings {
        from: table.need("from").unwrap_or_default().value,
        reply_to: table.value_if("reply_to"),
        server: table.value_if("server"),
        password_file: table.value_if("password_file"),
        connections: table.value_if("connections"),
        rate: table.value_if("rate"),
        timeout: table.value_if("timeout"),
        daily_cap: table.value_if("daily_cap"),
        attach_letter: table.value("attach_letter"),
        dkim_key: table.value_if("dkim_key"),
        dkim_selector: table.value_if("dkim_selector").unwrap_or_else(|| "regulars".to_owned()),
        unsubscribe_url: None,
    };
    let url = table.take::<String>("unsubscribe_url");
    if let Some((line, fault)) = url.as_ref().and_then(|url| Some((url.line, check_link(url).err()?))) {
        table.fault(line, fault);
    }
    EmailSettings { unsubscribe_url: url.map(|url| url.value), ..settings }
}

/// The folder that every mailbox has (RFC 9051, 5.1).
const INBOX: &str = "INBOX";

fn bounces(mut table: TomlTable<'_>) -> Option<BounceSettings> {
    let server = table.need::<MailboxServer>("server");
    let folder = table.take::<String>("folder");
    if let Some(folder) = folder.as_ref().filter(|name| name.trim().is_empty() || name.contains(char::is_control)) {
        let fault = Error::new(format!("{} is not the name of a folder", text::quote(folder)));
        table.fault(folder.line, fault.hint("write it as your mail program shows it, like `folder = \"INBOX\"`"));
    }
    // In any case.
    let folder = folder.map(|folder| folder.value).filter(|name| !name.eq_ignore_ascii_case(INBOX));
    let (password_file, timeout) = (table.value_if("password_file"), table.value_if("timeout"));
    Some(BounceSettings {
        server: server?.value.0,
        password_file,
        folder: folder.unwrap_or_else(|| INBOX.to_owned()),
        timeout,
    })
}

/// A certificate needs its key, and a host name is only a host name.
fn till(mut table: TomlTable<'_>) -> TillSettings {
    let listen = table.value_if("listen");
    let host = table.take::<String>("host");
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    if let Some(host) = host.as_ref().filter(|host| host.is_empty() || !host.bytes().all(plain)) {
        let fault = Error::new(format!("{} is not the name of a machine", text::quote(host)));
        table.fault(host.line, fault.hint("write it without `https://` and port, like `host = \"till.shop.example\"`"));
    }
    let has = [table.has("certificate"), table.has("key")];
    let (certificate, key) = (table.take::<String>("certificate"), table.take::<String>("key"));
    for (there, missing, found) in [
        ("certificate", "key", certificate.as_ref().filter(|_| !has[1])),
        ("key", "certificate", key.as_ref().filter(|_| !has[0])),
    ] {
        if let Some(found) = found {
            let fault = Error::new(format!("under `[till]` there is a `{there}` and no `{missing}`"));
            table.fault(found.line, fault.hint(format!("add `{missing} = \"….pem\"`, the file that belongs to it")));
        }
    }
    let names = table.take::<Vec<String>>("names");
    for (name, line) in names.iter().flat_map(|names| names.iter().map(|name| (name, names.line))) {
        if name.trim().is_empty() || name.contains(char::is_control) {
            let fault = Error::new(format!("{} is not the name of a till", text::quote(name)));
            table.fault(line, fault.hint("a name is one line, like `names = [\"Counter\"]`"));
        }
    }
    TillSettings {
        listen,
        host: host.map(|host| host.value),
        certificate: certificate.map(|file| file.value),
        key: key.map(|file| file.value),
        names: names.map(|names| names.value).unwrap_or_default(),
        honour_twice: table.value("honour_twice"),
        show_earlier_amount: table.value("show_earlier_amount"),
    }
}

/// Mail programs accept only https, and the address in every email must be simple.
fn check_link(url: &str) -> Result<()> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/%[]".contains(&byte);
    let host = url.strip_prefix("https://").and_then(|rest| rest.split('/').next()).unwrap_or_default();
    if host.is_empty() || host.starts_with(':') || !url.bytes().all(plain) || url.len() > 300 {
        return Err(Error::new(format!("{} is not an https address", text::quote(url)))
            .hint("write it like `unsubscribe_url = \"https://shop.example/u\"`"));
    }
    Ok(())
}
