//! Which column is which: by the heading, or as the owner says with `--map`.

use super::sheet::Sheet;
use crate::error::{Error, Result};
use crate::words;

/// A field of ours and the headings that are known to mean it, in lower case without spaces and signs.
type Field = (&'static str, &'static [&'static str]);

/// The fields of a customer.
pub const CUSTOMER_FIELDS: &[Field] = &[
    (
        "ref",
        &[
            "ref",
            "reference",
            "customerid",
            "customernumber",
            "customerno",
            "customercode",
            "custid",
            "accountnumber",
            "id",
            "number",
            "referenceid",
        ],
    ),
    ("title", &["title", "salutation", "prefix", "courtesytitle"]),
    ("first_name", &["firstname", "givenname", "forename", "first"]),
    ("last_name", &["lastname", "surname", "familyname", "last"]),
    ("full_name", &["fullname", "name", "customername", "displayname", "customer"]),
    ("suffix", &["suffix", "namesuffix"]),
    ("spouse", &["spouse", "partner", "husband", "wife", "spousename"]),
    ("company", &["company", "companyname", "organisation", "organization", "business", "firm"]),
    ("street", &["street", "streetaddress", "address", "address1", "addressline1", "street1"]),
    ("street2", &["street2", "streetaddress2", "address2", "addressline2", "apartment", "unit"]),
    ("city", &["city", "town", "locality", "posttown"]),
    ("state", &["state", "province", "region", "county", "stateprovince"]),
    ("postcode", &["postcode", "postalcode", "zip", "zipcode"]),
    ("country", &["country", "countrycode"]),
    ("email", &["email", "emailaddress", "mail"]),
    ("phone", &["phone", "phonenumber", "telephone", "tel", "mobile"]),
    ("birthday", &["birthday", "birthdate", "dateofbirth", "dob"]),
    (
        "email_consent",
        &["emailconsent", "acceptsemail", "acceptsmarketing", "acceptsemailmarketing", "emailoptin", "emailsubscribed"],
    ),
    ("post_consent", &["postconsent", "acceptspost", "mailconsent", "postoptin"]),
    ("tags", &["tags", "tag", "groups", "labels"]),
    ("notes", &["notes", "note", "comment", "comments", "memo", "remarks"]),
];

/// The fields of a purchase.
pub const PURCHASE_FIELDS: &[Field] = &[
    (
        "receipt",
        &[
            "receipt",
            "receiptnumber",
            "receiptno",
            "receiptid",
            "invoice",
            "invoiceno",
            "invoicenumber",
            "order",
            "ordernumber",
            "orderid",
            "transactionid",
        ],
    ),
    (
        "ref",
        &[
            "ref",
            "reference",
            "customerid",
            "customernumber",
            "customerno",
            "customercode",
            "custid",
            "customer",
            "customerreference",
        ],
    ),
    ("on", &["on", "date", "day", "purchasedate", "saledate", "orderdate", "invoicedate", "datetime", "createdat"]),
    ("item", &["item", "itemname", "product", "productname", "description", "article"]),
    ("quantity", &["quantity", "qty", "count", "units", "cds"]),
    ("unit_price", &["unitprice", "price", "priceeach", "itemprice"]),
    ("amount", &["amount", "total", "sum", "dollars", "linetotal", "nettotal", "totalamount", "grosssales"]),
];

/// Where each field of a table of fields stands in a file.
#[derive(Debug)]
pub struct Columns<'s> {
    fields: &'static [Field],
    places: Vec<Option<usize>>,
    header: &'s [String],
}

impl<'s> Columns<'s> {
    /// Finds the columns; `map` holds what the owner said, as `FIELD=COLUMN`.
    ///
    /// # Errors
    /// When `map` names a field or a column that there is not.
    pub fn find(fields: &'static [Field], sheet: &'s Sheet, map: &[String]) -> Result<Self> {
        let header = sheet.header();
        let folded: Vec<String> = header.iter().map(|heading| fold(heading)).collect();
        let mut places: Vec<Option<usize>> = fields
            .iter()
            .map(|(_, known)| known.iter().find_map(|name| folded.iter().position(|heading| heading == name)))
            .collect();
        for said in map {
            let (field, column) = said.split_once('=').ok_or_else(|| {
                Error::new(format!("{} does not say which column is which", words::quote(said)))
                    .hint("write `--map FIELD=COLUMN`, such as `--map ref=\"Customer ID\"`")
            })?;
            let index = fields.iter().position(|(name, _)| *name == field.trim()).ok_or_else(|| {
                let names: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
                Error::new(format!("there is no field {}", words::quote(field)))
                    .hint(words::did_you_mean(field, &names))
            })?;
            let place = header.iter().position(|heading| heading == column.trim());
            let place = place.or_else(|| folded.iter().position(|heading| *heading == fold(column)));
            let place = place.ok_or_else(|| {
                let names: Vec<&str> = header.iter().map(String::as_str).collect();
                Error::new(format!("there is no column {}", words::quote(column)))
                    .hint(words::did_you_mean(column, &names))
            })?;
            for other in &mut places {
                if *other == Some(place) {
                    *other = None;
                }
            }
            places[index] = Some(place);
        }
        Ok(Self { fields, places, header })
    }

    /// The place of a field that the file must have.
    ///
    /// # Errors
    /// When the file has it not; `meaning` says what it would be.
    pub fn need(&self, field: &str, meaning: &str) -> Result<usize> {
        self.place(field).ok_or_else(|| {
            Error::new(format!("no column looks like {meaning}")).at(1).hint(format!(
                "say which one it is with `--map {field}=COLUMN`; the columns are {}",
                words::list(&self.header.iter().map(|heading| words::quote(heading)).collect::<Vec<_>>())
            ))
        })
    }

    /// The place of a field, if the file has it.
    pub fn place(&self, field: &str) -> Option<usize> {
        let index = self.fields.iter().position(|(name, _)| *name == field)?;
        self.places[index]
    }

    /// The heading over a place.
    pub fn heading(&self, place: usize) -> &str {
        self.header.get(place).map_or("", String::as_str)
    }

    /// Headings that no field took.
    pub fn unused(&self) -> Vec<&str> {
        let taken = |index: &usize| self.places.contains(&Some(*index));
        (0..self.header.len())
            .filter(|index| !taken(index))
            .map(|index| self.heading(index))
            .filter(|h| !h.is_empty())
            .collect()
    }
}

/// A heading in lower case, letters and digits alone.
fn fold(heading: &str) -> String {
    heading.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
