//! `email keys`: the key that signs emails, and the records of DNS by which receivers check it.

use serde_json::{Value, json};

use crate::cli::done::Done;
use crate::cli::{Context, pieces};
use crate::email::{self, Dkim, Key};
use crate::error::Result;
use crate::shop;

/// Make the key that signs your emails, and show the DNS records by which receivers check it.
///
/// Where there is a key already, nothing is made and its records are shown.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The kind of key; every receiver understands rsa.
    #[arg(long, value_name = "KIND", value_parser = ["rsa", "ed25519"], default_value = "rsa")]
    kind: String,
    /// Make a new key in place of the one that is there.
    #[arg(long)]
    replace: bool,
}

pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<Done> {
    let shop = context.shop()?;
    let settings = pieces::sender(&shop)?;
    let address = email::address(&settings.from, "from")?;
    let domain = address.rsplit_once('@').map_or(address.as_str(), |(_, domain)| domain);
    let name = settings.dkim_key.as_deref().unwrap_or("dkim.pem");
    let path = shop.folder.join(name);
    let was_there = path.exists();
    let is_made = !was_there || arguments.replace;
    let key = match arguments.kind.as_str() {
        _ if !is_made => pieces::dkim_key(&shop, name)?,
        "rsa" => Key::new_rsa()?,
        _ => Key::new_ed25519()?,
    };
    let pem = key.pem()?;
    let dkim = Dkim::new(&settings.dkim_selector, key).map_err(|e| e.at("shop.toml"))?;
    let records = records(&dkim, (&address, domain), settings.server.as_ref().map(|server| server.host.as_str()))?;
    if is_made {
        shop::write_secret(&path, pem.as_bytes())?;
    }

    let mut text = if is_made {
        format!("Made the key {name} ({}). Whoever has it can write in your name: keep it to yourself.\n", dkim.kind())
    } else {
        format!("The key {name} was there already ({}); `--replace` makes a new one.\n", dkim.kind())
    };
    if settings.dkim_key.is_none() {
        text += &format!(
            "\nPut this line under `[email]` in shop.toml; from then on emails are signed:\n\n  dkim_key = \"{name}\"\n"
        );
    }
    text += &format!("\nPut these TXT records where {domain} is looked after, each text as one line:\n");
    for (name, value, why) in &records {
        text += &format!("\n  {name}\n  {value}\n  ({why})\n");
    }
    let list: Vec<Value> =
        records.iter().map(|(name, value, _)| json!({ "name": name, "type": "TXT", "value": value })).collect();
    let warning = (is_made && was_there).then(|| {
        "emails that are on their way were signed with the old key: take another `dkim_selector` as well, and let the \
         old record stand for a week"
            .to_owned()
    });
    Ok(Done::new(text, &json!({ "file": name, "made": is_made, "records": list })).warn(warning))
}

/// A record of DNS: its name, its text, and what it is for.
type Record = (String, String, &'static str);

/// The records that the domain of an address needs.
fn records(dkim: &Dkim, (address, domain): (&str, &str), host: Option<&str>) -> Result<Vec<Record>> {
    let (name, value) = dkim.record(domain)?;
    let sends = host.map_or("mx".to_owned(), |host| format!("mx a:{host}"));
    Ok(vec![
        (name, value, "DKIM: what your key signed is yours"),
        (
            domain.to_owned(),
            format!("v=spf1 {sends} ~all"),
            "SPF: who may send for you; only one such record, so if your mail provider names one, take theirs",
        ),
        (
            format!("_dmarc.{domain}"),
            format!("v=DMARC1; p=none; rua=mailto:{address}"),
            "DMARC: where receivers report what was sent in your name",
        ),
    ])
}
