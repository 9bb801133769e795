//! Settings for sending: the server, the password, limits.

use std::time::Duration;

use lettre::Address;
use lettre::message::Mailbox;

use super::smtp_session::Timeouts;
use crate::error::{Error, Result};
use crate::shop::{EmailSettings, MailServer, Shop};

/// How emails are sent.
pub(crate) struct Sender {
    pub(super) server: MailServer,
    pub(super) password: Option<String>,
    pub(super) from: Address,
    pub(super) connections: usize,
    pub(super) gap: Option<Duration>,
    pub(super) daily_cap: Option<usize>,
    pub(super) timeouts: Timeouts,
}

/// Reads `[email]` of shop.toml for sending; `password` is that of the environment.
///
/// # Errors
/// When there is no server, its user has no password, or the password's file cannot be read.
pub(crate) fn sender(shop: &Shop, email: &EmailSettings, password: Option<String>) -> Result<Sender> {
    let server = email.server.clone().ok_or_else(|| {
        Error::new("there is no mail server to send with")
            .at("shop.toml")
            .hint("add `server = \"smtps://USER@HOST\"` under `[email]`, or write files with `--to-folder DIR`")
    })?;
    let password = shop.password(password, email.password_file.as_deref())?;
    if let Some(user) = server.user.as_ref().filter(|_| password.is_none()) {
        return Err(Error::new(format!("the password of `{user}` on {} is not known", server.host))
            .hint("set REGULARS_SMTP_PASSWORD, or set a file with it: `password_file` in shop.toml"));
    }
    let from: Mailbox = email.from.parse().map_err(|e: lettre::address::AddressError| {
        Error::new("`from` is not a sender")
            .at("shop.toml")
            .hint("write `from = \"Helen at Wiedeman's <helen@example.com>\"` under `[email]`")
            .because(e)
    })?;
    Ok(Sender {
        server,
        password,
        from: from.email,
        connections: email.connections.map_or(2, |n| usize::from(n.get())),
        gap: email.rate.map(|rate| rate.gap),
        daily_cap: email.daily_cap.and_then(|cap| usize::try_from(cap).ok()),
        timeouts: Timeouts::of(email.timeout.map(|seconds| u64::from(seconds.get()))),
    })
}
