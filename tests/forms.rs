//! Another site cannot write: a form comes from a page of ours, with the token of that page, to a valid host; a page
//! that was open for long loses no typed text; and no URL is a dead end.

use std::fs;

use serde_json::{Value, json};

use crate::safety::{cookie, locked};
use crate::support::counter::{encoded, value};
use crate::support::{Page, Server, Shop, dump};

/// A shop with two tills whose letters were mailed.
fn planned() -> Shop {
    let shop = Shop::new();
    let text = shop.read("shop.toml");
    shop.write("shop.toml", format!("{text}\n[till]\nnames = [\"front\", \"back\"]\nhost = \"till.shop.example\"\n"));
    shop.run("plan spring").quiet();
    shop
}

/// The `Cookie:` lines of a till and of the owner who have signed in.
fn signed_in(server: &Server) -> [String; 2] {
    ["/sign-in/till secret=402917&till=front", "/sign-in/owner secret=nine+brass+buttons"].map(|line| {
        let (path, form) = line.split_once(' ').unwrap();
        cookie(&server.post(path, form))
    })
}

/// Every address of a form in the sources, with valid IDs.
fn form_addresses() -> Vec<String> {
    let mut found = Vec::new();
    for file in ["router.rs", "manual.rs", "till/mod.rs", "owner/mod.rs"] {
        let source = fs::read_to_string(format!("src/web/{file}")).unwrap();
        for route in source.split(".route(").skip(1) {
            let path = route.split('"').nth(1).unwrap();
            for method in ["put(", "patch(", "delete(", "any("] {
                assert!(!route.contains(method), "{file} {path}: only a POST is looked at for its token");
            }
            if route.contains("post(") && path != "/u/{token}" {
                let filled = path.replace("{day}", "2024-04-02").replace("{role}", "till");
                let parts = filled.split('/').map(|part| if part.starts_with('{') { "1" } else { part });
                found.push(parts.collect::<Vec<_>>().join("/"));
            }
        }
    }
    assert!(found.len() >= 19, "{found:?}");
    found
}

fn send(server: &Server, path: &str, more: &str, form: &str) -> Page {
    let kind = "Content-Type: application/x-www-form-urlencoded\r\nAccept: text/html\r\n";
    server.ask_bare(&format!("POST {path} HTTP/1.1\r\n{kind}{more}Content-Length: {}\r\n", form.len()), form)
}

/// Values for all forms.
const FORM: &str = "q=smith&amount=5.00&once=0123456789&reason=why&kind=complaint&text=words&street=1+New+Rd&name=back&secret=x&till=back";

#[test]
fn no_address_takes_what_another_site_sends_or_what_has_no_token() {
    let shop = locked();
    let server = Server::start(&shop, "--today 2024-04-02");
    let sessions = signed_in(&server).concat();
    let page = server.form_headers(&sessions);
    let before = dump(&shop.file("regulars.db"));
    let own = format!("Origin: http://{}\r\n", server.address);
    let foreign = [
        "Origin: null\r\n",
        "Origin: https://evil.example\r\n",
        "Origin: http://127.0.0.1:1\r\n",
        "Origin: http://127.0.0.1\r\n",
        "Origin: nonsense\r\n",
        "Origin: \r\n",
        "Origin: null\r\nSec-Fetch-Site: same-origin\r\n",
        "Origin: https://evil.example\r\nSec-Fetch-Site: none\r\n",
        "Sec-Fetch-Site: cross-site\r\n",
        "Sec-Fetch-Site: same-site\r\n",
        "Sec-Fetch-Site: Same-Origin!\r\n",
        "Sec-Fetch-Site: same-origin\r\nSec-Fetch-Site: same-origin\r\n",
    ];
    for path in form_addresses() {
        let twice = format!("{own}{own}");
        let led = format!("{own}Sec-Fetch-Site: cross-site\r\n");
        for more in foreign.into_iter().chain([twice.as_str(), &led]) {
            let answer = send(&server, &path, &format!("{sessions}{page}{more}"), FORM);
            assert_eq!(answer.status, 403, "{path} {more}");
            assert!(!answer.headers.iter().any(|(name, _)| name == "set-cookie"), "{path} {more}");
            answer.shows("This was sent by another site, and nothing was done.").shows("href=\"/till\"");
        }
        // From our origin, or from a browser without these headers; without the token of a page of this session.
        let other = server.form_headers("");
        for (more, form) in [
            (own.clone(), FORM.to_owned()),
            (String::new(), FORM.to_owned()),
            ("Sec-Fetch-Site: same-origin\r\n".to_owned(), format!("csrf=&{FORM}")),
            (own.clone(), format!("csrf=c2hvcnQ&{FORM}")),
            (other.split_once("\r\n").unwrap().1.to_owned(), FORM.to_owned()),
        ] {
            let answer = send(&server, &path, &format!("{sessions}{more}"), &form);
            assert_eq!(answer.status, 422, "{path} {more} {form}");
            answer.shows("This page was open for a long time. Nothing was saved; press the button once more.");
        }
    }
    assert_eq!(dump(&shop.file("regulars.db")), before, "something was written");
    let token = page.trim_end().rsplit(' ').next().unwrap();
    let good = ["Sec-Fetch-Site: same-origin\r\n", "Sec-Fetch-Site: none\r\n", "", &own];
    for (n, more) in good.iter().enumerate() {
        let form = format!("csrf={token}&kind=complaint&text=The+tea+was+cold+{n}");
        assert_eq!(send(&server, "/till/note/1", &format!("{sessions}{more}"), &form).status, 303, "{more}");
    }
    let notes = shop.count("SELECT count(*) FROM contact_note WHERE text LIKE 'The tea was cold _'");
    assert_eq!(usize::try_from(notes), Ok(good.len()));
}

#[test]
fn programs_and_the_page_for_the_world_show_a_token_of_their_own() {
    let shop = planned();
    let server = Server::start(&shop, "--today 2024-04-02");
    let token = shop.json("till token front")["token"].as_str().unwrap().to_owned();
    let body = json!({ "code": shop.code("spring", "C-03") }).to_string();
    for (n, more) in
        ["Origin: null\r\n", "Origin: https://pos.example\r\n", "Sec-Fetch-Site: cross-site\r\n", ""].iter().enumerate()
    {
        let ask = |token: &str| {
            let head = format!(
                "POST /v1/redemptions HTTP/1.1\r\n{token}Idempotency-Key: k{n}\r\n{more}Content-Length: {}\r\n",
                body.len()
            );
            server.ask_bare(&head, &body).status
        };
        assert_eq!(ask(""), 401, "{more}");
        assert_eq!(ask(&format!("Authorization: Bearer {token}\r\n")), if n == 0 { 201 } else { 409 }, "{more}");
        assert_eq!(send(&server, "/u/nobodys", more, "List-Unsubscribe=One-Click").status, 200, "{more}");
    }
    // A preflight request to send the token from another site is refused.
    let asked =
        "OPTIONS /v1/redemptions HTTP/1.1\r\nOrigin: https://pos.example\r\nAccess-Control-Request-Method: POST\r\n";
    let answer = server.ask_bare(asked, "");
    assert!(
        answer.status >= 400 && !answer.headers.iter().any(|(name, _)| name.starts_with("access-control")),
        "{answer:?}"
    );
}

#[test]
fn a_request_names_its_machine_once_and_by_a_name() {
    let shop = planned();
    let server = Server::start(&shop, "");
    let address = server.address.clone();
    let with = |target: &str, hosts: &str| {
        // `Host` is written explicitly: none is added.
        let head = format!("GET {target} HTTP/1.1\r\n{hosts}");
        let marked = if hosts.contains("Host:") { head } else { format!("{head}X-Not-Host: none\r\n") };
        server.ask_bare(&marked, "").status
    };
    for path in ["/till", "/owner/day", "/health", "/u/x", "/assets/till.js", "/v1/openapi.json", "/nowhere"] {
        for hosts in [
            "Host: 127.0.0.1\r\nHost: evil.example\r\n",
            "Host: 127.0.0.1\r\nHost: 127.0.0.1\r\n",
            "X-Not-Host: none\r\n",
            "Host: \r\n",
            "Host: not a name\r\n",
            "Host: anna@127.0.0.1\r\n",
            "Host: a:b@127.0.0.1\r\n",
            "Host: 127.0.0.1/till\r\n",
            "Host: 127.0.0.1:port\r\n",
            "Host: 127.0.0.1:99999\r\n",
            "Host: 127.0.0.1:80:80\r\n",
            "Host: :7788\r\n",
            "Host: [::1\r\n",
            "Host: [nonsense]\r\n",
            "Host: 127.0.0.1,evil.example\r\n",
            "Host: caf\u{e9}.example\r\n",
            "Host: http://127.0.0.1\r\n",
        ] {
            assert_eq!(with(path, hosts), 400, "{path} {hosts}");
        }
    }
    let host = format!("Host: {address}\r\n");
    for (target, hosts, status) in [
        (format!("http://{address}/health"), host.as_str(), 200),
        (format!("http://anna@{address}/health"), &host, 400),
        (format!("http://anna:secret@{address}/health"), &host, 400),
        ("http://evil.example/health".to_owned(), &host, 400),
        (format!("http://{address}/health"), "Host: evil.example\r\n", 400),
        ("/health".to_owned(), "Host: localhost\r\n", 200),
        ("/health".to_owned(), "Host: LocalHost:80\r\n", 200),
        ("/health".to_owned(), "Host: [::1]:7788\r\n", 200),
        ("/health".to_owned(), "Host: till.shop.example\r\n", 200),
        ("/health".to_owned(), "Host: evil.example\r\n", 403),
        ("/health".to_owned(), "Host: till_of.example\r\n", 403),
    ] {
        assert_eq!(with(&target, hosts), status, "{target} {hosts}");
    }
}

/// The fields of the first form of a page, as a browser sends them.
fn fields(page: &Page) -> Vec<(String, String)> {
    let main = page.body.split("<main").nth(1).unwrap();
    let attribute = |tag: &str, name: &str| {
        let start = format!("{name}=\"");
        tag.split_once(&start).map(|(_, rest)| rest.split('"').next().unwrap().to_owned())
    };
    let inputs = main.split("<input").skip(1).map(|tag| tag.split('>').next().unwrap());
    let mut found: Vec<_> =
        inputs.filter_map(|tag| Some((attribute(tag, "name")?, attribute(tag, "value").unwrap_or_default()))).collect();
    for area in main.split("<textarea").skip(1) {
        let (tag, rest) = area.split_once('>').unwrap();
        found.push((attribute(tag, "name").unwrap(), rest.split("</textarea>").next().unwrap().to_owned()));
    }
    found
}

#[test]
fn a_page_from_before_a_restart_shows_what_was_typed_and_one_more_press_sends_it() {
    let shop = locked();
    let server = Server::start(&shop, "--today 2024-04-02");
    let [till, _] = signed_in(&server);
    let before = server.form_headers(&till);
    let stale = before.trim_end().rsplit(' ').next().unwrap().to_owned();
    server.interrupt();
    server.ended();

    let server = Server::start(&shop, "--today 2024-04-02");
    let id = |reference: &str| shop.count(&format!("SELECT id FROM customer WHERE ref = '{reference}'"));
    let person = id("C-03");
    for (path, typed, shown, leads) in [
        ("/till/find", "q=smi%26th&was=&first=", "smi&amp;th", "/till/found/"),
        (&format!("/till/bought/{person}"), "amount=12.50&receipt=R-9&once=0123456789abcdef", "R-9", "/till/written/"),
        (
            &format!("/till/note/{person}"),
            "kind=complaint&text=Cold+%3Ctea%3E%0D%0Atwice",
            "Cold &lt;tea&gt;\r\ntwice",
            "/till/person/",
        ),
        (
            &format!("/till/address/{person}"),
            "street=9+New+Rd&street2=&city=Salem&state=OR&postcode=97301",
            "9 New Rd",
            "/till/person/",
        ),
    ] {
        let page = send(&server, path, &till, &format!("csrf={stale}&{typed}"));
        assert_eq!(page.status, 422, "{path}");
        page.shows("This page was open for a long time. Nothing was saved; press the button once more.").shows(shown);
        page.shows(&format!("action=\"{path}\""));
        assert!(!page.body.contains(&stale), "{path}: the old token again");
        let again = fields(&page)
            .into_iter()
            .map(|(name, value)| (name, value.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")));
        let again: Vec<(String, String)> = again.collect();
        let again: Vec<(&str, &str)> = again.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let answer = send(&server, path, &till, &encoded(&again));
        assert_eq!(answer.status, 303, "{path}: {}", answer.body);
        assert!(answer.header("location").starts_with(leads), "{path} leads to {}", answer.header("location"));
    }
    let card = shop.json("customer show C-03").to_string();
    assert!(card.contains("Cold <tea>") && card.contains("9 New Rd"), "{card}");
    assert_eq!(shop.times_of("C-03", "at_the_till", &json!({ "spend_minor": 1250, "receipt": "R-9" })), 1);

    // A secret has to be typed again.
    let page = send(&server, "/sign-in/till", &before, "secret=402917&till=back");
    assert_eq!(page.status, 422);
    assert!(!page.body.contains("402917"), "{}", page.body);
    page.shows("type=\"password\"").shows("name=\"till\" value=\"back\"");

    // A script gets a new token to continue with, and a till's saved visit is delivered.
    let kept =
        json!({ "id": "0123456789abcdef", "code": shop.code("spring", "C-06"), "amount": "8", "ago": 60 }).to_string();
    let deliver = |token: &str| {
        let kind = "Content-Type: application/json\r\nSec-Fetch-Site: same-origin\r\n";
        let head = format!(
            "POST /till/kept HTTP/1.1\r\n{kind}{till}X-CSRF-Token: {token}\r\nContent-Length: {}\r\n",
            kept.len()
        );
        server.ask_bare(&head, &kept)
    };
    let refused = deliver(&stale);
    assert_eq!(refused.status, 422);
    let taken: Value = serde_json::from_str(&deliver(refused.header("x-csrf-token")).body).unwrap();
    assert_eq!(taken["outcome"], "accepted");
}

#[test]
fn every_address_leads_on() {
    let shop = planned();
    let server = Server::start(&shop, "--today 2024-04-02");
    let till = "Cookie: till=ZnJvbnQ\r\n";
    let look = |method: &str, path: &str| {
        server.ask_bare(&format!("{method} {path} HTTP/1.1\r\nAccept: text/html\r\n{till}"), "")
    };
    // Where reloading a page that came from a form finally leads.
    let end_of = |path: &str| {
        let mut page = look("GET", path);
        for _ in 0..4 {
            if page.status != 303 {
                break;
            }
            page = look("GET", page.header("location"));
        }
        page
    };
    for path in form_addresses() {
        for method in ["GET", "HEAD"] {
            let page = look(method, &path);
            assert!([200, 303].contains(&page.status), "{method} {path}: {}", page.status);
        }
        assert_eq!(end_of(&path).status, if path.contains("/given/") { 404 } else { 200 }, "{path}");
        for method in ["PUT", "DELETE"] {
            let token = server.form_headers("");
            let page = server.ask_bare(&format!("{method} {path} HTTP/1.1\r\n{till}{token}"), "");
            assert!(
                [404, 405, 422].contains(&page.status) && page.body.contains("href=\"/"),
                "{method} {path}: {page:?}"
            );
        }
    }
    let letter = shop.count("SELECT id FROM recipient WHERE code IS NOT NULL ORDER BY id LIMIT 1");
    let card = end_of(&format!("/till/hand-over/{letter}"));
    card.shows(&format!("action=\"/till/hand-over/{letter}\""));
    for (path, status, link) in [
        ("/nowhere", 404, "/till"),
        ("/till/nowhere", 404, "/till"),
        ("/till/person/999999", 404, "/till"),
        ("/till/person/abc", 400, "/till"),
        ("/till/person/%FF", 400, "/till"),
        ("/till/found/x/999999", 404, "/till"),
        ("/till/letter/999999", 200, "/till"),
        ("/till/given/999999", 200, "/till"),
        ("/till/written/999999", 200, "/till"),
        ("/till/hand-over/999999", 200, "/till"),
        ("/till/hand-over/abc", 400, "/till"),
        ("/till/note/999999", 404, "/till"),
        ("/owner", 200, "/till"),
        ("/owner/nowhere", 404, "/owner/day"),
        ("/owner/day/yesterday", 400, "/owner/day"),
        ("/owner/to-come/999999", 404, "/owner/day"),
        ("/owner/to-come/abc", 400, "/owner/day"),
        ("/owner/kept/1", 200, "/till"),
        ("/owner/day/2024-04-02/undo/1", 200, "/owner/day"),
        ("/sign-in/nobody", 404, "/till"),
        ("/sign-out/till", 200, "/till"),
        ("/assets/none.js", 404, "/till"),
    ] {
        let page = end_of(path);
        assert_eq!(page.status, status, "{path}");
        page.shows(&format!("href=\"{link}\""));
        let head = look("HEAD", path);
        assert!([200, 303, 400, 404].contains(&head.status) && head.body.is_empty(), "HEAD {path}: {head:?}");
    }
    assert!(!look("GET", "/u/x/y").body.contains("href=\"/till"), "the world knows the one page");
    assert_eq!(value(&end_of("/till"), "csrf").len(), 64);
}
