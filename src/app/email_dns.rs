//! What DNS has for emails in the shop's name, as a receiver looks it up: SPF, DKIM and DMARC of the domain in `from`.

use serde::Serialize;

use super::email_keys::DnsRecord;
use crate::dns::{Dns, Resolver};
use crate::email::{self, DkimDoubt, DmarcDoubt, SpfDoubt, SpfFindings};
use crate::piece;
use crate::shop::{EmailSettings, Shop};
use crate::text;

#[derive(Debug, Serialize)]
pub(crate) struct DnsFindings {
    /// Taken from `from` in shop.toml.
    pub(crate) domain: Option<String>,
    /// Why DNS was not asked, or not completely.
    pub(crate) not_asked: Option<String>,
    /// `SPF`, `DKIM`, `DMARC`.
    pub(crate) in_order: Vec<&'static str>,
    pub(crate) doubts: Vec<DnsDoubt>,
}

/// Something that makes receivers distrust our emails.
#[derive(Debug, Serialize)]
pub(crate) struct DnsDoubt {
    /// `SPF`, `DKIM` or `DMARC`.
    pub(crate) about: &'static str,
    pub(crate) message: String,
    pub(crate) hint: String,
    /// The TXT record to publish, where one solves it.
    pub(crate) record: Option<DnsRecord>,
}

const SPF: &str = "SPF";
const DKIM: &str = "DKIM";
const DMARC: &str = "DMARC";

/// Queries DNS, unless `offline`; `resolver` is the server to ask, as in REGULARS_RESOLVER.
pub(crate) fn look(shop: &Shop, offline: bool, resolver: Option<&str>) -> DnsFindings {
    let mut findings = DnsFindings { domain: None, not_asked: None, in_order: Vec::new(), doubts: Vec::new() };
    let sender =
        shop.settings.email.as_ref().and_then(|email| Some((email, email::address(&email.from, "from").ok()?)));
    let not_asked = match (sender, offline) {
        (None, _) => Err("the sender of the emails is missing".to_owned()),
        (Some(_), true) => Err("`--offline`".to_owned()),
        (Some((settings, address)), false) => Resolver::find(resolver).and_then(|dns| {
            let domain = address.rsplit_once('@').map_or(address.as_str(), |(_, domain)| domain);
            findings.domain = Some(domain.to_owned());
            Receiver { dns: &dns, shop, settings, address: &address, domain, findings: &mut findings }.look()
        }),
    };
    findings.not_asked = not_asked.err();
    findings
}

/// Simulates a receiver that checks our emails.
struct Receiver<'r> {
    dns: &'r dyn Dns,
    shop: &'r Shop,
    settings: &'r EmailSettings,
    address: &'r str,
    domain: &'r str,
    findings: &'r mut DnsFindings,
}

impl Receiver<'_> {
    fn look(&mut self) -> Result<(), String> {
        let spf_passes = self.spf()?;
        let dkim_passes = self.dkim()?;
        self.dmarc(spf_passes || dkim_passes)
    }

    fn doubt(&mut self, about: &'static str, (message, hint): (String, &str), record: Option<DnsRecord>) {
        self.findings.doubts.push(DnsDoubt { about, message, hint: hint.to_owned(), record });
    }

    /// Whether receivers accept the mail server as a sender for our domain, as far as can be determined.
    fn spf(&mut self) -> Result<bool, String> {
        let host = self.settings.server.as_ref().map(|server| server.host.as_str());
        let SpfFindings { doubts, better } = email::spf(self.dns, self.domain, host)?;
        let (domain, host) = (text::quote(self.domain), text::quote(host.unwrap_or_default()));
        let mut record = better.map(|value| DnsRecord { name: self.domain.to_owned(), value, purpose: "" });
        for doubt in &doubts {
            let advice = match doubt {
                SpfDoubt::Missing => (
                    format!("{domain} has no SPF record: receivers cannot see who may send for it"),
                    "publish one; if your mail provider gives you one, use that",
                ),
                SpfDoubt::Several(count) => (
                    format!("{domain} has {}, so receivers ignore them all", text::count(*count, "SPF record")),
                    "replace them with one",
                ),
                SpfDoubt::Unreadable(part) => (
                    format!("{} in the SPF record is not valid, so receivers ignore the record", text::quote(part)),
                    "correct or remove it",
                ),
                SpfDoubt::Everybody(other) if other != self.domain => (
                    format!("{}, which the SPF record includes, lets anyone send (`+all`)", text::quote(other)),
                    "remove it, or ask them",
                ),
                SpfDoubt::Everybody(_) => {
                    (format!("the SPF record lets anyone send for {domain} (`+all`)"), "end it with `~all`")
                }
                SpfDoubt::TooManyLookups(count) => (
                    format!("the SPF record needs {count} DNS lookups; receivers make 10, then ignore the record"),
                    "remove what no longer sends for you",
                ),
                SpfDoubt::EmptyInclude(other) => (
                    format!(
                        "the SPF record includes {}, which has no SPF record, so receivers ignore yours",
                        text::quote(other)
                    ),
                    "remove it, or write what your provider gives you",
                ),
                SpfDoubt::NotCovered => (
                    format!("the SPF record does not let your mail server {host} send"),
                    "add it, unless it sends from another address",
                ),
            };
            self.doubt(SPF, advice, record.take());
        }
        self.findings.in_order.extend(doubts.is_empty().then_some(SPF));
        Ok(doubts.iter().all(|doubt| matches!(doubt, SpfDoubt::Everybody(_))))
    }

    /// Whether receivers can verify our signature. Without a key there is nothing to check, which is reported
    /// elsewhere.
    fn dkim(&mut self) -> Result<bool, String> {
        let Ok(Some(dkim)) = piece::dkim(self.shop, self.settings) else { return Ok(false) };
        let Ok((name, value)) = dkim.record(self.domain) else { return Ok(false) };
        let doubts = email::dkim_doubts(self.dns, &name, &value)?;
        let (shown, publish) = (text::quote(&name), "replace it with the record of your key");
        for doubt in &doubts {
            let advice = match doubt {
                DkimDoubt::Missing => (
                    format!("{shown} has no DKIM record, so receivers cannot check what your key signs"),
                    "publish the record of your key",
                ),
                DkimDoubt::Several(count) => (
                    format!("{shown} has {}; it is not defined which one counts", text::count(*count, "record")),
                    "replace them with one",
                ),
                DkimDoubt::Unreadable => {
                    (format!("the record at {shown} cannot be used to check your signatures"), publish)
                }
                DkimDoubt::Revoked => (format!("the key at {shown} was revoked (`p=` is empty)"), publish),
                DkimDoubt::OtherKey => (
                    format!("DNS has a different key at {shown}, so every signature looks wrong to receivers"),
                    publish,
                ),
                DkimDoubt::Testing => (
                    format!("the record of {shown} is in test mode (`t=y`), so signatures may be ignored"),
                    "publish it without `t=y`",
                ),
            };
            let record = DnsRecord { name: name.clone(), value: value.clone(), purpose: "" };
            self.doubt(DKIM, advice, Some(record));
        }
        self.findings.in_order.extend(doubts.is_empty().then_some(DKIM));
        Ok(doubts.iter().all(|doubt| *doubt == DkimDoubt::Testing))
    }

    fn dmarc(&mut self, passes: bool) -> Result<(), String> {
        let doubts = email::dmarc_doubts(self.dns, self.domain, passes)?;
        let domain = text::quote(self.domain);
        for doubt in &doubts {
            let (advice, is_fixed_here) = match doubt {
                DmarcDoubt::Missing => (
                    (
                        format!(
                            "{domain} has no DMARC record; Gmail and Yahoo require one from everyone who sends many emails"
                        ),
                        "publish this one: it rejects nothing, and you get reports of what is sent in your name",
                    ),
                    true,
                ),
                DmarcDoubt::Several(count) => (
                    (
                        format!("{domain} has {}, so receivers ignore them all", text::count(*count, "DMARC record")),
                        "replace them with one",
                    ),
                    true,
                ),
                DmarcDoubt::Unreadable(name) => (
                    (
                        format!("the DMARC record at {} has no valid policy (`p=`)", text::quote(name)),
                        "publish one with a policy",
                    ),
                    true,
                ),
                DmarcDoubt::TurnsUsAway(policy) => (
                    (
                        format!(
                            "DMARC asks receivers to turn away (`p={policy}`) what neither SPF nor DKIM shows to be of \
                             {domain}, and that is so with your emails"
                        ),
                        "fix SPF or DKIM",
                    ),
                    false,
                ),
            };
            let (name, value) = (email::dmarc_name(self.domain), email::dmarc_record(self.address));
            self.doubt(DMARC, advice, is_fixed_here.then_some(DnsRecord { name, value, purpose: "" }));
        }
        self.findings.in_order.extend(doubts.is_empty().then_some(DMARC));
        Ok(())
    }
}
