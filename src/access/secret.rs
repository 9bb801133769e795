//! Passphrase and PIN: their minimum strength and their hashes. Setting a new one ends all sessions of the old one.

use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};

use crate::domain::Role;
use crate::error::{Error, ErrorKind, Result};
use crate::random;
use crate::store::{Read, Write, params};

/// The shortest passphrase, in characters.
const PASSPHRASE: usize = 12;

/// The shortest PIN, in digits.
const PIN: usize = 6;

/// Longer than anyone types.
const LONGEST: usize = 200;

/// Whether a text is acceptable as a passphrase or PIN.
///
/// # Errors
/// When it is too short or too long, or a PIN has characters other than digits or repeats one digit.
pub(crate) fn check(role: Role, typed: &str) -> Result<()> {
    let signs = typed.chars().count();
    let (is_good, hint) = match role {
        Role::Owner => (
            (PASSPHRASE..=LONGEST).contains(&signs),
            format!("use at least {PASSPHRASE} characters; a few words are easy to remember"),
        ),
        Role::Till => {
            let is_digits = typed.bytes().all(|b| b.is_ascii_digit());
            let is_dull =
                typed.bytes().all(|b| typed.bytes().next() == Some(b)) || "0123456789876543210".contains(typed);
            (
                is_digits && !is_dull && (PIN..=LONGEST).contains(&signs),
                format!("use at least {PIN} digits, not all the same and not in a row"),
            )
        }
    };
    if is_good { Ok(()) } else { Err(Error::new(format!("this {} is too easy to guess", role.secret())).hint(hint)) }
}

/// The hash to store. Takes a large part of a second on purpose.
///
/// # Errors
/// When the machine has no random numbers or not enough memory.
pub(crate) fn hashed(typed: &str) -> Result<String> {
    let failed =
        |e: argon2::password_hash::Error| Error::of(ErrorKind::Machine, format!("it could not be hashed: {e}"));
    let salt = SaltString::encode_b64(&random::bytes::<16>()?).map_err(failed)?;
    Ok(Argon2::default().hash_password(typed.as_bytes(), &salt).map_err(failed)?.to_string())
}

/// Whether a typed text matches the hash. Takes as long as hashing.
#[must_use]
pub(crate) fn is_right(hash: &str, typed: &str) -> bool {
    let known = PasswordHash::new(hash);
    typed.len() <= 4 * LONGEST
        && known.is_ok_and(|known| Argon2::default().verify_password(typed.as_bytes(), &known).is_ok())
}

/// The hash of a role's secret; none when that role need not sign in.
pub(crate) fn secret(read: &Read<'_>, role: Role) -> Result<Option<String>> {
    read.first("SELECT hash FROM secret WHERE role = ?1", params![role], |row| row.get(0))
}

/// Stores the hash of a new secret; returns how many sessions of the old one it ended.
pub(crate) fn set(write: &Write<'_>, role: Role, hash: &str) -> Result<usize> {
    let sql = "INSERT INTO secret (role, hash) VALUES (?1, ?2) ON CONFLICT (role) DO UPDATE SET hash = excluded.hash";
    write.run(sql, params![role, hash])?;
    end_all(write, role)
}

/// From now on that role need not sign in; returns how many sessions it ended.
pub(crate) fn unset(write: &Write<'_>, role: Role) -> Result<usize> {
    write.run("DELETE FROM secret WHERE role = ?1", params![role])?;
    end_all(write, role)
}

/// Ends all sessions of a role; returns how many.
fn end_all(write: &Write<'_>, role: Role) -> Result<usize> {
    write.run("DELETE FROM session WHERE role = ?1", params![role])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_easily_guessed_is_refused() {
        for (role, typed, is_good) in [
            (Role::Owner, "correct horse battery", true),
            (Role::Owner, "eleven-sign", false),
            (Role::Till, "402917", true),
            (Role::Till, "40291", false),
            (Role::Till, "111111", false),
            (Role::Till, "345678", false),
            (Role::Till, "40291a", false),
            (Role::Till, "", false),
        ] {
            assert_eq!(check(role, typed).is_ok(), is_good, "{typed}");
        }
    }

    #[test]
    fn a_hash_knows_its_own_and_no_other() {
        let hash = hashed("402917").expect("a hash");
        assert!(hash.starts_with("$argon2id$") && !hash.contains("402917"));
        assert!(is_right(&hash, "402917") && !is_right(&hash, "402918") && !is_right("nonsense", "402917"));
        assert_ne!(hash, hashed("402917").expect("another"), "each has a salt of its own");
    }
}
