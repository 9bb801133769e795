//! Requests to the pages and the API: every route, with fields and bodies changed at random.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

use fastrand::Rng;

use super::{INTERNALS, LONGEST, changes, held_within, property};
use crate::support::{Server, Shop, files_below};

/// The routes in the sources: the path, and whether it accepts a form.
fn routes() -> Vec<(String, bool)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web");
    let mut routes = vec![("/till/till.js".to_owned(), false)];
    for (path, text) in files_below(&folder).into_iter().filter(|(path, _)| path.rsplit('.').next() == Some("rs")) {
        let text = String::from_utf8(text).unwrap();
        let under = if path.starts_with("api/") { "/v1" } else { "" };
        for route in text.split(".route(\"").skip(1) {
            let (path, rest) = route.split_once('"').unwrap();
            let rest = rest.split_once('\n').map_or(rest, |(line, _)| line);
            routes.push((format!("{under}{path}"), rest.contains("post(")));
        }
    }
    assert!(routes.len() > 45, "{routes:?}");
    routes
}

/// Possible values of a field.
const VALUES: [&str; 16] = [
    "1",
    "2",
    "C-03",
    "0",
    "-1",
    "9223372036854775807",
    "12.50",
    "1e9",
    "2024-03-01",
    "2024-02-30",
    "spring",
    "tea%20%26%00",
    "Zo%C3%AB",
    "%FF%FE",
    "yes",
    "",
];

const FIELDS: [&str; 29] = [
    "q",
    "was",
    "first",
    "amount",
    "receipt",
    "once",
    "sure",
    "reason",
    "text",
    "kind",
    "minutes",
    "street",
    "street2",
    "city",
    "state",
    "postcode",
    "country",
    "email",
    "phone",
    "first_name",
    "last_name",
    "post_consent",
    "email_consent",
    "till",
    "name",
    "secret",
    "search",
    "customer",
    "visits",
];

/// One request: its head without the headers that an open page adds, and its body.
fn request(routes: &[(String, bool)], (token, code): (&str, &str), dice: &mut Rng) -> (String, Vec<u8>) {
    let (route, takes) = &routes[dice.usize(..routes.len())];
    let value = |dice: &mut Rng| if dice.u8(..6) == 0 { code } else { VALUES[dice.usize(..VALUES.len())] };
    let parts: Vec<String> = route
        .split('/')
        .map(|part| if part.starts_with('{') { value(dice).to_owned() } else { part.to_owned() })
        .collect();
    let mut path = parts.join("/");
    if dice.u8(..8) == 0 {
        path = changes::text(&path, dice).replace([' ', '\r', '\n'], "%20");
    }
    if dice.u8(..6) == 0 {
        path += &format!("?{}={}", FIELDS[dice.usize(..FIELDS.len())], value(dice));
    }
    let posts = if dice.u8(..10) == 0 { dice.bool() } else { *takes };
    let method = if posts { "POST" } else { ["GET", "GET", "GET", "HEAD", "DELETE", "PATCH"][dice.usize(..6)] };
    let is_program = route.starts_with("/v1");
    let (kind, body) = match (posts, is_program != (dice.u8(..10) == 0)) {
        (false, _) => ("", String::new()),
        (_, true) => {
            let mut fields = vec!["code", "customer", "campaign", "spend_minor", "receipt", "at", "reason"];
            fields.retain(|_| dice.bool());
            let fields: Vec<String> = fields
                .into_iter()
                .map(|field| match dice.u8(..3) {
                    0 => format!(
                        "\"{field}\":{}",
                        ["1", "-5", "9223372036854775807", "1e400", "null", "[]", "{}"][dice.usize(..7)]
                    ),
                    _ => format!("\"{field}\":\"{}\"", value(dice)),
                })
                .collect();
            ("application/json", format!("{{{}}}", fields.join(",")))
        }
        (_, false) => {
            let pairs: Vec<String> = (0..dice.usize(0..9))
                .map(|_| format!("{}={}", FIELDS[dice.usize(..FIELDS.len())], value(dice)))
                .collect();
            ("application/x-www-form-urlencoded", pairs.join("&"))
        }
    };
    let body = if dice.u8(..3) == 0 { changes::bytes(body.as_bytes(), dice) } else { body.into_bytes() };
    let mut head = format!("{method} {path} HTTP/1.1\r\n");
    if posts {
        head += &format!("Content-Type: {kind}\r\nContent-Length: {}\r\n", body.len());
    }
    if is_program {
        head += &format!("Authorization: Bearer {token}\r\nIdempotency-Key: key-{}\r\n", dice.u8(..9));
    }
    (head, body)
}

/// The response; none when the connection is closed without one, which is right for input that is not HTTP.
fn answer(address: &str, request: &[u8], is_http: bool) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(if is_http { 3 * LONGEST } else { Duration::from_millis(50) })).unwrap();
    // A server that has read enough responds before the end.
    let _ = stream.write_all(request);
    let (mut said, mut bytes) = (Vec::new(), [0; 4096]);
    while let Ok(read @ 1..) = stream.read(&mut bytes) {
        said.extend(&bytes[..read]);
    }
    let _ = stream.shutdown(Shutdown::Both);
    let said = String::from_utf8_lossy(&said).into_owned();
    let status = said.split(' ').nth(1)?.parse().ok()?;
    Some((status, said))
}

#[test]
fn no_request_breaks_the_pages() {
    let shop = Shop::new();
    shop.run("plan spring").quiet();
    shop.run("posted spring").says_only(&[""]);
    let token = shop.json("till token front")["token"].as_str().unwrap().to_owned();
    let code = shop.code("spring", "C-03");
    let server = Server::start(&shop, "");
    let page = server.form_headers("");
    let routes = routes();
    property("requests", 1, 0, |case| {
        let (head, body) = request(&routes, (&token, &code), &mut case.dice);
        let rest = format!("Host: {}\r\nConnection: close\r\n{page}\r\n", server.address);
        let mut whole = [head.as_bytes(), rest.as_bytes(), &body].concat();
        // Input that is not framed as HTTP may get no response.
        let is_http = case.dice.u8(..10) > 0;
        if !is_http {
            whole = changes::bytes(&whole, &mut case.dice);
        }
        case.reads(&whole);
        let began = Instant::now();
        let answer = answer(&server.address, &whole, is_http);
        let took = began.elapsed();
        let line = String::from_utf8_lossy(&whole).lines().next().unwrap_or_default().to_owned();
        if took > LONGEST {
            case.fails(&line, &format!("it took {took:?}"));
        }
        match answer {
            None if is_http && !line.contains(|c: char| !c.is_ascii_graphic() && c != ' ') => {
                case.fails(&line, "there is no answer")
            }
            Some((status, said)) if status >= 500 => {
                case.fails(&line, &format!("it is answered with {status}: {said}"))
            }
            Some((_, said)) => {
                let asked = String::from_utf8_lossy(&whole).into_owned();
                let page = !line.contains(".js") && !line.contains("openapi");
                if let Some(word) =
                    INTERNALS.iter().find(|word| page && said.contains(**word) && !asked.contains(**word))
                {
                    case.fails(&line, &format!("`{word}` is in the answer: {said}"));
                }
            }
            None => {}
        }
    });
    assert_eq!(server.get("/health").status, 200);
    let said = server.said();
    assert!(!said.contains("panicked"), "{said}");
    held_within(&server.process().to_string(), "requests");
    drop(server);
    shop.run("doctor").says_only(&[]);
}
