//! Real reports and complaints, each about an email of ours: returned/ has them with the correct reading (its LICENSE
//! is next to them).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::incoming::with_mailbox;
use crate::support::{Imap, PostOffice, Shop};

/// The correct reading of a report.
#[derive(Deserialize)]
struct Reading {
    is: String,
    or: Vec<String>,
    to: String,
    message_id: bool,
}

/// A shop that has sent an email to each of these addresses, `P-1` and up, with the key of each.
pub fn shop_that_wrote_to(addresses: &[&str], office: &PostOffice) -> (Shop, Vec<String>) {
    let shop = Shop::without_people();
    let card = |(n, address): (usize, &&str)| format!("P-{},Pat,Person{n},{address},yes\n", n + 1);
    let cards: String = addresses.iter().enumerate().map(card).collect();
    shop.write("c.csv", format!("ref,first_name,last_name,email,email_consent\n{cards}"));
    shop.run("import customers c.csv").quiet();
    let server =
        format!("\n[email]\nfrom = \"June <june@shop.example>\"\nserver = \"smtp://127.0.0.1:{}\"\n", office.port);
    shop.write("shop.toml", shop.read("shop.toml").split("\n[email]").next().unwrap().to_owned() + &server);
    let campaign = shop.read("campaigns/spring.toml").replace("\"letter\"", "\"email\"");
    let asked = "spend_12m >= 50 AND NOT has_tag('wholesale')";
    assert!(campaign.contains(asked));
    shop.write("campaigns/spring.toml", campaign.replace(asked, "has_email"));
    shop.run("plan spring");
    shop.run("send spring").quiet();
    let key = |n: usize| {
        shop.json(&format!("customer export P-{}", n + 1))["emails"][0]["message_key"]
            .as_str()
            .expect("sent")
            .to_owned()
    };
    let keys = (0..addresses.len()).map(key).collect();
    (shop, keys)
}

/// The result of `bounces` for one message about the email to `address`.
pub fn reading(shop: &Shop, file: &str, address: &str) -> String {
    let done = shop.json(&format!("bounces {file}"));
    let of_person = |what: &Value| {
        let person = &done["people"][0];
        assert_eq!(person["email"], address, "{file}: {what}");
    };
    let counts = [
        "bounced",
        "mailbox_full",
        "undelivered",
        "delayed",
        "complaints",
        "unsubscribed",
        "automatic",
        "left",
        "delivered",
        "replies",
        "ordinary",
    ];
    let counted: Vec<&str> = counts.into_iter().filter(|count| done[*count] == 1).collect();
    assert_eq!(counted.len(), 1, "{file}: {done:#}");
    match counted[0] {
        "complaints" => {
            of_person(&done);
            "complaint".to_owned()
        }
        "unsubscribed" => "unsubscribe".to_owned(),
        "left" => "left_to_owner".to_owned(),
        what @ ("bounced" | "mailbox_full" | "undelivered") => {
            of_person(&done);
            what.to_owned()
        }
        what => what.to_owned(),
    }
}

/// A shop that emailed the people of the sixty reports, and each report about its email: its name, its bytes, its
/// recipient.
fn sixty(office: &PostOffice) -> (Shop, Vec<(String, Vec<u8>, Reading)>) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/returned");
    let text = std::fs::read_to_string(folder.join("expected.json")).unwrap();
    let readings: BTreeMap<String, Reading> = serde_json::from_str(&text).unwrap();
    assert_eq!(readings.len(), 60);
    let addresses: Vec<&str> = readings.values().map(|reading| reading.to.as_str()).collect();
    let (shop, keys) = shop_that_wrote_to(&addresses, office);
    let mut all = Vec::new();
    for ((name, right), key) in readings.into_iter().zip(&keys) {
        let bytes = std::fs::read(folder.join(&name)).unwrap();
        let mark = b"MESSAGE-ID-OF-OURS";
        assert_eq!(bytes.windows(mark.len()).any(|part| part == mark), right.message_id, "{name}");
        all.push((name, replaced(&bytes, mark, format!("{key}@shop.example").as_bytes()), right));
    }
    (shop, all)
}

#[test]
fn sixty_real_reports_are_read_right_and_nobody_alive_is_struck_off() {
    let office = PostOffice::open();
    let (shop, all) = sixty(&office);
    let mut wrong = Vec::new();
    for (name, bytes, right) in &all {
        shop.write(name, bytes);
        let found = reading(&shop, name, &right.to);
        if found != right.is && !right.or.contains(&found) {
            wrong.push(format!("{name}: {found} instead of {} {:?}", right.is, right.or));
        }
    }
    assert!(wrong.is_empty(), "{} of 60:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_sixty_are_read_alike_over_imap_and_in_a_maildir() {
    let (office, imap) = (PostOffice::open(), Imap::open());
    let (shop, all) = sixty(&office);
    std::fs::create_dir_all(shop.file("mail/cur")).unwrap();
    for (name, bytes, _) in &all {
        shop.write(&format!("mail/new/{name}"), bytes);
        imap.deliver(bytes);
    }
    with_mailbox(&shop, &imap, "");
    let (maildir, mailbox) = (shop.json("bounces mail --dry-run"), shop.json("bounces --dry-run"));
    let why = |done: &Value| -> Vec<Value> {
        done["left_to_you"].as_array().unwrap().iter().map(|one| one["why"].clone()).collect()
    };
    assert_eq!((&mailbox["people"], why(&mailbox)), (&maildir["people"], why(&maildir)));
    for (count, n) in maildir.as_object().unwrap().iter().filter(|(_, n)| n.is_number()) {
        assert_eq!(&mailbox[count], n, "{count}");
    }
    let done = shop.json("bounces");
    assert_eq!((&done["people"], &done["messages"]), (&maildir["people"], &serde_json::json!(60)));
    // What was settled there is settled here, including messages without a Message-ID.
    let again = shop.json("bounces mail");
    assert_eq!((&again["people"], again["left"].clone()), (&serde_json::json!([]), done["left"].clone()));
}

fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while at < bytes.len() {
        if bytes[at..].starts_with(from) {
            out.extend_from_slice(to);
            at += from.len();
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    out
}

/// A standard report about an email, with these fields of the recipient's group.
pub fn report(to: &str, key: &str, fields: &str, text: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mx.example\nSubject: Undelivered Mail Returned to Sender\nMessage-ID: <r.{key}@mx.example>\n\
         MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=x\n\n--x\n\
         Content-Type: text/plain\n\n{text}\n\n--x\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n\
         {}\n\n--x\nContent-Type: text/rfc822-headers\n\nMessage-ID: <{key}@shop.example>\nTo: {to}\n\n--x--\n",
        fields.replace("TO", to)
    )
}

/// The fields, the text with them, and the correct readings.
const REPORTS: &[(&str, &str, &[&str])] = &[
    // It is not about the mailbox, whatever the status code.
    (
        "Final-Recipient: rfc822; TO\nAction: failed\nStatus: 5.2.1\nDiagnostic-Code: smtp; 550-5.2.1 The user you are trying to contact is receiving mail at a rate that prevents additional messages",
        "",
        &["undelivered"],
    ),
    (
        "Final-Recipient: rfc822; TO\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.7.1 IP address blacklisted by recipient",
        "",
        &["undelivered"],
    ),
    (
        "Final-Recipient: rfc822; TO\nAction: failed\nStatus: 5.1.0\nDiagnostic-Code: smtp; 5.1.0 - Unknown address error 550-'5.7.1 <x>... Access denied' (delivery attempts: 0)",
        "",
        &["undelivered"],
    ),
    (
        "Final-Recipient: rfc822; TO\nAction: failed\nStatus: 5.4.4\nDiagnostic-Code: X-Postfix; Name service error for name=home.example type=MX: Malformed or unexpected name server reply",
        "",
        &["undelivered"],
    ),
    (
        "Final-Recipient: rfc822; TO\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 554 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org",
        "",
        &["undelivered"],
    ),
    (
        "Final-Recipient: rfc822; TO\nAction: failed\nStatus: 5.1.8\nDiagnostic-Code: smtp; 553 5.1.8 Sender address rejected: Domain not found",
        "",
        &["undelivered"],
    ),
    (
        "Final-Recipient: rfc822; TO\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 451 4.7.1 Greylisting in action, please come back later",
        "",
        &["undelivered"],
    ),
    // There is no such mailbox, in other words.
    (
        "Final-Recipient: rfc822; TO\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 <x>: User unknown",
        "",
        &["bounced"],
    ),
    (
        "Final-Recipient: rfc822; TO\nAction: failed\nStatus: 5.1.351\nDiagnostic-Code: smtp; 550 5.1.351 Remote server returned unknown recipient or mailbox unavailable -> 550 User unknown",
        "",
        &["bounced"],
    ),
    (
        "Final-Recipient: rfc822; TO\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 user unknown",
        "",
        &["bounced"],
    ),
    (
        "Final-Recipient: rfc822; TO\nAction: failed\nStatus: 5.5.0\nDiagnostic-Code: smtp; 550 Requested action not imported: Empfänger TO unbekannt",
        "",
        &["bounced"],
    ),
    (
        "Final-Recipient: rfc822; TO\nAction: failed\nStatus: 5.7.1\nDiagnostic-Code: smtp; 550 5.7.1 Utilisateur inconnu",
        "",
        &["bounced"],
    ),
    (
        "Final-Recipient: rfc822; TO\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 554 delivery error: This user doesn't have a home.example account (TO)",
        "",
        &["bounced"],
    ),
    // An unknown word does not mean "delivered".
    ("Final-Recipient: rfc822; TO\nAction: expired\nStatus:", "", &["undelivered", "left_to_owner"]),
    ("Final-Recipient: rfc822; TO\nAction: failed (bounced)\nStatus: 5.1.1", "", &["bounced"]),
    ("Final-Recipient: rfc822; TO\nStatus: 5.1.1", "", &["bounced", "left_to_owner"]),
    ("Final-Recipient: rfc822; TO\nAction: delivered\nStatus: 2.0.0", "", &["delivered"]),
    ("Final-Recipient: rfc822; TO\nAction: relayed\nStatus: 2.0.0", "", &["delivered"]),
    ("Final-Recipient: rfc822; TO\nAction: expanded\nStatus: 2.0.0", "", &["delivered"]),
    ("Final-Recipient: rfc822; TO\nAction: zugestellt\nStatus:", "", &["left_to_owner"]),
    ("Final-Recipient: rfc822; TO\nAction: undeliverable\nStatus: 5.2.2", "", &["mailbox_full", "left_to_owner"]),
    // A dead mailbox behind a living address.
    (
        "Final-Recipient: rfc822; old@elsewhere.example\nAction: failed\nStatus: 5.1.1",
        "(expanded from <TO>)",
        &["undelivered"],
    ),
    (
        "Original-Recipient: rfc822; TO\nFinal-Recipient: rfc822; old@elsewhere.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 user unknown",
        "",
        &["undelivered"],
    ),
    (
        "Final-Recipient: rfc822; old@elsewhere.example\nAction: failed\nStatus: 5.2.2",
        "",
        &["mailbox_full", "undelivered"],
    ),
];

/// Complete messages, with KEY and TO in them, and the correct readings.
const MESSAGES: &[(&str, &[&str])] = &[
    (
        "From: staff@hotmail.com\nSubject: complaint about message from 192.0.2.10\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"j\"\n\n--j\nContent-Type: message/rfc822\n\nX-HmXmrOriginalRecipient: TO\nMessage-ID: <KEY@shop.example>\nFrom: helen@shop.example\nTo: TO\n\nx\n--j--\n",
        &["complaint"],
    ),
    (
        "From: staff@outlook.example\nSubject: Beschwerde\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"j\"\n\n--j\nContent-Type: message/rfc822\n\nX-HmXmrOriginalRecipient: TO\nMessage-ID: <KEY@shop.example>\n\nx\n--j--\n",
        &["complaint"],
    ),
    (
        "From: MAILER-DAEMON <>\nSubject: Mail delivery failed\nMessage-Id: <e0734@df.example>\n\nThere was an error delivering your mail to <TO>.\n550 5.1.1 <TO>: Recipient address rejected: User unknown.\n\nMessage-Id: <KEY@shop.example>\nTo: <TO>\n",
        &["bounced", "left_to_owner"],
    ),
    (
        "From: Mail Delivery Subsystem <mailer-daemon@googlemail.example>\nSubject: Delivery Status Notification (Failure)\nMessage-Id: <g1@google.example>\nAuto-Submitted: auto-replied\nIn-Reply-To: <KEY@shop.example>\nX-Failed-Recipients: TO\n\nthe group you tried to contact may not exist, or you may not have permission to post messages\n",
        &["undelivered", "left_to_owner"],
    ),
    (
        "From: Mail Delivery System <Mailer-Daemon@exim.example>\nX-Failed-Recipients: TO\nSubject: Mail delivery failed: returning message to sender\nMessage-Id: <E1@exim.example>\n\nThe following address(es) failed:\n\n  TO\n    retry timeout exceeded\n\n------ This is a copy of the message, including all the headers. ------\n\nMessage-Id: <KEY@shop.example>\n",
        &["undelivered", "left_to_owner"],
    ),
    (
        "From: Mailer Daemon <MAILER-DAEMON@smtpd.example>\nSubject: Delivery status notification: error\nMessage-Id: <s1@smtpd.example>\n\n    Hi!\n\n    This is the MAILER-DAEMON, please DO NOT REPLY to this email.\n\n    An error has occurred while attempting to deliver a message for\n    the following list of recipients:\n\nTO: 550 5.1.1 No such user here\n\n    Below is a copy of the original message:\n\nMessage-ID: <KEY@shop.example>\n",
        &["bounced", "left_to_owner"],
    ),
    (
        "From: MAILER-DAEMON@q.example\nReturn-Path: <>\nSubject: failure notice\nMessage-Id: <q1@q.example>\n\nHi. This is the qmail-send program.\n\n<TO>:\nThe user's mailbox is over quota.\n\n--- Below this line is a copy of the message.\n\nMessage-ID: <KEY@shop.example>\n",
        &["mailbox_full", "left_to_owner"],
    ),
    (
        "From: postmaster@unknown.example\nSubject: Nicht zugestellt\nMessage-Id: <n1@unknown.example>\n\nIhre Nachricht an TO kam nicht an.\n\nMessage-ID: <KEY@shop.example>\n",
        &["left_to_owner"],
    ),
    (
        "From: dmarc@receiver.example\nSubject: DMARC report\nMessage-Id: <d1@receiver.example>\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=feedback-report; boundary=\"j\"\n\n--j\nContent-Type: message/feedback-report\n\nFeedback-Type: auth-failure\nUser-Agent: x\nVersion: 1\n\n--j\nContent-Type: text/rfc822-headers\n\nMessage-ID: <KEY@shop.example>\n--j--\n",
        &["automatic", "left_to_owner"],
    ),
    (
        "From: fbl@receiver.example\nSubject: FW: A bottle\nMessage-Id: <f1@receiver.example>\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=feedback-report; boundary=\"j\"\n\n--j\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n\n--j\nContent-Type: message/rfc822\n\nMessage-ID: <KEY@shop.example>\n\nx\n--j--\n",
        &["complaint"],
    ),
    (
        "From: TO\nSubject: Automatic reply: A bottle\nMessage-Id: <a1@home.example>\nAuto-Submitted: auto-replied\nIn-Reply-To: <KEY@shop.example>\n\nI am away until Monday.\n",
        &["automatic"],
    ),
    (
        "From: postmaster@home.example\nSubject: Out of office\nMessage-Id: <a2@home.example>\nReturn-Path: <>\nAuto-Submitted: auto-replied\nIn-Reply-To: <KEY@shop.example>\n\nBack on Monday.\n",
        &["automatic"],
    ),
    (
        "From: TO\nSubject: Re: A bottle\nMessage-Id: <a3@home.example>\nIn-Reply-To: <KEY@shop.example>\n\nHow kind! Is it still delivered on Friday? My neighbour's mailbox is full of letters.\n\nOn Friday June wrote:\n> Unsubscribe: https://shop.example/u/x\n",
        &["replies"],
    ),
    // An unsubscribe request is recognized, whatever surrounds it.
    ("From: TO\nSubject: Re: unsubscribe KEY\nMessage-Id: <u1@home.example>\n\n", &["unsubscribe"]),
    (
        "From: other@else.example\nSubject: [EXTERNAL] unsubscribe KEY\nMessage-Id: <u2@home.example>\n\n",
        &["unsubscribe"],
    ),
    ("From: TO\nSubject: unsubscribe KEY.\nMessage-Id: <u3@home.example>\n\n", &["unsubscribe"]),
    ("From: TO\nSubject: [EXT] Re: unsubscribe KEY\nMessage-Id: <u4@home.example>\n\n", &["unsubscribe"]),
    ("From: TO\nSubject: ***UNCHECKED*** AW: Unsubscribe <KEY>\nMessage-Id: <u5@home.example>\n\n", &["unsubscribe"]),
    ("From: TO\nSubject: =?utf-8?Q?Re=3A_unsubscribe?= KEY\nMessage-Id: <u6@home.example>\n\n", &["unsubscribe"]),
    ("From: TO\nSubject: unsubscribe%20KEY\nMessage-Id: <u12@home.example>\n\n", &["unsubscribe"]),
    ("From: other@else.example\nSubject: unsubscribeKEY\nMessage-Id: <u13@home.example>\n\n", &["unsubscribe"]),
    ("From: other@else.example\nSubject: KEY\nMessage-Id: <u14@home.example>\n\n", &["left_to_owner"]),
    ("From: other@else.example\nSubject: Abmelden KEY\nMessage-Id: <u15@home.example>\n\n", &["left_to_owner"]),
    ("From: TO\nSubject: Stop!\nMessage-Id: <u16@home.example>\n\n", &["unsubscribe", "left_to_owner"]),
    (
        "From: TO\nSubject: Re: A bottle\nMessage-Id: <u17@home.example>\nIn-Reply-To: <KEY@shop.example>\n\nI will stop by.\n",
        &["replies"],
    ),
    (
        "From: TO\nSubject: 0123456789abcdef0123456789abcdef\nMessage-Id: <u18@home.example>\n\nYour order\n",
        &["ordinary"],
    ),
    // Forwarded messages that contain our email.
    (
        "From: june@shop.example\nSubject: Fwd: Undelivered\nMessage-Id: <w1@shop.example>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"j\"\n\n--j\nContent-Type: text/plain\n\nSee below.\n--j\nContent-Type: message/rfc822\n\nFrom: MAILER-DAEMON@home.example\nSubject: Undelivered\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"i\"\n\n--i\nContent-Type: message/delivery-status\n\nFinal-Recipient: rfc822; TO\nAction: failed\nStatus: 5.1.1\n\n--i\nContent-Type: message/rfc822\n\nMessage-ID: <KEY@shop.example>\n\nx\n--i--\n--j--\n",
        &["left_to_owner", "bounced"],
    ),
    (
        "From: somebody@else.example\nSubject: Look at this\nMessage-Id: <w2@else.example>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"j\"\n\n--j\nContent-Type: message/rfc822\n\nMessage-ID: <KEY@shop.example>\n\nx\n--j--\n",
        &["left_to_owner"],
    ),
    (
        "From: somebody@else.example\nSubject: Look at this\nMessage-Id: <w3@else.example>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"j\"\n\n--j\nContent-Type: message/rfc822\n\nMessage-ID: <0123456789abcdef0123456789abcdef@else.example>\n\nx\n--j--\n",
        &["ordinary"],
    ),
    ("From: TO\nSubject: Please unsubscribe me\nMessage-Id: <u7@home.example>\n\n", &["unsubscribe", "left_to_owner"]),
    (
        "From: TO\nSubject: Re: A bottle\nMessage-Id: <u8@home.example>\nIn-Reply-To: <KEY@shop.example>\n\nPlease take me off your list.\n",
        &["unsubscribe", "left_to_owner"],
    ),
    (
        "From: TO\nSubject: Hallo\nMessage-Id: <u9@home.example>\n\nBitte keine weiteren E-Mails mehr.\n",
        &["unsubscribe", "left_to_owner"],
    ),
    ("From: stranger@else.example\nSubject: Please unsubscribe me\nMessage-Id: <u10@home.example>\n\n", &["ordinary"]),
    (
        "From: stranger@else.example\nSubject: unsubscribe 0123456789abcdef0123456789abcdef\nMessage-Id: <u11@home.example>\n\n",
        &["left_to_owner"],
    ),
];

#[test]
fn what_came_back_is_judged_by_what_is_said() {
    let office = PostOffice::open();
    let names: Vec<String> = (0..REPORTS.len() + MESSAGES.len()).map(|n| format!("p{n}@home.example")).collect();
    let addresses: Vec<&str> = names.iter().map(String::as_str).collect();
    let (shop, keys) = shop_that_wrote_to(&addresses, &office);
    let of_report = |n: usize, (fields, text, right): &(&str, &str, &'static [&'static str])| {
        (report(&names[n], &keys[n], fields, &text.replace("TO", &names[n])), *right)
    };
    let of_message = |n: usize, (text, right): &(&str, &'static [&'static str])| {
        let n = n + REPORTS.len();
        (text.replace("KEY", &keys[n]).replace("TO", &names[n]), *right)
    };
    let reports = REPORTS.iter().enumerate().map(|(n, case)| of_report(n, case));
    let all: Vec<(String, &[&str])> =
        reports.chain(MESSAGES.iter().enumerate().map(|(n, case)| of_message(n, case))).collect();
    let mut wrong = Vec::new();
    for (n, (message, right)) in all.iter().enumerate() {
        let file = format!("{n}.eml");
        shop.write(&file, message);
        let found = reading(&shop, &file, &names[n]);
        if !right.contains(&found.as_str()) {
            wrong.push(format!("{found} instead of {right:?}:\n{message}"));
        }
        if found == "left_to_owner" && message.contains(&keys[n]) {
            let left = shop.json(&format!("bounces {file}"))["left_to_you"][0]["why"].to_string();
            assert!(left.contains(&format!("`P-{}`", n + 1)), "{left}: named\n{message}");
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), all.len(), wrong.join("\n────\n"));
}
