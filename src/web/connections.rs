//! Connections: how many at once, timeouts, encryption, and an orderly shutdown.

use std::collections::HashMap;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

/// Connections at once, in total and from one address.
const MOST: usize = 500;
const MOST_EACH: usize = 60;

/// How long a client may take for the TLS handshake, and to send a request; also how long it may stay idle.
const PATIENCE: Duration = Duration::from_secs(10);

/// A connection older than this ends after the current response.
const LIFE: Duration = Duration::from_secs(300);

/// How long that response may take to be sent.
const LAST_ORDERS: Duration = Duration::from_secs(10);

/// The largest headers of a request, in bytes.
const HEADERS: usize = 32 * 1024;

/// The response to a browser that uses http for an https address.
const ENCRYPTED: &[u8] = b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n\
                           These pages are encrypted: write https:// before the address.\n";

/// The client's address.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer(pub(super) IpAddr);

/// The number of connections, by address.
type Connected = Arc<Mutex<HashMap<IpAddr, usize>>>;

/// Accepts connections until it is told to stop; then finishes current requests.
pub(super) async fn serve(
    listener: TcpListener,
    encrypted: Option<TlsAcceptor>,
    router: Router,
    is_behind_proxy: bool,
    until: impl Future<Output = ()>,
) {
    let (places, connected) = (Arc::new(Semaphore::new(MOST)), Connected::default());
    let (ending, ends) = watch::channel(());
    let mut until = pin!(until);
    loop {
        let arrived = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, stream, from) = tokio::select! {
            () = &mut until => break,
            arrived = arrived => match arrived {
                (Ok(place), Ok((stream, from))) => (place, stream, from.ip().to_canonical()),
                (_, fault) => {
                    // For example too many open files: others are closed in a moment.
                    tracing::error!(fault = ?fault.err(), "connections cannot be accepted");
                    sleep(Duration::from_millis(200)).await;
                    continue;
                }
            },
        };
        // Behind a proxy, and on this machine, one address stands for many clients.
        let is_many = is_behind_proxy || from.is_loopback();
        let Some(permit) = ConnectionPermit::take(&connected, from, is_many) else { continue };
        let (encrypted, router, ends) = (encrypted.clone(), router.clone().layer(Extension(Peer(from))), ends.clone());
        tokio::spawn(async move {
            accept(stream, encrypted, router, ends).await;
            drop((place, permit));
        });
    }
    drop((listener, ends));
    let _ = ending.send(());
    ending.closed().await;
}

async fn accept(stream: TcpStream, encrypted: Option<TlsAcceptor>, router: Router, ends: watch::Receiver<()>) {
    // A response is small and complete: it is sent at once.
    let _ = stream.set_nodelay(true);
    let Some(encrypted) = encrypted else { return serve_connection(stream, router, ends).await };
    let mut first = [0];
    match timeout(PATIENCE, stream.peek(&mut first)).await {
        Ok(Ok(1)) if first[0].is_ascii_uppercase() => {
            // The request is read first; otherwise the connection may break before the response is received.
            let _ = stream.try_read(&mut [0; 4_096]);
            let _ = stream.try_write(ENCRYPTED);
        }
        Ok(Ok(1)) => match timeout(PATIENCE, encrypted.accept(stream)).await {
            Ok(Ok(stream)) => serve_connection(stream, router, ends).await,
            Ok(Err(fault)) => tracing::info!(%fault, "no agreement on encryption"),
            Err(_) => {}
        },
        _ => {}
    }
}

async fn serve_connection(stream: impl AsyncRead + AsyncWrite + Unpin, router: Router, mut ends: watch::Receiver<()>) {
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(PATIENCE).max_buf_size(HEADERS);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router)));
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = ends.changed() => {}
        () = sleep(LIFE) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = timeout(LAST_ORDERS, connection).await;
}

/// One of the slots of an address; freed when it is dropped.
struct ConnectionPermit(Connected, IpAddr);

impl ConnectionPermit {
    fn take(connected: &Connected, from: IpAddr, is_many: bool) -> Option<Self> {
        let mut count = connected.lock().unwrap_or_else(PoisonError::into_inner);
        let here = count.entry(from).or_default();
        if *here >= MOST_EACH && !is_many {
            return None;
        }
        *here += 1;
        drop(count);
        Some(Self(Arc::clone(connected), from))
    }
}

impl Drop for ConnectionPermit {
    fn drop(&mut self) {
        let mut count = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(here) = count.get_mut(&self.1) {
            *here -= 1;
            if *here == 0 {
                count.remove(&self.1);
            }
        }
    }
}
