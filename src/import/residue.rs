//! Residues of other programs in cells: HTML entities, `="0017"`, backslashes of databases; doubly encoded letters.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use csv::StringRecord;

use super::encoding;
use crate::text;

/// The entities of entities.tsv.
static ENTITIES: LazyLock<HashMap<&'static str, char>> = LazyLock::new(|| {
    let rows = text::table_rows(include_str!("entities.tsv"));
    let code = |code: &str| char::from_u32(u32::from_str_radix(code, 16).ok()?);
    rows.filter_map(|mut row| Some((row.next()?, code(row.next()?)?))).collect()
});

/// Whether all cells of a header are in single quotes, and so all cells of its table.
pub(super) fn has_single_quotes(header: &[String]) -> bool {
    let mut filled = header.iter().filter(|cell| !cell.is_empty()).peekable();
    filled.peek().is_some() && filled.all(|cell| unquoted(cell).len() < cell.len())
}

/// A cell without its single quotes.
pub(super) fn unquoted(cell: &str) -> &str {
    let cell = cell.trim();
    cell.strip_prefix('\'').and_then(|cell| cell.strip_suffix('\'')).unwrap_or(cell)
}

/// A row without the single quotes of its cells.
pub(super) fn without_quotes(row: &StringRecord) -> StringRecord {
    let mut clean: StringRecord = row.iter().map(unquoted).collect();
    clean.set_position(row.position().cloned());
    clean
}

/// A cleaned row; none when it is already clean.
pub(super) fn cleaned(row: &StringRecord) -> Option<StringRecord> {
    if !row.as_slice().bytes().any(|byte| matches!(byte, b'&' | b'<' | b'\\' | b'=')) {
        return None;
    }
    let cells: Vec<Cow<'_, str>> = row.iter().map(cell).collect();
    if cells.iter().all(|cell| matches!(cell, Cow::Borrowed(_))) {
        return None;
    }
    let mut clean: StringRecord = cells.iter().map(Cow::as_ref).collect();
    clean.set_position(row.position().cloned());
    Some(clean)
}

/// A cleaned cell.
fn cell(text: &str) -> Cow<'_, str> {
    let mut text = match of_formula(text) {
        Some(bare) => Cow::Owned(bare),
        None => Cow::Borrowed(text),
    };
    for clean in [without_backslashes, decoded, decoded, with_line_breaks] {
        if let Some(changed) = clean(&text) {
            text = Cow::Owned(changed);
        }
    }
    text
}

/// `0017` of `="0017"`, a form that protects it from spreadsheets.
fn of_formula(text: &str) -> Option<String> {
    let inside = text.trim().strip_prefix("=\"")?.strip_suffix('"')?;
    let bare = inside.replace("\"\"", "");
    (!bare.contains('"')).then(|| inside.replace("\"\"", "\""))
}

/// A cell without the backslashes of a database. A path keeps them.
fn without_backslashes(text: &str) -> Option<String> {
    if text == "\\N" {
        return Some(String::new());
    }
    if !text.contains('\\') || text.contains(":\\") || text.starts_with("\\\\") {
        return None;
    }
    let mut clean = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let mut ahead = rest.clone();
        let meant = match (c, ahead.next()) {
            ('\\', Some(next @ ('\'' | '"' | '\\' | ',' | ';'))) => next,
            ('\\', Some('n' | 'r')) => '\n',
            ('\\', Some('t')) => ' ',
            _ => {
                clean.push(c);
                continue;
            }
        };
        clean.push(meant);
        rest = ahead;
    }
    (clean != text).then_some(clean)
}

/// A cell with line breaks for `<br>`.
fn with_line_breaks(text: &str) -> Option<String> {
    let mut clean = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        clean.push_str(before);
        let is_break = tag.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("<br"));
        let behind = tag.get(3..).unwrap_or_default().trim_start_matches([' ', '/']).strip_prefix('>');
        rest = if let Some(behind) = behind.filter(|_| is_break) {
            clean.push('\n');
            behind
        } else {
            clean.push('<');
            &tag[1..]
        };
    }
    clean.push_str(rest);
    (clean != text).then_some(clean)
}

/// A cell with decoded entities. Other ampersands stay, as in `Pipe & Drum`.
fn decoded(text: &str) -> Option<String> {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        clean.push_str(&rest[..at]);
        rest = &rest[at..];
        let (c, length) = entity(rest).unwrap_or(('&', 1));
        clean.push(c);
        rest = &rest[length..];
    }
    clean.push_str(rest);
    (clean != text).then_some(clean)
}

/// The entity at the beginning of a text, and its length.
fn entity(text: &str) -> Option<(char, usize)> {
    let inside = text.strip_prefix('&')?;
    let name = |is_part: fn(&u8) -> bool, from: usize| from + inside.bytes().skip(from).take_while(is_part).count();
    let (end, code) = if let Some(number) = inside.strip_prefix('#') {
        if number.starts_with(['x', 'X']) {
            let end = name(u8::is_ascii_hexdigit, 2);
            (end, u32::from_str_radix(&inside[2..end], 16).ok()?)
        } else {
            let end = name(u8::is_ascii_digit, 1);
            (end, inside[1..end].parse().ok()?)
        }
    } else {
        let end = name(u8::is_ascii_alphanumeric, 0);
        let c = inside[end..].starts_with(';').then(|| ENTITIES.get(&inside[..end])).flatten()?;
        return Some((if *c == '\u{a0}' { ' ' } else { *c }, end + 2));
    };
    // From the old Windows code page, as web pages write it.
    let c = match code {
        0x80..=0x9f => encoding::of_windows(u8::try_from(code).ok()?)?,
        0xa0 => ' ',
        _ => char::from_u32(code).filter(|c| !c.is_control() || *c == '\n')?,
    };
    Some((c, end + 1 + usize::from(inside[end..].starts_with(';'))))
}

/// A text before it was encoded twice: `José` of `JosÃ©`.
pub(super) fn twice_converted(text: &str) -> Option<String> {
    const BEGINS: &str = "ÂÃÄÅÐÑâ├┬√¬‚Ô";
    if text.is_ascii() || !text.chars().any(|c| BEGINS.contains(c)) {
        return None;
    }
    encoding::wrong_turns().find_map(|page| {
        let bytes = page.encode(text)?;
        let before = String::from_utf8(bytes).ok().filter(|before| before.chars().count() < text.chars().count())?;
        is_likely(text, &before).then_some(before)
    })
}

/// Whether the decoded text is more plausible than the original.
fn is_likely(after: &str, before: &str) -> bool {
    let others: Vec<char> = before.chars().filter(|c| !c.is_ascii()).collect();
    let is_known = |c: &char| matches!(c, '\u{a0}'..='\u{17f}' | '\u{2010}'..='\u{203a}' | '€' | '™');
    let is_cyrillic = |c: &char| matches!(c, '\u{400}'..='\u{4ff}');
    if others.iter().all(is_cyrillic) {
        return others.len() > 1;
    }
    if !others.iter().all(is_known) {
        return false;
    }
    // `Å’` may be the end of a quotation; in the middle of a word it cannot be.
    let is_eastern = others.iter().all(|c| matches!(c, '\u{100}'..='\u{17f}'));
    let chars: Vec<char> = after.chars().collect();
    !is_eastern
        || chars.windows(3).any(|three| {
            matches!(three[1], 'Ä' | 'Å') && (three[0].is_lowercase() || !three[2].is_alphanumeric() && three[2] != '’')
                || !three[1].is_alphanumeric() && matches!(three[0], 'Ä' | 'Å') && three[2].is_lowercase()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn residue_is_taken_out_of_cells() {
        for (text, clean) in [
            ("O&#039;Brien", "O'Brien"),
            ("O&#39;Brien", "O'Brien"),
            ("O&#x27;Brien", "O'Brien"),
            ("O&#039Brien", "O'Brien"),
            ("O&amp;#039;Brien", "O'Brien"),
            ("O&rsquo;Brien", "O’Brien"),
            ("O&#146;Brien", "O’Brien"),
            ("1 A St &amp; B", "1 A St & B"),
            ("M&uuml;ller &lt;Sons&gt;", "Müller <Sons>"),
            ("Ann&nbsp;Moss", "Ann Moss"),
            ("2 A St<br>Apt 6", "2 A St\nApt 6"),
            ("2 A St<BR />Apt 6", "2 A St\nApt 6"),
            ("2 A St&lt;br/&gt;Apt 6", "2 A St\nApt 6"),
            ("=\"0017\"", "0017"),
            ("=\"say \"\"hi\"\"\"", "say \"hi\""),
            ("O\\'Brien", "O'Brien"),
            ("said \\\"hi\\\"", "said \"hi\""),
            ("2 A St\\nApt 6", "2 A St\nApt 6"),
            ("\\N", ""),
            ("Pipe & Drum", "Pipe & Drum"),
            ("AT&T; R&D", "AT&T; R&D"),
            ("a <b> c", "a <b> c"),
            ("C:\\new", "C:\\new"),
            ("=12.00", "=12.00"),
            ("=HYPERLINK(\"http://example.com\",\"x\")", "=HYPERLINK(\"http://example.com\",\"x\")"),
        ] {
            assert_eq!(cell(text), clean, "{text}");
        }
    }

    #[test]
    fn text_that_was_converted_twice_is_seen() {
        for (text, before) in [
            ("JosÃ©", Some("José")),
            ("MuÃ±oz", Some("Muñoz")),
            ("MÃ¼ller & SÃ¶hne", Some("Müller & Söhne")),
            ("O\u{e2}\u{20ac}\u{2122}Brien", Some("O’Brien")),
            ("PaweÅ‚", Some("Paweł")),
            ("Jos√©", Some("José")),
            ("Jos├®", Some("José")),
            ("Ð˜Ð²Ð°Ð½", Some("Иван")),
            ("José", None),
            ("MUÑOZ", None),
            ("SÃO JOÃO", None),
            ("CAFÉ’S", None),
            ("“HÅ”", None),
            ("Âme sœur", None),
            ("Ängström’s", None),
            ("Иван", None),
        ] {
            assert_eq!(twice_converted(text).as_deref(), before, "{text}");
        }
    }
}
