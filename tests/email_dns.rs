//! DNS as receivers read it, queried by `email check` from this machine only: a receiver's problems, with the record to
//! publish; and a line if there is not a response.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{DnsServer, PostOffice, Run, Shop};

/// A shop that can send, with a key, and the records that DNS must have.
fn shop(office: &PostOffice) -> (Shop, String) {
    let shop = Shop::new();
    crate::sending::through(
        &shop,
        "june@tea.example",
        office,
        "dkim_key = \"dkim.pem\"\nreply_to = \"june@tea.example\"\nunsubscribe_url = \"https://tea.example/u\"",
    );
    let records = shop.json("email keys --kind ed25519")["records"].clone();
    (shop, records[0]["value"].as_str().unwrap().to_owned())
}

fn check(shop: &Shop, resolver: &str, line: &str) -> Run {
    let words = ["--today", "2024-03-01"].into_iter().chain(line.split(' ')).map(str::to_owned).collect::<Vec<_>>();
    Run::with(&shop.path(), &words, &[("REGULARS_RESOLVER", resolver)])
}

const SPF: &str = "tea.example TXT v=spf1 mx ~all";
const DMARC: &str = "_dmarc.tea.example TXT v=DMARC1; p=none";
const KEY: &str = "regulars._domainkey.tea.example TXT KEY";

/// The subject of a problem, a part of its message, and of the proposed record.
type Doubt = (&'static str, &'static str, &'static str);

/// The records in DNS, `KEY` being ours, and their problems.
const CASES: [(&[&str], &[Doubt]); 20] = [
    (&[SPF, DMARC, KEY], &[]),
    (&[DMARC, KEY], &[("SPF", "has no SPF record", "v=spf1 mx ~all")]),
    (&[SPF, "tea.example TXT v=spf1 a -all", DMARC, KEY], &[("SPF", "has 2 SPF records", "v=spf1 mx a ~all")]),
    (&["tea.example TXT v=spf1 mx +all", DMARC, KEY], &[("SPF", "lets anyone send", "v=spf1 mx ~all")]),
    (
        &["tea.example TXT v=spf1 include:a.example ~all", DMARC, KEY],
        &[("SPF", "includes `a.example`, which has no SPF record", "v=spf1 ~all")],
    ),
    (
        &[
            "tea.example TXT v=spf1 include:a.example include:b.example ~all",
            "a.example TXT v=spf1 a:1 a:2 a:3 a:4 a:5 ~all",
            "b.example TXT v=spf1 mx:1 mx:2 mx:3 mx:4 ~all",
            DMARC,
            KEY,
        ],
        &[("SPF", "needs 11 DNS lookups", "")],
    ),
    (
        &["tea.example TXT v=spf1 mx ip:192.0.2.1 ~all", DMARC, KEY],
        &[("SPF", "`ip:192.0.2.1` in the SPF record", "mx ~all")],
    ),
    (&["tea.example TXT v=spf1 include:tea.example ~all", DMARC, KEY], &[("SPF", "DNS lookups", "")]),
    (&["tea.example TXT v=spf1 redirect=TEA.example", DMARC, KEY], &[("SPF", "DNS lookups", "")]),
    (&["tea.example TXT v=spf1 -all", DMARC, KEY], &[("SPF", "does not let your mail server", "")]),
    (&[SPF, KEY], &[("DMARC", "has no DMARC record", "v=DMARC1; p=none; rua=mailto:june@tea.example")]),
    (&[SPF, DMARC, DMARC, KEY], &[("DMARC", "has 2 DMARC records", "v=DMARC1; p=none")]),
    (&[SPF, "_dmarc.tea.example TXT v=DMARC1; p=yes", KEY], &[("DMARC", "has no valid policy", "v=DMARC1; p=none")]),
    (&[SPF, DMARC], &[("DKIM", "has no DKIM record", "v=DKIM1; k=ed25519; p=")]),
    (
        &[SPF, DMARC, "regulars._domainkey.tea.example TXT v=DKIM1; k=ed25519; p=AAAA"],
        &[("DKIM", "DNS has a different key at", "v=DKIM1; k=ed25519; p=")],
    ),
    (
        &[SPF, DMARC, "regulars._domainkey.tea.example TXT v=DKIM1; p="],
        &[("DKIM", "was revoked", "v=DKIM1; k=ed25519; p=")],
    ),
    (
        &[SPF, DMARC, "regulars._domainkey.tea.example TXT t=y; KEY"],
        &[("DKIM", "in test mode (`t=y`)", "v=DKIM1; k=ed25519")],
    ),
    (&[SPF, DMARC, KEY, KEY], &[("DKIM", "has 2 records", "v=DKIM1; k=ed25519; p=")]),
    (
        &["_dmarc.tea.example TXT v=DMARC1; p=reject"],
        &[
            ("SPF", "has no SPF record", "v=spf1 mx ~all"),
            ("DKIM", "has no DKIM record", "v=DKIM1"),
            ("DMARC", "asks receivers to turn away (`p=reject`)", ""),
        ],
    ),
    (&["_dmarc.example TXT v=DMARC1; p=none", SPF, KEY], &[("DMARC", "has no DMARC record", "v=DMARC1")]),
];

#[test]
fn what_a_receiver_would_doubt_is_said_with_the_record_to_publish() {
    let office = PostOffice::open();
    let (shop, key) = shop(&office);
    for (records, doubts) in CASES {
        let records: Vec<String> = records
            .iter()
            .map(|record| match record.split_once("TXT t=y; ") {
                Some((name, _)) => format!("{name}TXT {}", key.replace("v=DKIM1;", "v=DKIM1; t=y;")),
                None => record.replace("KEY", &key),
            })
            .collect();
        let dns = DnsServer::with(&records);
        let answer = check(&shop, &dns.address, "--json email check").quiet().json();
        assert_eq!(
            (&answer["missing"], &answer["dns"]["not_asked"]),
            (&json!([]), &Value::Null),
            "{records:?}: {answer}"
        );
        let found = answer["dns"]["doubts"].as_array().unwrap();
        assert_eq!(found.len(), doubts.len(), "{records:?}: {answer}");
        let text = check(&shop, &dns.address, "email check").quiet().out();
        let first = if doubts.is_empty() { "Nothing is missing.\n" } else { "Emails can be sent. Worth a look:\n" };
        assert!(text.starts_with(first), "{records:?}: {text}");
        for (found, (about, message, record)) in found.iter().zip(doubts.iter()) {
            assert_eq!(found["about"], *about, "{answer}");
            assert!(found["message"].as_str().unwrap().contains(message), "{message}: {found}");
            let value = found["record"]["value"].as_str().unwrap_or_default();
            assert!(value.contains(record) && value.is_empty() == record.is_empty(), "{record}: {found}");
            assert!(text.contains(found["message"].as_str().unwrap()) && text.contains(value), "{text}");
        }
        let in_order = answer["dns"]["in_order"].as_array().unwrap();
        let is_doubted = |about: &Value| doubts.iter().any(|(known, ..)| about == known);
        assert!(in_order.iter().all(|about| !is_doubted(about)), "{answer}");
        let all = text.contains("In the DNS of tea.example, SPF, DKIM and DMARC are OK.");
        assert_eq!(all, doubts.is_empty(), "{text}");
    }
}

#[test]
fn a_server_that_may_not_send_is_named_where_that_can_be_told() {
    let office = PostOffice::open();
    let (shop, key) = shop(&office);
    let settings = shop.read("shop.toml").replace(&format!("127.0.0.1:{}", office.port), "mail.tea.example");
    shop.write("shop.toml", settings.replace("smtp://", "smtps://june@"));
    shop.write("secret", "tea");
    shop.edit("shop.toml", "reply_to", "password_file = \"secret\"\ntimeout = 1\nreply_to");
    for (spf, is_doubted) in [
        ("v=spf1 a:mail.tea.example -all", false),
        ("v=spf1 ip4:192.0.2.0/24 -all", false),
        ("v=spf1 mx -all", true),
        ("v=spf1 ip4:198.51.100.0/24 ~all", true),
        ("v=spf1 include:provider.example -all", false),
        ("v=spf1 mx ?all", false),
    ] {
        let records = [
            format!("tea.example TXT {spf}"),
            "tea.example MX in.tea.example".to_owned(),
            "in.tea.example A 198.51.100.1".to_owned(),
            "mail.tea.example A 192.0.2.7".to_owned(),
            "provider.example TXT v=spf1 ip4:203.0.113.0/24 -all".to_owned(),
            DMARC.to_owned(),
            KEY.replace("KEY", &key),
        ];
        let dns = DnsServer::with(&records);
        // The mail server cannot be reached: no email can be sent, whatever is in DNS.
        let answer = check(&shop, &dns.address, "--json email check").status(1).json();
        let doubts = &answer["dns"]["doubts"];
        let is_named = doubts.to_string().contains("does not let your mail server `mail.tea.example` send");
        assert_eq!(
            (is_named, doubts.as_array().unwrap().len()),
            (is_doubted, usize::from(is_doubted)),
            "{spf}: {answer}"
        );
        if is_doubted {
            let better = spf.replace(" -all", " a:mail.tea.example -all").replace(" ~all", " a:mail.tea.example ~all");
            assert_eq!(doubts[0]["record"], json!({ "name": "tea.example", "value": better }));
        }
    }
}

#[test]
fn where_nobody_answers_a_line_says_so_and_nothing_else_changes() {
    let office = PostOffice::open();
    let (shop, key) = shop(&office);
    let usual = [SPF, DMARC].map(str::to_owned).into_iter().chain([KEY.replace("KEY", &key)]).collect::<Vec<_>>();
    let (silent, failing) = (DnsServer::silent(), DnsServer::with(&["SERVFAIL".to_owned()]));
    let midway = DnsServer::with(&[usual.clone(), vec!["_dmarc.tea.example SERVFAIL".to_owned()]].concat());
    for (resolver, line, says) in [
        (silent.address.as_str(), "email check", "DNS was not queried: the resolver"),
        (&failing.address, "email check", "cannot say (ServerFailure), asked for tea.example."),
        ("none", "email check", "DNS was not queried: REGULARS_RESOLVER is `none`."),
        ("somewhere", "email check", "DNS was not queried: REGULARS_RESOLVER is not an address"),
        ("127.0.0.1:9", "email check --offline", "DNS was not queried: `--offline`."),
        (&midway.address, "email check", "DNS was not queried completely: the resolver"),
    ] {
        let began = Instant::now();
        let text = check(&shop, resolver, line).quiet().out();
        assert!(text.contains(says) && text.starts_with("Nothing is missing"), "{resolver} {line}: {text}");
        assert!(began.elapsed() < Duration::from_secs(20), "{resolver}");
    }
    // A long response comes over TCP.
    let long =
        [usual, (0..30).map(|n| format!("tea.example TXT verification-{n}={}", "x".repeat(60))).collect()].concat();
    let dns = DnsServer::with(&long);
    check(&shop, &dns.address, "email check").shows("SPF, DKIM and DMARC are OK").quiet();
    assert!(dns.asked_over_tcp());
}

/// "Emails can be sent." is never shown with something that prevents it.
#[test]
fn what_keeps_emails_in_is_an_exit_of_1() {
    let office = PostOffice::open();
    for (old, new, says) in [
        ("reply_to", "daily_cap = 0\nreply_to", "`daily_cap` (needed): no email may be sent on any day"),
        ("smtp://", "smtp://june@", "the password of `june` on 127.0.0.1 is not known"),
        ("june@tea.example>", "jörg@tea.example>", "this address needs SMTPUTF8, which the mail server does not"),
        ("june@tea.example>", "mail-450@tea.example>", "temporarily rejects emails from this sender: 450"),
        ("june@tea.example>", "mail-drop@tea.example>", "temporarily rejects emails from this sender"),
        ("june@tea.example>", "mail-550@tea.example>", "rejects emails from this sender: 550"),
        ("\"dkim.pem\"", "\"no.pem\"", "`dkim_key` (needed): there is no key `no.pem`"),
    ] {
        let (shop, _) = shop(&office);
        shop.edit("shop.toml", old, new);
        shop.run("email check").status(1).shows(says).shows("No email can be sent yet.").quiet();
    }
    let (shop, _) = shop(&office);
    shop.edit("shop.toml", "smtp://", "smtp://june@");
    shop.run("email check --offline").status(1).shows("the password of `june` on 127.0.0.1 is not known").quiet();
}
