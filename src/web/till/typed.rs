//! Typed values in forms of the till. A scanner types wherever the focus is: a code in any field starts a search, leads
//! to its letter, and nothing is recorded. All forms are parsed here, so that no page forgets it.

use std::sync::Arc;

use axum::extract::{Form, FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde::de::value::{Error as Unread, MapDeserializer};

use super::scan;
use super::which::CurrentTill;
use crate::web::state::AppState;
use crate::web::{answer, form_check};

/// The fields of a form, none of which is a code.
pub(super) struct TillForm<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<Arc<AppState>> for TillForm<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &Arc<AppState>) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let till = CurrentTill::from_request_parts(&mut parts, state).await.map_err(IntoResponse::into_response)?;
        let form = Form::<Vec<(String, String)>>::from_request(Request::from_parts(parts, body), state).await;
        let Form(fields) = form.map_err(IntoResponse::into_response)?;
        for (_, text) in fields.iter().filter(|(name, _)| form_check::is_typed(name)) {
            match scan::scanned(state, &till, text, false).await {
                Ok(None) => {}
                Ok(Some(elsewhere)) => return Err(elsewhere),
                Err(fault) => return Err(answer::trouble(state, &fault)),
            }
        }
        let read = MapDeserializer::<_, Unread>::new(fields.into_iter());
        T::deserialize(read).map(Self).map_err(|_| answer::unread(state, StatusCode::UNPROCESSABLE_ENTITY, "/till"))
    }
}
