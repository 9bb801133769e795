//! Converts address cards (vCard 2.1 to 4.0) to a table.

use vobject::{Component, Property, read_component};

use crate::domain::folded;
use crate::error::{Error, Result};

/// The headings of the table, each after `vCard `; the dialect `vcard` assigns them to fields.
const HEADINGS: &str = "UID, N prefix, N given, N family, N suffix, FN, ORG, SPOUSE, ADR box, ADR extended, ADR street, \
                        ADR city, ADR region, ADR code, ADR country, EMAIL, TEL, BDAY, CATEGORIES, NOTE";

/// Whether a text is address cards.
pub(super) fn is_cards(start: &str) -> bool {
    start.trim_start().get(..11).is_some_and(|first| first.eq_ignore_ascii_case("BEGIN:VCARD"))
}

/// The cards as a comma-separated table, and the first line of each card.
pub(super) fn table(text: &str) -> Result<(String, Vec<usize>)> {
    let failed = |e: csv::Error| Error::new("the cards cannot be read").because(e);
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(HEADINGS.split(", ").map(|heading| format!("vCard {heading}"))).map_err(failed)?;
    let mut begun = Vec::new();
    for (line, card) in cards(text) {
        let (card, _) = read_component(&card).map_err(|e| {
            Error::new("this address card cannot be read").at(line).hint("export it again").because(e.to_string())
        })?;
        out.write_record(row(&card)).map_err(failed)?;
        begun.push(line);
    }
    let bytes = out.into_inner().map_err(|e| Error::new("the cards cannot be read").because(e.into_error()))?;
    Ok((String::from_utf8_lossy(&bytes).into_owned(), begun))
}

/// Each card with its first line: normalized line endings, without blank lines and pictures, soft line breaks joined,
/// property names in capitals.
fn cards(text: &str) -> Vec<(usize, String)> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let (mut cards, mut card, mut first) = (Vec::new(), String::new(), 0);
    let (mut soft, mut picture) = (false, false);
    for (index, line) in text.lines().enumerate() {
        if soft {
            soft = line.ends_with('=');
            card.push_str(line.strip_suffix('=').unwrap_or(line));
            card.push_str(if soft { "" } else { "\n" });
            continue;
        }
        if line.trim().is_empty() {
            continue;
        }
        if line.starts_with([' ', '\t']) {
            if !picture {
                card.push_str(line);
                card.push('\n');
            }
            continue;
        }
        let name = line.split([':', ';']).next().unwrap_or_default().to_uppercase();
        picture = matches!(name.rsplit('.').next(), Some("PHOTO" | "LOGO" | "SOUND" | "KEY" | "AGENT"));
        if picture {
            continue;
        }
        if line.eq_ignore_ascii_case("BEGIN:VCARD") {
            (first, card) = (index + 1, String::new());
        }
        let quoted = line.split(':').next().is_some_and(|head| head.to_uppercase().contains("QUOTED-PRINTABLE"));
        soft = quoted && line.ends_with('=');
        card.push_str(&name);
        let rest = &line[line.find([':', ';']).unwrap_or(line.len())..];
        let rest = if matches!(name.as_str(), "BEGIN" | "END") { rest.to_uppercase() } else { rest.to_owned() };
        card.push_str(if soft { rest.strip_suffix('=').unwrap_or(&rest) } else { &rest });
        card.push_str(if soft { "" } else { "\n" });
        if name == "END" {
            cards.push((first, std::mem::take(&mut card)));
        }
    }
    if !card.trim().is_empty() {
        // A card without an end: the parser reports it.
        cards.push((first.max(1), card));
    }
    cards
}

fn row(card: &Component) -> [String; 20] {
    let one = |name: &str| best(card.get_all(name)).map(|p| parts(p, '\u{0}').join("")).unwrap_or_default();
    let many = |name: &str, at: char| best(card.get_all(name)).map(|p| parts(p, at)).unwrap_or_default();
    let (name, company) = (many("N", ';'), many("ORG", ';'));
    let address = best_address(card.get_all("ADR"));
    let part = |list: &[String], index: usize| list.get(index).cloned().unwrap_or_default();
    let spouse = ["X-SPOUSE", "X-EVOLUTION-SPOUSE", "X-KADDRESSBOOK-X-SPOUSESNAME"].map(one);
    let values = |name: &str| -> String {
        let all: Vec<String> = sorted(card.get_all(name)).into_iter().map(|p| parts(p, '\u{0}').join("")).collect();
        all.iter().map(|v| v.trim_start_matches("tel:").trim_start_matches("mailto:")).collect::<Vec<_>>().join(" ::: ")
    };
    let (whole, company) = (one("FN"), part(&company, 0));
    let is_unnamed = name.iter().all(|part| part.trim().is_empty());
    let is_company = one("KIND").eq_ignore_ascii_case("org")
        || one("X-ABSHOWAS").eq_ignore_ascii_case("company")
        || is_unnamed && !company.is_empty() && folded(&whole) == folded(&company);
    let (name, whole, company) = match is_company {
        true if company.is_empty() => (Vec::new(), String::new(), whole),
        true => (Vec::new(), String::new(), company),
        false => (name, whole, company),
    };
    [
        one("UID"),
        part(&name, 3),
        part(&name, 1),
        part(&name, 0),
        part(&name, 4),
        whole,
        company,
        spouse.into_iter().find(|s| !s.is_empty()).unwrap_or_default(),
        part(&address, 0),
        part(&address, 1),
        part(&address, 2),
        part(&address, 3),
        part(&address, 4),
        part(&address, 5),
        part(&address, 6),
        values("EMAIL"),
        values("TEL"),
        birthday(&one("BDAY")),
        many("CATEGORIES", ',').join(","),
        one("NOTE"),
    ]
}

/// The first of several addresses with a street or a box and a town: the preferred one, home, work. A part may be a
/// comma-separated list (RFC 6350, section 6.3.1).
fn best_address(addresses: &[Property]) -> Vec<String> {
    let mut sorted = sorted(addresses);
    let is_of = |p: &Property, kind: &str| {
        let words = p.params.iter().flat_map(|(key, value)| [key, value]);
        words.into_iter().any(|word| word.to_uppercase().contains(kind))
    };
    sorted.sort_by_key(|p| (!is_of(p, "PREF"), !is_of(p, "HOME"), is_of(p, "WORK")));
    let mut all: Vec<Vec<String>> = sorted.into_iter().map(|p| listed(&parts(p, ';'))).collect();
    let is_complete = |parts: &Vec<String>| {
        let has = |at: usize| parts.get(at).is_some_and(|part| !part.trim().is_empty());
        (has(0) || has(2)) && has(3)
    };
    let is_empty = |parts: &Vec<String>| parts.iter().all(|part| part.trim().is_empty());
    let best = all.iter().position(is_complete).or_else(|| all.iter().position(|parts| !is_empty(parts)));
    best.map(|best| all.swap_remove(best)).unwrap_or_default()
}

/// The values of a list with a space after each comma.
fn listed(parts: &[String]) -> Vec<String> {
    let spaced =
        |part: &String| part.split(',').map(str::trim).filter(|one| !one.is_empty()).collect::<Vec<_>>().join(", ");
    parts.iter().map(spaced).collect()
}

/// The preferred one first, then in order.
fn sorted(properties: &[Property]) -> Vec<&Property> {
    let mut sorted: Vec<&Property> = properties.iter().collect();
    let is_preferred = |p: &Property| {
        p.params.iter().any(|(key, value)| key.eq_ignore_ascii_case("PREF") || value.to_uppercase().contains("PREF"))
    };
    sorted.sort_by_key(|p| !is_preferred(p));
    sorted
}

fn best(properties: &[Property]) -> Option<&Property> {
    sorted(properties).into_iter().find(|p| !p.raw_value.trim_matches(';').trim().is_empty())
}

/// The value of a property, split at unescaped separators.
fn parts(property: &Property, separator: char) -> Vec<String> {
    let params = &property.params;
    let quoted = params.iter().any(|(k, v)| format!("{k}={v}").to_uppercase().contains("QUOTED-PRINTABLE"));
    let text = if quoted { quoted_printable(&property.raw_value) } else { property.raw_value.clone() };
    let (mut parts, mut part, mut chars) = (Vec::new(), String::new(), text.chars());
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n' | 'N') if separator == ';' => part.push_str(", "),
                Some('n' | 'N') => part.push(' '),
                Some(other) => part.push(other),
                None => {}
            },
            c if c == separator => parts.push(std::mem::take(&mut part)),
            c => part.push(c),
        }
    }
    parts.push(part);
    parts
}

/// `=C3=A9` as `é`; bytes that are not UTF-8 are decoded as Windows-1252.
fn quoted_printable(text: &str) -> String {
    let (mut bytes, raw) = (Vec::with_capacity(text.len()), text.as_bytes());
    let mut at = 0;
    while at < raw.len() {
        let coded =
            raw.get(at + 1..at + 3).and_then(|h| std::str::from_utf8(h).ok()).map(|h| u8::from_str_radix(h, 16));
        match (raw[at], coded) {
            (b'=', Some(Ok(byte))) => {
                bytes.push(byte);
                at += 3;
            }
            (byte, _) => {
                bytes.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|e| encoding_rs::WINDOWS_1252.decode(e.as_bytes()).0.into_owned())
}

/// `19380313` and `--0313` in the usual form.
fn birthday(text: &str) -> String {
    let text = text.split('T').next().unwrap_or_default();
    if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
        return format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..]);
    }
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_of_every_version_are_rows() {
        let text = "BEGIN:VCARD\r\nVERSION:3.0\r\nN:van der Berg;Anna;;Ms.;\r\nFN:Anna van der Berg\r\n\
            item1.EMAIL;type=INTERNET:other@example.com\r\nEMAIL;type=pref:anna@example.com\r\n\
            ADR;TYPE=home:;;12 Elm St\\, rear;Spring\r\n field;MA;01103;USA\r\nTEL:+1 413 555 0101\r\n\
            PHOTO;ENCODING=b:AAAA\r\n BBBB\r\nBDAY:19610203\r\nCATEGORIES:tea,hats\r\nEND:VCARD\r\n\r\n\
            begin:vcard\r\nversion:2.1\r\nn;charset=utf-8;encoding=quoted-printable:M=C3=BCller;Zo=C3=\r\n=AB\r\n\
            tel;cell:0170 1\r\nend:vcard\r\n";
        assert!(is_cards(text));
        let (table, lines) = table(text).expect("cards");
        assert_eq!(lines, [1, 16]);
        let rows: Vec<&str> = table.lines().skip(1).collect();
        assert_eq!(
            rows[0],
            ",Ms.,Anna,van der Berg,,Anna van der Berg,,,,,\"12 Elm St, rear\",Springfield,MA,01103,USA,\
             anna@example.com ::: other@example.com,+1 413 555 0101,1961-02-03,\"tea,hats\","
        );
        assert!(rows[1].starts_with(",,Zoë,Müller,"), "{}", rows[1]);
        assert!(super::table("BEGIN:VCARD\nFN:Anna\n").is_err());
    }
}
