//! Who may use the pages: no one without permission, nothing to guess, sessions that end, sound encryption, and no slow
//! client delays others.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::support::{Page, Server, Shop, dump, outside, program, tools, words_of};

const PASSPHRASE: &str = "nine brass buttons";
const PIN: &str = "402917";

/// Runs a command with standard input; its status, and all its output.
#[track_caller]
fn told(shop: &Shop, line: &str, input: &str) -> (i32, String) {
    let mut command = program(&shop.path(), &words_of(line));
    let piped = std::process::Stdio::piped;
    let mut child = command.stdin(piped()).stdout(piped()).stderr(piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    (output.status.code().unwrap_or(-1), text)
}

/// A shop with a campaign that has codes, two tills, a passphrase and a PIN.
pub fn locked() -> Shop {
    let shop = Shop::new();
    let text = shop.read("shop.toml");
    shop.write("shop.toml", format!("{text}\n[till]\nnames = [\"front\", \"back\"]\nhost = \"till.shop.example\"\n"));
    shop.run("plan spring").quiet();
    shop.run("posted spring --on 2024-03-01").quiet();
    for (verb, secret) in [("till passphrase", PASSPHRASE), ("till pin", PIN)] {
        let (status, said) = told(&shop, verb, &format!("{secret}\n"));
        assert_eq!(status, 0, "{said}");
        assert!(!said.contains(secret), "{said}");
    }
    shop
}

fn form(path: &str, more: &str, form: &str) -> (String, String) {
    let kind = "Content-Type: application/x-www-form-urlencoded\r\nAccept: text/html\r\n";
    (format!("POST {path} HTTP/1.1\r\n{kind}{more}Content-Length: {}\r\n", form.len()), form.to_owned())
}

fn post(server: &Server, path: &str, more: &str, typed: &str) -> Page {
    let (head, body) = form(path, more, typed);
    server.ask(&head, &body)
}

fn get(server: &Server, path: &str, more: &str) -> Page {
    server.ask(&format!("GET {path} HTTP/1.1\r\nAccept: text/html\r\n{more}"), "")
}

/// The `Cookie:` line after signing in.
#[track_caller]
pub fn cookie(page: &Page) -> String {
    assert_eq!(page.status, 303, "{page:?}");
    format!("Cookie: {}\r\n", page.header("set-cookie").split(';').next().unwrap())
}

#[test]
fn each_page_has_its_door_and_no_secret_can_be_read_from_the_file() {
    let shop = locked();
    let server = Server::start(&shop, "");
    for (path, door) in
        [("/till", "till"), ("/till/person/1", "till"), ("/owner/day", "owner"), ("/owner/to-come", "owner")]
    {
        let page = get(&server, path, "");
        assert_eq!((page.status, page.header("location")), (303, format!("/sign-in/{door}").as_str()), "{path}");
        assert_eq!(server.get(path).status, 403, "a program is told: {path}");
    }
    let lost = post(&server, "/till/note/1", "", "kind=visit&text=hello");
    assert_eq!(lost.status, 403);
    lost.shows("Nothing was recorded");
    assert_eq!((server.get("/health").status, server.get("/u/x").status), (200, 200), "these are for everybody");
    get(&server, "/sign-in/till", "").shows("The PIN of the tills").shows("value=\"back\"");

    assert_eq!(post(&server, "/sign-in/till", "", "secret=402917").status, 422, "which till?");
    let wrong = post(&server, "/sign-in/till", "", "secret=402918&till=back");
    assert_eq!(wrong.status, 403);
    wrong.shows("That is not the PIN.");
    let answer = post(&server, "/sign-in/till", "", "secret=402917&till=back");
    let set = answer.header("set-cookie").to_owned();
    assert!(set.ends_with("; Path=/; Max-Age=1209600; HttpOnly; SameSite=Strict"), "{set}");
    let till = cookie(&answer);
    get(&server, "/till", &till).shows("Till “back”");
    assert_eq!(get(&server, "/owner/day", &till).header("location"), "/sign-in/owner", "no takings for tills");
    let other = format!("{}; till=ZnJvbnQ\r\n", till.trim_end());
    get(&server, "/till", &other).shows("Till “back”");

    let owner = cookie(&post(&server, "/sign-in/owner", "", "secret=nine+brass+buttons"));
    for path in ["/owner/day", "/till/person/1"] {
        assert!([200, 303].contains(&get(&server, path, &owner).status), "{path}");
        assert!(!get(&server, path, &owner).body.contains("passphrase"), "{path}");
    }
    let dumped = dump(&shop.file("regulars.db"));
    for secret in [PASSPHRASE, PIN, till.trim().split('=').nth(1).unwrap()] {
        assert!(!dumped.contains(secret), "the file holds {secret}");
        assert!(!server.said().contains(secret), "the log holds {secret}");
    }
    assert!(dumped.contains("$argon2id$"));
}

#[test]
fn sessions_outlive_the_program_and_end_with_the_pin_or_a_button() {
    let shop = locked();
    let server = Server::start(&shop, "");
    let sign_in = |server: &Server| cookie(&post(server, "/sign-in/till", "", "secret=402917&till=front"));
    let (first, second) = (sign_in(&server), sign_in(&server));
    assert_ne!(first, second);
    get(&server, "/till", &first).shows("Sign out");
    get(&server, "/sign-out", &first).shows("Sign out this till, front");
    assert!(post(&server, "/sign-out/till", &first, "").header("set-cookie").contains("Max-Age=0"));
    assert_eq!((get(&server, "/till", &first).status, get(&server, "/till", &second).status), (303, 200));
    server.interrupt();
    assert_eq!(server.ended().0, 0);

    let server = Server::start(&shop, "");
    assert_eq!(get(&server, "/till", &second).status, 200, "it was only started anew");
    let owner = cookie(&post(&server, "/sign-in/owner", "", "secret=nine+brass+buttons"));
    let (status, said) = told(&shop, "till pin", "771204\n");
    assert_eq!((status, said.as_str()), (0, "The PIN is set. One session ended with it.\n"));
    assert_eq!((get(&server, "/till", &second).status, get(&server, "/owner/day", &owner).status), (303, 200));
    assert_eq!(post(&server, "/sign-in/till", "", "secret=402917&till=front").status, 403);
    assert_eq!(post(&server, "/sign-in/till", "", "secret=771204&till=front").status, 303);
    server.interrupt();
    server.ended();

    let server = Server::start(&shop, "--today 2024-03-16");
    assert_eq!(get(&server, "/owner/day", &owner).status, 303, "after a time they end");
    assert_eq!(shop.count("SELECT count(*) FROM session"), 2);
    assert_eq!(post(&server, "/sign-in/till", "", "secret=771204&till=front").status, 303);
    assert_eq!(shop.count("SELECT count(*) FROM session"), 1, "the old ones are gone");
    for (input, says) in [("123456", "too easy"), ("", "no PIN was given"), ("40291", "too easy")] {
        let (status, said) = told(&shop, "till pin", &format!("{input}\n"));
        assert!(status == 1 && said.contains(says) && !said.contains(&format!("`{input}`")), "{said}");
    }
    shop.run("till pin --remove").shows("The PIN was removed.");
    shop.run("till passphrase --remove").shows("The passphrase was removed.");
    assert_eq!(get(&server, "/owner/day", "").status, 200, "on this machine nobody signs in unless it was wished");
    for path in ["/owner/day", "/owner/to-come", "/till/which"] {
        assert!(!get(&server, path, "").body.contains("Sign out"), "nobody did: {path}");
    }
}

#[test]
fn others_reach_the_pages_only_when_nobody_walks_in_and_nobody_reads_along() {
    let shop = Shop::new();
    shop.run("serve --listen 0.0.0.0:0 --plain")
        .status(1)
        .says("error: others could open the pages, and there is no passphrase and no PIN")
        .says("hint: set it with `regulars till passphrase` and `regulars till pin`");
    shop.run("serve --listen 127.0.0.1:0 --behind-proxy").status(1).says("needs the public name of the pages");
    let shop = locked();
    shop.run("serve --listen 0.0.0.0:0").status(1).says("would go over the network unencrypted").says("`--plain`");
    let server = Server::start(&shop, "--listen 0.0.0.0:0 --plain");
    let began = Instant::now();
    while !server.said().contains("warning: nothing is encrypted") {
        assert!(began.elapsed() < Duration::from_secs(10), "{}", server.said());
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(get(&server, "/till", "").status, 303);
    // What a phone would type: the address of this machine on the network, if it has one.
    let socket = std::net::UdpSocket::bind("0.0.0.0:0").unwrap();
    let own = socket.connect("192.0.2.1:9").and_then(|()| socket.local_addr()).ok().map(|own| own.ip());
    let own =
        own.filter(|ip| !ip.is_loopback() && !ip.is_unspecified()).map_or("0.0.0.0".to_owned(), |ip| ip.to_string());
    assert_eq!(server.address.rsplit_once(':').unwrap().0, own);
}

#[test]
fn behind_a_proxy_its_name_is_ours_and_its_word_on_addresses_counts() {
    let shop = locked();
    let server = Server::start(&shop, "--behind-proxy");
    let through = |who: &str| format!("Host: till.shop.example\r\nX-Forwarded-For: 9.9.9.9, {who}\r\n");
    let answer = post(&server, "/sign-in/till", &through("10.0.0.7"), "secret=402917&till=back");
    assert!(answer.header("set-cookie").starts_with("__Host-regulars-till="), "{answer:?}");
    assert!(answer.header("set-cookie").ends_with("; Secure"));
    let till = cookie(&answer);
    assert_eq!(get(&server, "/till", &format!("{till}{}", through("10.0.0.7"))).status, 200);
    assert_eq!(get(&server, "/till", "Host: other.example\r\n").status, 403, "another name");
    let led = format!("{till}{}Origin: https://evil.example\r\n", through("10.0.0.7"));
    assert_eq!(post(&server, "/till/find", &led, "q=smith").status, 403);
    let ours = format!("{till}{}Origin: https://till.shop.example\r\n", through("10.0.0.7"));
    assert_eq!(post(&server, "/till/find", &ours, "q=smith").status, 303);

    let guess = |who: &str| post(&server, "/sign-in/owner", &through(who), "secret=nine+tin+buttons");
    for n in 1..=5 {
        let wrong = guess("10.0.0.8");
        assert_eq!((wrong.status, wrong.body.contains("Wait 4 seconds before the next try.")), (403, n == 5));
    }
    let waits = guess("10.0.0.8");
    let seconds: u64 = waits.header("retry-after").parse().unwrap();
    assert!(waits.status == 429 && (1..=60).contains(&seconds), "{waits:?}");
    waits.shows(&format!("Wait {seconds} second"));
    let right = post(&server, "/sign-in/owner", &through("10.0.0.8"), "secret=nine+brass+buttons");
    assert_eq!(right.status, 429, "the right one says nothing either");
    assert_eq!(guess("127.0.0.1").status, 403, "whoever says so is still not at this machine");
    assert_eq!(post(&server, "/sign-in/owner", &through("10.0.0.9"), "secret=nine+brass+buttons").status, 303);

    let direct = Server::start(&shop, "");
    let passed = get(&direct, "/till", "X-Forwarded-For: 10.0.0.7\r\n");
    assert_eq!(passed.status, 403, "it was let through a proxy that nobody told of");
    assert_eq!(get(&direct, "/u/x", "X-Forwarded-For: 10.0.0.7\r\n").status, 200);
}

#[test]
fn guessing_ends_soon_and_neither_the_owner_nor_a_busy_till_waits() {
    let shop = locked();
    let server = Server::start(&shop, "");
    for _ in 0..8 {
        assert_eq!(post(&server, "/sign-in/owner", "", "secret=nine+tin+buttons").status, 403);
    }
    assert_eq!(post(&server, "/sign-in/owner", "", "secret=nine+brass+buttons").status, 303, "at this machine");
    let till = cookie(&post(&server, "/sign-in/till", "", "secret=402917&till=front"));
    let code = shop.code("spring", "C-01");
    let find = |typed: &str| post(&server, "/till/find", &till, &format!("q={typed}"));
    for _ in 0..60 {
        assert_eq!(find(&code).status, 303, "right codes are no guesses");
    }
    let made_up: Vec<String> = (0..2_000)
        .map(|n| format!("7K3M{n:03}"))
        .filter_map(|start| {
            (b'A'..=b'Z')
                .map(|end| format!("{start}{}", char::from(end)))
                .find(|code| regulars::for_tests::is_code(code))
        })
        .take(21)
        .collect();
    assert_eq!(made_up.len(), 21);
    for code in &made_up[..20] {
        assert_eq!(find(code).status, 404, "{code}");
    }
    let waits = find(&made_up[20]);
    assert_eq!(waits.status, 429);
    waits.shows("Too many codes were tried here").shows("or find them by name");
    assert_eq!(find(&code).status, 429, "else it would tell");
    assert_eq!(find("smith").status, 303, "names are found all the same");
}

/// The status of a response that comes before the request is complete, and may cut the rest off.
fn refused(server: &Server, request: &str) -> String {
    let mut stream = TcpStream::connect(&server.address).unwrap();
    let _ = stream.write_all(request.as_bytes());
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).split(' ').nth(1).unwrap_or_default().to_owned()
}

#[test]
fn whoever_is_slow_or_long_winded_holds_nobody_up() {
    let shop = Shop::new();
    let server = Server::start(&shop, "");
    let mut slow: Vec<TcpStream> = (0..80).map(|_| TcpStream::connect(&server.address).unwrap()).collect();
    for (n, stream) in slow.iter_mut().enumerate() {
        let start = if n % 2 == 0 { "GET /health HTTP/1.1\r\nX-Slow: " } else { "" };
        let body = "POST /till/find HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\nq=";
        stream.write_all(if n % 4 == 1 { body } else { start }.as_bytes()).unwrap();
    }
    let began = Instant::now();
    assert_eq!(server.get("/health").status, 200);
    assert!(began.elapsed() < Duration::from_secs(2));
    let mut answers = Vec::new();
    for stream in &mut slow {
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answers.push(answer);
    }
    assert!(began.elapsed() < Duration::from_secs(15), "they are let go");
    for (n, answer) in answers.iter().enumerate().filter(|(n, _)| n % 4 == 1) {
        assert!(answer.starts_with("HTTP/1.1 408"), "{n}: {answer}");
    }
    let (head, body) = form("/till/find", "", &("q=".to_owned() + &"a".repeat(70_000)));
    assert_eq!(refused(&server, &format!("{head}Host: localhost\r\n\r\n{body}")), "413");
    let long = "a".repeat(100_000);
    assert_eq!(refused(&server, &format!("GET /health HTTP/1.1\r\nHost: localhost\r\nX-Long: {long}\r\n\r\n")), "431");
    assert_eq!(server.get("/health").status, 200);
}

/// Makes a certificate as the manual describes, which expires after some days.
fn certificate(shop: &Shop, name: &str, days: i32) {
    outside(
        &shop.path(),
        &format!(
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days {days} -keyout {name}-key.pem \
             -out {name}.pem -subj /CN=Shop -addext subjectAltName=DNS:till.shop.example,IP:127.0.0.1"
        ),
    );
}

/// `ask.py PORT HOW NAME PATH [FORM]`: the response of the pages under a name for which shop.pem must be valid; with a
/// form it shows the headers.
const ASK: &str = r#"
import http.client, re, socket, ssl, sys
port, how, name, path, *form = sys.argv[1:]
connection = http.client.HTTPConnection(name, int(port))
connection.sock = socket.create_connection(("127.0.0.1", int(port)), timeout=30)
if how != "plain":
    context = ssl.create_default_context(cafile="shop.pem")
    if how != "tls":
        context.minimum_version = context.maximum_version = ssl.TLSVersion[how]
    connection.sock = context.wrap_socket(connection.sock, server_hostname=name)
kind = {}
if form:
    connection.request("GET", path)
    page = connection.getresponse()
    token = re.search('name="csrf" value="([^"]+)"', page.read().decode())[1]
    cookie = page.headers["Set-Cookie"].split(";")[0]
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie, "X-CSRF-Token": token}
connection.request("POST" if form else "GET", path, "".join(form), kind)
answer = connection.getresponse()
print(answer.headers if form else answer.read().decode(), end="")
"#;

#[test]
fn a_certificate_encrypts_the_pages_and_a_wrong_one_is_named() {
    if !tools("certificates, by openssl and Python") {
        return;
    }
    let shop = locked();
    certificate(&shop, "shop", 30);
    certificate(&shop, "other", 30);
    let settings = shop.read("shop.toml");
    let with = |certificate: &str, key: &str| {
        shop.write("shop.toml", format!("{settings}certificate = \"{certificate}\"\nkey = \"{key}\"\n"));
    };
    outside(&shop.path(), "openssl ec -in shop-key.pem -aes256 -passout pass:abcd -out locked.pem");
    outside(&shop.path(), "openssl x509 -in shop.pem -signkey shop-key.pem -days 0 -out past.pem");
    for (certificate, key, says) in [
        ("shop.pem", "other-key.pem", "shop.pem: the key does not belong to the certificate"),
        ("shop-key.pem", "shop.pem", "shop-key.pem: there is no certificate in this file"),
        ("shop.pem", "other.pem", "other.pem: there is no key in this file"),
        ("shop.pem", "locked.pem", "locked.pem: the key is protected by a passphrase"),
        ("past.pem", "shop-key.pem", "past.pem: the certificate expired on 20"),
        ("none.pem", "shop-key.pem", "cannot read"),
    ] {
        with(certificate, key);
        shop.run("serve --listen 127.0.0.1:0").status(1).says(says);
    }
    shop.write("shop.toml", format!("{settings}certificate = \"shop.pem\"\n"));
    shop.run("serve --listen 127.0.0.1:0").status(1).says("there is a `certificate` and no `key`");

    with("shop.pem", "shop-key.pem");
    let server = Server::start(&shop, "--listen 0.0.0.0:0");
    let port = server.address.rsplit(':').next().unwrap();
    shop.write("ask.py", ASK);
    let ask = |more: &str| outside(&shop.path(), &format!("python3 ask.py {port} {more}"));
    assert_eq!(ask("tls till.shop.example /health"), "ok\n");
    assert_eq!(ask("tls 127.0.0.1 /health"), "ok\n");
    assert!(ask("plain 127.0.0.1 /").contains("write https:// before the address"));
    let head = ask(&format!("tls till.shop.example /sign-in/till secret={PIN}&till=back"));
    assert!(head.contains("__Host-regulars-till=") && head.contains("; Secure"), "{head}");
    for version in ["TLSv1_2", "TLSv1_3"] {
        assert_eq!(ask(&format!("{version} till.shop.example /health")), "ok\n");
    }
}
