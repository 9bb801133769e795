//! Addresses that get no email any more, and what becomes of the people who have them.

use regulars::book::{self, Suppression};
use regulars::store::Store;
use serde_json::{Value, json};
use snapbox::str;

use crate::support::Shop;

/// Writes down that an address gets no email any more.
fn suppress(shop: &Shop, address: &str, reason: Suppression) -> bool {
    let mut store = Store::open(&shop.file("regulars.db")).unwrap();
    let day = "2024-03-01".parse().unwrap();
    store.write(|write| book::suppress(write, address, reason, "a test", day)).unwrap()
}

/// A shop of three who say yes to email; two of them have one address.
fn shop_of_three() -> Shop {
    let shop = Shop::without_people();
    shop.write("c.csv", CARDS);
    shop.write(
        "p.csv",
        "Customer ID,Date,Item,Amount\nP-1,2024-01-05,a hat,90\nP-2,2024-01-06,a hat,80\nP-3,2024-01-07,a hat,70\n",
    );
    shop.run("import customers c.csv").quiet();
    shop.run("import purchases p.csv").quiet();
    shop.edit("campaigns/spring.toml", "\"letter\"", "\"email\"");
    shop
}

const CARDS: &str = "Customer ID,First Name,Last Name,Street,City,State,Zip,Country,Email,Email Consent\n\
    P-1,Ana,Ash,1 Long Rd,Salem,OR,97301,US,ana@home.example,yes\n\
    P-2,Ben,Birch,2 Long Rd,Salem,OR,97301,US,Both@Home.example,yes\n\
    P-3,Cleo,Cedar,3 Long Rd,Salem,OR,97301,US,both@home.example,yes\n";

fn left_out(shop: &Shop) -> Value {
    shop.json("plan spring --dry-run")["left_out"].clone()
}

#[test]
fn a_suppressed_address_is_left_out_whoever_has_it_and_whatever_is_imported() {
    let shop = shop_of_three();
    assert!(suppress(&shop, " BOTH@home.example ", Suppression::HardBounce));
    assert!(!suppress(&shop, "both@home.example", Suppression::HardBounce), "it is known already");
    assert_eq!(left_out(&shop), json!([{ "reason": "email came back", "count": 2 }]));
    shop.run("import customers c.csv").quiet();
    assert_eq!(left_out(&shop), json!([{ "reason": "email came back", "count": 2 }]));
    shop.run("customer show P-3").shows("no email goes out: email came back, 2024-03-01");
    assert_eq!(shop.json("customer export P-3")["suppressions"][0]["reason"], "hard_bounce");
    shop.run("customer set P-3 email_consent=yes").shows("says so already");
    shop.run("customer set P-3 email_works=no").status(1).says("say yes when the mailbox works again");
    shop.run("customer set P-3 email_works=yes").stdout(str![[r"
Changed 1 thing on the card of Cleo Cedar (`P-3`):
  email_works: no (email came back) → yes

"]]);
    assert_eq!(left_out(&shop), json!([]));
    assert_eq!(shop.json("customer export P-3")["suppressions"][0]["lifted_on"], "2024-03-01");
}

#[test]
fn only_a_new_yes_lifts_what_was_wished() {
    for (reason, words) in [
        (Suppression::Complaint, "complained that our email is spam"),
        (Suppression::Unsubscribed, "unsubscribed from email"),
    ] {
        let shop = shop_of_three();
        suppress(&shop, "both@home.example", reason);
        suppress(&shop, "both@home.example", Suppression::MailboxFull);
        for person in ["P-2", "P-3"] {
            assert_eq!(shop.json(&format!("customer show {person}"))["email_consent"], "no");
        }
        shop.run("import customers c.csv").quiet();
        assert_eq!(left_out(&shop), json!([{ "reason": words, "count": 2 }]), "an export says nothing new");
        shop.run("customer set P-2 email_works=yes").quiet();
        assert_eq!(left_out(&shop), json!([{ "reason": words, "count": 2 }]));
        let said = "customer set P-2 email_consent=yes --source \"asked at the counter\"";
        shop.run(said).shows(&format!("email_consent: no ({words}) → yes"));
        assert_eq!(shop.json("customer show P-2")["suppressed"], Value::Null);
        assert_eq!(shop.json("customer show P-2")["wishes"][0]["source"], "asked at the counter");
    }
}

#[test]
fn the_address_of_somebody_forgotten_stays_without_email_on_any_card() {
    let shop = shop_of_three();
    suppress(&shop, "ana@home.example", Suppression::Unsubscribed);
    shop.run("customer forget P-1 --yes").quiet();
    let bytes = std::fs::read(shop.file("regulars.db")).unwrap();
    assert!(!bytes.windows(8).any(|window| window == b"ana@home"), "only a hash is left");
    shop.run("customer set P-3 email=Ana@home.example").quiet();
    assert_eq!(left_out(&shop), json!([{ "reason": "unsubscribed from email", "count": 1 }]));
}
