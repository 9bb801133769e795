//! Style sheets, scripts and fonts, all in the binary: nothing is loaded from anywhere else.

use axum::Router;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

/// Path, media type, bytes.
const ASSETS: &[(&str, &str, &[u8])] = &[
    // Next to the one public page, so that a proxy needs to pass only `/u/`.
    ("/u/page.css", CSS, include_bytes!("assets/outside.css")),
    ("/assets/regulars.css", CSS, include_bytes!("assets/regulars.css")),
    ("/assets/csrf.js", SCRIPT, include_bytes!("assets/csrf.js")),
    ("/assets/till.js", SCRIPT, include_bytes!("assets/till.js")),
    ("/assets/open-codes.js", SCRIPT, include_bytes!("assets/open-codes.js")),
    ("/assets/line.js", SCRIPT, include_bytes!("assets/line.js")),
    ("/assets/camera.js", SCRIPT, include_bytes!("assets/camera.js")),
    ("/assets/jsqr.js", SCRIPT, include_bytes!("assets/jsqr.js")),
    // Its path determines which pages it may control.
    ("/worker.js", SCRIPT, include_bytes!("assets/worker.js")),
    ("/assets/icon.svg", "image/svg+xml", include_bytes!("assets/icon.svg")),
    ("/assets/newsreader.woff2", FONT, include_bytes!("assets/newsreader.woff2")),
    ("/assets/newsreader-italic.woff2", FONT, include_bytes!("assets/newsreader-italic.woff2")),
    ("/assets/newsreader-ext.woff2", FONT, include_bytes!("assets/newsreader-ext.woff2")),
    ("/assets/source-sans.woff2", FONT, include_bytes!("assets/source-sans.woff2")),
    ("/assets/source-sans-ext.woff2", FONT, include_bytes!("assets/source-sans-ext.woff2")),
];

const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const FONT: &str = "font/woff2";

pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    ASSETS.iter().fold(Router::new(), |router, &(path, kind, bytes)| {
        router.route(path, get(move || async move { asset(kind, bytes) }))
    })
}

fn asset(kind: &'static str, bytes: &'static [u8]) -> Response {
    let mut response = bytes.into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    // A new version of the program may have another style.
    let caching = if kind == FONT { "public, max-age=604800" } else { "public, max-age=300" };
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(caching));
    response
}
