//! The pages: a small web server on the shop's own machine for the till, the owner, and people who unsubscribe.
//!
//! Requests are handled by a few tasks that never touch the database: `database.rs` has threads for that, one that
//! writes and some that read. `router.rs` assigns addresses to pages; each page has its own file.

mod answer;
mod api;
mod assets;
mod attempts;
mod auth;
mod connections;
mod csrf;
mod database;
mod exposure;
mod form_check;
mod manual;
mod owner;
mod pages;
mod router;
mod searches;
mod sign_in;
mod state;
mod till;
mod tls;
mod unsubscribe;
mod wording;

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, lookup_host};
use tokio::sync::Notify;

use crate::app;
use crate::app::serve::{Listen, OpenPages};
use crate::clock::Running;
use crate::error::{Error, ErrorKind, Result};
use crate::manual::Manual;
use crate::shop::Shop;
use crate::text;
use database::Database;
pub(crate) use exposure::reachable;
use state::AppState;

/// The default address of the pages.
pub(crate) const USUAL: &str = "127.0.0.1:7788";

/// How long current requests may take when the server is told to stop.
const LAST_ORDERS: Duration = Duration::from_secs(10);

/// Stops a running server.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stop(Arc<Notify>);

impl Stop {
    /// Stops it: new requests are not accepted, current ones are finished.
    pub(crate) fn now(&self) {
        self.0.notify_one();
    }
}

/// Serves the pages of a shop until it is told to stop; `ready` gets the address. Writes a structured log to stderr,
/// without personal data.
///
/// # Errors
/// When the address is in use or invalid, the database cannot be opened, or others could get in without
/// signing in.
pub(crate) fn serve(
    shop: Shop,
    clock: Running,
    manual: Manual,
    listen: &Listen,
    stop: &Stop,
    ready: impl FnOnce(SocketAddr),
) -> Result<()> {
    // An embedding program may have its own log.
    let least = if std::io::stderr().is_terminal() { tracing::Level::WARN } else { tracing::Level::INFO };
    let log = tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(false).with_target(false);
    let _ = log.with_max_level(least).try_init();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_io()
        .enable_time()
        .build()
        .map_err(|e| Error::of(ErrorKind::Machine, "the server could not be started").because(e))?;
    let addresses = runtime.block_on(resolved(&listen.address))?;
    app::serve::check(&shop, listen, &addresses)?;
    let _open = OpenPages::of(&shop)?;
    let (database, threads) = Database::open(&shop, runtime.handle())?;
    let state = AppState::new(shop, clock, database, manual, listen.behind_proxy)?;
    let done = runtime.block_on(listen_and_answer(state, (listen, &addresses), stop, ready));
    // Queued writes are on disk before the program ends.
    drop(runtime);
    threads.join();
    done
}

async fn listen_and_answer(
    state: AppState,
    (listen, addresses): (&Listen, &[SocketAddr]),
    stop: &Stop,
    ready: impl FnOnce(SocketAddr),
) -> Result<()> {
    let asked = listen.address.as_str();
    let encrypted = tls::acceptor(&state.shop)?;
    let listener = TcpListener::bind(addresses).await.map_err(|e| cannot_listen(asked, e))?;
    let address = listener.local_addr().map_err(|e| cannot_listen(asked, e))?;
    let router = router::router(Arc::new(state));
    ready(address);
    tracing::info!(%address, "listening");
    let ending = Notify::new();
    let until = async {
        stop.0.notified().await;
        tracing::info!("stopping");
        ending.notify_one();
    };
    // An idle connection does not delay the shutdown.
    let last_orders = async {
        ending.notified().await;
        tokio::time::sleep(LAST_ORDERS).await;
    };
    tokio::select! {
        () = connections::serve(listener, encrypted, router, listen.behind_proxy, until) => {}
        () = last_orders => tracing::warn!("not everyone was answered"),
    }
    Ok(())
}

/// The addresses of a name and a port.
async fn resolved(listen: &str) -> Result<Vec<SocketAddr>> {
    Ok(lookup_host(listen).await.map_err(|e| cannot_listen(listen, e))?.collect())
}

fn cannot_listen(listen: &str, error: std::io::Error) -> Error {
    let hint = match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            "another program is there, perhaps another `regulars serve`: end it, or choose another port"
        }
        std::io::ErrorKind::PermissionDenied => "ports below 1024 belong to the system: choose another",
        _ => "write an address of this machine and a port, such as `127.0.0.1:7788`",
    };
    Error::new(format!("cannot listen on {}", text::quote(listen))).hint(hint).because(error)
}
