//! Settings for reading a mailbox: the server, the password, the folder.

use std::time::Duration;

use crate::error::{Error, Result};
use crate::shop::{BounceSettings, MailServer, Shop};
use crate::text;

/// In seconds.
const USUAL_TIMEOUT: u16 = 60;

/// The mailbox of `[bounces]`, with its password.
pub(crate) struct ImapAccount {
    pub(super) server: MailServer,
    pub(super) user: String,
    pub(super) password: String,
    pub(crate) folder: String,
    pub(super) timeout: Duration,
}

/// Reads `[bounces]` of shop.toml; `password` is that of the environment.
///
/// # Errors
/// When the password is missing, or its file cannot be read.
pub(crate) fn account(shop: &Shop, settings: &BounceSettings, password: Option<String>) -> Result<ImapAccount> {
    let BounceSettings { server, password_file, folder, timeout } = settings;
    let user = server.user.clone().unwrap_or_default();
    let Some(password) = shop.password(password, password_file.as_deref())? else {
        return Err(Error::new(format!("the password of {} on {} is not known", text::quote(&user), server.host))
            .hint(
                "set REGULARS_IMAP_PASSWORD, or set a file with it: `password_file` under `[bounces]` in shop.toml",
            ));
    };
    let seconds = timeout.map_or(USUAL_TIMEOUT, std::num::NonZeroU16::get);
    let (server, folder, timeout) = (server.clone(), folder.clone(), Duration::from_secs(seconds.into()));
    Ok(ImapAccount { server, user, password, folder, timeout })
}

impl ImapAccount {
    /// The key of its read mark.
    pub(super) fn name(&self) -> String {
        format!("{}@{}:{}", self.user, self.server.host, self.server.port)
    }
}
