//! Why a customer is in a planned campaign, or is not.

use crate::campaign::{self, Recipient};
use crate::customers::{self, Customer, EmailFault, Suppressed};
use crate::error::Result;
use crate::segment::{self, Scope};
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
    Ok(Inclusion {
        recipient: campaign::for_customer(&read, planned.id, customer.id)?,
        left_out: campaign::why_left_out(&read, &planned, &customer.reference)?,
        suppressed: customers::suppressed(&read, &customer.email)?,
        email_fault: customer.email_fault().filter(|_| file.sends_email()),
        conditions: segment::explain(&read, &condition, customer.id)?.lines(),
        customer,
    })
}
