//! The till's pages as a user sees them: presses buttons and follows redirects.

use std::sync::Mutex;

use super::base::Shop;
use super::server::{Page, Server};

/// A till with its browser: it follows redirects, stores the cookie, and records every URL.
pub struct Counter {
    pub server: Server,
    pub cookie: Mutex<String>,
    /// Every URL it was sent to.
    pub seen: Mutex<Vec<String>>,
}

impl Counter {
    /// Opens the pages on a day; no till name is chosen yet.
    pub fn open(shop: &Shop, today: &str) -> Self {
        let server = Server::start(shop, &format!("--today {today}"));
        Self { server, cookie: Mutex::default(), seen: Mutex::default() }
    }

    /// One request, without following redirects.
    pub fn once(&self, path: &str, form: Option<&str>) -> Page {
        let cookie = self.cookie.lock().unwrap().clone();
        let cookie = if cookie.is_empty() { cookie } else { format!("Cookie: {cookie}\r\n") };
        self.seen.lock().unwrap().push(path.to_owned());
        match form {
            None => self.server.ask(&format!("GET {path} HTTP/1.1\r\n{cookie}"), ""),
            Some(form) => {
                let head = "Content-Type: application/x-www-form-urlencoded\r\nSec-Fetch-Site: same-origin";
                let head = format!("POST {path} HTTP/1.1\r\n{cookie}{head}\r\nContent-Length: {}\r\n", form.len());
                self.server.ask(&head, form)
            }
        }
    }

    fn follow(&self, mut page: Page) -> Page {
        for _ in 0..5 {
            if let Some((_, cookie)) = page.headers.iter().find(|(name, _)| name == "set-cookie") {
                let (new, mut jar) = (cookie.split(';').next().unwrap(), self.cookie.lock().unwrap());
                let is_same = |known: &&str| known.split('=').next() == new.split('=').next();
                let kept = jar.split("; ").filter(|known| !known.is_empty() && !is_same(known));
                let cookies = kept.chain([new]).collect::<Vec<_>>().join("; ");
                *jar = cookies;
            }
            if page.status != 303 {
                return page;
            }
            page = self.once(page.header("location"), None);
        }
        panic!("it leads round and round");
    }

    pub fn get(&self, path: &str) -> Page {
        self.follow(self.once(path, None))
    }

    pub fn post(&self, path: &str, form: &[(&str, &str)]) -> Page {
        self.follow(self.once(path, Some(&encoded(form))))
    }

    /// Scans or types something.
    pub fn find(&self, typed: &str) -> Page {
        self.post("/till/find", &[("q", typed)])
    }

    /// Opens the first of the names, as Enter does.
    pub fn open_first(&self, typed: &str) -> Page {
        let page = self.find(typed);
        let first = value(&page, "first");
        self.post("/till/find", &[("q", typed), ("was", typed), ("first", &first)])
    }

    /// Presses the large button of a card.
    pub fn hand_over(&self, card: &Page, amount: &str, receipt: &str) -> Page {
        let form =
            [("amount", amount), ("receipt", receipt), ("once", &value(card, "once")), ("sure", &value(card, "sure"))];
        self.post(&action(card, "/till/hand-over/"), &form)
    }
}

/// A form as browsers encode it.
pub fn encoded(form: &[(&str, &str)]) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric();
    let encode = |text: &str| -> String {
        text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
    };
    form.iter().map(|(key, value)| format!("{key}={}", encode(value))).collect::<Vec<_>>().join("&")
}

/// The value of a hidden field; empty when there is none.
pub fn value(page: &Page, name: &str) -> String {
    let start = format!("name=\"{name}\" value=\"");
    page.body.split_once(&start).map(|(_, rest)| rest.split('"').next().unwrap().to_owned()).unwrap_or_default()
}

/// The address of a form on the page.
#[track_caller]
pub fn action(page: &Page, start: &str) -> String {
    leads(page, "action", start)
}

/// The address of a link on the page.
#[track_caller]
pub fn link(page: &Page, start: &str) -> String {
    leads(page, "href", start)
}

#[track_caller]
fn leads(page: &Page, attribute: &str, start: &str) -> String {
    let attribute = format!("{attribute}=\"");
    let found = page.body.split(attribute.as_str()).skip(1).map(|rest| rest.split('"').next().unwrap());
    found
        .into_iter()
        .find(|path| path.starts_with(start))
        .unwrap_or_else(|| panic!("no {start} in {}", page.body))
        .to_owned()
}

/// The heading with the verdict or the name.
#[track_caller]
pub fn heading(page: &Page) -> String {
    let text = page.body.split("<h1").nth(1).and_then(|rest| rest.split_once('>')).expect("a heading").1;
    text.split("</h1>").next().unwrap().to_owned()
}
