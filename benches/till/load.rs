//! Tills that redeem as fast as possible: one thread, keep-alive connections, bytes written and read directly.
//!
//!     till-load ADDRESS TOKEN CODES CONNECTIONS SECONDS
//!
//! CODES is a file with one code per line; each is redeemed once, under its own key. Prints one JSON object: how many
//! were accepted, how many other responses there were, seconds, and response times in milliseconds.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

type Fault = Box<dyn std::error::Error>;

/// What all connections share.
struct Load {
    address: String,
    token: String,
    codes: Vec<String>,
    next: Cell<usize>,
    until: Instant,
    accepted: Cell<u64>,
    others: Cell<u64>,
    odd: RefCell<String>,
    micros: RefCell<Vec<u32>>,
}

async fn redeem(load: &Load) -> Result<(), Fault> {
    let mut stream = TcpStream::connect(&load.address).await?;
    stream.set_nodelay(true)?;
    let (mut answer, mut filled) = (vec![0_u8; 16 * 1024], 0);
    while Instant::now() < load.until {
        let n = load.next.get();
        let Some(code) = load.codes.get(n) else { break };
        load.next.set(n + 1);
        let body = format!(r#"{{"code":"{code}","spend_minor":{},"receipt":"R{n}"}}"#, n % 100_000);
        let request = format!(
            "POST /v1/redemptions HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nIdempotency-Key: receipt-{n}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            load.address,
            load.token,
            body.len()
        );
        let began = Instant::now();
        stream.write_all(request.as_bytes()).await?;
        let whole = loop {
            if let Some(whole) = length(&answer[..filled]) {
                break whole;
            }
            match stream.read(&mut answer[filled..]).await? {
                0 => return Err("the server hung up".into()),
                read => filled += read,
            }
        };
        load.micros.borrow_mut().push(began.elapsed().as_micros() as u32);
        if answer.starts_with(b"HTTP/1.1 201") {
            load.accepted.set(load.accepted.get() + 1);
        } else {
            load.others.set(load.others.get() + 1);
            *load.odd.borrow_mut() = String::from_utf8_lossy(&answer[..whole]).into_owned();
        }
        answer.copy_within(whole..filled, 0);
        filled -= whole;
    }
    Ok(())
}

/// The length of the response, once it is complete.
fn length(bytes: &[u8]) -> Option<usize> {
    let head = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let lines = std::str::from_utf8(&bytes[..head]).ok()?.split("\r\n");
    let said =
        lines.filter_map(|line| line.split_once(':')).find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let whole = head + 4 + said?.1.trim().parse::<usize>().ok()?;
    (bytes.len() >= whole).then_some(whole)
}

fn main() -> Result<(), Fault> {
    let words: Vec<String> = std::env::args().collect();
    let [_, address, token, codes, connections, seconds] = words.as_slice() else {
        return Err("ADDRESS TOKEN CODES CONNECTIONS SECONDS".into());
    };
    let codes: Vec<String> = std::fs::read_to_string(codes)?.lines().map(str::to_owned).collect();
    let began = Instant::now();
    let load = Rc::new(Load {
        address: address.clone(),
        token: token.clone(),
        next: Cell::new(0),
        until: began + Duration::from_secs_f64(seconds.parse()?),
        accepted: Cell::default(),
        others: Cell::default(),
        odd: RefCell::default(),
        micros: RefCell::new(Vec::with_capacity(codes.len())),
        codes,
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let tills = tokio::task::LocalSet::new();
    let tasks: Vec<_> = (0..connections.parse::<usize>()?)
        .map(|_| {
            let load = Rc::clone(&load);
            tills.spawn_local(async move {
                if let Err(fault) = redeem(&load).await {
                    eprintln!("{fault}");
                }
            })
        })
        .collect();
    tills.block_on(&runtime, async {
        for task in tasks {
            let _ = task.await;
        }
    });
    let seconds = began.elapsed().as_secs_f64();
    let mut micros = load.micros.take();
    micros.sort_unstable();
    let at = |share: f64| f64::from(micros.get((micros.len() as f64 * share) as usize).copied().unwrap_or(0)) / 1e3;
    let told = serde_json::json!({
        "accepted": load.accepted.get(), "others": load.others.get(), "odd": load.odd.take(), "seconds": seconds,
        "p50": at(0.5), "p99": at(0.99), "most": micros.last().map_or(0.0, |most| f64::from(*most) / 1e3),
    });
    println!("{told}");
    Ok(())
}
