//! API responses: an object, or a problem with its text.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use crate::access::StoredAnswer;
use crate::domain::RecipientId;
use crate::error::{Error, ErrorKind};
use crate::web::answer::sentence;

/// A response, ready to be sent and stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ApiResponse {
    pub(super) status: StatusCode,
    pub(super) body: String,
    /// The recipient it is about.
    pub(super) recipient_id: Option<RecipientId>,
    /// Seconds to wait before a retry.
    pub(super) wait: Option<u64>,
}

impl ApiResponse {
    pub(super) fn done(status: StatusCode, object: Map<String, Value>, recipient_id: Option<RecipientId>) -> Self {
        Self { status, body: Value::Object(object).to_string(), recipient_id, wait: None }
    }

    /// An error: the kind of problem, for programs, and a sentence for people.
    pub(super) fn problem(status: StatusCode, kind: &str, detail: &str) -> Self {
        Self::problem_of(status, kind, detail, Map::new(), None)
    }

    pub(super) fn problem_of(
        status: StatusCode,
        kind: &str,
        detail: &str,
        mut more: Map<String, Value>,
        recipient_id: Option<RecipientId>,
    ) -> Self {
        more.insert("type".into(), json!(format!("urn:regulars:{kind}")));
        more.insert("title".into(), json!(status.canonical_reason().unwrap_or_default()));
        more.insert("status".into(), json!(status.as_u16()));
        more.insert("detail".into(), json!(detail));
        Self { status, body: Value::Object(more).to_string(), recipient_id, wait: None }
    }

    /// The machine cannot at the moment, or the request is invalid.
    pub(super) fn fault(fault: &Error) -> Self {
        let detail = [fault.message(), fault.what_next().unwrap_or_default()].map(sentence).join(" ");
        if fault.kind() == ErrorKind::Machine {
            tracing::error!(%fault, "could not answer");
            let response = Self::problem(StatusCode::SERVICE_UNAVAILABLE, "not_now", detail.trim());
            return response.after(10);
        }
        Self::problem(StatusCode::UNPROCESSABLE_ENTITY, "refused", detail.trim())
    }

    /// To be retried after this many seconds.
    pub(super) fn after(mut self, seconds: u64) -> Self {
        self.wait = Some(seconds);
        self
    }
}

impl From<StoredAnswer> for ApiResponse {
    fn from(stored: StoredAnswer) -> Self {
        let status = StatusCode::from_u16(stored.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { status, body: stored.body, recipient_id: None, wait: None }
    }
}

impl IntoResponse for ApiResponse {
    fn into_response(self) -> Response {
        let kind = if self.status.is_success() { "application/json" } else { "application/problem+json" };
        let mut response = (self.status, [(header::CONTENT_TYPE, kind)], self.body).into_response();
        if let Some(seconds) = self.wait {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
