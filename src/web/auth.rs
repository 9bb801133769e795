//! Authentication of each page: who is there, where from, and whether they may come in.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

use super::answer;
use super::connections::Peer;
use super::state::AppState;
use crate::access::SignedIn;
use crate::app;
use crate::domain::Role;
use crate::error::Result;

/// Headers that a web server in front adds.
const PASSED_ON: [&str; 3] = ["x-forwarded-for", "forwarded", "x-real-ip"];

/// Lets the owner through.
pub(super) async fn owner(State(state): State<Arc<AppState>>, request: Request, next: Next) -> Response {
    match who(&state, request.headers()).await {
        Err(fault) => answer::trouble(&state, &fault),
        Ok(who) if who.owner_locked && !who.owner => turned_back(&state, &request, Role::Owner),
        Ok(who) => answer::to_whom(who.owner || who.till.is_some(), next.run(request)).await,
    }
}

/// Lets tills through, and the owner.
pub(super) async fn till(State(state): State<Arc<AppState>>, mut request: Request, next: Next) -> Response {
    match who(&state, request.headers()).await {
        Err(fault) => answer::trouble(&state, &fault),
        Ok(who) if who.till_locked && who.till.is_none() && !who.owner => turned_back(&state, &request, Role::Till),
        Ok(who) => {
            let is_signed_in = who.owner || who.till.is_some();
            request.extensions_mut().insert(who);
            answer::to_whom(is_signed_in, next.run(request)).await
        }
    }
}

pub(super) async fn who(state: &AppState, headers: &HeaderMap) -> Result<SignedIn> {
    let [owner, till] = [Role::Owner, Role::Till].map(|role| cookie(headers, &state.session_cookie(role)));
    let (names, now) = (state.shop.settings.till.names.clone(), state.clock.now());
    let who =
        state.database.read(move |read| app::sign_in::signed_in(read, &names, owner.as_deref(), till.as_deref(), now));
    who.await
}

pub(super) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(known, _)| *known == name).map(|(_, value)| value.to_owned())
}

/// To the sign-in; a program is told so, and a form that was filled in is not lost without a word.
fn turned_back(state: &AppState, request: &Request, role: Role) -> Response {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let path = format!("/sign-in/{}", role.as_str());
    match (is_read, accept.contains("text/html")) {
        (true, true) => Redirect::to(&path).into_response(),
        (false, true) => {
            let what = "Nothing was written down: this machine is not signed in any more.";
            answer::show(state, StatusCode::FORBIDDEN, "Sign in first.", what, "Then do it again.", &path)
        }
        _ => (StatusCode::FORBIDDEN, format!("Sign in first, at {path}\n")).into_response(),
    }
}

/// Where somebody is: behind a proxy what that says, else the other end of the line.
pub(super) fn address(state: &AppState, parts: &Parts) -> IpAddr {
    let peer = parts.extensions.get::<Peer>().map_or(Ipv4Addr::UNSPECIFIED.into(), |peer| peer.0);
    if !state.behind_proxy {
        return peer;
    }
    // The last is what our proxy saw; what stands before it anybody may have written.
    let passed = parts.headers.get_all(PASSED_ON[0]).iter().next_back().and_then(|value| value.to_str().ok());
    let seen = passed.and_then(|list| list.rsplit(',').next()).and_then(|ip| ip.trim().parse().ok());
    // Whoever comes through the proxy does not sit at this machine, whatever it says.
    seen.filter(|ip: &IpAddr| !ip.is_loopback()).unwrap_or(Ipv4Addr::UNSPECIFIED.into())
}

/// Why a request is not answered at all, when another site is behind it: it makes a browser write here, or took a name of
/// its own for this machine. The one page for the world, and tills that are programs, come from anywhere: their token is
/// the secret.
pub(super) fn refusal(state: &AppState, request: &Request) -> Option<&'static str> {
    if request.uri().path().starts_with("/u/") {
        return None;
    }
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    if !state.behind_proxy && PASSED_ON.iter().any(|name| request.headers().contains_key(*name)) {
        return Some("A web server in front passes on more than /u/: serve them with --behind-proxy.\n");
    }
    if request.uri().path().starts_with("/v1/") {
        return None;
    }
    let host = header("host").and_then(|host| host.parse::<Authority>().ok());
    let is_ours = |name: &str| {
        let name = name.trim_matches(['[', ']']);
        let public = state.shop.settings.till.host.as_deref();
        name == "localhost"
            || name.parse::<IpAddr>().is_ok()
            || public.is_some_and(|own| own.eq_ignore_ascii_case(name))
    };
    if host.as_ref().is_some_and(|host| !is_ours(host.host())) {
        return Some("Open the pages by the address of the machine that serves them, or by the `host` of shop.toml.\n");
    }
    let writes = !matches!(*request.method(), Method::GET | Method::HEAD);
    let is_led = match (header("sec-fetch-site"), header("origin")) {
        (Some(site), _) => matches!(site, "cross-site" | "same-site"),
        // Our own pages say `null`, as they name nobody where they come from.
        (None, Some(origin)) => origin != "null" && origin.split_once("://").map(|(_, from)| from) != header("host"),
        (None, None) => false,
    };
    (writes && is_led).then_some("This was sent by another site, and nothing was done.\n")
}
