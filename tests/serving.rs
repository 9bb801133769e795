//! The pages: the headers of every response, one-click unsubscribe, and an orderly shutdown.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::{Page, Server, Shop, dump, files_below};

/// A shop whose campaign `spring` is planned as emails with an unsubscribe link; and those links' tokens, by address.
fn by_email() -> (Shop, Vec<(String, String)>) {
    let shop = Shop::without_people();
    shop.write(
        "c.csv",
        "Customer ID,First Name,Last Name,Street,City,State,Zip,Country,Email,Email Consent\n\
         P-1,Ana,Ash,1 Long Rd,Salem,OR,97301,US,ana@home.example,yes\n\
         P-2,Ben,Birch,2 Long Rd,Salem,OR,97301,US,Both@Home.example,yes\n\
         P-3,Cleo,Birch,2 Long Rd,Salem,OR,97301,US,both@home.example,yes\n",
    );
    shop.write("p.csv", "Customer ID,Date,Item,Amount\nP-1,2024-01-05,a hat,90\nP-2,2024-01-06,a hat,80\n");
    shop.run("import customers c.csv").quiet();
    shop.run("import purchases p.csv").quiet();
    shop.edit("campaigns/spring.toml", "\"letter\"", "\"email\"");
    let text = shop.read("shop.toml");
    let url = "unsubscribe_url = \"https://shop.example/u/\"";
    shop.write("shop.toml", format!("{text}\n[email]\nfrom = \"June <june@example.com>\"\n{url}\n"));
    shop.run("plan spring").quiet();
    shop.run("send spring --to-folder out/mail").quiet();
    let mails = files_below(&shop.file("out/mail"));
    let tokens = mails.into_values().map(|bytes| {
        let mail = String::from_utf8(bytes).unwrap();
        let head = mail.split("\r\n\r\n").next().unwrap().replace("\r\n ", " ");
        let field =
            |name: &str| head.lines().find_map(|line| line.strip_prefix(&format!("{name}: "))).unwrap().to_owned();
        assert_eq!(field("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
        let ways = field("List-Unsubscribe");
        let (link, by_mail) = ways.split_once(", ").expect("two ways");
        assert!(by_mail.starts_with("<mailto:june@example.com?subject=unsubscribe"), "{by_mail}");
        let token = link.strip_prefix("<https://shop.example/u/").and_then(|t| t.strip_suffix('>')).expect("a link");
        assert!(token.len() == 30 && token.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)), "{token}");
        let body = mail.replace("=\r\n", "").replace("=3D", "=");
        assert_eq!(body.matches(&format!("https://shop.example/u/{token}")).count(), 3, "header, text and page");
        let to = field("To");
        (to.split(['<', '>']).nth(1).unwrap_or(&to).to_owned(), token.to_owned())
    });
    let tokens = tokens.collect();
    (shop, tokens)
}

fn token_of(tokens: &[(String, String)], address: &str) -> String {
    tokens.iter().find(|(to, _)| to.eq_ignore_ascii_case(address)).expect("an email").1.clone()
}

const ONE_CLICK: &str = "List-Unsubscribe=One-Click";

#[test]
fn every_answer_is_strict_about_itself_and_the_log_names_nobody() {
    let (shop, tokens) = by_email();
    let server = Server::start(&shop, "");
    assert_eq!((server.get("/health").status, server.get("/health").body.as_str()), (200, "ok\n"));
    let token = token_of(&tokens, "ana@home.example");
    let pages = ["/health", "/u/x", "/u/page.css", "/assets/newsreader.woff2x", "/nowhere", "/../etc/passwd"];
    for path in pages.into_iter().chain([format!("/u/{token}").as_str()]) {
        let page = server.get(path);
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(page.header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(page.header("x-content-type-options"), "nosniff", "{path}");
        assert!(!page.headers.iter().any(|(name, _)| name == "set-cookie"), "{path}");
        assert!(!page.body.contains("<script") && !page.body.contains(" style="), "{path}: the policy forbids it");
    }
    assert_eq!(server.get("/nowhere").status, 404);
    assert_eq!(server.ask("DELETE /health HTTP/1.1\r\n", "").status, 404);
    assert_eq!(server.ask("POST /health HTTP/1.1\r\nSec-Fetch-Site: cross-site\r\n", "").status, 403);
    let named = |path: &str| server.ask(&format!("GET {path} HTTP/1.1\r\nHost: elsewhere.example\r\n"), "").status;
    assert_eq!((named("/till"), named("/u/x")), (403, 200), "another site that takes this machine for its own");
    assert!(server.get("/u/x").body.contains("Hartley &amp; Daughters"), "the shop's name is escaped");
    assert_eq!(server.post(&format!("/u/{token}"), ONE_CLICK).status, 200);
    server.interrupt();
    let (status, log) = server.ended();
    assert_eq!(status, 0);
    assert!(log.contains("method=POST route=\"/u/{token}\" status=200"), "{log}");
    for secret in [token.as_str(), "ana@", "Ana", "P-1", "spring"] {
        assert!(!log.contains(secret), "the log says `{secret}`:\n{log}");
    }
}

#[test]
fn one_click_ends_the_emails_and_looking_changes_nothing() {
    let (shop, tokens) = by_email();
    let database = shop.file("regulars.db");
    let connection = rusqlite::Connection::open(&database).unwrap();
    let doubt = "INSERT INTO outbox (recipient_id, state, message_key, reply) \
                 SELECT id, 'in_doubt', 'k' || id, 'the line broke' FROM recipient WHERE channel = 'email'";
    connection.execute(doubt, []).unwrap();
    let before = dump(&database);
    let server = Server::start(&shop, "");
    let token = token_of(&tokens, "both@home.example");
    for _ in 0..3 {
        let page = server.get(&format!("/u/{token}"));
        assert_eq!(page.status, 200);
        page.shows("Unsubscribe from the emails of Hartley &amp; Daughters?").shows("<form method=\"post\">");
        assert_eq!(page, server.get("/u/nobodys"), "looking tells whether a token is known");
    }
    assert_eq!(dump(&database), before, "looking changed something");

    // No cookie, no redirect, whatever body a mail program sends; an invented token gives the same response.
    let mut odd = token.clone();
    odd.replace_range(29..30, if token.ends_with('A') { "B" } else { "A" });
    let forms =
        [(token.as_str(), ONE_CLICK), ("nobodys", ONE_CLICK), (&odd, ""), ("%F0%9F%8E%81", "x=1"), (&token, "")];
    let answers: Vec<Page> = forms.iter().map(|(token, form)| server.post(&format!("/u/{token}"), form)).collect();
    assert_eq!(answers[0].status, 200);
    answers[0].shows("You are unsubscribed from the emails of Hartley &amp; Daughters.");
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");

    for reference in ["P-2", "P-3"] {
        let card = shop.json(&format!("customer show {reference}"));
        assert_eq!(card["email_consent"], "no", "{reference}");
        assert_eq!(card["wishes"][0]["source"], "unsubscribed from spring");
        assert_eq!(card["wishes"][0]["on"], "2024-03-01");
        assert_eq!(card["suppressed"]["reason"], "unsubscribed");
    }
    let card = shop.json("customer show P-1");
    assert_eq!((&card["email_consent"], &card["suppressed"]), (&json!("yes"), &json!(null)));
    assert_eq!(shop.times("consents", &json!({ "state": "no" })), 2, "said once, however often it is pressed");
    let outbox = shop.json("outbox spring");
    assert_eq!(
        (&outbox["sent"], &outbox["in_doubt"]),
        (&json!(1), &json!(1)),
        "one has arrived, of the other nobody knows"
    );
}

#[test]
fn whoever_changed_their_address_meanwhile_is_heard_as_well() {
    let (shop, tokens) = by_email();
    shop.run("customer set P-1 email=ana@new.example").quiet();
    let server = Server::start(&shop, "");
    assert_eq!(server.post(&format!("/u/{}", token_of(&tokens, "ana@home.example")), ONE_CLICK).status, 200);
    assert_eq!(shop.json("customer show P-1")["email_consent"], "no");
    shop.run("customer set P-1 email=ana@home.example").quiet();
    assert_eq!(shop.json("customer show P-1")["suppressed"]["reason"], "unsubscribed");
}

#[test]
fn what_is_under_way_is_finished_when_it_is_told_to_stop() {
    let (shop, tokens) = by_email();
    let server = Server::start(&shop, "");
    let path = format!("/u/{}", token_of(&tokens, "ana@home.example"));
    let silent = std::net::TcpStream::connect(&server.address).unwrap();
    let answer = std::thread::scope(|scope| {
        let asked = scope.spawn(|| server.post(&path, ONE_CLICK));
        std::thread::sleep(Duration::from_millis(100));
        server.interrupt();
        asked.join().unwrap()
    });
    assert_eq!(answer.status, 200);
    drop(silent);
    let address = server.address.clone();
    assert_eq!(server.ended().0, 0);
    assert!(std::net::TcpStream::connect(address).is_err(), "it still listens");
    assert_eq!(shop.json("customer show P-1")["email_consent"], "no");
}

#[test]
fn while_somebody_else_writes_it_says_so_and_goes_on_after() {
    let (shop, tokens) = by_email();
    let server = Server::start(&shop, "");
    let path = format!("/u/{}", token_of(&tokens, "ana@home.example"));
    let mut other = rusqlite::Connection::open(shop.file("regulars.db")).unwrap();
    let lock = other.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).unwrap();
    let began = Instant::now();
    let page = server.post(&path, ONE_CLICK);
    assert!(began.elapsed() < Duration::from_secs(15), "somebody stands at the till");
    assert_eq!((page.status, page.header("retry-after")), (503, "10"));
    page.shows("Another Regulars is writing to this shop folder.").shows("Wait until it is done, then do it again.");
    assert_eq!(server.get("/health").status, 200, "reading goes on");
    drop(lock);
    assert_eq!(server.post(&path, ONE_CLICK).status, 200);
    assert_eq!(shop.json("customer show P-1")["email_consent"], "no");
}

#[test]
fn an_address_that_is_none_or_is_taken_is_named() {
    let shop = Shop::new();
    shop.run("serve --listen nonsense").status(1).says("error: cannot listen on `nonsense`");
    let server = Server::start(&shop, "");
    let text = shop.read("shop.toml");
    shop.write("shop.toml", format!("{text}\n[till]\nlisten = \"{}\"\n", server.address));
    shop.run("serve").status(1).says("another `regulars serve`");
    let _ = fs::remove_file(shop.file("regulars.db"));
    shop.run("serve --listen 127.0.0.1:0").status(1).says("there is no database in this shop folder");
}
