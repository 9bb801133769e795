//! Which till this is: chosen once on each device, from the names in shop.toml.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Form, FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use tera::Context;

use crate::access::SignedIn;
use crate::web::state::AppState;
use crate::web::{answer, auth};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CurrentTill {
    /// Empty in a shop without named tills.
    pub(super) name: String,
    pub(super) from: IpAddr,
}

impl FromRequestParts<Arc<AppState>> for CurrentTill {
    type Rejection = Redirect;

    async fn from_request_parts(parts: &mut Parts, state: &Arc<AppState>) -> Result<Self, Redirect> {
        let (names, from) = (&state.shop.settings.till.names, auth::address(state, parts));
        if let Some(name) = parts.extensions.get::<SignedIn>().and_then(|who| who.till.clone()) {
            return Ok(Self { name, from });
        }
        let chosen = auth::cookie(&parts.headers, "till")
            .and_then(|name| URL_SAFE_NO_PAD.decode(name).ok())
            .and_then(|name| String::from_utf8(name).ok())
            .filter(|name| names.contains(name));
        match (chosen, names.as_slice()) {
            (Some(name), _) => Ok(Self { name, from }),
            (None, []) => Ok(Self { name: String::new(), from }),
            (None, [only]) => Ok(Self { name: only.clone(), from }),
            (None, _) => Err(Redirect::to("/till/which")),
        }
    }
}

pub(super) async fn ask(State(state): State<Arc<AppState>>) -> Response {
    let mut context = Context::new();
    context.insert("names", &state.shop.settings.till.names);
    answer::page(&state, "which.html", &context)
}

#[derive(Deserialize)]
pub(super) struct TillChoice {
    name: String,
}

/// Stores it on that device.
pub(super) async fn choose(State(state): State<Arc<AppState>>, Form(choice): Form<TillChoice>) -> Response {
    if !state.shop.settings.till.names.contains(&choice.name) {
        return Redirect::to("/till/which").into_response();
    }
    let cookie = format!(
        "till={}; Path=/till; Max-Age=31536000; HttpOnly; SameSite=Strict",
        URL_SAFE_NO_PAD.encode(&choice.name)
    );
    let mut response = Redirect::to("/till").into_response();
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}
