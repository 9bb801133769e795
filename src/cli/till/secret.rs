//! `till passphrase` and `till pin`: read without being shown, or from standard input; stored as a hash.

use std::io::{BufRead, IsTerminal};

use serde_json::json;

use crate::access;
use crate::app;
use crate::cli::context::Context;
use crate::cli::done::Done;
use crate::cli::output::to_stderr;
use crate::domain::Role;
use crate::error::{Error, Result};
use crate::text;

/// A passphrase or a PIN.
#[derive(Debug, clap::Args)]
pub(super) struct SecretArguments {
    /// Remove it; the pages are then served on this machine only.
    #[arg(long)]
    remove: bool,
}

pub(super) fn run(role: Role, arguments: &SecretArguments, context: &Context) -> Result<Done> {
    let shop = context.shop()?;
    let name = role.secret();
    let (ended, sentence) = if arguments.remove {
        (app::secrets::remove(&shop, role)?, format!("The {name} was removed."))
    } else {
        (app::secrets::set(&shop, role, &ask(role)?)?, format!("The {name} is set."))
    };
    let signs_in = match ended {
        0 => String::new(),
        1 => " One session ended with it.".to_owned(),
        n => format!(" {} ended with it.", text::count(n, "session")),
    };
    Ok(Done::new(sentence + &signs_in, &json!({ "role": role.as_str(), "set": !arguments.remove, "ended": ended })))
}

/// Asks twice on a terminal, without showing it; otherwise reads the first line of standard input.
fn ask(role: Role) -> Result<String> {
    let name = role.secret();
    let unread = |e| Error::new(format!("the {name} could not be read")).because(e);
    if !std::io::stdin().is_terminal() {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).map_err(unread)?;
        let typed = line.trim_end_matches(['\r', '\n']);
        if typed.is_empty() {
            return Err(
                Error::new(format!("no {name} was given")).hint("type it on a terminal, or pipe it in as one line")
            );
        }
        return Ok(typed.to_owned());
    }
    let terminal = console::Term::stderr();
    twice(role, |question| {
        to_stderr(question);
        terminal.read_secure_line().map_err(unread)
    })
}

/// Asked twice; one that is not good enough is rejected before it is typed again.
fn twice(role: Role, mut asked: impl FnMut(&str) -> Result<String>) -> Result<String> {
    let name = role.secret();
    let first = asked(&format!("The new {name} (not shown): "))?;
    access::check(role, &first)?;
    if asked("Once more: ")? != first {
        return Err(Error::new(format!("this is not the same {name}")).hint("try again; nothing was changed"));
    }
    Ok(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_do_is_not_asked_for_twice() {
        let ask = |typed: &[&str]| {
            let mut left = typed.iter();
            let outcome = twice(Role::Owner, |_| Ok((*left.next().expect("asked too often")).to_owned()));
            (outcome.map_err(|fault| fault.message().to_owned()), left.len())
        };
        assert_eq!(ask(&["short", "short"]), (Err("this passphrase is too easy to guess".to_owned()), 1));
        assert_eq!(ask(&["a few words more", "a few words"]), (Err("this is not the same passphrase".to_owned()), 0));
        assert_eq!(ask(&["a few words more", "a few words more"]), (Ok("a few words more".to_owned()), 0));
    }
}
