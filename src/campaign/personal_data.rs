//! The tables of plans: how one person's rows are exported, erased, and moved with their card.

use super::lines;
use super::recipient::{self, Recipient};
use crate::customers::{
    self, CardRows, Customer, CustomerField, Erasure, ExportCell, ExportTable, MergeRecord, MergedCards, PlanPlace,
    TableOwner, export_tables,
};
use crate::domain::{CampaignId, CustomerId, ImportId, PieceState, RecipientId, country_code};
use crate::error::Result;
use crate::merge::{Fields, address_lines, names_of};
use crate::store::{Read, Write, params};

use ExportCell::{Day, Number, Object, Text, YesNo};

pub(crate) const PERSONAL_DATA: TableOwner =
    TableOwner { export: |read, customer| export_tables(read, TABLES, customer), forget, merge, unmerge };

const TABLES: &[ExportTable] = &[
    ExportTable {
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
            ("prior_missed", "r.prior_missed", Number),
            ("state", "r.state", Text),
            ("returned_on", "r.returned_on", Day),
        ],
        from: "FROM recipient_member m JOIN recipient r ON r.id = m.recipient_id JOIN campaign c ON c.id = r.campaign_id \
               WHERE m.customer_id = ?1 ORDER BY c.as_of, r.id",
    },
    ExportTable {
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
    ExportTable {
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
    ExportTable {
        name: "email_changes",
        columns: &[
            ("campaign", "c.slug", Text),
            ("old_email", "e.old_email", Text),
            ("new_email", "e.new_email", Text),
            ("at", "e.at", Text),
        ],
        from: "FROM recipient_member m JOIN email_change e ON e.recipient_id = m.recipient_id \
               JOIN recipient r ON r.id = m.recipient_id JOIN campaign c ON c.id = r.campaign_id \
               WHERE m.customer_id = ?1 ORDER BY e.id",
    },
    ExportTable {
        name: "left_out",
        columns: &[("campaign", "c.slug", Text), ("ref", "l.ref", Text), ("reason", "l.reason", Text)],
        from: "FROM left_out l JOIN campaign c ON c.id = l.campaign_id WHERE l.ref IN \
               (SELECT n.ref FROM customer n WHERE n.id = ?1 \
               UNION ALL SELECT a.ref FROM customer_alias a WHERE a.customer_id = ?1) ORDER BY c.as_of, c.id",
    },
];

const RECIPIENTS: CardRows = CardRows {
    table: "recipient",
    select: "SELECT id FROM recipient WHERE customer_id = ?1 ORDER BY id",
    update: "UPDATE recipient SET customer_id = ?3 WHERE id = ?1 AND customer_id = ?2",
};

fn merge(write: &Write<'_>, cards: &MergedCards, record: &mut MergeRecord) -> Result<()> {
    RECIPIENTS.merge(write, cards, record)?;
    record.members = memberships(write, cards.gone)?;
    let theirs = memberships(write, cards.stays)?;
    record.shared = record.members.iter().copied().filter(|id| theirs.contains(id)).collect();
    for recipient in &record.shared {
        leave(write, *recipient, cards.gone)?;
    }
    let sql = "UPDATE recipient_member SET customer_id = ?2 WHERE customer_id = ?1";
    write.run(sql, params![cards.gone, cards.stays]).map(|_| ())
}

fn unmerge(write: &Write<'_>, cards: &MergedCards, record: &MergeRecord) -> Result<()> {
    RECIPIENTS.unmerge(write, cards, record)?;
    for recipient in &record.members {
        if !record.shared.contains(recipient) {
            leave(write, *recipient, cards.stays)?;
        }
        let sql = "INSERT INTO recipient_member (recipient_id, customer_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
        write.run(sql, params![*recipient, cards.gone])?;
    }
    Ok(())
}

fn memberships(read: &Read<'_>, customer: CustomerId) -> Result<Vec<RecipientId>> {
    let sql = "SELECT recipient_id FROM recipient_member WHERE customer_id = ?1 ORDER BY recipient_id";
    read.all(sql, params![customer], |row| row.get(0))
}

fn leave(write: &Write<'_>, recipient: RecipientId, customer: CustomerId) -> Result<()> {
    let sql = "DELETE FROM recipient_member WHERE recipient_id = ?1 AND customer_id = ?2";
    write.run(sql, params![recipient, customer]).map(|_| ())
}

/// The customers added by an import who are in a plan, replaced plans included, each with the name of the last one.
pub(crate) fn customers_of_import(read: &Read<'_>, import: ImportId) -> Result<Vec<(CustomerId, String)>> {
    let sql = "SELECT k.id, c.slug FROM recipient_member m JOIN customer k ON k.id = m.customer_id \
               JOIN recipient r ON r.id = m.recipient_id JOIN campaign c ON c.id = r.campaign_id \
               WHERE k.import_id = ?1 ORDER BY k.id, c.id";
    read.all(sql, params![import], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// A person's places in plans.
pub(crate) fn places(read: &Read<'_>, customer: CustomerId) -> Result<Vec<PlanPlace>> {
    let sql = "SELECT m.recipient_id, EXISTS (SELECT 1 FROM recipient_member o WHERE o.recipient_id = m.recipient_id \
               AND o.customer_id <> m.customer_id) FROM recipient_member m WHERE m.customer_id = ?1 ORDER BY m.recipient_id";
    read.all(sql, params![customer], |row| Ok(PlanPlace { recipient: row.get(0)?, is_shared: row.get(1)? }))
}

/// The campaigns of places: `out/NAME` may hold printed pieces.
pub(crate) fn campaigns_of(read: &Read<'_>, places: &[PlanPlace]) -> Result<Vec<String>> {
    let sql = "SELECT c.slug FROM recipient r JOIN campaign c ON c.id = r.campaign_id WHERE r.id = ?1";
    let mut slugs: Vec<String> =
        places.iter().map(|place| read.value(sql, params![place.recipient])).collect::<Result<_>>()?;
    slugs.sort();
    slugs.dedup();
    Ok(slugs)
}

/// The stored campaign files in which the owner named one of these references.
pub(crate) fn files_naming(read: &Read<'_>, references: &[String]) -> Result<Vec<String>> {
    let sql = "SELECT path, content FROM campaign_file WHERE path LIKE 'campaigns/%'";
    let files = read.all(sql, params![], |row| Ok((row.get::<String>(0)?, row.get::<Vec<u8>>(1)?)))?;
    let names = |content: &[u8]| {
        let text = String::from_utf8_lossy(content);
        let names = |name: &String| text.contains(&format!("\"{name}\"")) || text.contains(&format!("'{name}'"));
        references.iter().any(names)
    };
    let mut paths: Vec<String> =
        files.into_iter().filter(|(_, content)| names(content)).map(|(path, _)| path).collect();
    paths.sort();
    paths.dedup();
    Ok(paths)
}

/// Erases a person from every plan. The figures stay: their place remains without a name, with what was bought in those
/// days. A letter to a household stays with its other members, addressed to them alone.
fn forget(write: &Write<'_>, erasure: &Erasure<'_>) -> Result<()> {
    let customer = erasure.customer.id;
    let sql = "INSERT INTO forgotten_purchase (recipient_id, day, amount_minor) \
               SELECT m.recipient_id, p.day, p.amount_minor FROM recipient_member m \
               JOIN recipient r ON r.id = m.recipient_id JOIN campaign c ON c.id = r.campaign_id \
               JOIN purchase p ON p.customer_id = m.customer_id WHERE m.customer_id = ?1 AND p.day >= c.as_of \
               AND (c.claim_until IS NULL OR p.day <= c.claim_until)";
    write.run(sql, params![customer])?;
    for place in &erasure.places {
        let id = place.recipient;
        lines::forget(write, id)?;
        write.run("DELETE FROM email_change WHERE recipient_id = ?1", params![id])?;
        let recipient = recipient::by_id(write, id)?;
        leave(write, id, customer)?;
        let sql = "SELECT customer_id FROM recipient_member WHERE recipient_id = ?1 ORDER BY customer_id";
        let others: Vec<CustomerId> = write.all(sql, params![id], |row| row.get(0))?;
        match others.first() {
            None => blank(write, id)?,
            Some(first) => hand_over(write, &recipient, erasure.customer, *first, &others, erasure.country)?,
        }
    }
    write.run("UPDATE recipient SET customer_id = NULL WHERE customer_id = ?1", params![customer])?;
    for reference in &erasure.references {
        let sql = "SELECT campaign_id FROM left_out WHERE ref = ?1";
        for campaign in write.all(sql, params![reference], |row| row.get::<CampaignId>(0))? {
            let sql = "SELECT count(*) FROM left_out WHERE campaign_id = ?1 AND ref LIKE 'forgotten %'";
            let nobody = format!("forgotten {}", write.value::<i64>(sql, params![campaign])? + 1);
            let sql = "UPDATE left_out SET ref = ?3 WHERE campaign_id = ?1 AND ref = ?2";
            write.run(sql, params![campaign, reference, nobody])?;
        }
    }
    Ok(())
}

/// Empties a place in a plan: it still counts, but has no code, name or piece.
fn blank(write: &Write<'_>, id: RecipientId) -> Result<()> {
    let sql = "UPDATE recipient SET ref = ?2, customer_id = NULL, name = ?3, number = NULL, code = NULL, postcode = '', \
               email = '', home = 0, fields = '{}', state = ?4 WHERE id = ?1";
    let nobody = format!("forgotten {id}");
    write.run(sql, params![id, nobody, "forgotten", PieceState::Forgotten]).map(|_| ())
}

/// The piece stays with the others of the household, under their names alone.
fn hand_over(
    write: &Write<'_>,
    recipient: &Recipient,
    gone: &Customer,
    first: CustomerId,
    others: &[CustomerId],
    country: &str,
) -> Result<()> {
    let was_theirs = recipient.reference == gone.reference
        || write.value::<i64>(
            "SELECT count(*) FROM recipient WHERE id = ?1 AND customer_id = ?2",
            params![recipient.id, gone.id],
        )? > 0;
    let holder: CustomerId = if was_theirs {
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
    fields.list("household.shorter_names", &names.shorter);
    fields.remove("customer.spouse");
    let (mut reference, mut postcode, mut email, mut home) =
        (recipient.reference.clone(), recipient.postcode.clone(), recipient.email.clone(), recipient.home);
    if was_theirs {
        about(&mut fields, &best, country);
        fields.list("address_lines", &address_lines(&names.line, &best, country));
        reference = free_reference(write, recipient, &best)?;
        (postcode, email, home) = (best.postcode.clone(), best.email.clone(), best.address().hash());
    } else {
        let mut lines = fields.get_list("address_lines");
        lines.iter_mut().filter(|line| **line == old_names).for_each(|line| line.clone_from(&names.line));
        fields.list("address_lines", &lines);
    }
    let sql = "UPDATE recipient SET ref = ?2, customer_id = ?3, name = ?4, postcode = ?5, email = ?6, fields = ?7, home = ?8 \
               WHERE id = ?1";
    let text = serde_json::to_string(&fields).unwrap_or_default();
    let name = if names.line.is_empty() { &reference } else { &names.line };
    let values = params![recipient.id, reference, best.id, name, postcode, email, text, home];
    write.run(sql, values).map(|_| ())
}

/// Their own reference, unless they are also in the plan by themselves.
fn free_reference(read: &Read<'_>, recipient: &Recipient, best: &Customer) -> Result<String> {
    let sql = "SELECT count(*) FROM recipient WHERE campaign_id = ?1 AND ref = ?2";
    let same_reference: i64 = read.value(sql, params![recipient.campaign_id, best.reference])?;
    Ok(if same_reference == 0 { best.reference.clone() } else { format!("forgotten {}", recipient.id) })
}

/// Keeps only the fields of a letter that are about no person (gift, campaign, shop, code), and adds those of this
/// person.
fn about(fields: &mut Fields, person: &Customer, home: &str) {
    for personal in ["customer", "last_year", "personal_line"] {
        fields.remove(personal);
    }
    fields.text("customer.ref", &person.reference);
    fields.text("customer.full_name", &person.name());
    fields.text("customer.country", if person.country.is_empty() { home } else { country_code(&person.country) });
    for field in [
        CustomerField::Title,
        CustomerField::FirstName,
        CustomerField::LastName,
        CustomerField::City,
        CustomerField::Email,
        CustomerField::Phone,
    ] {
        fields.text(&format!("customer.{field}"), person.field(field));
    }
    for group in ["customer.last_purchase", "customer.preferences"] {
        fields.group(group);
    }
}
