//! `serve`: the pages of the shop.

use serde_json::json;

use super::command_list;
use super::context::Context;
use super::done::Done;
use super::output::to_stderr;
use crate::app::serve::Listen;
use crate::error::{Error, Result};
use crate::manual::Manual;
use crate::web::{self, Stop};

/// Serve the shop's pages on this machine until Ctrl-C: the till, and the unsubscribe page of your emails.
#[derive(Debug, clap::Args)]
pub(super) struct ServeArguments {
    /// The address to listen on; by default that of shop.toml, else 127.0.0.1:7788. Port 0 uses any free port.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// Without encryption, on a private network of the shop.
    #[arg(long, conflicts_with = "behind_proxy")]
    plain: bool,
    /// Behind your own web server that does the encryption, under the `host` in shop.toml.
    #[arg(long)]
    behind_proxy: bool,
}

/// The warning without encryption.
const PLAIN: &str = "warning: nothing is encrypted: anyone on this network can read names, the PIN and the passphrase; keep guests off it\n";

pub(super) fn run(arguments: &ServeArguments, context: &Context) -> Result<Done> {
    let shop = context.shop()?;
    let listen = arguments.listen.clone().or_else(|| shop.settings.till.listen.clone());
    let address = listen.unwrap_or_else(|| web::USUAL.to_owned());
    let listen = Listen { address, plain: arguments.plain, behind_proxy: arguments.behind_proxy };
    let scheme = if shop.settings.till.certificate.is_some() { "https" } else { "http" };
    let stop = Stop::default();
    let pressed = stop.clone();
    ctrlc::set_handler(move || pressed.now()).map_err(|e| Error::new("Ctrl-C cannot be handled").because(e))?;
    let mut open = String::new();
    let manual = Manual::new(command_list::markdown(&(context.command)()));
    web::serve(shop, context.clock.running(), manual, &listen, &stop, |address| {
        open = format!("{scheme}://{}/", web::reachable(address));
        to_stderr(&format!("Open at {open}; Ctrl-C closes it.\n"));
        if scheme == "http" && !address.ip().is_loopback() && !listen.behind_proxy {
            to_stderr(PLAIN);
        }
    })?;
    Ok(Done::new("Closed; everything confirmed to a till is stored.", &json!({ "address": open })))
}
