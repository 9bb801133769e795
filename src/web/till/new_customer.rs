//! A new customer: names, address, contact details, and consent. Possible duplicates are shown first.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Serialize;

use super::typed::TillForm;
use super::which::CurrentTill;
use crate::app::new_customer::{self, FIELDS, NewCustomer};
use crate::customers::{AtTill, Customer, CustomerField};
use crate::domain::{Consent, CustomerId};
use crate::error::Result;
use crate::web::state::AppState;
use crate::web::{answer, searches};

#[derive(Serialize)]
struct NewCustomerPage {
    till: String,
    /// The search without results, to go back to.
    search: String,
    fields: Vec<FormField>,
    consents: Vec<ConsentQuestion>,
    /// What has to be corrected, for the summary: field, sentence.
    faults: Vec<(CustomerField, &'static str)>,
    /// Possible duplicates.
    known: Vec<KnownCustomer>,
    /// Their IDs, once shown: pressing again adds the customer nevertheless.
    sure: String,
    once: String,
}

#[derive(Serialize)]
struct FormField {
    name: CustomerField,
    label: &'static str,
    is_optional: bool,
    text: String,
    fault: &'static str,
    /// The keyboard of a phone: `text`, `tel`, `email`.
    keyboard: &'static str,
    has_focus: bool,
}

#[derive(Serialize)]
struct ConsentQuestion {
    name: String,
    question: &'static str,
    help: &'static str,
    said: Consent,
}

#[derive(Serialize)]
struct KnownCustomer {
    id: CustomerId,
    name: String,
    place: String,
}

/// The empty form.
pub(super) async fn ask(state: State<Arc<AppState>>, till: CurrentTill) -> Response {
    of_search(state, till, Path(String::new())).await
}

/// The form with the search text in its field.
pub(super) async fn of_search(
    State(state): State<Arc<AppState>>,
    till: CurrentTill,
    Path(search): Path<String>,
) -> Response {
    let words = state.searches.find(&search).unwrap_or_default();
    let page = page(till, search, &NewCustomer::of_search(&words), Vec::new(), &[], String::new());
    answer::page_of(&state, "new-customer.html", page)
}

/// Adds the customer, or shows what has to be corrected and possible duplicates.
pub(super) async fn add(
    State(state): State<Arc<AppState>>,
    till: CurrentTill,
    TillForm(form): TillForm<HashMap<String, String>>,
) -> Response {
    let typed = |field: &str| form.get(field).map(String::as_str);
    let new = NewCustomer::read(typed);
    let [once, sure, search] = ["once", "sure", "search"].map(|name| form.get(name).cloned().unwrap_or_default());
    // A form without a token is a separate request; no page of ours sends one.
    let once = match Some(once).filter(|once| !once.is_empty()).map_or_else(searches::token, Ok) {
        Ok(once) => once,
        Err(fault) => return answer::trouble(&state, &fault),
    };
    let faults = new.faults();
    if !faults.is_empty() {
        return corrected(&state, page(till, search, &new, faults, &[], once));
    }
    let (here, asked, at) = (Arc::clone(&state), (new.clone(), once.clone()), state.clock.now());
    let today = at.date();
    let known = state.database.read(move |read| {
        new_customer::possible_duplicates(read, &*here.vocabulary(read)?, (&asked.0, &asked.1), today)
    });
    match known.await {
        Err(fault) => return answer::trouble(&state, &fault),
        Ok(known) if known.iter().any(|card| !shown(&sure).any(|id| id == card.id)) => {
            return corrected(&state, page(till, search, &new, Vec::new(), &known, once));
        }
        Ok(_) => {}
    }
    let done =
        state.database.write(move |write| new_customer::add(write, &new, &once, AtTill { at, till: &till.name }));
    match done.await {
        Ok(customer) => Redirect::to(&format!("/till/person/{customer}")).into_response(),
        Err(fault) => answer::trouble(&state, &fault),
    }
}

/// The IDs of the customers who were shown.
fn shown(sure: &str) -> impl Iterator<Item = CustomerId> {
    sure.split(',').filter_map(|id| id.parse().ok().map(CustomerId))
}

fn corrected(state: &AppState, page: Result<NewCustomerPage>) -> Response {
    let response = answer::page_of(state, "new-customer.html", page);
    if response.status() == StatusCode::OK {
        (StatusCode::UNPROCESSABLE_ENTITY, response).into_response()
    } else {
        response
    }
}

fn page(
    till: CurrentTill,
    search: String,
    new: &NewCustomer,
    faults: Vec<(CustomerField, &'static str)>,
    known: &[Customer],
    once: String,
) -> Result<NewCustomerPage> {
    let focus =
        FIELDS.into_iter().find(|field| new.text(*field).is_empty()).filter(|_| faults.is_empty() && known.is_empty());
    let fields = FIELDS.into_iter().map(|name| FormField {
        name,
        label: label(name),
        is_optional: !matches!(name, CustomerField::FirstName | CustomerField::LastName),
        text: new.text(name).to_owned(),
        fault: faults.iter().find(|(field, _)| *field == name).map_or("", |(_, says)| says),
        keyboard: match name {
            CustomerField::Phone => "tel",
            CustomerField::Email => CustomerField::Email.as_str(),
            _ => "text",
        },
        has_focus: focus == Some(name),
    });
    let questions = [
        ("May we send them letters by post?", "Without an answer they get letters; an opt-out stops them."),
        ("May we email them?", "Only consent that they gave counts."),
    ];
    let consents = new.consents.iter().zip(questions);
    Ok(NewCustomerPage {
        till: till.name,
        search,
        fields: fields.collect(),
        consents: consents
            .map(|((channel, said), (question, help))| ConsentQuestion {
                name: format!("{channel}_consent"),
                question,
                help,
                said: *said,
            })
            .collect(),
        faults,
        sure: known.iter().map(|card| card.id.to_string()).collect::<Vec<_>>().join(","),
        known: known.iter().map(KnownCustomer::of).collect(),
        once: if once.is_empty() { searches::token()? } else { once },
    })
}

impl KnownCustomer {
    fn of(card: &Customer) -> Self {
        let place = [&card.street, &card.city].into_iter().filter(|part| !part.is_empty());
        let place = place.map(String::as_str).collect::<Vec<_>>().join(", ");
        Self { id: card.id, name: card.name(), place }
    }
}

fn label(field: CustomerField) -> &'static str {
    match field {
        CustomerField::FirstName => "First name",
        CustomerField::LastName => "Last name",
        CustomerField::Street => "Street",
        CustomerField::Street2 => "More of the street",
        CustomerField::City => "Town",
        CustomerField::State => "State",
        CustomerField::Postcode => "Postcode",
        CustomerField::Phone => "Phone",
        _ => "Email",
    }
}
