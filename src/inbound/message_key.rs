//! The part of a Message-ID that only a recipient of our email can know.

use std::borrow::Cow;

use mail_parser::{HeaderValue, Message};

/// The key in the Message-ID of a returned message.
pub(super) fn own_key(mail: &Message<'_>) -> Option<String> {
    mail.message_id().and_then(key_of)
}

/// The keys in a list of Message-IDs.
pub(super) fn keys_in(value: &HeaderValue<'_>) -> Vec<String> {
    let ids: &[Cow<'_, str>] = match value {
        HeaderValue::Text(id) => std::slice::from_ref(id),
        HeaderValue::TextList(ids) => ids,
        _ => &[],
    };
    let mut keys: Vec<String> = ids.iter().filter_map(|id| key_of(id)).collect();
    // The most recent one is last.
    keys.reverse();
    keys
}

/// The part before the @ of a Message-ID, if it can be one of ours.
fn key_of(id: &str) -> Option<String> {
    let key = id.trim().trim_start_matches('<').split('@').next()?;
    is_key(key).then(|| key.to_owned())
}

/// The keys of all Message-IDs anywhere in a message.
pub(super) fn keys_mentioned(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let mut keys: Vec<String> =
        text.split('<').skip(1).filter(|id| id.as_bytes().get(KEY_LENGTH) == Some(&b'@')).filter_map(key_of).collect();
    keys.dedup();
    keys
}

const KEY_LENGTH: usize = 32;

pub(super) fn is_key(text: &str) -> bool {
    text.len() == KEY_LENGTH && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}
