//! The pages of a shop, served on a free port of this machine, and a minimal browser.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStderr, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::base::Shop;
use super::run::{interrupt, program, words_of};

/// Longer than any successful operation.
const PATIENCE: Duration = Duration::from_secs(30);

/// `regulars serve`, running; it is stopped with the test.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// `127.0.0.1:41234`.
    pub address: String,
    said: Arc<Mutex<String>>,
}

/// A response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    pub status: u16,
    /// Lowercase names, in order, without the date.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Page {
    #[track_caller]
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        &found.unwrap_or_else(|| panic!("no `{name}` in {:?}", self.headers)).1
    }

    /// Expects this somewhere on the page.
    #[track_caller]
    pub fn shows(&self, part: &str) -> &Self {
        assert!(self.body.contains(part), "the page does not show `{part}`:\n{} {}", self.status, self.body);
        self
    }
}

impl Server {
    /// Serves a shop on 2024-03-01, or with the options in `more`.
    #[track_caller]
    pub fn start(shop: &Shop, more: &str) -> Self {
        let today = if more.contains("--today") { "" } else { "--today 2024-03-01 " };
        let listen = if more.contains("--listen") { "" } else { "--listen 127.0.0.1:0 " };
        let line = format!("{today}serve {listen}{more}");
        let mut child =
            program(&shop.path(), &words_of(&line)).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let said = Arc::new(Mutex::new(String::new()));
        let mut lines = BufReader::new(child.stderr.take().unwrap());
        let mut first = String::new();
        lines.read_line(&mut first).unwrap();
        let address = first.strip_prefix("Open at http").and_then(|rest| rest.split('/').nth(2)).map(str::to_owned);
        keep(lines, Arc::clone(&said));
        Self { child, address: address.unwrap_or_else(|| panic!("it is not open: {first}")), said }
    }

    #[track_caller]
    pub fn get(&self, path: &str) -> Page {
        self.ask(&format!("GET {path} HTTP/1.1\r\n"), "")
    }

    /// Presses a button.
    #[track_caller]
    pub fn post(&self, path: &str, form: &str) -> Page {
        let kind = "Content-Type: application/x-www-form-urlencoded\r\n";
        self.ask(&format!("POST {path} HTTP/1.1\r\n{kind}Content-Length: {}\r\n", form.len()), form)
    }

    /// A request by its first lines; a form is sent from a page that was opened before, with its token.
    #[track_caller]
    pub fn ask(&self, head: &str, body: &str) -> Page {
        let is_form =
            head.starts_with("POST ") && !["POST /u/", "POST /v1/"].iter().any(|start| head.starts_with(start));
        let page = if is_form { self.form_headers(head) } else { String::new() };
        self.ask_bare(&format!("{head}{page}"), body)
    }

    /// The headers of a browser that has a page open: the token of its forms, and its cookie. Cookies and host are as
    /// in `head`.
    #[track_caller]
    pub fn form_headers(&self, head: &str) -> String {
        let as_they_are =
            |line: &&str| ["Cookie:", "Host:", "X-Forwarded-For:"].iter().any(|start| line.starts_with(start));
        let lines: String = head.split("\r\n").filter(as_they_are).map(|line| format!("{line}\r\n")).collect();
        let page = self.ask_bare(&format!("GET /sign-in/till HTTP/1.1\r\n{lines}"), "");
        let cookie = page
            .headers
            .iter()
            .find(|(name, _)| name == "set-cookie")
            .map(|(_, cookie)| cookie.split(';').next().unwrap());
        let cookie = cookie.map(|cookie| format!("Cookie: {cookie}\r\n")).unwrap_or_default();
        format!("{cookie}X-CSRF-Token: {}\r\n", super::counter::value(&page, "csrf"))
    }

    /// The same without added headers.
    #[track_caller]
    pub fn ask_bare(&self, head: &str, body: &str) -> Page {
        self.ask_bytes(head, body.as_bytes())
    }

    /// The same, with a body that may not be text.
    #[track_caller]
    pub fn ask_bytes(&self, head: &str, body: &[u8]) -> Page {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let host = if head.contains("Host:") { String::new() } else { format!("Host: {}\r\n", self.address) };
        // A server that has read enough responds before the end.
        let _ = write!(stream, "{head}{host}Connection: close\r\n\r\n").and_then(|()| stream.write_all(body));
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer but `{answer}`"));
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let header = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned()));
        let headers = lines.filter_map(header).filter(|(name, _)| name != "date").collect();
        Page { status, headers, body: body.to_owned() }
    }

    /// Its process ID.
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// Interrupts it, as Ctrl-C does.
    pub fn interrupt(&self) {
        interrupt(self.child.id());
    }

    /// Waits until it has ended: its status, and all its output.
    #[track_caller]
    pub fn ended(mut self) -> (i32, String) {
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (status.code().unwrap_or(-1), self.said());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("it does not end");
    }

    /// Its output so far.
    pub fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn keep(lines: BufReader<ChildStderr>, said: Arc<Mutex<String>>) {
    std::thread::spawn(move || {
        for line in lines.lines().map_while(Result::ok) {
            said.lock().unwrap().push_str(&(line + "\n"));
        }
    });
}
