//! Emails as files: only with recorded consent, the same bytes each time, and no name becomes a header or markup.

use std::fs;

use crate::letters::{STRANGE, strange_shop};
use crate::sending::unplanned;
use crate::support::{House, PostOffice, Shop, dump, files_below, outside, tools};

/// A shop that sends emails.
fn by_email(shop: Shop) -> Shop {
    shop.edit("campaigns/spring.toml", "\"letter\"", "\"email\"");
    shop.write("shop.toml", shop.read("shop.toml") + "\n[email]\nfrom = \"June Hartley <june@example.com>\"\n");
    shop
}

#[test]
fn emails_go_only_to_a_recorded_yes() {
    let shop = by_email(Shop::new());
    shop.run("plan spring").shows("Planned 4 emails").shows("no consent to email").shows("no email address");
    shop.run("send spring --to-folder out/mail").stdout("Wrote 4 emails to `out/mail`; nothing was sent.\n");
    let mails = files_below(&shop.file("out/mail"));
    let mut to: Vec<String> = mails
        .values()
        .map(|bytes| {
            let text = String::from_utf8(bytes.clone()).unwrap();
            text.lines()
                .find(|line| line.starts_with("To: "))
                .expect("To")
                .split('<')
                .nth(1)
                .unwrap()
                .trim_end_matches('>')
                .to_owned()
        })
        .collect();
    to.sort();
    assert_eq!(to, ["james.lee@example.com", "robert.smith@example.com", "rosa@example.com", "wei@example.com"]);
    let once: Vec<_> = mails.into_iter().collect();
    shop.run("send spring --to-folder out/again --today 2024-03-09").quiet();
    assert!(once == files_below(&shop.file("out/again")).into_iter().collect::<Vec<_>>(), "the same plan, other bytes");
}

#[test]
fn strange_names_stay_text_in_emails() {
    let shop = by_email(strange_shop());
    shop.run("plan spring").shows("Planned 14 emails");
    shop.run("send spring --to-folder out/mail").shows("Wrote 14 emails");
    for (path, bytes) in files_below(&shop.file("out/mail")) {
        let text = String::from_utf8(bytes).unwrap();
        let headers: Vec<&str> =
            text.split("\r\n\r\n").next().unwrap().lines().filter(|l| !l.starts_with([' ', '\t'])).collect();
        let names: Vec<&str> = headers.iter().map(|line| line.split(':').next().unwrap()).collect();
        let known = ["From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "List-Unsubscribe"];
        assert!(names.iter().all(|name| known.contains(name)), "{path}: {names:?}");
        let page = text.split("Content-Type: text/html").nth(1).unwrap();
        assert!(!page.contains("<b>"), "{path}: markup of a customer");
    }
    if !tools("emails opened with Python's email module") {
        return;
    }
    fs::write(shop.file("open.py"), OPEN).unwrap();
    let opened: serde_json::Value = serde_json::from_str(&outside(&shop.path(), "python3 open.py out/mail")).unwrap();
    let opened = opened.as_array().unwrap();
    assert_eq!(opened.len(), STRANGE.len());
    for (mail, text) in opened.iter().zip(STRANGE) {
        assert_eq!(mail["subject"], format!("For {text}"));
        assert_eq!(mail["defects"], 0, "{mail}");
        for (part, what) in [("text", "Name"), ("html", "Name"), ("text", "Item"), ("html", "Item")] {
            let expected = format!("{what} from here {text} to there.");
            let body = mail[part].as_str().unwrap();
            let body = if part == "text" { body.replace('*', "") } else { body.to_owned() };
            let expected = if part == "text" { expected.replace('*', "") } else { expected };
            assert!(body.contains(&expected), "{part}: {expected}\nis not in\n{body}");
        }
    }
}

/// Names in any script, and names that would be header syntax if not escaped.
const NAMES: [&str; 8] = [
    "=?utf-8?q?You_won?=",
    "\u{5c71}\u{7530} \u{82b1}\u{5b50}",
    "\u{644}\u{64a}\u{644}\u{649} \u{62d}\u{62f}\u{627}\u{62f}",
    "Ada \u{1f381}\u{1f469}\u{200d}\u{1f467} =?x?= Lund",
    "Zoë =?utf-8?b?SGk=?= Å",
    "\"Kim\" <kim@example.com>, all@example.com",
    "Émile,;:()<>@[]\\ d'Aubigné",
    "O'Brien",
];

/// A shop whose letter has a letterhead, a picture and a code; with customers of these names.
fn shop_with_pictures() -> Shop {
    let shop = Shop::without_people();
    let mut people = csv::Writer::from_writer(Vec::new());
    people.write_record(["ref", "full_name", "street", "city", "zip", "email", "email_consent"]).unwrap();
    let mut sales = "ref,date,amount\n".to_owned();
    for (n, name) in NAMES.iter().enumerate() {
        let (reference, zip, email) = (format!("N-{n:02}"), format!("{:05}", 10000 + n), format!("n{n}@example.com"));
        people.write_record([&reference, *name, "1 Elm St", "Salem", &zip, &email, "yes"]).unwrap();
        sales += &format!("{reference},2024-02-02,75.00\n");
    }
    shop.write("people.csv", people.into_inner().unwrap());
    shop.write("sales.csv", sales);
    let samples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("letter-templates");
    for picture in ["letterhead.png", "signature.png"] {
        fs::copy(samples.join(picture), shop.file(&format!("letter-templates/{picture}"))).unwrap();
    }
    let letter = "+++\nsubject = \"For {{ customer.full_name }}\"\nlogo = \"letterhead.png\"\nsigner = \"June Hartley\"\n\
                  signature = \"signature.png\"\n+++\n\n{{ greeting }}\n\n# Tea\n\n- **one**\n- two\n\n\
                  {{ image(file=\"signature.png\", width=\"40mm\") }}\n\n{{ qr() }}\n\n{{ barcode() }}\n";
    shop.write("letter-templates/spring.md", letter);
    shop.run("import customers people.csv").shows("8 new");
    shop.run("import purchases sales.csv").shows("8 new");
    by_email(shop)
}

#[test]
fn a_message_has_its_pictures_and_its_letter_in_it() {
    let shop = shop_with_pictures();
    shop.run("plan spring").shows("Planned 8 emails");
    shop.run("send spring --to-folder out/mail").shows("Wrote 8 emails");
    let shown =
        "The email to O'Brien is in out/spring/previews/N-07.eml; to view it, open out/spring/previews/N-07.html.\n";
    shop.run("preview spring N-07").stdout(shown);
    let preview = fs::read(shop.file("out/spring/previews/N-07.eml")).unwrap();
    let sent = files_below(&shop.file("out/mail"));
    assert!(sent.values().any(|mail| *mail == preview), "the preview is another message than what is sent");
    let page = shop.read("out/spring/previews/N-07.html");
    assert_eq!(page.matches("src=\"data:image/png;base64,").count(), 4, "letterhead, picture, code, signature");
    assert!(!page.contains("cid:"), "a page of its own asks for parts of a message");
    if !tools("the parts of emails read with Python's email module, their codes with zbarimg") {
        return;
    }
    fs::write(shop.file("parts.py"), PARTS).unwrap();
    let read = |folder: &str| -> serde_json::Value {
        serde_json::from_str(&outside(&shop.path(), &format!("python3 parts.py {folder}"))).unwrap()
    };
    let sent = read("out/mail");
    for (n, name) in NAMES.iter().enumerate() {
        let mail = &sent[&format!("n{n}@example.com")];
        assert_eq!(mail["to"], *name);
        assert_eq!(mail["subject"], format!("For {name}"));
        assert_eq!(mail["tree"], TREE);
        assert_eq!(mail["unsubscribe"].as_str().unwrap().split('?').next(), Some("<mailto:june@example.com"));
        let code = shop.code("spring", &format!("N-{n:02}"));
        for part in ["text", "html"] {
            let text = mail[part].as_str().unwrap();
            for said in
                [code.as_str(), "14 Mill Street", "Salem, OR 97301", "June Hartley", "write to june@example.com"]
            {
                assert!(text.contains(said), "{part}: no `{said}` in\n{text}");
            }
        }
        assert_eq!(mail["alt"].as_array().unwrap().last().unwrap(), "");
        assert!(mail["alt"].as_array().unwrap().iter().any(|alt| *alt == code), "the code's picture says no code");
        assert_eq!(outside(&shop.path(), &format!("zbarimg --quiet --raw n{n}@example.com.png")).trim(), code);
    }
    shop.edit("shop.toml", "[email]", "[email]\nattach_letter = true");
    shop.run("preview spring N-07").shows("N-07.eml");
    assert_eq!(read("out/spring/previews")["n7@example.com"]["tree"], format!("mixed({TREE} application/pdf)"));
    shop.run("preview spring N-01").status(1).says("letter to 山田 花子 (`N-01`): no font has");
}

/// The parts of a message: text, page, and the pictures of the page.
const TREE: &str = "alternative(text/plain related(text/html image/png image/png image/png))";

/// A key of either kind is made once, is not in the database, and dkimpy verifies its signatures.
#[test]
fn what_a_key_signs_is_found_right_by_others() {
    let shop = by_email(Shop::new());
    shop.edit("shop.toml", "[email]", "[email]\nreply_to = \"hello@example.com\"\ndkim_key = \"dkim.pem\"");
    shop.edit("shop.toml", "[email]", "[email]\nunsubscribe_url = \"https://shop.example/u\"");
    shop.run("plan spring").says_only(&["there is no key `dkim.pem` in the shop folder"]);
    shop.run("send spring --to-folder out/mail").status(1).says("there is no key `dkim.pem` in the shop folder");
    fs::write(shop.file("verify.py"), VERIFY).unwrap();
    for kind in ["rsa", "ed25519"] {
        let made = shop.json(&format!("email keys --kind {kind} --replace"));
        let key = shop.read("dkim.pem");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(shop.file("dkim.pem")).unwrap().permissions().mode() & 0o777, 0o600);
        }
        let again = shop.json("email keys");
        assert_eq!((&made["made"], &again["made"]), (&true.into(), &false.into()));
        assert_eq!(made["records"], again["records"]);
        assert_eq!(shop.read("dkim.pem"), key, "a key was overwritten that nobody asked to replace");
        assert_eq!(made["records"][0]["name"], "regulars._domainkey.example.com");
        for folder in ["out/mail", "out/again"] {
            shop.run(&format!("send spring --to-folder {folder}")).shows("Wrote 4 emails");
        }
        assert_eq!(
            files_below(&shop.file("out/mail")),
            files_below(&shop.file("out/again")),
            "signed with other bytes"
        );
        let secret = key.lines().nth(1).unwrap();
        let kept = dump(&shop.file("regulars.db"));
        assert!(!kept.contains(secret), "the key is in the database");
        if tools("signatures checked with dkimpy") {
            shop.write("records.json", made["records"].to_string());
            assert_eq!(outside(&shop.path(), "python3 verify.py out/mail").trim(), format!("4 {kind}-sha256"));
        }
    }
    shop.write("dkim.pem", "not a key");
    let mut run = shop.run("email keys");
    assert_eq!(run.ended(), 1);
    run.says("dkim.pem: it holds no RSA or Ed25519 key");
    assert_eq!(shop.read("dkim.pem"), "not a key");
}

#[test]
fn what_is_missing_is_told_with_what_to_do() {
    let keys = |shop: &Shop, status: i32| -> Vec<(String, bool)> {
        let missing = shop.run("--json email check").status(status).json();
        let list = missing["missing"].as_array().unwrap().clone();
        list.iter().map(|one| (one["key"].as_str().unwrap().to_owned(), one["stops"].as_bool().unwrap())).collect()
    };
    let of = |list: &[(&str, bool)]| list.iter().map(|(key, stops)| ((*key).to_owned(), *stops)).collect::<Vec<_>>();
    let shop = Shop::new();
    assert_eq!(keys(&shop, 1), of(&[("from", true)]));
    let shop = by_email(shop);
    let usual = [("reply_to", false), ("server", true), ("dkim_key", false), ("unsubscribe_url", false)];
    assert_eq!(keys(&shop, 1), of(&usual));
    shop.run("email check")
        .status(1)
        .shows("`dkim_key`: emails are not signed")
        .shows("`regulars email keys` makes a key");
    shop.edit("shop.toml", "[email]", "[email]\ndkim_key = \"dkim.pem\"\nreply_to = \"nobody\"");
    shop.edit("shop.toml", "address  = [\"14 Mill Street\", \"Salem, OR 97301\"]", "address = [\"\"]");
    let expected =
        [("address", true), ("reply_to", true), ("server", true), ("dkim_key", true), ("unsubscribe_url", false)];
    assert_eq!(keys(&shop, 1), of(&expected));
    shop.run("plan spring").says("no email of `spring` can be sent yet: every email must show");
    shop.run("send spring --to-folder out/mail").status(1).says("emails need the shop's postal address");
}

/// If a campaign's emails cannot be sent, `check` reports it, and `plan` if none can be made.
#[test]
fn email_that_cannot_go_is_said_beforehand() {
    let reminder = "\n[[reminder]]\nafter = \"30 days\"\ntemplate = \"spring.md\"\nchannel = \"email\"\n";
    let sender = "\n[email]\nfrom = \"June <june@example.com>\"\n";
    let server = format!("{sender}server = \"smtps://june@mail.example.com\"\n");
    let (no_sender, no_server) = ("the sender of the emails is missing (`from`)", "there is no mail server");
    for (channel, more, email, by_check, by_plan) in [
        ("email", "", "", no_sender, no_sender),
        ("letter-else-email", "", "", no_sender, no_sender),
        ("email-else-letter", "", "", no_sender, no_sender),
        ("letter", reminder, "", no_sender, no_sender),
        ("letter", "", "", "", ""),
        ("email", "", sender, no_server, ""),
        ("letter", reminder, sender, no_server, ""),
        ("email", "", &server, "", ""),
        ("letter", "", &server, "", ""),
    ] {
        let shop = Shop::new();
        shop.edit("campaigns/spring.toml", "\"letter\"", &format!("\"{channel}\""));
        shop.write("campaigns/spring.toml", shop.read("campaigns/spring.toml") + more);
        shop.write("shop.toml", shop.read("shop.toml") + email);
        for (line, expected) in [("check", by_check), ("plan spring --dry-run", by_plan)] {
            let warnings = shop.json(line)["warnings"].to_string();
            let has = warnings.contains("no email of `spring` can be sent yet");
            assert_eq!((has, warnings.contains(expected)), (!expected.is_empty(), true), "{line} {channel} {warnings}");
        }
    }
}

#[test]
fn the_mail_server_is_asked_what_it_offers_and_gets_no_email() {
    let check = |house: House, more: &str| {
        let office = PostOffice::with(house);
        let shop = unplanned(&["ana"], &office, more);
        shop.write("secret", "tea\n");
        shop.run("plan spring").quiet();
        (office, shop)
    };
    let (office, shop) = check(House::default(), "");
    shop.run("email check").shows("answers, without sign-in, not encrypted").shows("offers PIPELINING and 8BITMIME");
    let offer = shop.json("email check")["server"].clone();
    assert_eq!(
        (&offer["pipelining"], &offer["8bitmime"], &offer["smtputf8"]),
        (&true.into(), &true.into(), &false.into())
    );
    assert_eq!(shop.json("email check --offline")["server"], serde_json::Value::Null);
    let text = shop.read("shop.toml");
    shop.edit("shop.toml", "smtp://", "smtp+starttls://");
    shop.run("email check").status(1).shows("No email can be sent yet").shows("does not encrypt (no STARTTLS)");
    shop.write("shop.toml", text.replace("smtp://", "smtps://"));
    shop.run("email check").status(1).shows("the mail server cannot be reached");
    shop.write("shop.toml", text.replace("june@", "mail-550@"));
    shop.run("email check").status(1).shows("`from` (needed): the mail server rejects emails from this sender: 550");
    assert!(office.taken().is_empty());

    let (_office, shop) = check(House { strict: true, size: Some(8000), ..House::default() }, "");
    shop.run("email check").shows("`server`: the mail server accepts one command at a time").shows("emails up to 8 kB");
    shop.edit(
        "letter-templates/spring.md",
        "{{ greeting }}",
        &format!("{{{{ greeting }}}}\n\n{}", "tea ".repeat(3000)),
    );
    shop.run("plan spring --again").quiet();
    shop.run("email check")
        .status(1)
        .shows("`server` (needed): the mail server accepts emails up to 8 kB; those of `spring`");

    let (_office, shop) = check(House { locked: true, ..House::default() }, "password_file = \"secret\"");
    shop.run("email check").shows("accepts the sign-in of june").shows("AUTH PLAIN LOGIN");
    shop.write("secret", "coffee\n");
    let mut run = shop.run("email check").status(1).shows("rejects the sign-in: 535 5.7.8 not you");
    assert!(!run.talk().contains("coffee") && !run.out().contains("coffee"));
    shop.edit("shop.toml", "june@127", "127");
    shop.run("email check").status(1).shows("rejects emails from this sender: 530");
    let (_office, shop) =
        check(House { locked: true, login_only: true, ..House::default() }, "password_file = \"secret\"");
    shop.run("email check").shows("accepts the sign-in of june");
    shop.run("send spring").stdout("Sent 1 email.\n").quiet();

    // A server may require signing in only with the first recipient.
    for (reply, status) in [
        ("554 5.7.1 <june@example.com>: Relay access denied", 1),
        ("550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain", 1),
        ("530 5.7.0 Must issue a STARTTLS command first", 1),
        ("550 authentication required", 1),
        ("550 5.1.1 no such user", 0),
        ("550 5.7.133 sender not authenticated for group", 0),
        ("450 4.2.0 greylisted", 0),
    ] {
        let (office, shop) = check(House { turns_away: Some(reply), ..House::default() }, "");
        let run = shop.run("email check").status(status);
        assert_eq!(run.out().contains("Emails can be sent."), status == 0, "{reply}");
        assert_eq!(run.out().contains(reply), status == 1, "{reply}: {}", run.out());
        assert!(office.taken().is_empty());
    }
}

/// Verifies every signature, and that no change of a signed field goes unnoticed.
const VERIFY: &str = r#"
import dkim, json, pathlib, re, sys

records = {record["name"] + ".": record["value"] for record in json.load(open("records.json"))}

def right(message):
    return dkim.verify(message, dnsfunc=lambda name, timeout=5: records[name.decode()].encode())

kinds, messages = set(), sorted(pathlib.Path(sys.argv[1]).glob("*.eml"))
for path in messages:
    message = path.read_bytes()
    assert right(message), f"{path}: the signature is wrong"
    assert message.count(b"DKIM-Signature:") == 1
    kinds.add(re.search(rb"a=([a-z0-9-]+);", message)[1].decode())
    signature, rest = message.split(b"From:", 1)
    rest = b"From:" + rest
    for field in [b"From", b"To", b"Subject", b"Date", b"Message-ID", b"Reply-To", b"MIME-Version", b"List-Unsubscribe", b"List-Unsubscribe-Post"]:
        assert re.search(rb"(?m)^" + field + rb": ", rest), f"{path}: no {field}"
        assert not right(signature + re.sub(rb"(?m)^" + field + rb": ", field + b": x", rest, count=1)), f"{path}: {field} is not signed"
    assert not right(message.replace(b"Dear", b"Near", 1)), f"{path}: the text is not signed"
print(len(messages), *kinds)
"#;

/// Takes emails apart: every message has the parts that its page refers to, and only lines that mail allows.
const PARTS: &str = r#"
import email, email.policy, html.parser, json, pathlib, re, sys

class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.text, self.sources, self.alt = "", [], []
    def handle_data(self, data):
        self.text += data
    def handle_starttag(self, tag, attributes):
        if tag == "img":
            self.sources.append(dict(attributes)["src"])
            self.alt.append(dict(attributes)["alt"])

def tree(part):
    if part.is_multipart():
        return f"{part.get_content_subtype()}({' '.join(tree(inner) for inner in part.iter_parts())})"
    return part.get_content_type()

def opened(raw):
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n|\0", raw)
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    for part in mail.walk():
        assert not part.defects, part.defects
    page = Page()
    page.feed(mail.get_body(("html",)).get_content())
    pictures = {f"cid:{part['content-id'][1:-1]}": part for part in mail.walk() if part["content-id"]}
    assert set(page.sources) == set(pictures), (page.sources, list(pictures))
    to, = mail["to"].addresses
    code, = [pictures[source] for source, alt in zip(page.sources, page.alt) if re.fullmatch("....-....", alt)]
    pathlib.Path(f"{to.addr_spec}.png").write_bytes(code.get_content())
    letters = [part.get_content() for part in mail.iter_attachments()]
    assert all(letter.startswith(b"%PDF-") for letter in letters)
    return to.addr_spec, {
        "to": to.display_name, "subject": mail["subject"], "tree": tree(mail), "unsubscribe": mail["list-unsubscribe"],
        "text": mail.get_body(("plain",)).get_content(), "html": page.text, "alt": page.alt,
    }

print(json.dumps(dict(opened(path.read_bytes()) for path in sorted(pathlib.Path(sys.argv[1]).glob("*.eml")))))
"#;

/// Opens emails with other software: subject, addresses, plain text, and the text of the HTML.
const OPEN: &str = r#"
import email, email.policy, html.parser, json, pathlib, sys

class Text(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.text = ""
    def handle_data(self, data):
        self.text += data

def opened(path):
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    page = Text()
    page.feed(mail.get_body(("html",)).get_content())
    plain = mail.get_body(("plain",)).get_content()
    assert len(mail["to"].addresses) == 1, mail["to"]
    flat = lambda text: " ".join(text.split())
    return {"subject": mail["subject"], "text": flat(plain), "html": flat(page.text), "defects": len(mail.defects)}

print(json.dumps([opened(path) for path in sorted(pathlib.Path(sys.argv[1]).glob("*.eml"))]))
"#;
