//! Returned mail: reports, complaints and replies in a Maildir, changed at random.

use super::{changes, property};
use crate::returned::shop_that_wrote_to;
use crate::support::{PostOffice, Shop, copy_into};

/// Every sample message of the project, about an email of ours.
fn samples(key: &str) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for folder in ["answers", "returned"] {
        let folder = format!("{}/tests/{folder}", env!("CARGO_MANIFEST_DIR"));
        let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.retain(|path| path.extension().is_some_and(|end| end == "eml"));
        paths.sort();
        found.extend(paths.iter().map(|path| {
            let text = String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned();
            text.replace("{TO}", "pat@home.example").replace("{KEY}", key).into_bytes()
        }));
    }
    found
}

#[test]
fn no_message_breaks_anything() {
    let (wrote, keys) = shop_that_wrote_to(&["pat@home.example", "kim@home.example"], &PostOffice::open());
    let good = samples(&keys[0]);
    let shop = Shop::without_people();
    property("messages", 1, 90, |case| {
        copy_into(wrote.around(), shop.around());
        let mut message = good[case.dice.usize(..good.len())].clone();
        if case.dice.u8(..5) == 0 {
            // One inside another, and the parts of one after those of another.
            let other = &good[case.dice.usize(..good.len())];
            let at = case.dice.usize(..=message.len());
            message.splice(at..at, other.iter().copied());
        }
        let message = changes::bytes(&message, &mut case.dice);
        shop.write("mail/new/1709280000.one.host", &message);
        std::fs::create_dir_all(shop.file("mail/cur")).unwrap();
        let mailbox = shop.file("mail");
        let mailbox = mailbox.to_str().unwrap();
        let rehearsed = case.verb(&shop, &["bounces", mailbox, "--dry-run"], &message);
        let done = case.verb(&shop, &["bounces", mailbox], &message);
        if (rehearsed.0, done.0) != (0, 0) {
            case.fails("bounces", &format!("a message ends the reading: {rehearsed:?} {done:?}"));
        }
        // Only the person that the message is about is affected.
        if shop.count("SELECT count(*) FROM suppression") > 1 {
            case.fails("bounces", &format!("one message stops the emails of two people: {done:?}"));
        }
    });
}
