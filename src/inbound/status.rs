//! The fields of a report: groups in the format of RFC 3464 and RFC 5965, and the status of one recipient.

use crate::domain::{BounceClass, EmailAddress, status_of};

/// The outcome of an email for one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DeliveryStatus {
    /// The recipient's addresses in the report.
    pub(crate) addresses: Vec<String>,
    /// The final address of delivery, if the report has it.
    pub(crate) delivered_to: Option<String>,
    pub(crate) outcome: DeliveryOutcome,
    /// As the report words it.
    pub(crate) diagnostic: String,
}

/// The status of one recipient (RFC 3464, 2.3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DeliveryOutcome {
    /// It arrived, or was passed on to a system without reports.
    Delivered,
    /// It is still being tried.
    Delayed,
    /// It will not arrive.
    Lost(BounceClass),
    /// Unknown.
    Unclear,
}

/// One group of fields, with lowercase names.
pub(super) type Group = Vec<(String, String)>;

/// At most this many groups are read; a report about one email has two.
const MOST: usize = 50;

/// Parses groups of fields, separated by empty lines; a line that begins with a space is a continuation.
pub(super) fn groups(bytes: &[u8]) -> Vec<Group> {
    let text = String::from_utf8_lossy(bytes);
    let (mut groups, mut group): (Vec<Group>, Group) = (Vec::new(), Vec::new());
    for line in text.lines().chain([""]) {
        if line.trim().is_empty() {
            if !group.is_empty() && groups.len() < MOST {
                groups.push(std::mem::take(&mut group));
            }
        } else if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = group.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            group.push((name.trim().to_lowercase(), value.trim().to_owned()));
        }
    }
    groups
}

/// The value of a field; empty when absent.
pub(super) fn field<'g>(group: &'g Group, name: &str) -> &'g str {
    group.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
}

/// The address of `rfc822; ana@home.example`, or of `<ana@home.example>`.
pub(super) fn address(value: &str) -> Option<String> {
    let text = value.rsplit(';').next().unwrap_or_default();
    let text = text.trim().trim_matches(['<', '>', '"']).trim();
    EmailAddress::parse(text).map(|address| plain(&address.key()))
}

/// The status of one recipient; none when the group is about the whole message.
pub(super) fn delivery_status(group: &Group) -> Option<DeliveryStatus> {
    let of = |name: &str| address(field(group, name));
    let addresses: Vec<String> =
        ["original-recipient", "final-recipient", "x-actual-recipient"].iter().filter_map(|name| of(name)).collect();
    let (action, status) = (field(group, "action").to_lowercase(), field(group, "status"));
    if addresses.is_empty() && action.is_empty() {
        return None;
    }
    let diagnostic = field(group, "diagnostic-code");
    let words = diagnostic.split_once(';').map_or(diagnostic, |(_, words)| words.trim());
    // Most servers repeat the status in their text, and more precisely.
    let has_status = words.split([' ', '-', '(', ')']).any(|word| status_of(word).is_some());
    let shown = if has_status { words.to_owned() } else { format!("{status} {words}") };
    let delivered_to = of("final-recipient");
    Some(DeliveryStatus {
        addresses,
        delivered_to,
        outcome: outcome(&action, status, words),
        diagnostic: plain(&shown),
    })
}

/// The outcome by the action; if it is missing or unknown, by the status and the text.
fn outcome(action: &str, status: &str, words: &str) -> DeliveryOutcome {
    match action.split_whitespace().next().unwrap_or_default() {
        "delivered" | "relayed" | "expanded" => DeliveryOutcome::Delivered,
        "delayed" => DeliveryOutcome::Delayed,
        "failed" => DeliveryOutcome::Lost(BounceClass::of(status, words)),
        _ if status_of(status).is_none_or(|status| status[0] == 2) && BounceClass::in_text(words).is_none() => {
            DeliveryOutcome::Unclear
        }
        _ => DeliveryOutcome::Lost(BounceClass::of(status, words)),
    }
}

/// A foreign text for display: one line, no control characters, not long.
pub(super) fn plain(text: &str) -> String {
    let odd = |c: char| {
        c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let line: String = text.chars().map(|c| if odd(c) { ' ' } else { c }).collect();
    line.trim().chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> DeliveryStatus {
        groups(text.as_bytes()).iter().find_map(delivery_status).expect("a status")
    }

    #[test]
    fn a_group_says_what_became_of_one_recipient() {
        use BounceClass::{MailboxFull, NoMailbox, Unreached};
        use DeliveryOutcome::{Delayed, Delivered, Lost, Unclear};
        for (action, status, diagnostic, outcome) in [
            ("failed", "5.1.1", "smtp; 550 5.1.1 no such user", Lost(NoMailbox)),
            ("Failed", "5.1.10", "", Lost(NoMailbox)),
            ("failed (bounced)", "5.1.1", "", Lost(NoMailbox)),
            ("", "5.1.1", "", Lost(NoMailbox)),
            ("failed", "5.4.4", "X-Postfix; Host or domain name not found", Lost(NoMailbox)),
            ("failed", "5.4.4", "", Lost(Unreached)),
            ("failed", "5.0.0", "smtp;550-5.1.1 The email account does not exist", Lost(NoMailbox)),
            ("failed", "5.0.0", "smtp; 554 no", Lost(Unreached)),
            ("failed", "5.2.2", "", Lost(MailboxFull)),
            ("failed", "4.2.2", "smtp; 452 4.2.2 over quota", Lost(MailboxFull)),
            ("failed", "5.7.1", "smtp; 550 5.7.1 spam", Lost(Unreached)),
            ("failed", "5.1.8", "", Lost(Unreached)),
            ("failed", "4.4.7", "", Lost(Unreached)),
            ("expired", "", "Connection timed out", Lost(Unreached)),
            ("expired", "", "", Unclear),
            ("bounced", "5.1.1", "", Lost(NoMailbox)),
            ("something", "2.0.0", "", Unclear),
            ("delayed", "4.4.1", "", Delayed),
            ("delayed", "5.1.1", "", Delayed),
            ("delivered", "2.0.0", "", Delivered),
            ("Relayed (to a mailbox)", "2.1.9", "", Delivered),
            ("expanded", "2.0.0", "", Delivered),
        ] {
            let text = format!(
                "Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; a@b.example\nAction: {action}\nStatus: {status}\nDiagnostic-Code: {diagnostic}\n"
            );
            assert_eq!(of(&text).outcome, outcome, "{action} {status} {diagnostic}");
        }
    }

    #[test]
    fn fields_go_on_over_lines_and_addresses_are_bare() {
        let text = "Reporting-MTA: dns; mx\r\n\r\nFinal-Recipient: RFC822;<Ana@Home.example>\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550\r\n  5.1.1 <ana@home.example>: \u{1b}no\r\n";
        let status = of(text);
        assert_eq!(
            (status.addresses, status.diagnostic),
            (vec!["ana@home.example".to_owned()], "550 5.1.1 <ana@home.example>:  no".to_owned())
        );
        assert!(groups(b"no fields at all").is_empty());
    }
}
