//! The manual, for anyone who may see the till. Search words are not in the URL.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Form, Path, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use tera::Context;

use super::answer;
use super::state::AppState;
use crate::manual::{CHAPTERS, Manual, PICTURES, Topic, headings, to_html};
use crate::text;

pub(super) fn routes() -> Router<Arc<AppState>> {
    Router::new()
        .route("/manual", get(index))
        .route("/manual/search", post(search))
        .route("/manual/pictures/{file}", get(picture))
        .route("/manual/{topic}", get(topic))
}

async fn index(State(state): State<Arc<AppState>>) -> Response {
    let page = |topic: &Topic| (topic.slug, topic.title(), topic.purpose().replace('`', ""));
    let parts: Vec<_> =
        CHAPTERS.iter().map(|part| (part.name, part.topics.iter().map(page).collect::<Vec<_>>())).collect();
    let mut context = Context::new();
    context.insert("title", "Manual");
    context.insert("parts", &parts);
    answer::page(&state, "manual.html", &context)
}

async fn topic(State(state): State<Arc<AppState>>, Path(slug): Path<String>, request: Request) -> Response {
    let Ok(topic) = Manual::topic(&slug) else { return answer::nowhere(&state, request.uri().path()) };
    let markdown = state.manual.markdown(topic);
    let link = |topic: &Topic| (topic.slug, topic.title());
    let all: Vec<&Topic> = CHAPTERS.iter().flat_map(|chapter| chapter.topics).collect();
    let place = all.iter().position(|one| one.slug == topic.slug).unwrap_or(0);
    let mut context = Context::new();
    context.insert("title", topic.title());
    context.insert("topic", topic.slug);
    context.insert("text", &to_html(&markdown));
    context.insert("headings", &headings(&markdown));
    context.insert(
        "chapter",
        &topic.chapter().map(|chapter| (chapter.name, chapter.topics.iter().map(link).collect::<Vec<_>>())),
    );
    context.insert("before", &place.checked_sub(1).map(|before| link(all[before])));
    context.insert("after", &all.get(place + 1).map(|after| link(after)));
    answer::page(&state, "manual.html", &context)
}

async fn picture(State(state): State<Arc<AppState>>, Path(file): Path<String>, request: Request) -> Response {
    match PICTURES.iter().find(|(name, _)| *name == file) {
        Some((_, bytes)) => ([(CONTENT_TYPE, "image/png")], *bytes).into_response(),
        None => answer::nowhere(&state, request.uri().path()),
    }
}

/// The form.
#[derive(Deserialize)]
struct ManualSearch {
    q: String,
}

async fn search(State(state): State<Arc<AppState>>, Form(ManualSearch { q }): Form<ManualSearch>) -> Response {
    let found = state.manual.search(&q);
    let hits: Vec<_> = found.iter().map(|one| (one.topic, one.title, &one.section, &one.anchor, &one.parts)).collect();
    let title = if hits.is_empty() {
        "Nothing found".to_owned()
    } else {
        format!("{} found", text::count(hits.len(), "section"))
    };
    let mut context = Context::new();
    context.insert("title", &title);
    context.insert("typed", &q);
    context.insert("found", &hits);
    answer::page(&state, "manual.html", &context)
}
