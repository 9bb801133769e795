//! `POST /v1/redemptions` with PostgreSQL: the peer of the till's own server.
//!
//!     till-peer LISTEN CONNECTIONS "host=/socket/folder port=54330 user=postgres dbname=postgres"
//!
//! The work of a request is one function in the database (peer.sql), called through a prepared statement: one round
//! trip. Requests use the connections in turn, without waiting for each other. It writes no log and adds no headers.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::serve::ListenerExt;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use tokio_postgres::{Client, NoTls, Statement};

type Fault = Box<dyn std::error::Error>;

struct Connections {
    all: Vec<(Client, Statement)>,
    next: AtomicUsize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Brought {
    code: String,
    spend_minor: Option<i64>,
    #[serde(default)]
    receipt: String,
}

async fn redeem(State(connections): State<Arc<Connections>>, headers: HeaderMap, body: Bytes) -> Response {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let Some(token) = text(header::AUTHORIZATION).strip_prefix("Bearer ") else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    let key = headers.get("idempotency-key").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let Ok(brought) = serde_json::from_slice::<Brought>(&body) else { return StatusCode::BAD_REQUEST.into_response() };
    let mut code: String = brought.code.chars().filter(char::is_ascii_alphanumeric).collect();
    code.make_ascii_uppercase();
    code.insert(code.len() / 2, '-');
    let (token, request) = (Sha256::digest(token).to_vec(), Sha256::digest(&body).to_vec());
    let (client, statement) =
        &connections.all[connections.next.fetch_add(1, Ordering::Relaxed) % connections.all.len()];
    let answer =
        client.query_one(statement, &[&token, &key, &request, &code, &brought.spend_minor, &brought.receipt]).await;
    match answer {
        Ok(row) => {
            let status = StatusCode::from_u16(row.get::<_, i32>(0) as u16).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (status, [(header::CONTENT_TYPE, "application/json")], row.get::<_, String>(1)).into_response()
        }
        Err(fault) => (StatusCode::SERVICE_UNAVAILABLE, format!("{fault:?}")).into_response(),
    }
}

async fn serve(listen: &str, connections: usize, database: &str) -> Result<(), Fault> {
    let mut all = Vec::new();
    for _ in 0..connections {
        let (client, connection) = tokio_postgres::connect(database, NoTls).await?;
        tokio::spawn(connection);
        let statement = client.prepare("SELECT status, body FROM redeem($1, $2, $3, $4, $5, $6)").await?;
        all.push((client, statement));
    }
    let state = Arc::new(Connections { all, next: AtomicUsize::default() });
    let router = Router::new().route("/v1/redemptions", post(redeem)).with_state(state);
    let listener = tokio::net::TcpListener::bind(listen).await?.tap_io(|stream| drop(stream.set_nodelay(true)));
    println!("listening");
    axum::serve(listener, router).await?;
    Ok(())
}

fn main() -> Result<(), Fault> {
    let words: Vec<String> = std::env::args().collect();
    let [_, listen, connections, database] = words.as_slice() else { return Err("LISTEN CONNECTIONS DATABASE".into()) };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(serve(listen, connections.parse()?, database))
}
