//! Whether the pages may be served: always on this machine; on a network only with sign-in and encryption.

use std::fs::{File, TryLockError};
use std::net::SocketAddr;

use crate::access;
use crate::domain::Role;
use crate::error::{Error, Result};
use crate::files;
use crate::shop::Shop;
use crate::text;

/// The address to listen on, and how the connection is protected.
#[derive(Debug, Clone)]
pub(crate) struct Listen {
    /// `127.0.0.1:7788`.
    pub(crate) address: String,
    /// Without encryption, on a private network of the shop.
    pub(crate) plain: bool,
    /// Behind a web server that does the encryption.
    pub(crate) behind_proxy: bool,
}

/// Marks the pages as open until it is dropped or the program ends.
#[derive(Debug)]
pub(crate) struct OpenPages(#[expect(dead_code, reason = "the lock goes with the file")] File);

impl OpenPages {
    /// Several programs may serve one shop.
    ///
    /// # Errors
    /// When the file in the shop folder cannot be created.
    pub(crate) fn of(shop: &Shop) -> Result<Self> {
        let path = shop.folder.join(SERVE_LOCK);
        let file = files::open_or_create(&path).map_err(|e| Error::io("write", &path, e))?;
        // On a disk without locks, other programs cannot see that the pages are open.
        let _ = file.try_lock_shared();
        Ok(Self(file))
    }
}

/// Whether the pages of a shop are open on this machine.
pub(crate) fn are_open(shop: &Shop) -> bool {
    let file = File::open(shop.folder.join(SERVE_LOCK));
    file.is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
}

const SERVE_LOCK: &str = "serve.lock";

/// Checks that the pages may be served on these addresses.
///
/// # Errors
/// When other machines could reach them and there is no passphrase, no PIN, or no decision about encryption.
pub(crate) fn check(shop: &Shop, listen: &Listen, addresses: &[SocketAddr]) -> Result<()> {
    let settings = &shop.settings.till;
    if listen.behind_proxy && settings.host.is_none() {
        return Err(Error::new("`--behind-proxy` needs the public name of the pages")
            .hint("write it under `[till]` in shop.toml, like `host = \"till.shop.example\"`"));
    }
    if addresses.iter().all(|address| address.ip().is_loopback()) && !listen.behind_proxy {
        return Ok(());
    }
    let (store, mut missing) = (shop.store()?, Vec::new());
    for (role, verb) in [(Role::Owner, "`regulars till passphrase`"), (Role::Till, "`regulars till pin`")] {
        if access::secret(&store.read(), role)?.is_none() {
            missing.push((format!("no {}", role.secret()), verb));
        }
    }
    if !missing.is_empty() {
        let (names, verbs): (Vec<String>, Vec<&str>) = missing.into_iter().unzip();
        let message = format!("others could open the pages, and there is {}", text::list(&names));
        return Err(Error::new(message).hint(format!("set it with {}", text::list(&verbs))));
    }
    if settings.certificate.is_none() && !listen.plain && !listen.behind_proxy {
        let message = format!("on {} the pages would go over the network unencrypted", text::quote(&listen.address));
        return Err(Error::new(message).hint(
            "name a `certificate` and its `key` under `[till]`; or use `--behind-proxy` when a web server in front does the encryption, or `--plain` on a network that only the shop uses",
        ));
    }
    Ok(())
}
