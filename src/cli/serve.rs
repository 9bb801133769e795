//! `serve`: the pages of the shop.

use serde_json::json;

use super::done::Done;
use super::{Context, to_stderr};
use crate::error::{Error, Result};
use crate::web::{self, Stop};

/// Serve the shop's pages on this machine until Ctrl-C: the till, and the page where people take themselves off your emails.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Where to listen; else as shop.toml says, else 127.0.0.1:7788. Port 0 takes any that is free.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
}

pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<Done> {
    let shop = context.shop()?;
    let listen = arguments.listen.clone().or_else(|| shop.settings.till.listen.clone());
    let listen = listen.unwrap_or_else(|| web::USUAL.to_owned());
    let stop = Stop::default();
    let pressed = stop.clone();
    ctrlc::set_handler(move || pressed.now()).map_err(|e| Error::new("Ctrl-C could not be listened to").because(e))?;
    let mut open = String::new();
    web::serve(shop, context.clock.running(), &listen, &stop, |address| {
        open = format!("http://{address}/");
        to_stderr(&format!("Open at {open}; Ctrl-C closes it.\n"));
    })?;
    Ok(Done::new("Closed; everything that was answered is written down.", &json!({ "address": open })))
}
