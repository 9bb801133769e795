//! `redeem CODE`: the till.

use serde_json::json;

use super::context::{Context, moment};
use super::done::Done;
use crate::app;
use crate::domain::{Code, EventKind};
use crate::error::{Error, Result};
use crate::money::Money;
use crate::redemption::{Claim, Outcome, TillAnswer, Visit};
use crate::shop::Shop;
use crate::text;
use crate::text::long_date;

/// Hand over a gift: by its code, or by the customer if the letter was left at home.
#[derive(Debug, clap::Args)]
pub(super) struct RedeemArguments {
    /// The code on the letter; any case, with or without its hyphen.
    #[arg(value_name = "CODE", required_unless_present = "customer", conflicts_with = "customer")]
    code: Option<String>,
    /// The customer, if the letter was left at home.
    #[arg(long, value_name = "REF")]
    customer: Option<String>,
    /// The campaign of their letter; not needed when only one gift waits for them.
    #[arg(long, value_name = "NAME", requires = "customer")]
    campaign: Option<String>,
    /// What they spent, such as 612.40.
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true)]
    spend: Option<String>,
    /// When they came, if not now: a day, or a day and a time.
    #[arg(long, value_name = "TIME")]
    on: Option<String>,
    /// The name of the till.
    #[arg(long, value_name = "NAME", default_value = "")]
    till: String,
    /// The receipt number.
    #[arg(long, value_name = "NUMBER", default_value = "")]
    receipt: String,
    /// Change the amount they spent when the gift was handed over; the first amount stays on record.
    #[arg(long, requires = "spend", conflicts_with_all = ["on", "till", "receipt"])]
    change: bool,
}

pub(super) fn run(arguments: &RedeemArguments, context: &Context) -> Result<Done> {
    let shop = context.shop()?;
    let claim = match (&arguments.code, &arguments.customer, &arguments.campaign) {
        (Some(code), _, _) => Claim::Typed(code.clone()),
        (None, Some(reference), campaign) => {
            let today = context.clock.today();
            let campaign = campaign.clone().map_or_else(|| app::card::campaign_of(&shop, reference, today), Ok)?;
            Claim::Person { reference: reference.clone(), campaign }
        }
        _ => {
            return Err(Error::new("neither a code nor a customer was given")
                .hint("use `redeem CODE` or `redeem --customer REF`"));
        }
    };
    let spend = arguments.spend.as_deref().map(|text| shop.settings.currency.read(text, None));
    let spend = spend.transpose().map_err(|e| e.at("--spend"))?;
    if arguments.change {
        return change(&claim, spend.unwrap_or_default(), &shop, context);
    }
    let at = arguments
        .on
        .as_deref()
        .map_or(Ok(context.clock.now()), |text| moment(text, context.clock.now(), shop.settings.timezone))?;
    let receipt = arguments.receipt.trim().to_owned();
    let visit = Visit { receipt, ..Visit::new(at, arguments.till.trim(), spend) };
    let answer = app::redeem::redeem(&shop, &claim, &visit, context.clock.today())?;
    let sentence = sentence(&answer, &claim, &shop);
    if answer.outcome == Outcome::Accepted {
        return Ok(Done::new(sentence, &answer));
    }
    Ok(Done::new("", &answer).refused(&sentence))
}

/// Changes the amount of a redemption.
fn change(claim: &Claim, spend: Money, shop: &Shop, context: &Context) -> Result<Done> {
    let answer = app::redeem::change(shop, claim, spend, context.clock.now())?;
    if answer.recipient_id.is_none() {
        return Ok(Done::new("", &answer).refused(&sentence(&answer, claim, shop)));
    }
    let (name, reference) = (answer.name.unwrap_or_default(), answer.reference.unwrap_or_default());
    let text = format!("Changed: {name} ({}) spent {}.", text::quote(&reference), shop.settings.currency.show(spend));
    let object = json!({ "outcome": EventKind::Changed, "code": answer.code, "ref": reference, "name": name, "campaign": answer.campaign, "spend_minor": spend });
    Ok(Done::new(text, &object))
}

/// The verdict first, then who, when and how much; for a rejection also what to do.
pub(super) fn sentence(answer: &TillAnswer, claim: &Claim, shop: &Shop) -> String {
    let typed = match claim {
        Claim::Typed(code) => text::quote(code),
        Claim::Letter(_) => text::quote(answer.code_text()),
        Claim::Person { reference, .. } => text::quote(reference),
    };
    let who = format!(
        "{} ({})",
        answer.name.as_deref().unwrap_or_default(),
        text::quote(answer.reference.as_deref().unwrap_or_default())
    );
    let day = |day| long_date(day, &shop.settings.country);
    let spent = |amount| shop.settings.currency.show(amount);
    match answer.outcome {
        Outcome::Accepted => {
            let gift = answer.gift.as_deref().map_or("Yes.".to_owned(), |gift| format!("Yes: {gift}."));
            let spent = answer.spend_minor.filter(|amount| amount.0 > 0).map_or(String::new(), |amount| format!(", spent {}", spent(amount)));
            format!("{gift} {who}{spent}.\n")
        }
        Outcome::AlreadyRedeemed => {
            let at = answer.redeemed_at.map(|at| format!("{} at {}", day(at.date()), at.format("%H:%M"))).unwrap_or_default();
            let till = answer.till.as_deref().map_or(String::new(), |till| format!(" at till {}", text::quote(till)));
            let amount = spent(answer.spend_minor.unwrap_or_default());
            let code = answer.code_text();
            format!("error: {} was already redeemed: {at}{till}, {amount}, by {who}\nhint: if that was a mistake, `regulars unredeem {code} --reason \"…\"`\n", text::quote(code))
        }
        Outcome::Expired => {
            let until = answer.valid.and_then(|(_, until)| until).map(day).unwrap_or_default();
            format!("error: {typed} expired: {who} could come until {until}\nhint: if they came in time, give the day: `--on YYYY-MM-DD`\n")
        }
        Outcome::NotYet => {
            let from = answer.valid.map(|(from, _)| day(from)).unwrap_or_default();
            format!("error: {typed} is not valid yet: {who} can come from {from}\nhint: give the day they came with `--on`, or the day it was mailed with `regulars posted`\n")
        }
        Outcome::Void => format!("error: {typed} is void: {who} was planned again and has another code\nhint: redeem by name: `regulars redeem --customer {} --campaign {}`\n",
            answer.reference.as_deref().unwrap_or("REF"), answer.campaign.as_deref().unwrap_or("NAME")),
        Outcome::Unknown => match claim {
            Claim::Letter(_) => "error: there is no such letter\nhint: check the letter\n".to_owned(),
            Claim::Typed(code) => Code::parse(code).map_or_else(
                |fault| fault.report(),
                |code| format!("error: there is no code {}\nhint: check the letter, or redeem by name: `regulars redeem --customer REF --campaign NAME`\n", text::quote(code.as_str())),
            ),
            Claim::Person { campaign, .. } => format!("error: {typed} has no letter of {}\nhint: `regulars why {campaign} {}` shows why\n", text::quote(campaign), typed.trim_matches('`')),
        },
    }
}
