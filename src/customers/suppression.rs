//! Suppressed email addresses, for all cards with them: stored as hashes that outlive the card, so that no import brings back
//! someone who opted out or whose address is dead.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use sha2::Sha256;

use super::consent::{self, ConsentStatement};
use crate::domain::{Column, Consent, ConsentChannel, CustomerId, Suppression, email_key};
use crate::error::{Error, Result};
use crate::store::{Read, Row, Write, params};
use crate::text;

/// One reason why an address is suppressed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Suppressed {
    pub(crate) reason: Suppression,
    pub(crate) on: NaiveDate,
    /// Where this is known from.
    pub(crate) source: String,
    /// The day on which it was lifted.
    pub(crate) lifted_on: Option<NaiveDate>,
}

impl Suppressed {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        let reason = row.get(0)?;
        Ok(Self { reason, on: row.get(1)?, source: row.get(2)?, lifted_on: row.get(3)? })
    }
}

/// Every suppressed address, for looking up many.
#[derive(Debug)]
pub(crate) struct Suppressions {
    by_hash: HashMap<Vec<u8>, Suppression>,
    /// The addresses of those who have opted out: others who share one get nothing there either.
    opted_out: HashSet<String>,
    /// Only in a shop with suppressions.
    key: Option<AddressKey>,
}

impl Suppressions {
    /// As the book has them now.
    pub(crate) fn of(read: &Read<'_>) -> Result<Self> {
        let mut by_hash: HashMap<Vec<u8>, Suppression> = HashMap::new();
        read.each("SELECT hash, reason FROM suppression WHERE lifted_on IS NULL", params![], |row| {
            let reason: Suppression = row.get(1)?;
            by_hash.entry(row.get(0)?).and_modify(|known| *known = reason.min(*known)).or_insert(reason);
            Ok(())
        })?;
        let key = if by_hash.is_empty() { None } else { Some(AddressKey::of(read)?) };
        let mut opted_out = HashSet::new();
        read.each("SELECT email FROM email_opt_out", params![], |row| {
            opted_out.insert(email_key(&row.get::<String>(0)?));
            Ok(())
        })?;
        Ok(Self { by_hash, opted_out, key })
    }

    /// Whether no address is suppressed.
    pub(crate) fn is_empty(&self) -> bool {
        self.by_hash.is_empty() && self.opted_out.is_empty()
    }

    /// Why this address is suppressed; the most serious of several reasons.
    pub(crate) fn reason(&self, address: &str) -> Option<Suppression> {
        // Most shops have few, and a hash for each card costs time.
        let known = self.key.as_ref().and_then(|key| self.by_hash.get(&key.hash(address)).copied());
        let has_opted_out = || !self.opted_out.is_empty() && self.opted_out.contains(&email_key(address));
        known.or_else(|| has_opted_out().then_some(Suppression::OptedOut))
    }
}

/// Suppresses an address; returns whether that is new. An unsubscribe or a complaint is an opt-out, so it is also
/// recorded as the mail preference of everyone in the book who has the address.
pub(crate) fn suppress(
    write: &Write<'_>,
    address: &str,
    reason: Suppression,
    source: &str,
    on: NaiveDate,
) -> Result<bool> {
    if email_key(address).is_empty() {
        return Ok(false);
    }
    let hash = AddressKey::of(write)?.hash(address);
    let holders = holders(write, address)?;
    let readable = if holders.is_empty() { String::new() } else { email_key(address) };
    let sql = "INSERT INTO suppression (hash, reason, address, on_day, source) VALUES (?1, ?2, ?3, ?4, ?5) \
               ON CONFLICT (hash, reason) DO UPDATE SET on_day = excluded.on_day, source = excluded.source, \
               address = excluded.address, lifted_on = NULL WHERE suppression.lifted_on IS NOT NULL";
    let is_new = write.run(sql, params![hash, reason, readable, on, source])? > 0;
    if reason.is_wish() {
        for (id, _) in holders.iter().filter(|(_, consent)| *consent != Consent::No) {
            consent::record_consent(write, *id, ConsentChannel::Email, Consent::No, on, source)?;
        }
    }
    Ok(is_new)
}

/// Why an address is suppressed; the most serious of several reasons.
pub(crate) fn suppressed(read: &Read<'_>, address: &str) -> Result<Option<Suppressed>> {
    let known = suppressions(read, address)?.into_iter().filter(|one| one.lifted_on.is_none());
    known.min_by_key(|one| one.reason).map_or_else(|| opted_out(read, address), |one| Ok(Some(one)))
}

/// The opt-out of a card that has an address.
fn opted_out(read: &Read<'_>, address: &str) -> Result<Option<Suppressed>> {
    let key = email_key(address);
    // SQL handles only ASCII letters without case.
    let (such, all) = ("LOWER(TRIM(email)) = ?1", "?1 <> ''");
    let sql = format!(
        "SELECT id, ref, email FROM email_opt_out WHERE {} ORDER BY id",
        if key.is_ascii() { such } else { all }
    );
    let found: Vec<(CustomerId, String, String)> =
        read.all(&sql, params![key], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let Some((id, reference, _)) = found.into_iter().find(|(_, _, email)| !key.is_empty() && email_key(email) == key)
    else {
        return Ok(None);
    };
    let said = consent::opt_out(read, id, ConsentChannel::Email)?;
    let (on, source) = said.map(|one| (one.on, one.source)).unwrap_or_default();
    let card = format!("card {}", text::quote(&reference));
    let source = if source.is_empty() { card } else { format!("{source}, {card}") };
    Ok(Some(Suppressed { reason: Suppression::OptedOut, on, source, lifted_on: None }))
}

/// Stores the opt-out of a forgotten person with their address, as a hash: they may come back in a list.
pub(super) fn keep_opt_out(write: &Write<'_>, address: &str, on: NaiveDate) -> Result<()> {
    if email_key(address).is_empty() {
        return Ok(());
    }
    let sql = "INSERT INTO suppression (hash, reason, on_day) VALUES (?1, ?2, ?3) \
               ON CONFLICT (hash, reason) DO UPDATE SET lifted_on = NULL";
    write.run(sql, params![AddressKey::of(write)?.hash(address), Suppression::OptedOut, on]).map(|_| ())
}

/// Everything that was ever recorded about an address, including what was lifted.
pub(crate) fn suppressions(read: &Read<'_>, address: &str) -> Result<Vec<Suppressed>> {
    let sql = "SELECT reason, on_day, source, lifted_on FROM suppression WHERE hash = ?1 ORDER BY on_day, reason";
    let hash = AddressKey::of(read)?.hash(address);
    read.all(sql, params![hash], Suppressed::from_row)
}

/// The stored opt-outs of forgotten people, as hashes.
pub(super) fn opt_out_hashes(read: &Read<'_>) -> Result<HashSet<Vec<u8>>> {
    let sql = "SELECT hash FROM suppression WHERE reason = ?1 AND lifted_on IS NULL";
    Ok(read.all(sql, params![Suppression::OptedOut], |row| row.get(0))?.into_iter().collect())
}

/// Lifts suppressions of an address: after new consent those from opt-outs, after confirmation that the mailbox works
/// those about the mailbox.
pub(super) fn lift(write: &Write<'_>, address: &str, wish: bool, on: NaiveDate) -> Result<()> {
    let hash = AddressKey::of(write)?.hash(address);
    if wish {
        forget_opt_outs(write, address, on)?;
    }
    for reason in Suppression::ALL.iter().copied().filter(|reason| reason.is_wish() == wish) {
        let sql = "UPDATE suppression SET lifted_on = ?3 WHERE hash = ?1 AND reason = ?2 AND lifted_on IS NULL";
        write.run(sql, params![hash, reason, on])?;
    }
    Ok(())
}

/// Others who were opted out only because of this address are no longer.
fn forget_opt_outs(write: &Write<'_>, address: &str, on: NaiveDate) -> Result<()> {
    let wishes = suppressions(write, address)?;
    let of_address = |said: &ConsentStatement| {
        wishes.iter().any(|one| one.lifted_on.is_none() && (one.on, &one.source) == (said.on, &said.source))
    };
    if wishes.is_empty() {
        return Ok(());
    }
    for (id, _) in holders(write, address)?.into_iter().filter(|(_, consent)| *consent == Consent::No) {
        if consent::opt_out(write, id, ConsentChannel::Email)?.is_some_and(|said| of_address(&said)) {
            consent::record_consent(
                write,
                id,
                ConsentChannel::Email,
                Consent::Unknown,
                on,
                "a new yes under this address",
            )?;
        }
    }
    Ok(())
}

/// Keeps only the hashes of addresses that are no longer in the book.
pub(super) fn keep_only_hashes(write: &Write<'_>) -> Result<()> {
    let sql = "UPDATE suppression SET address = '', source = '' WHERE (address <> '' OR source <> '') AND NOT EXISTS \
               (SELECT 1 FROM customer c WHERE LOWER(c.email) = suppression.address AND c.email <> '')";
    write.run(sql, params![]).map(|_| ())
}

/// The customers with an address, and their consent to email.
pub(super) fn holders(read: &Read<'_>, address: &str) -> Result<Vec<(CustomerId, Consent)>> {
    let key = email_key(address);
    // SQL handles only ASCII letters without case.
    let such = if key.is_ascii() { "INSTR(LOWER(email), ?1) > 0" } else { "?1 <> ''" };
    let sql = format!("SELECT id, email_consent, email FROM customer WHERE email <> '' AND {such} ORDER BY id");
    let mut holders = Vec::new();
    read.each(&sql, params![key], |row| {
        if email_key(&row.get::<String>(2)?) == key {
            holders.push((row.get(0)?, row.get(1)?));
        }
        Ok(())
    })?;
    Ok(holders)
}

/// The shop's key, ready to hash addresses.
#[derive(Debug)]
pub(crate) struct AddressKey(Hmac<Sha256>);

impl AddressKey {
    pub(crate) fn of(read: &Read<'_>) -> Result<Self> {
        let mac = Hmac::<Sha256>::new_from_slice(&read.shop_key()?);
        let mut mac = mac.map_err(|_| Error::new("the shop's key cannot be used"))?;
        mac.update(b"suppressed\0");
        Ok(Self(mac))
    }

    /// The stored hash of a suppressed address.
    pub(crate) fn hash(&self, address: &str) -> Vec<u8> {
        let mut mac = self.0.clone();
        mac.update(email_key(address).as_bytes());
        mac.finalize().into_bytes().to_vec()
    }
}
