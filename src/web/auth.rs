//! Authentication for each page: who sends the request, from where, and whether it is allowed.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
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

/// Headers added by a proxy.
const PASSED_ON: [&str; 3] = ["x-forwarded-for", "forwarded", "x-real-ip"];

/// Lets the owner through.
pub(super) async fn owner(State(state): State<Arc<AppState>>, request: Request, next: Next) -> Response {
    match who(&state, request.headers()).await {
        Err(fault) => answer::trouble(&state, &fault),
        Ok(who) if who.owner_locked && !who.owner => turned_back(&state, &request, Role::Owner),
        Ok(who) => answer::to_whom(Role::Owner, who.owner || who.till.is_some(), next.run(request)).await,
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
            answer::to_whom(Role::Till, is_signed_in, next.run(request)).await
        }
    }
}

pub(super) async fn who(state: &AppState, headers: &HeaderMap) -> Result<SignedIn> {
    let [owner, till] = [Role::Owner, Role::Till].map(|role| cookie(headers, &state.cookie_name(role.as_str())));
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

/// Redirects to the sign-in; a program gets an error, and the user of a filled-in form a message.
fn turned_back(state: &AppState, request: &Request, role: Role) -> Response {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let path = format!("/sign-in/{}", role.as_str());
    match (is_read, accept.contains("text/html")) {
        (true, true) => Redirect::to(&path).into_response(),
        (false, true) => {
            let what = "Nothing was recorded: this machine is no longer signed in.";
            answer::show(state, StatusCode::FORBIDDEN, "Sign in first.", what, "Then try again.", &path)
        }
        _ => (StatusCode::FORBIDDEN, format!("Sign in first, at {path}\n")).into_response(),
    }
}

/// The client's address: behind a proxy as in its header, else that of the connection.
pub(super) fn address(state: &AppState, parts: &Parts) -> IpAddr {
    let peer = parts.extensions.get::<Peer>().map_or(Ipv4Addr::UNSPECIFIED.into(), |peer| peer.0);
    if !state.behind_proxy {
        return peer;
    }
    // The last one was added by our proxy; anyone may have written those before it.
    let passed = parts.headers.get_all(PASSED_ON[0]).iter().next_back().and_then(|value| value.to_str().ok());
    let seen = passed.and_then(|list| list.rsplit(',').next()).and_then(|ip| ip.trim().parse().ok());
    // A client behind the proxy is not on this machine, whatever the header has.
    seen.filter(|ip: &IpAddr| !ip.is_loopback()).unwrap_or(Ipv4Addr::UNSPECIFIED.into())
}

/// Why a request is rejected because another site caused it: that site made a browser write here, or has a name that
/// resolves to this machine. The public page and the API accept any origin: their token is the secret, and no browser
/// adds it by itself.
pub(super) fn refusal(state: &AppState, request: &Request) -> Option<(StatusCode, &'static str)> {
    let Some(host) = host(request) else {
        return Some((StatusCode::BAD_REQUEST, "A request names the machine that it is for, once and by a name.\n"));
    };
    let path = request.uri().path();
    if path.starts_with("/u/") {
        return None;
    }
    let refused = |why| Some((StatusCode::FORBIDDEN, why));
    if !state.behind_proxy && PASSED_ON.iter().any(|name| request.headers().contains_key(*name)) {
        return refused("A web server in front passes on more than /u/: serve them with --behind-proxy.\n");
    }
    if path.starts_with("/v1/") {
        return None;
    }
    let name = host.host();
    let public = state.shop.settings.till.host.as_deref();
    let is_ours = name.eq_ignore_ascii_case("localhost")
        || name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok()
        || public.is_some_and(|own| own.eq_ignore_ascii_case(name));
    if !is_ours {
        return refused(
            "Open the pages by the address of the machine that serves them, or by the `host` of shop.toml.\n",
        );
    }
    let writes = !matches!(*request.method(), Method::GET | Method::HEAD);
    let is_led = writes && !is_from_here(request.headers(), &host, state.is_secure());
    is_led.then_some(()).and_then(|()| refused("This was sent by another site, and nothing was done.\n"))
}

/// The single host of a request: a name or an address with or without a port, without a user before an `@`.
fn host(request: &Request) -> Option<Authority> {
    let mut lines = request.headers().get_all(header::HOST).iter();
    let (Some(line), None) = (lines.next(), lines.next()) else { return None };
    let host: Authority = line.to_str().ok()?.parse().ok()?;
    let name = host.host();
    let is_name =
        |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b));
    let is_six = name
        .strip_prefix('[')
        .and_then(|name| name.strip_suffix(']'))
        .is_some_and(|six| six.parse::<Ipv6Addr>().is_ok());
    let port = host.as_str().strip_prefix(name)?;
    let has_port = port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok());
    // A request line with a full URL names the host too.
    let is_whole = request.uri().authority().is_none_or(|asked| *asked == host);
    ((is_name(name) || is_six) && has_port && is_whole).then_some(host)
}

/// Whether a form comes from a page of ours, by the browser's headers. Without them only the token counts.
fn is_from_here(headers: &HeaderMap, host: &Authority, is_secure: bool) -> bool {
    let all =
        |name: &str| headers.get_all(name).iter().map(|value| value.to_str().unwrap_or("null")).collect::<Vec<_>>();
    let is_own = |origin: &str| match origin.split_once("://") {
        Some(("http", from)) if !is_secure => host == from,
        Some(("https", from)) => host == from,
        _ => false,
    };
    let is_fetched_here = match all("sec-fetch-site").as_slice() {
        [] => true,
        // `none`: the user reloads what they sent, or the browser reopens it.
        [site] => matches!(*site, "same-origin" | "none"),
        _ => false,
    };
    let has_own_origin = match all("origin").as_slice() {
        [] => true,
        [origin] => is_own(origin),
        _ => false,
    };
    is_fetched_here && has_own_origin
}
