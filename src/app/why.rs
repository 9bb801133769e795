//! Why a customer is in a planned campaign, or is not.

use crate::campaign::{self, Mailing, Reason, Recipient};
use crate::customers::{self, Customer, EmailFault, Suppressed};
use crate::domain::OnePer;
use crate::error::Result;
use crate::segment::{self, FailingPart, Scope};
use crate::shop::Shop;

/// The reason for including a customer or not.
pub(crate) struct Inclusion {
    pub(crate) customer: Customer,
    /// Their piece, or that of their household.
    pub(crate) recipient: Option<Recipient>,
    /// Why they were left out although they match.
    pub(crate) left_out: Option<String>,
    /// Why no email goes to their address.
    pub(crate) suppressed: Option<Suppressed>,
    /// What is wrong with their email, if the campaign is sent by email and it is not a valid address.
    pub(crate) email_fault: Option<EmailFault>,
    /// Every part of the query, with whether it is true for them now.
    pub(crate) conditions: Vec<String>,
    /// The first of them that does not.
    pub(crate) first_failing: Option<FailingPart>,
    /// What they were sent too short a time before.
    pub(crate) last_mailed: Option<Mailing>,
    /// Where they stand, and among how many, when others fill the places; with the book as it is now.
    pub(crate) place: Option<(usize, usize)>,
}

/// Why the customer `reference` is in, or is not.
///
/// # Errors
/// When there is no such plan or no such customer.
pub(crate) fn why(shop: &Shop, slug: &str, reference: &str) -> Result<Inclusion> {
    let store = shop.store()?;
    let read = store.read();
    let planned = campaign::need(&read, slug)?;
    let customer = customers::by_ref(&read, reference)?;
    let file = campaign::kept_files(&read, &planned)?.campaign(slug)?;
    let campaigns = campaign::slugs(&read)?;
    let scope = Scope::of(&shop.settings, file.follows.as_deref(), &campaigns, planned.as_of);
    let condition = segment::condition(&file.condition, &scope)?;
    let left_out = campaign::why_left_out(&read, &planned, &customer.reference)?;
    let explanation = segment::explain(&read, &condition, customer.id)?;
    let mut last_mailed = None;
    if Reason::MailedLately.is(left_out.as_deref()) {
        let people = match file.one_per {
            OnePer::Customer => vec![customer.id],
            OnePer::Household => customers::household_of(&read, &customer)?.members.iter().map(|one| one.id).collect(),
        };
        last_mailed = campaign::last_mailed(&read, &file, planned.as_of, &people)?;
    }
    let mut place = None;
    if Reason::OverLimit.is(left_out.as_deref()) {
        let order = file.order_by.as_ref().map(|text| segment::order(text, &scope)).transpose()?;
        let all = segment::find(&read, &condition, order.as_ref(), None)?.found;
        place = all.iter().position(|one| one.id == customer.id).map(|at| (at + 1, all.len()));
    }
    Ok(Inclusion {
        recipient: campaign::for_customer(&read, planned.id, customer.id)?,
        left_out,
        last_mailed,
        place,
        suppressed: customers::suppressed(&read, &customer.email)?,
        email_fault: customer.email_fault().filter(|_| file.sends_email()),
        conditions: explanation.lines(),
        first_failing: explanation.first_failing(),
        customer,
    })
}
