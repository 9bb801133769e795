//! The fields of a report: groups of them, as RFC 3464 and RFC 5965 write them, and what those of a recipient say.

use crate::domain::{BounceClass, Column as _, EmailAddress, column_enum};

column_enum! {
    /// What a report says was done (RFC 3464, 2.3.3).
    enum ReportAction {
        Failed = "failed",
        Delayed = "delayed",
        Delivered = "delivered",
        Relayed = "relayed",
        Expanded = "expanded",
    }
}

/// What became of an email for one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DeliveryStatus {
    /// Under which addresses the report knows the recipient.
    pub(crate) addresses: Vec<String>,
    /// It is still being tried.
    pub(crate) delayed: bool,
    /// It will not arrive.
    pub(crate) lost: Option<BounceClass>,
    /// In the words of the report.
    pub(crate) diagnostic: String,
}

/// One group of fields: the names in small letters.
pub(super) type Group = Vec<(String, String)>;

/// So many groups are read; a report about one email has two.
const MOST: usize = 50;

/// Reads the groups of fields, which empty lines part; a line that begins with a blank goes on.
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

/// The value of a field; empty when it is not there.
pub(super) fn field<'g>(group: &'g Group, name: &str) -> &'g str {
    group.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
}

/// The address of `rfc822; ana@home.example`, or of `<ana@home.example>`.
pub(super) fn address(value: &str) -> Option<String> {
    let text = value.rsplit(';').next().unwrap_or_default();
    let text = text.trim().trim_matches(['<', '>', '"']).trim();
    EmailAddress::parse(text).map(|address| plain(&address.key()))
}

/// What a group says about one recipient; nothing when it is about the whole message.
pub(super) fn delivery_status(group: &Group) -> Option<DeliveryStatus> {
    let names = ["original-recipient", "final-recipient", "x-actual-recipient"];
    let addresses: Vec<String> = names.iter().filter_map(|name| address(field(group, name))).collect();
    let action = field(group, "action").to_lowercase();
    if addresses.is_empty() && action.is_empty() {
        return None;
    }
    let done = ReportAction::from_form(&action);
    let diagnostic = field(group, "diagnostic-code");
    let status = status_of(field(group, "status")).filter(|status| status[1] != 0 || status[0] == 2);
    let status = status.or_else(|| diagnostic.split([' ', '-', '(', ')']).find_map(status_of));
    let words = diagnostic.split_once(';').map_or(diagnostic, |(_, words)| words.trim());
    // Most servers say the status in their words, and there more exactly.
    let has_status = words.split([' ', '-', '(', ')']).any(|word| status_of(word).is_some());
    let diagnostic = if has_status { words.to_owned() } else { format!("{} {words}", field(group, "status")) };
    Some(DeliveryStatus {
        addresses,
        delayed: done == Some(ReportAction::Delayed),
        lost: lost(done, status),
        diagnostic: plain(&diagnostic),
    })
}

/// `5.1.1` as numbers.
fn status_of(text: &str) -> Option<[u16; 3]> {
    let mut parts =
        text.trim().split(|c: char| c.is_whitespace() || c == '(').next()?.split('.').map(str::parse::<u16>);
    let status = [parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?];
    (parts.next().is_none() && matches!(status[0], 2 | 4 | 5)).then_some(status)
}

/// What was lost, when something was: only the action says so, whatever the status.
fn lost(action: Option<ReportAction>, status: Option<[u16; 3]>) -> Option<BounceClass> {
    if action != Some(ReportAction::Failed) {
        return None;
    }
    Some(match status {
        Some([_, 2, 2]) => BounceClass::MailboxFull,
        // A bad address of the sender is not theirs to answer for.
        Some([5, 1, 7..=9]) => BounceClass::Unreached,
        Some([5, 1, 0..=11] | [5, 2, 1] | [5, 4, 4]) => BounceClass::NoMailbox,
        _ => BounceClass::Unreached,
    })
}

/// A text of somebody else, fit to be shown: one line, no control characters, not long.
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
        for (action, status, diagnostic, lost) in [
            ("failed", "5.1.1", "smtp; 550 5.1.1 no such user", Some(BounceClass::NoMailbox)),
            ("Failed", "5.1.10", "", Some(BounceClass::NoMailbox)),
            ("failed", "5.4.4", "X-Postfix; Host or domain name not found", Some(BounceClass::NoMailbox)),
            ("failed", "5.0.0", "smtp;550-5.1.1 The email account does not exist", Some(BounceClass::NoMailbox)),
            ("failed", "5.0.0", "smtp; 554 no", Some(BounceClass::Unreached)),
            ("failed", "5.2.2", "", Some(BounceClass::MailboxFull)),
            ("failed", "4.2.2", "smtp; 452 4.2.2 over quota", Some(BounceClass::MailboxFull)),
            ("failed", "5.7.1", "smtp; 550 5.7.1 spam", Some(BounceClass::Unreached)),
            ("failed", "5.1.8", "", Some(BounceClass::Unreached)),
            ("failed", "4.4.7", "", Some(BounceClass::Unreached)),
            ("delayed", "4.4.1", "", None),
            ("delayed", "5.1.1", "", None),
            ("delivered", "2.0.0", "", None),
            ("", "5.1.1", "", None),
        ] {
            let text = format!(
                "Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; a@b.example\nAction: {action}\nStatus: {status}\nDiagnostic-Code: {diagnostic}\n"
            );
            assert_eq!(of(&text).lost, lost, "{action} {status} {diagnostic}");
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
