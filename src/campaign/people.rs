//! What campaigns hold on one person: shown whole, and erased when they ask to be forgotten.

use super::lines;
use super::table::{self, Recipient};
use crate::customers::{self, Cell, Customer, Held};
use crate::error::Result;
use crate::merge::{Fields, address_lines, country_code, names_of, shorter_names};
use crate::store::params;
use crate::store::{Read, Write};

use Cell::{Day, Number, Object, Text, YesNo};

const HELD: &[Held] = &[
    Held {
        name: "letters",
        columns: &[
            ("campaign", "c.slug", Text),
            ("as_of", "c.as_of", Day),
            ("ref", "r.ref", Text),
            ("name", "r.name", Text),
            ("arm", "r.arm", Text),
            ("by_hand", "r.by_hand", YesNo),
            ("branch", "r.branch", Text),
            ("channel", "r.channel", Text),
            ("number", "r.number", Number),
            ("code", "COALESCE(r.code, '')", Text),
            ("postcode", "r.postcode", Text),
            ("email", "r.email", Text),
            ("fields", "r.fields", Object),
            ("prior_years", "r.prior_years", Number),
            ("state", "r.state", Text),
            ("returned_on", "r.returned_on", Day),
        ],
        from: "FROM recipient_member m JOIN recipient r ON r.id = m.recipient_id JOIN campaign c ON c.id = r.campaign_id \
               WHERE m.customer_id = ?1 ORDER BY c.as_of, r.id",
    },
    Held {
        name: "by_hand",
        columns: &[
            ("campaign", "c.slug", Text),
            ("personal_line", "p.line", Text),
            ("signer", "p.signer", Text),
            ("written_at", "p.written_at", Text),
        ],
        from: "FROM recipient_member m JOIN personal_line p ON p.recipient_id = m.recipient_id \
               JOIN recipient r ON r.id = m.recipient_id JOIN campaign c ON c.id = r.campaign_id \
               WHERE m.customer_id = ?1 ORDER BY c.as_of, r.id",
    },
    Held {
        name: "emails",
        columns: &[
            ("campaign", "c.slug", Text),
            ("wave", "o.wave", Number),
            ("state", "o.state", Text),
            ("message_key", "o.message_key", Text),
            ("attempts", "o.attempt", Number),
            ("first_at", "COALESCE(o.first_at, '')", Text),
            ("due_at", "COALESCE(o.due_at, '')", Text),
            ("at", "COALESCE(o.at, '')", Text),
            ("reply", "o.reply", Text),
        ],
        from: "FROM recipient_member m JOIN outbox o ON o.recipient_id = m.recipient_id \
               JOIN recipient r ON r.id = m.recipient_id JOIN campaign c ON c.id = r.campaign_id \
               WHERE m.customer_id = ?1 ORDER BY c.as_of, r.id, o.wave",
    },
    Held {
        name: "reminder_letters",
        columns: &[("campaign", "c.slug", Text), ("wave", "l.wave", Number), ("printed_on", "l.printed_on", Day)],
        from: "FROM recipient_member m JOIN reminder_letter l ON l.recipient_id = m.recipient_id \
               JOIN recipient r ON r.id = m.recipient_id JOIN campaign c ON c.id = r.campaign_id \
               WHERE m.customer_id = ?1 ORDER BY c.as_of, r.id, l.wave",
    },
    Held {
        name: "second_pieces",
        columns: &[
            ("campaign", "c.slug", Text),
            ("channel", "s.channel", Text),
            ("state", "s.state", Text),
            ("since", "s.since", Day),
            ("posted_on", "s.posted_on", Day),
            ("returned_on", "s.returned_on", Day),
        ],
        from: "FROM recipient_member m JOIN second_piece s ON s.recipient_id = m.recipient_id \
               JOIN recipient r ON r.id = m.recipient_id JOIN campaign c ON c.id = r.campaign_id \
               WHERE m.customer_id = ?1 ORDER BY c.as_of, r.id",
    },
    Held {
        name: "email_answers",
        columns: &[
            ("campaign", "c.slug", Text),
            ("kind", "a.kind", Text),
            ("said", "a.said", Text),
            ("on", "a.on_day", Day),
        ],
        from: "FROM recipient_member m JOIN email_answer a ON a.recipient_id = m.recipient_id \
               JOIN recipient r ON r.id = m.recipient_id JOIN campaign c ON c.id = r.campaign_id \
               WHERE m.customer_id = ?1 ORDER BY a.id",
    },
    Held {
        name: "redemptions",
        columns: &[
            ("campaign", "c.slug", Text),
            ("on", "d.redeemed_on", Day),
            ("at", "d.redeemed_at", Text),
            ("spend_minor", "d.spend_minor", Number),
            ("till", "d.till", Text),
            ("receipt", "d.receipt", Text),
            ("undone_at", "COALESCE(d.undone_at, '')", Text),
        ],
        from: "FROM recipient_member m JOIN recipient r ON r.id = m.recipient_id JOIN campaign c ON c.id = r.campaign_id \
               JOIN redemption d ON d.recipient_id = r.id WHERE m.customer_id = ?1 ORDER BY d.id",
    },
    Held {
        name: "at_the_till",
        columns: &[
            ("code", "e.code", Text),
            ("outcome", "e.outcome", Text),
            ("at", "e.at", Text),
            ("on", "e.on_day", Day),
            ("spend_minor", "e.spend_minor", Number),
            ("till", "e.till", Text),
            ("receipt", "e.receipt", Text),
            ("reason", "e.reason", Text),
            ("request", "COALESCE(e.request, '')", Text),
            ("arrived_at", "COALESCE(e.arrived_at, '')", Text),
            ("put_aside_at", "COALESCE(e.put_aside_at, '')", Text),
        ],
        from: "FROM redemption_event e WHERE e.recipient_id IN \
               (SELECT m.recipient_id FROM recipient_member m WHERE m.customer_id = ?1) \
               OR (e.recipient_id IS NULL AND e.code IN (SELECT n.ref FROM customer n WHERE n.id = ?1 \
               UNION ALL SELECT a.ref FROM customer_alias a WHERE a.customer_id = ?1)) ORDER BY e.id",
    },
    Held {
        name: "told_to_tills",
        columns: &[("at", "a.at", Text), ("key", "a.key", Text), ("answer", "a.body", Object)],
        from: "FROM recipient_member m JOIN till_answer a ON a.recipient_id = m.recipient_id WHERE m.customer_id = ?1 \
               ORDER BY a.at, a.key",
    },
    Held {
        name: "left_out",
        columns: &[("campaign", "c.slug", Text), ("ref", "l.ref", Text), ("reason", "l.reason", Text)],
        from: "FROM left_out l JOIN campaign c ON c.id = l.campaign_id WHERE l.ref IN \
               (SELECT n.ref FROM customer n WHERE n.id = ?1 \
               UNION ALL SELECT a.ref FROM customer_alias a WHERE a.customer_id = ?1) ORDER BY c.as_of, c.id",
    },
];

/// Everything that campaigns and the till hold on somebody.
///
/// # Errors
/// When the database does not answer.
pub(crate) fn held(read: &Read<'_>, customer: &Customer) -> Result<serde_json::Map<String, serde_json::Value>> {
    customers::collect(read, HELD, customer.id)
}

/// Where somebody was, after they were erased there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Traces {
    /// The campaigns whose printed pieces may lie about: `out/NAME`.
    pub(crate) campaigns: Vec<String>,
    /// Files of plans that name a reference of theirs.
    pub(crate) files: Vec<String>,
}

/// Erases somebody from every plan. The figures stay: their place is kept without a name, with what was bought in those
/// days. A letter to a household stays with the others of it, made out to them alone.
///
/// # Errors
/// When the database fails.
pub(crate) fn forget(write: &Write<'_>, customer: &Customer, country: &str) -> Result<Traces> {
    let sql = "DELETE FROM till_answer WHERE recipient_id IN \
               (SELECT m.recipient_id FROM recipient_member m WHERE m.customer_id = ?1)";
    write.run(sql, params![customer.id])?;
    let sql = "INSERT INTO forgotten_purchase (recipient_id, day, amount_minor) \
               SELECT m.recipient_id, p.day, p.amount_minor FROM recipient_member m \
               JOIN recipient r ON r.id = m.recipient_id JOIN campaign c ON c.id = r.campaign_id \
               JOIN purchase p ON p.customer_id = m.customer_id WHERE m.customer_id = ?1 AND p.day >= c.as_of \
               AND (c.claim_until IS NULL OR p.day <= c.claim_until)";
    write.run(sql, params![customer.id])?;
    let references = customers::references(write, customer.id)?;
    let sql = "SELECT m.recipient_id FROM recipient_member m WHERE m.customer_id = ?1 ORDER BY m.recipient_id";
    let ids: Vec<i64> = write.all(sql, params![customer.id], |row| row.get(0))?;
    let mut traces = Traces::default();
    for id in ids {
        lines::forget(write, id)?;
        let recipient = table::recipient(write, id)?;
        let slug: String = write.value("SELECT slug FROM campaign WHERE id = ?1", params![recipient.campaign_id])?;
        traces.campaigns.push(slug);
        let sql = "DELETE FROM recipient_member WHERE recipient_id = ?1 AND customer_id = ?2";
        write.run(sql, params![id, customer.id])?;
        let sql = "SELECT customer_id FROM recipient_member WHERE recipient_id = ?1 ORDER BY customer_id";
        let others: Vec<i64> = write.all(sql, params![id], |row| row.get(0))?;
        match others.first() {
            None => blank(write, id)?,
            Some(first) => hand_over(write, &recipient, customer, *first, &others, country)?,
        }
        write.run(
            "UPDATE redemption_event SET reason = '', receipt = '', request = NULL WHERE recipient_id = ?1",
            params![id],
        )?;
        write.run("UPDATE redemption SET receipt = '' WHERE recipient_id = ?1", params![id])?;
        write.run("UPDATE outbox SET reply = '' WHERE recipient_id = ?1", params![id])?;
        write.run("UPDATE email_answer SET said = '' WHERE recipient_id = ?1", params![id])?;
    }
    write.run("UPDATE recipient SET customer_id = NULL WHERE customer_id = ?1", params![customer.id])?;
    for reference in &references {
        let sql = "UPDATE redemption_event SET code = '', reason = '', receipt = '', request = NULL \
                   WHERE recipient_id IS NULL AND code = ?1";
        write.run(sql, params![reference])?;
        let sql = "SELECT campaign_id FROM left_out WHERE ref = ?1";
        for campaign in write.all(sql, params![reference], |row| row.get::<i64>(0))? {
            let sql = "SELECT count(*) FROM left_out WHERE campaign_id = ?1 AND ref LIKE 'forgotten %'";
            let nobody = format!("forgotten {}", write.value::<i64>(sql, params![campaign])? + 1);
            let sql = "UPDATE left_out SET ref = ?3 WHERE campaign_id = ?1 AND ref = ?2";
            write.run(sql, params![campaign, reference, nobody])?;
        }
        traces.files.extend(naming(write, reference)?);
    }
    for list in [&mut traces.campaigns, &mut traces.files] {
        list.sort();
        list.dedup();
    }
    Ok(traces)
}

/// A place in a plan with nobody in it: it counts, and has no code, no name and no piece.
fn blank(write: &Write<'_>, id: i64) -> Result<()> {
    let sql = "UPDATE recipient SET ref = ?2, customer_id = NULL, name = 'forgotten', number = NULL, code = NULL, \
               postcode = '', email = '', fields = '{}', state = 'forgotten' WHERE id = ?1";
    write.run(sql, params![id, format!("forgotten {id}")])?;
    write.run("DELETE FROM outbox WHERE recipient_id = ?1 AND state = 'queued'", params![id])?;
    write.run("UPDATE outbox SET message_key = '' WHERE recipient_id = ?1", params![id])?;
    write.run("UPDATE redemption_event SET code = '' WHERE recipient_id = ?1", params![id]).map(|_| ())
}

/// The piece stays with the others of the household, under their names alone.
fn hand_over(
    write: &Write<'_>,
    recipient: &Recipient,
    gone: &Customer,
    first: i64,
    others: &[i64],
    country: &str,
) -> Result<()> {
    let was_theirs = recipient.reference == gone.reference
        || write.value::<i64>(
            "SELECT count(*) FROM recipient WHERE id = ?1 AND customer_id = ?2",
            params![recipient.id, gone.id],
        )? > 0;
    let holder: i64 = if was_theirs {
        first
    } else {
        let sql = "SELECT COALESCE((SELECT customer_id FROM recipient WHERE id = ?1), ?2)";
        write.value(sql, params![recipient.id, first])?
    };
    let mut people = vec![customers::by_id(write, holder)?];
    for id in others.iter().filter(|id| **id != holder) {
        people.push(customers::by_id(write, *id)?);
    }
    people[0].spouse.clear();
    let best = people[0].clone();
    people.retain(|member| member.id == best.id || member.may_be_greeted());
    let greeted: Vec<&Customer> = people.iter().collect();
    let names = names_of(&greeted);
    let mut fields = recipient.fields.clone();
    fields.text("greeting", &names.greeting);
    let old_names = fields.get("household.names").unwrap_or_default().to_owned();
    fields.text("household.names", &names.line);
    fields.remove("household.shorter_names");
    fields.list("household.shorter_names", &shorter_names(&greeted));
    fields.remove("customer.spouse");
    let (mut reference, mut postcode, mut email) =
        (recipient.reference.clone(), recipient.postcode.clone(), recipient.email.clone());
    if was_theirs {
        about(&mut fields, &best, country);
        fields.list("address_lines", &address_lines(&names.line, &best, country));
        reference = free_reference(write, recipient, &best)?;
        (postcode, email) = (best.postcode.clone(), best.email.clone());
    } else {
        let mut lines = fields.get_list("address_lines");
        lines.iter_mut().filter(|line| **line == old_names).for_each(|line| line.clone_from(&names.line));
        fields.list("address_lines", &lines);
    }
    let sql = "UPDATE recipient SET ref = ?2, customer_id = ?3, name = ?4, postcode = ?5, email = ?6, fields = ?7 WHERE id = ?1";
    let text = serde_json::to_string(&fields).unwrap_or_default();
    let values = params![recipient.id, reference, best.id, names.line, postcode, email, text];
    write.run(sql, values).map(|_| ())
}

/// Their own reference, unless they stand in the plan by themselves as well.
fn free_reference(read: &Read<'_>, recipient: &Recipient, best: &Customer) -> Result<String> {
    let sql = "SELECT count(*) FROM recipient WHERE campaign_id = ?1 AND ref = ?2";
    let taken: i64 = read.value(sql, params![recipient.campaign_id, best.reference])?;
    Ok(if taken == 0 { best.reference.clone() } else { format!("forgotten {}", recipient.id) })
}

/// Leaves of a letter what is about nobody (the gift, the campaign, the shop, the code), and puts this person in.
fn about(fields: &mut Fields, person: &Customer, home: &str) {
    for personal in ["customer", "last_year", "personal_line"] {
        fields.remove(personal);
    }
    fields.text("customer.ref", &person.reference);
    fields.text("customer.full_name", &person.name());
    fields.text("customer.country", if person.country.is_empty() { home } else { country_code(&person.country) });
    for field in ["title", "first_name", "last_name", "city", "email", "phone"] {
        fields.text(&format!("customer.{field}"), person.field(field));
    }
    for group in ["customer.last_purchase", "customer.preferences"] {
        fields.group(group);
    }
}

/// The kept campaign files that name a reference, by hand of the owner.
fn naming(read: &Read<'_>, reference: &str) -> Result<Vec<String>> {
    let sql = "SELECT path, content FROM campaign_file WHERE path LIKE 'campaigns/%'";
    let files = read.all(sql, params![], |row| Ok((row.get::<String>(0)?, row.get::<Vec<u8>>(1)?)))?;
    let names = |content: &[u8]| {
        let text = String::from_utf8_lossy(content);
        text.contains(&format!("\"{reference}\"")) || text.contains(&format!("'{reference}'"))
    };
    Ok(files.into_iter().filter(|(_, content)| names(content)).map(|(path, _)| path).collect())
}
