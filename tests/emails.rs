//! Emails as files: only to a recorded yes, the same bytes each time, and nobody's name becomes a header or markup.

use std::fs;

use crate::letters::{STRANGE, strange_shop};
use crate::support::{Shop, files_below, outside, tools};

/// A shop that writes emails.
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

/// Opens emails by other means than ours: subject, addresses, plain text, and the text of the HTML.
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
