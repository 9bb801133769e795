//! The key that signs a shop's emails, as named in shop.toml.

use crate::email::{Dkim, Key};
use crate::error::{Error, Result};
use crate::files;
use crate::shop::{EmailSettings, Shop};
use crate::text;

/// The signing key and its selector, if shop.toml names a key.
pub(crate) fn dkim(shop: &Shop, settings: &EmailSettings) -> Result<Option<Dkim>> {
    let key = settings.dkim_key.as_deref().map(|name| dkim_key(shop, name)).transpose()?;
    key.map(|key| Dkim::new(&settings.dkim_selector, key)).transpose().map_err(|e| e.at("shop.toml"))
}

/// The signing key, from its file in the shop folder.
pub(crate) fn dkim_key(shop: &Shop, name: &str) -> Result<Key> {
    let path = shop.folder.join(name);
    if !path.is_file() {
        return Err(Error::new(format!("there is no key {} in the shop folder", text::quote(name)))
            .at("shop.toml")
            .hint("`regulars email keys` makes one; or correct `dkim_key`"));
    }
    files::read_text(&path).and_then(|text| Key::read(&text)).map_err(|e| {
        e.at(name).hint("give the file of a key in `dkim_key`; `regulars email keys --replace` makes a new one")
    })
}
