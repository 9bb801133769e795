//! The key and the policy of a domain in DNS (DKIM, DMARC), and their problems for a receiver.

use crate::dns::Dns;

/// A receiver's problem with the key that verifies our signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DkimDoubt {
    /// There is no record, so no one can verify it.
    Missing,
    /// There are several, and it is undefined which one counts.
    Several(usize),
    /// The record is not DKIM, or does not allow our kind of signature.
    Unreadable,
    /// The key was revoked.
    Revoked,
    /// It is not our key.
    OtherKey,
    /// The record is in test mode.
    Testing,
}

/// A receiver's problem with the policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DmarcDoubt {
    /// There is no record.
    Missing,
    /// There are several, so none counts.
    Several(usize),
    /// The record has an unknown policy.
    Unreadable(String),
    /// By this policy, in the record of this name, our emails would be rejected: neither SPF nor DKIM passes.
    TurnsUsAway(String),
}

/// Checks the record under `name`, which should be `ours`.
///
/// # Errors
/// With why DNS gave no answer.
pub(crate) fn dkim_doubts(dns: &dyn Dns, name: &str, ours: &str) -> Result<Vec<DkimDoubt>, String> {
    let records = dns.texts(name)?;
    let [record] = records.as_slice() else {
        return Ok(vec![if records.is_empty() { DkimDoubt::Missing } else { DkimDoubt::Several(records.len()) }]);
    };
    let (theirs, ours) = (tags(record), tags(ours));
    let of = |tags: &[(String, String)], name: &str| {
        tags.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    };
    let allows = |tag: &str, what: &str| {
        of(&theirs, tag).is_none_or(|all| all.split(':').any(|one| one == "*" || one.eq_ignore_ascii_case(what)))
    };
    let kind = |tags: &[(String, String)]| of(tags, "k").unwrap_or_else(|| "rsa".to_owned()).to_ascii_lowercase();
    let Some(key) = of(&theirs, "p").filter(|_| of(&theirs, "v").is_none_or(|v| v == "DKIM1")) else {
        return Ok(vec![DkimDoubt::Unreadable]);
    };
    let mut doubts = Vec::new();
    if key.is_empty() {
        doubts.push(DkimDoubt::Revoked);
    } else if Some(key) != of(&ours, "p") || kind(&theirs) != kind(&ours) {
        doubts.push(DkimDoubt::OtherKey);
    } else if !allows("h", "sha256") || !allows("s", "email") {
        doubts.push(DkimDoubt::Unreadable);
    }
    if of(&theirs, "t").is_some_and(|flags| flags.split(':').any(|flag| flag == "y")) {
        doubts.push(DkimDoubt::Testing);
    }
    Ok(doubts)
}

/// Checks the policy of a domain: its own, else that of the nearest parent domain with one. `passes` is whether SPF or
/// DKIM is OK, each for the domain that the emails come from.
///
/// # Errors
/// With why DNS gave no answer.
pub(crate) fn dmarc_doubts(dns: &dyn Dns, domain: &str, passes: bool) -> Result<Vec<DmarcDoubt>, String> {
    let above =
        |domain: &str| domain.split_once('.').map(|(_, above)| above.to_owned()).filter(|one| one.contains('.'));
    for one in std::iter::successors(Some(domain.to_owned()), |domain| above(domain)) {
        let name = dmarc_name(&one);
        let is_policy = |text: &String| tags(text).first().is_some_and(|(tag, value)| tag == "v" && value == "DMARC1");
        let records: Vec<String> = dns.texts(&name)?.into_iter().filter(is_policy).collect();
        let [record] = records.as_slice() else {
            if records.is_empty() {
                continue;
            }
            return Ok(vec![DmarcDoubt::Several(records.len())]);
        };
        let tags = tags(record);
        let tag =
            |name: &str| tags.iter().find(|(known, _)| known == name).map(|(_, value)| value.to_ascii_lowercase());
        let below = tag("sp").filter(|_| one != domain);
        let policy = below.or_else(|| tag("p")).unwrap_or_default();
        return Ok(match policy.as_str() {
            "quarantine" | "reject" if !passes => vec![DmarcDoubt::TurnsUsAway(policy)],
            "none" | "quarantine" | "reject" => Vec::new(),
            _ => vec![DmarcDoubt::Unreadable(name)],
        });
    }
    Ok(vec![DmarcDoubt::Missing])
}

/// The DNS name of a domain's policy.
pub(crate) fn dmarc_name(domain: &str) -> String {
    format!("_dmarc.{domain}")
}

/// A policy that rejects nothing and asks for reports.
pub(crate) fn dmarc_record(address: &str) -> String {
    format!("v=DMARC1; p=none; rua=mailto:{address}")
}

/// The tags and values of `v=DKIM1; k=rsa; p=…`; spaces within a value are ignored.
fn tags(record: &str) -> Vec<(String, String)> {
    let pairs = record.split(';').filter_map(|part| part.split_once('='));
    pairs.map(|(tag, value)| (tag.trim().to_owned(), value.split_whitespace().collect())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dns::WrittenDns;

    const DNS: &str = "\
        right._domainkey.x TXT v=DKIM1; k=rsa; p=AAAABBBB
        spaced._domainkey.x TXT v=DKIM1;k=rsa ;p=AAAA BBBB; t=s; s=email
        short._domainkey.x TXT p=AAAABBBB
        other._domainkey.x TXT v=DKIM1; k=rsa; p=AAAACCCC
        kind._domainkey.x TXT v=DKIM1; k=ed25519; p=AAAABBBB
        revoked._domainkey.x TXT v=DKIM1; k=rsa; p=
        test._domainkey.x TXT v=DKIM1; k=rsa; t=y; p=AAAABBBB
        tests._domainkey.x TXT v=DKIM1; t=s:y; p=AAAACCCC
        sha1._domainkey.x TXT v=DKIM1; h=sha1; p=AAAABBBB
        tlsrpt._domainkey.x TXT v=DKIM1; s=tlsrpt; p=AAAABBBB
        spf._domainkey.x TXT v=spf1 -all
        two._domainkey.x TXT v=DKIM1; p=AAAABBBB
        two._domainkey.x TXT v=DKIM1; p=AAAACCCC
        _dmarc.none.example TXT v=DMARC1; p=none
        _dmarc.reject.example TXT v=DMARC1 ; p=Reject; sp=none; adkim=s; aspf=s
        _dmarc.below.example TXT v=DMARC1; p=none; sp=quarantine
        _dmarc.odd.example TXT v=DMARC1; p=maybe
        _dmarc.bare.example TXT v=DMARC1
        _dmarc.two.example TXT v=DMARC1; p=none
        _dmarc.two.example TXT v=DMARC1; p=reject
        _dmarc.other.example TXT some-verification=1";

    #[test]
    fn what_is_published_of_a_key_is_compared_with_ours() {
        for (selector, doubts) in [
            ("right", vec![]),
            ("spaced", vec![]),
            ("short", vec![]),
            ("nowhere", vec![DkimDoubt::Missing]),
            ("other", vec![DkimDoubt::OtherKey]),
            ("kind", vec![DkimDoubt::OtherKey]),
            ("revoked", vec![DkimDoubt::Revoked]),
            ("test", vec![DkimDoubt::Testing]),
            ("tests", vec![DkimDoubt::OtherKey, DkimDoubt::Testing]),
            ("sha1", vec![DkimDoubt::Unreadable]),
            ("tlsrpt", vec![DkimDoubt::Unreadable]),
            ("spf", vec![DkimDoubt::Unreadable]),
            ("two", vec![DkimDoubt::Several(2)]),
        ] {
            let name = format!("{selector}._domainkey.x");
            let found = dkim_doubts(&WrittenDns(DNS), &name, "v=DKIM1; k=rsa; p=AAAABBBB").expect("an answer");
            assert_eq!(found, doubts, "{selector}");
        }
    }

    #[test]
    fn a_policy_is_that_of_the_domain_or_of_one_above_it() {
        let turns = |policy: &str| vec![DmarcDoubt::TurnsUsAway(policy.to_owned())];
        for (domain, passes, doubts) in [
            ("none.example", false, vec![]),
            ("a.b.none.example", true, vec![]),
            ("nowhere.example", true, vec![DmarcDoubt::Missing]),
            ("other.example", true, vec![DmarcDoubt::Missing]),
            ("reject.example", true, vec![]),
            ("reject.example", false, turns("reject")),
            ("news.reject.example", false, vec![]),
            ("news.below.example", false, turns("quarantine")),
            ("below.example", false, vec![]),
            ("odd.example", true, vec![DmarcDoubt::Unreadable("_dmarc.odd.example".to_owned())]),
            ("bare.example", true, vec![DmarcDoubt::Unreadable("_dmarc.bare.example".to_owned())]),
            ("two.example", true, vec![DmarcDoubt::Several(2)]),
        ] {
            assert_eq!(dmarc_doubts(&WrittenDns(DNS), domain, passes), Ok(doubts), "{domain} {passes}");
        }
    }
}
