//! The day is that of the shop, whatever the time zone of the machine or of a given time.

use serde_json::json;

use crate::support::{Server, Shop};

fn shop_in(zone: &str) -> Shop {
    let shop = Shop::new();
    shop.edit("shop.toml", "currency = \"USD\"\n", &format!("currency = \"USD\"\ntimezone = \"{zone}\"\n"));
    shop
}

#[test]
fn the_last_evening_is_the_shops() {
    for (zone, moment, accepted, on) in [
        ("America/Chicago", "2024-07-01T01:30:00Z", true, "2024-06-30"),
        ("America/Chicago", "2024-07-01T05:00:00Z", false, ""),
        ("Pacific/Kiritimati", "2024-06-30T09:59:00Z", true, "2024-06-30"),
        ("Pacific/Kiritimati", "2024-06-30T10:00:00Z", false, ""),
        ("Asia/Kathmandu", "2024-06-30T18:14:59Z", true, "2024-06-30"),
        ("Asia/Kathmandu", "2024-06-30T14:45:00-03:30", false, ""),
    ] {
        let shop = shop_in(zone);
        shop.run("plan spring").quiet();
        let code = shop.code("spring", "C-03");
        let run = shop.run(&format!("--json redeem {code} --today {moment}"));
        if accepted {
            assert_eq!(run.quiet().json()["redeemed_on"], on, "{zone} {moment}");
        } else {
            run.status(1).says("expired: Rosa Okafor (`C-03`) could come until June 30, 2024");
        }
    }
}

#[test]
fn a_time_is_shown_and_told_on_the_shops_clock() {
    let shop = shop_in("America/Chicago");
    shop.run("plan spring").quiet();
    let code = shop.code("spring", "C-03");
    shop.run(&format!("redeem {code} --today 2024-04-02T01:30:00Z")).quiet();
    shop.run(&format!("redeem {code} --today 2024-04-03"))
        .status(1)
        .says("was already redeemed: April 1, 2024 at 20:30");
    for (on, shown) in [
        ("2024-04-01T01:30:00Z", "March 31, 2024 at 20:30"),
        ("2024-04-01T01:30+02:00", "March 31, 2024 at 18:30"),
        ("2024-04-01T01:30", "April 1, 2024 at 01:30"),
        ("\"2024-04-01 01:30:10\"", "April 1, 2024 at 01:30"),
        ("2024-04-01", "April 1, 2024 at 12:00"),
        ("2024-03-10T02:30", "March 10, 2024 at 02:30"),
    ] {
        let shop = shop_in("America/Chicago");
        shop.run("plan spring").quiet();
        let code = shop.code("spring", "C-03");
        shop.run(&format!("redeem {code} --on {on} --today 2024-04-20")).quiet();
        shop.run(&format!("redeem {code} --today 2024-04-20")).status(1).says(&format!("already redeemed: {shown}"));
    }
    // All uses of a day follow this.
    let evening = "--today 2024-07-01T01:30:00Z";
    assert_eq!(shop.json(&format!("segment \"visits_ever > 0\" {evening}"))["as_of"], "2024-06-30");
    shop.run(&format!("posted spring {evening}")).shows("June 30, 2024");
    shop.run(&format!("customer note C-03 \"likes tea\" --kind call {evening}")).quiet();
    assert_eq!(shop.held("C-03", "contacts")[0]["on"], "2024-06-30");
}

#[test]
fn the_pages_and_programs_go_by_the_shops_zone() {
    let shop = shop_in("America/Chicago");
    let text = shop.read("shop.toml");
    shop.write("shop.toml", format!("{text}\n[till]\nnames = [\"front\"]\n"));
    shop.run("plan spring").quiet();
    let server = Server::start(&shop, "--today 2024-07-01T02:15:00Z");
    let token = shop.json("till token front")["token"].as_str().unwrap().to_owned();
    let redeem = |key: &str, reference: &str, at: &str| {
        let body = json!({ "code": shop.code("spring", reference), "spend_minor": 900, "at": at }).to_string();
        let head =
            format!("Authorization: Bearer {token}\r\nIdempotency-Key: {key}\r\nContent-Length: {}\r\n", body.len());
        server.ask(&format!("POST /v1/redemptions HTTP/1.1\r\n{head}"), &body)
    };
    for (key, reference, at, shown) in [
        ("a", "C-03", "2024-07-01T01:30:00Z", "2024-06-30T20:30:00"),
        ("b", "C-06", "2024-07-01T03:45:00+02:00", "2024-06-30T20:45:00"),
        ("c", "C-07", "2024-06-30T20:50:00-05:00", "2024-06-30T20:50:00"),
        ("d", "C-01", "2024-06-30T20:55:00", "2024-06-30T20:55:00"),
    ] {
        let page = redeem(key, reference, at);
        assert_eq!(page.status, 201, "{at}: {}", page.body);
        page.shows(&format!("\"redeemed_at\":\"{shown}\""));
    }
    assert_eq!(redeem("e", "C-12", "2024-07-01T02:30:00Z").status, 422, "that is to come");
    server.get("/owner/day").shows("Sunday, June 30").shows("8:30 pm");
}

/// A column of days, the time zone of the shop, and the resulting days.
#[test]
fn sales_with_a_zone_are_of_the_shops_day() {
    for (zone, head, cell, on) in [
        ("America/Chicago", "Customer ID,Date,Amount", "2025-01-01T02:15:00Z", "2024-12-31"),
        ("America/Chicago", "Customer ID,Date,Amount", "2025-01-01T02:15:00", "2025-01-01"),
        ("America/Chicago", "Customer ID,Date,Amount", "2025-01-01 00:30:00 -0500", "2024-12-31"),
        ("America/Chicago", "Customer ID,Date,Amount", "01/01/2025 12:30 AM EST", "2024-12-31"),
        (
            "America/Chicago",
            "Customer ID,Date,Amount",
            "Wed Jan 01 2025 03:30:00 GMT+0100 (Central European Standard Time)",
            "2024-12-31",
        ),
        ("America/Chicago", "Customer ID,Date (UTC),Amount", "2025-01-01 02:15:00", "2025-01-01"),
        ("Pacific/Kiritimati", "Customer ID,Date,Amount", "2024-12-31T10:00:00Z", "2025-01-01"),
        ("Asia/Kathmandu", "Customer ID,Date,Amount", "31.12.2024 18:15 UTC", "2025-01-01"),
        ("Europe/Berlin", "Customer ID,Date,Amount", "2025-01-01", "2025-01-01"),
    ] {
        let shop = shop_in(zone);
        shop.write("sales.csv", format!("{head}\nC-03,{cell},12.50\n"));
        let map = if head.contains("UTC") { " --map on=\"Date (UTC)\"" } else { "" };
        shop.run(&format!("import purchases sales.csv{map} --today 2025-02-01")).talk();
        let on = if head.contains("UTC") { "2024-12-31" } else { on };
        let sale = json!({ "on": on, "amount_minor": 1_250 });
        assert_eq!(shop.times_of("C-03", "purchases", &sale), 1, "{zone} {cell}: {:?}", shop.held("C-03", "purchases"));
    }
    // Square has the zone in a column, Stripe in a heading.
    for (text, on) in [
        (
            "Date,Time,Time Zone,Item,Qty,Price Point Name,Net Sales,Transaction ID,Event Type,Customer ID\n\
             01/31/2024,23:30:00,Pacific Time (US & Canada),a tie,1.0,,$9.00,T1,Payment,C-03\n",
            "2024-02-01",
        ),
        (
            "Customer ID,Date,Time,TimeZone,Amount\nC-03,2024-02-01,23:30:00,Europe/Berlin,9.00\nC-03,2024-02-01,,,8.00\n",
            "2024-02-01",
        ),
        (
            "id,Created date (UTC),Amount,Amount Refunded,Currency,Captured,Description,Status,Customer ID,Customer Email\n\
             ch_1,2024-01-05 02:00,9.00,0.00,usd,true,a tie,Paid,C-03,rosa@example.com\n",
            "2024-01-04",
        ),
    ] {
        let shop = shop_in("America/Chicago");
        shop.write("sales.csv", text);
        shop.run("import purchases sales.csv").talk();
        assert_eq!(shop.times_of("C-03", "purchases", &json!({ "on": on, "amount_minor": 900 })), 1, "{text}");
    }
}

#[test]
fn a_zone_that_is_not_known_is_named() {
    let shop = shop_in("America/Chicago");
    shop.write(
        "sales.csv",
        "Customer ID,Date,Amount\nC-03,2024-02-01 23:30 XYZ,9.00\nC-03,2024-02-02 23:30 XYZ,9.00\n",
    );
    shop.run("import purchases sales.csv")
        .shows("The time zone of 2 days such as `2024-02-01 23:30 XYZ` is not known: read as the shop's own.");
    for (zone, hint) in [
        ("Mars/Phobos", "unknown time zone `Mars/Phobos`"),
        ("Chicago/America", "unknown time zone"),
        ("", "unknown time zone ``"),
    ] {
        shop_in(zone).run("check").status(1).says("error: shop.toml:5: ").says(hint).out();
    }
    shop.run("redeem X --today 2024-07-01T01:30:00").status(2).says("--today");
}
