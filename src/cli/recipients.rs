//! `recipients NAME`: the frozen list.

use serde_json::json;

use super::context::Context;
use super::done::Done;
use crate::app::recipients::{self, RecipientList};
use crate::campaign::Recipient;
use crate::domain::Code;
use crate::error::Result;
use crate::text;

/// Show the frozen list of a campaign: recipients, branches, codes, responses.
#[derive(Debug, clap::Args)]
pub(super) struct RecipientsArguments {
    /// The campaign.
    #[arg(value_name = "NAME")]
    campaign: String,
}

pub(super) fn run(arguments: &RecipientsArguments, context: &Context) -> Result<Done> {
    let shop = context.shop()?;
    let RecipientList { planned, recipients } = recipients::recipients(&shop, &arguments.campaign)?;
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let rows: Vec<_> = recipients
        .iter()
        .map(|(r, reminders)| {
            json!({
                "number": r.number, "ref": r.reference, "name": r.name, "branch": some(&r.branch), "arm": r.arm,
                "channel": r.channel, "second": r.second, "code": r.code, "state": r.state, "response": r.response(),
                "redeemed_on": r.redeemed_on, "spend_minor": r.spend,
                "reminders": reminders,
            })
        })
        .collect();
    let currency = shop.settings.currency;
    let mut text = format!("{} of {}\n", text::count(recipients.len(), "recipient"), planned.name);
    let widest = |cell: fn(&Recipient) -> &str, least: usize| {
        recipients.iter().map(|(r, _)| cell(r).chars().count()).max().unwrap_or(0).clamp(least, 40)
    };
    let (refs, names, branches) = (widest(|r| &r.reference, 3), widest(|r| &r.name, 4), widest(|r| &r.branch, 6));
    text.push_str(&format!(
        "{:>6}  {:<refs$}  {:<names$}  {:<branches$}  {:<9}  {:<12}  {:>12}\n",
        "number", "ref", "name", "branch", "code", "response", "spent"
    ));
    for (r, _) in &recipients {
        let number = r.number.map_or("–".to_owned(), |n| n.to_string());
        let spent = r.spend.map(|spend| currency.show(spend)).unwrap_or_default();
        let code = r.code.as_ref().map_or("–", Code::as_str);
        text.push_str(&format!(
            "{number:>6}  {:<refs$}  {:<names$}  {:<branches$}  {code:<9}  {:<12}  {spent:>12}{}\n",
            r.reference,
            r.name,
            r.branch,
            r.response(),
            r.second.as_ref().map_or(String::new(), |second| format!("  {} instead: {}", second.channel, second.state))
        ));
    }
    Ok(Done::new(text, &json!({ "campaign": planned.slug, "recipients": rows })))
}
