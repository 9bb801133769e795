//! The API for a shop system's own till: each code once, the same response to the same request, clear errors, and a
//! description that is compared with the responses.

use std::collections::BTreeSet;
use std::sync::Mutex;

use serde_json::{Value, json};

use crate::support::{Page, Server, Shop};

/// A shop system with the token of a till; it records its requests and the status of each response.
struct Program {
    server: Server,
    token: String,
    seen: Mutex<BTreeSet<(String, u16)>>,
}

/// A shop whose letters were mailed, with the tills front and back.
fn shop() -> Shop {
    let shop = Shop::new();
    let text = shop.read("shop.toml");
    shop.write("shop.toml", format!("{text}\n[till]\nnames = [\"front\", \"back\"]\n"));
    shop.run("plan spring").quiet();
    shop.run("posted spring --on 2024-03-01").quiet();
    shop
}

fn token(shop: &Shop, till: &str) -> String {
    shop.json(&format!("till token {till}"))["token"].as_str().unwrap().to_owned()
}

impl Program {
    fn open(shop: &Shop, more: &str) -> Self {
        Self { server: Server::start(shop, more), token: token(shop, "front"), seen: Mutex::default() }
    }

    fn ask(&self, token: &str, method: &str, path: &str, more: &str, body: &str) -> Page {
        let token = if token.is_empty() { String::new() } else { format!("Authorization: Bearer {token}\r\n") };
        let head = format!("{method} {path} HTTP/1.1\r\n{token}{more}Content-Length: {}\r\n", body.len());
        let page = self.server.ask(&head, body);
        let route = match path.split('/').collect::<Vec<_>>().as_slice() {
            ["", "v1", "customers", _] => "/v1/customers/{ref}".to_owned(),
            ["", "v1", "redemptions", _, "rollback"] => "/v1/redemptions/{id}/rollback".to_owned(),
            _ => path.to_owned(),
        };
        self.seen.lock().unwrap().insert((format!("{} {route}", method.to_lowercase()), page.status));
        let kind = page.header("content-type");
        let expected = if page.status < 300 { "application/json" } else { "application/problem+json" };
        assert_eq!(kind, expected, "{page:?}");
        if page.status >= 300 {
            let problem: Value = serde_json::from_str(&page.body).unwrap();
            assert_eq!(problem["status"], page.status);
            assert!(problem["type"].as_str().unwrap().starts_with("urn:regulars:"), "{problem}");
            let detail = problem["detail"].as_str().unwrap();
            assert!(detail.ends_with('.') && !detail.contains("Error"), "{detail}");
        }
        page
    }

    fn post(&self, path: &str, key: &str, body: &Value) -> (u16, Value) {
        let page = self.ask(&self.token, "POST", path, &format!("Idempotency-Key: {key}\r\n"), &body.to_string());
        (page.status, serde_json::from_str(&page.body).unwrap())
    }

    fn redeem(&self, key: &str, body: &Value) -> (u16, Value) {
        self.post("/v1/redemptions", key, body)
    }

    fn get(&self, path: &str) -> (u16, Value) {
        let page = self.ask(&self.token, "GET", path, "", "");
        (page.status, serde_json::from_str(&page.body).unwrap())
    }
}

#[test]
fn a_code_is_redeemed_once_and_the_same_request_is_answered_the_same() {
    let shop = shop();
    let program = Program::open(&shop, "");
    let code = shop.code("spring", "C-01");
    let visit = json!({ "code": code.to_lowercase(), "spend_minor": 61_240, "receipt": "1187" });
    let answers: Vec<(u16, Value)> = std::thread::scope(|scope| {
        let asked: Vec<_> = (0..8).map(|_| scope.spawn(|| program.redeem("key-1", &visit))).collect();
        asked.into_iter().map(|answer| answer.join().unwrap()).collect()
    });
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
    let (status, answer) = &answers[0];
    assert_eq!((*status, &answer["outcome"]), (201, &json!("accepted")), "{answer}");
    assert_eq!(
        (&answer["spend_minor"], &answer["till"], &answer["ref"]),
        (&json!(61_240), &json!("front"), &json!("C-01"))
    );
    assert_eq!(shop.held("C-01", "at_the_till").len(), 1);
    assert_eq!(shop.times_of("C-01", "redemptions", &json!({ "receipt": "1187", "till": "front" })), 1);
    // The keys are those of the command line, and the number.
    let mut known: BTreeSet<String> = shop
        .run(&format!("--json redeem {code}"))
        .status(1)
        .says("was already redeemed")
        .json()
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    known.insert("redemption".to_owned());
    assert_eq!(answer.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>(), known);

    let (status, other) = program.redeem("key-1", &json!({ "code": code, "spend_minor": 1 }));
    assert_eq!((status, &other["type"]), (422, &json!("urn:regulars:key_used")));
    let (status, again) = program.redeem("key-2", &visit);
    assert_eq!(
        (status, &again["outcome"], &again["type"]),
        (409, &json!("already_redeemed"), &json!("urn:regulars:already_redeemed"))
    );
    assert_eq!(again["spend_minor"], Value::Null, "what was spent is the owner's to tell");
    assert!(again["detail"].as_str().unwrap().starts_with("Already given, on March 1, 2024 at "), "{again}");

    let path = format!("/v1/redemptions/{}/rollback", answer["redemption"]);
    let other_till = token(&shop, "back");
    let theirs = program.ask(&other_till, "POST", &path, "Idempotency-Key: key-1\r\n", "{\"reason\":\"x\"}");
    assert_eq!(theirs.status, 403, "another till, whose keys are its own");
    let why = json!({ "reason": "typed the wrong code" });
    let undone = program.post(&path, "key-3", &why);
    assert_eq!((undone.0, &undone.1["outcome"], &undone.1["ref"]), (200, &json!("undone"), &json!("C-01")));
    assert_eq!(program.post(&path, "key-3", &why), undone);
    assert_eq!(program.post(&path, "key-4", &why).0, 409);
    assert_eq!(program.redeem("key-1", &visit), answers[0], "the same answer, even now");
    assert_eq!(shop.times("redemptions", &json!({ "undone_at": "" })), 0);
    let person = json!({ "customer": "C-01", "campaign": "spring" });
    let late = program.redeem("key-5", &person);
    assert_eq!((late.0, &late.1["outcome"]), (201, &json!("accepted")), "the letter was left at home");
    let long_ago = "UPDATE redemption SET redeemed_at = '2024-02-29T09:00:00' WHERE undone_at IS NULL";
    rusqlite::Connection::open(shop.file("regulars.db")).unwrap().execute(long_ago, []).unwrap();
    let path = format!("/v1/redemptions/{}/rollback", late.1["redemption"]);
    assert_eq!(program.post(&path, "key-6", &why).1["type"], "urn:regulars:too_late");
    assert_eq!(shop.held("C-01", "told_to_tills").len(), 4);
    shop.run("customer forget C-01 --yes").says("still have them");
    assert_eq!(shop.count("SELECT count(*) FROM till_answer WHERE body LIKE '%Smith%'"), 0, "nothing is kept of them");
}

#[test]
fn a_till_that_could_not_ask_says_when_they_came() {
    let shop = shop();
    let program = Program::open(&shop, "--today 2024-03-20");
    let (at, late) = ("2024-03-10T12:00:00+00:00", "2024-03-11T12:00:00+00:00");
    let told = chrono::DateTime::parse_from_rfc3339(at).unwrap().with_timezone(&chrono::Local);
    let visit =
        |reference: &str, at: &str| json!({ "code": shop.code("spring", reference), "spend_minor": 900, "at": at });
    let (status, answer) = program.redeem("a", &visit("C-01", at));
    assert_eq!((status, &answer["redeemed_at"]), (201, &json!(told.format("%Y-%m-%dT%H:%M:%S").to_string())));
    assert_eq!(program.redeem("a", &visit("C-01", at)), (status, answer));
    assert_eq!(
        shop.held("C-01", "at_the_till").iter().filter(|one| one["arrived_at"].as_str() > one["at"].as_str()).count(),
        1
    );
    // The gift was handed over: a rejection is shown to the owner, with both sides.
    assert_eq!(program.redeem("b", &visit("C-01", late)).1["outcome"], "already_redeemed");
    assert_eq!(program.redeem("c", &visit("C-03", "2024-02-28T12:00:00+00:00")).1["outcome"], "not_yet");
    let day = program.server.get("/owner/day");
    day.shows("Given twice.").shows("Given before the first day.").shows("at the till “front”, $9.00");
    for (key, at) in [("d", "2024-03-23T12:00:00+00:00"), ("e", "2024-03-10 noon"), ("f", "yesterday")] {
        assert_eq!(program.redeem(key, &visit("C-06", at)).0, 422, "{at}");
    }
    assert_eq!(shop.held("C-01", "redemptions").len(), 1);
    assert_eq!(["C-01", "C-03", "C-06"].map(|one| shop.held(one, "at_the_till").len()), [2, 1, 0]);
}

#[test]
fn the_card_is_that_of_the_till_and_the_log_names_nobody() {
    let shop = shop();
    let program = Program::open(&shop, "");
    let (status, card) = program.get("/v1/customers/C-01");
    assert_eq!((status, &card["name"]), (200, &json!("Robert Smith")));
    assert_eq!(
        (&card["gift"]["state"], &card["gift"]["code"]),
        (&json!("waiting"), &json!(shop.code("spring", "C-01")))
    );
    let shown = shop.json("customer show C-01");
    for (key, value) in card.as_object().unwrap() {
        assert_eq!(value, &shown[key], "{key}");
    }
    for sums in ["spend_12m_minor", "visits_12m", "wishes", "email_consent"] {
        assert!(card.get(sums).is_none() && shown.get(sums).is_some(), "{sums}");
    }
    assert_eq!(program.get("/v1/customers/C-0%31").1, card, "as it stands in an address");
    assert_eq!(program.get("/v1/customers/nobody").0, 404);

    let revoked = token(&shop, "back");
    let write = |key: &str| {
        let more = format!("Idempotency-Key: {key}\r\n");
        program.ask(&revoked, "POST", "/v1/redemptions", &more, r#"{"code": "none"}"#)
    };
    assert_eq!(write("before").status, 404);
    shop.run("till tokens").shows("2  back  made 2024-03-01");
    shop.run("till revoke 2").stdout("Token 2 of the till `back` is no longer valid.\n");
    shop.run("till revoke 2").status(1).says("was revoked on 2024-03-01");
    shop.run("till token frnt").status(1).says("did you mean `front`?");
    for token in ["", "rt_made_up", &revoked] {
        let page = program.ask(token, "GET", "/v1/customers/C-01", "", "");
        assert_eq!((page.status, page.header("www-authenticate")), (401, "Bearer"));
    }
    let page = write("after");
    assert_eq!((page.status, page.header("www-authenticate")), (401, "Bearer"), "it was known to be good");
    let dumped = crate::support::dump(&shop.file("regulars.db"));
    assert!(!dumped.contains(&program.token) && !dumped.contains(&revoked), "tokens are kept as hashes");
    program.server.interrupt();
    let said = program.server.said();
    assert!(said.contains("route=\"/v1/customers/{ref}\" status=200"), "{said}");
    for secret in ["C-01", "Smith", program.token.as_str()] {
        assert!(!said.contains(secret), "the log says {secret}:\n{said}");
    }
}

#[test]
fn bar_codes_of_goods_are_no_guesses_and_lock_nobody_out() {
    let shop = shop();
    let program = Program::open(&shop, "");
    let goods = [
        "4006381333931",
        "9783161484100",
        "0-306-40615-2",
        "036000291452",
        "96385074",
        "10614141543219",
        "]E04006381333931",
        "(01)10614141543219(17)261231",
    ];
    let others = [
        "4006381333932",
        "12345670",
        "1234567890128901",
        "ABC-12345",
        "SKU 99-1234-B",
        "*TEA-0042*",
        "SKU1234X",
        "AB-12-CD-34",
        "",
    ];
    let mut key = 0;
    let mut ask = |body: &Value| {
        key += 1;
        program.redeem(&format!("k{key}"), body)
    };
    for _ in 0..6 {
        for code in goods.into_iter().chain(others) {
            let (status, answer) = ask(&json!({ "code": code, "spend_minor": 100 }));
            assert_eq!((status, &answer["outcome"]), (404, &json!("unknown")), "{code}");
            let is_named = answer["detail"] == "That is the bar code of a product, not of a letter.";
            assert_eq!(is_named, goods.contains(&code) || code == "12345670", "{code}: {answer}");
        }
    }
    assert_eq!(shop.times("at_the_till", &json!({ "outcome": "accepted" })), 0);
    for code in goods {
        let sql = format!("SELECT count(*) FROM redemption_event WHERE code = '{code}'");
        assert_eq!(shop.count(&sql), 0, "{code} is nothing that happened at a till");
    }
    // A code that happens to be a bar code is still the letter's.
    let chance = "96385074";
    let typed = (0..10).find_map(|n| {
        (0..10_000_000)
            .step_by(9_973)
            .map(|m| format!("{n}{m:07}"))
            .find(|code| regulars::for_tests::is_code(code) && is_ean_8(code))
    });
    let typed = typed.expect("digits that are both");
    assert!(is_ean_8(chance));
    let stored = format!("{}-{}", &typed[..4], &typed[4..]);
    let change = format!("UPDATE recipient SET code = '{stored}' WHERE code = '{}'", shop.code("spring", "C-03"));
    rusqlite::Connection::open(shop.file("regulars.db")).unwrap().execute(&change, []).unwrap();
    assert_eq!(ask(&json!({ "code": typed })).0, 201, "{typed}");
    assert_eq!(ask(&json!({ "code": shop.code("spring", "C-06") })).0, 201, "after so many bar codes");
}

/// Weights 3 and 1 from the left, and a sum that ends in zero.
fn is_ean_8(digits: &str) -> bool {
    let sum: u32 = digits.bytes().zip([3, 1].into_iter().cycle()).map(|(b, weight)| u32::from(b - b'0') * weight).sum();
    digits.len() == 8 && sum.is_multiple_of(10)
}

#[test]
fn a_body_that_does_not_fit_is_told_by_its_key() {
    let shop = shop();
    let program = Program::open(&shop, "");
    let deep = format!("{{\"code\": {}{}}}", "[".repeat(500), "]".repeat(500));
    let object = "The body must be a JSON object";
    let bodies: &[(&str, u16, &str)] = &[
        ("[]", 422, object),
        ("null", 422, object),
        ("\"7K3M-9QXA\"", 422, object),
        ("12", 422, object),
        ("true", 422, object),
        ("[{\"code\": \"x\"}]", 422, object),
        ("", 400, "The body is empty"),
        (" \r\n", 400, "The body is empty"),
        ("{", 400, "it ends too early"),
        ("{\"code\": \"7K", 400, "it ends too early"),
        ("code=7K3M-9QXA", 400, "The body is not JSON: check line 1, column 1."),
        ("{\"code\": \"x\"} {}", 400, "The body is not JSON"),
        ("{'code': 'x'}", 400, "The body is not JSON"),
        ("{\"code\": \"x\",}", 400, "The body is not JSON"),
        (&deep, 400, "too many brackets inside one another"),
        ("{}", 422, "Give a `code`, or a `customer` and a `campaign`."),
        ("{\"spend_minor\": 100}", 422, "Give a `code`"),
        ("{\"customer\": \"C-01\"}", 422, "Give a `code`"),
        ("{\"code\": null}", 422, "Give a `code`"),
        ("{\"code\": 12}", 422, "`code` must be text in quotes, and it is a number."),
        ("{\"code\": [\"x\"]}", 422, "`code` must be text in quotes, and it is a list."),
        ("{\"code\": {}}", 422, "`code` must be text in quotes, and it is an object."),
        ("{\"code\": true}", 422, "`code` must be text in quotes, and it is true or false."),
        ("{\"code\": \"x\", \"receipt\": 1187}", 422, "`receipt` must be text in quotes, and it is a number."),
        ("{\"code\": \"x\", \"at\": 1711972800}", 422, "`at` must be text in quotes, and it is a number."),
        (
            "{\"code\": \"x\", \"spend_minor\": \"612.40\"}",
            422,
            "`spend_minor` must be a whole number without quotes, and it is text.",
        ),
        ("{\"code\": \"x\", \"spend_minor\": 612.4}", 422, "and it is a fraction, or too large."),
        ("{\"code\": \"x\", \"spend_minor\": 99999999999999999999}", 422, "and it is a fraction, or too large."),
        ("{\"code\": \"x\", \"code\": \"y\"}", 422, "`code` occurs twice."),
        ("{\"code\": \"x\", \"spend\": 100}", 422, "unknown field `spend`; known here: `code`, `customer`, "),
        ("{\"code\": \"x\", \"spend_minr\": 100}", 422, "unknown field `spend_minr`; perhaps `spend_minor` is meant."),
        ("{\"Code\": \"x\"}", 422, "unknown field `Code`; perhaps `code` is meant."),
    ];
    let refused = |path: &str, body: &[u8], status: u16, says: &str| {
        let more = "Idempotency-Key: k\r\n";
        let head = format!(
            "POST {path} HTTP/1.1\r\nAuthorization: Bearer {}\r\n{more}Content-Length: {}\r\n",
            program.token,
            body.len()
        );
        let page = program.server.ask_bytes(&head, body);
        let shown = String::from_utf8_lossy(body);
        assert_eq!(page.status, status, "{shown}: {}", page.body);
        let problem: Value = serde_json::from_str(&page.body).unwrap();
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(says) && detail.ends_with('.'), "{shown}: {detail}");
        for inner in ["struct", "expected", "invalid", "Option", "i64", "serde", "Request", "EOF", "recursion"] {
            assert!(!detail.contains(inner), "{shown}: {detail}");
        }
    };
    for (body, status, says) in bodies {
        refused("/v1/redemptions", body.as_bytes(), *status, says);
    }
    refused("/v1/redemptions", b"{\"code\": \"caf\xe9\"}", 400, "The body is not text in UTF-8.");
    refused("/v1/redemptions", b"\xff\xfe{\0}\0", 400, "The body is not text in UTF-8.");
    for (body, status, says) in [
        ("[]", 422, object),
        ("{}", 422, "`reason` is missing"),
        ("{\"reason\": null}", 422, "`reason` is missing"),
        ("{\"reason\": 5}", 422, "`reason` must be text in quotes, and it is a number."),
        ("{\"reason\": \"x\", \"why\": \"y\"}", 422, "unknown field `why`; known here: `reason`."),
        ("reason", 400, "The body is not JSON"),
    ] {
        refused("/v1/redemptions/1/rollback", body.as_bytes(), status, says);
    }
    assert_eq!(shop.count("SELECT count(*) FROM redemption_event"), 0);
    // A byte order mark is ignored; an unknown address gives the same kind of error.
    let body = format!("\u{feff}{}", json!({ "code": shop.code("spring", "C-03"), "receipt": null }));
    assert_eq!(program.ask(&program.token, "POST", "/v1/redemptions", "Idempotency-Key: k\r\n", &body).status, 201);
    let page = program.ask(&program.token, "GET", "/v1/customers/%FF", "", "");
    assert_eq!(page.status, 400);
    page.shows("The address did not arrive completely.");
}

#[test]
fn the_description_says_what_is_answered() {
    let shop = shop();
    let program = Program::open(&shop, "");
    let described = program.server.get("/v1/openapi.json");
    assert_eq!(described.status, 200);
    program.seen.lock().unwrap().insert(("get /v1/openapi.json".to_owned(), 200));
    let described: Value = serde_json::from_str(&described.body).unwrap();
    let paths = described["paths"].as_object().unwrap();

    // The fields that a till may send, and no others.
    let source = include_str!("../src/web/api/redemptions.rs");
    let request = source.split("struct RedeemRequest {").nth(1).unwrap().split('}').next().unwrap();
    let fields: BTreeSet<&str> = request
        .lines()
        .filter_map(|line| line.trim().split_once(": "))
        .map(|(name, _)| name)
        .filter(|n| !n.contains('/'))
        .collect();
    let visit = described["components"]["schemas"]["Visit"]["properties"].as_object().unwrap();
    assert_eq!(fields, visit.keys().map(String::as_str).collect());

    // The routes that exist, and no others.
    let source = include_str!("../src/web/api/mod.rs");
    let routes: BTreeSet<String> =
        source.split(".route(\"").skip(1).map(|rest| format!("/v1{}", rest.split('"').next().unwrap())).collect();
    assert_eq!(routes, paths.keys().cloned().collect());
    for (path, methods) in paths {
        let at = path.replace("{id}", "1").replace("{ref}", "x");
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            let head = format!("{method} {at} HTTP/1.1\r\nContent-Length: 0\r\n");
            let status = program.server.ask(&head, "").status;
            let is_there = methods.get(method.to_lowercase()).is_some();
            assert_eq!(is_there, status != 405 && status != 404, "{method} {path}: {status}");
        }
    }
    assert_eq!(program.get("/v1/nowhere").0, 404);
    program.seen.lock().unwrap().remove(&("get /v1/nowhere".to_owned(), 404));

    // Each documented status, and no other.
    let code = shop.code("spring", "C-01");
    let (_, given) = program.redeem("a", &json!({ "code": code }));
    assert_eq!(program.redeem("b", &json!({ "code": code })).0, 409);
    assert_eq!(program.redeem("c", &json!({ "code": code, "campaign": "spring" })).0, 422);
    let misspelt = program.redeem("d", &json!({ "kode": code })).1["detail"].to_string();
    assert!(misspelt.contains("unknown field `kode`"), "{misspelt}");
    assert_eq!(program.redeem("e", &json!({ "code": code, "spend_minor": -5 })).0, 422);
    for n in 0..20 {
        assert_eq!(program.redeem(&format!("guess-{n}"), &json!({ "code": format!("7K3M-{n:04}") })).0, 404);
    }
    assert_eq!(program.redeem("guess", &json!({ "code": code })).0, 429);
    assert_eq!(program.redeem("person", &json!({ "customer": "C-01", "campaign": "spring" })).0, 409);
    let path = format!("/v1/redemptions/{}/rollback", given["redemption"]);
    let why = json!({ "reason": "a mistake" });
    for at in ["/v1/redemptions", path.as_str()] {
        assert_eq!(program.ask(&program.token, "POST", at, "", "{}").status, 400, "no key");
        assert_eq!(program.ask(&program.token, "POST", at, "Idempotency-Key: x\r\n", "{").status, 400, "no JSON");
        assert_eq!(program.ask("", "POST", at, "Idempotency-Key: x\r\n", "{}").status, 401);
    }
    assert_eq!(program.post(&path, "f", &json!({ "reason": " " })).0, 422);
    assert_eq!(program.post("/v1/redemptions/999/rollback", "g", &why).0, 404);
    assert_eq!(program.post("/v1/redemptions/first/rollback", "h", &why).0, 404);
    let back = token(&shop, "back");
    assert_eq!(program.ask(&back, "POST", &path, "Idempotency-Key: i\r\n", &why.to_string()).status, 403);
    assert_eq!((program.post(&path, "j", &why).0, program.post(&path, "k", &why).0), (200, 409));
    assert_eq!((program.get("/v1/customers/C-01").0, program.get("/v1/customers/x").0), (200, 404));
    assert_eq!(program.ask("", "GET", "/v1/customers/x", "", "").status, 401);
    let mut other = rusqlite::Connection::open(shop.file("regulars.db")).unwrap();
    let lock = other.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| assert_eq!(program.redeem("l", &json!({ "customer": "C-02", "campaign": "spring" })).0, 503));
        scope.spawn(|| assert_eq!(program.post(&path, "m", &why).0, 503));
    });
    drop(lock);

    let mut told = BTreeSet::new();
    for (path, methods) in paths {
        for (method, operation) in methods.as_object().unwrap() {
            let statuses =
                operation["responses"].as_object().unwrap().keys().filter_map(|status| status.parse::<u16>().ok());
            told.extend(statuses.map(|status| (format!("{method} {path}"), status)));
        }
    }
    // Reading continues while another program writes; no test can make it fail.
    told.remove(&("get /v1/customers/{ref}".to_owned(), 503));
    assert_eq!(*program.seen.lock().unwrap(), told);
}
