//! What in a letter leads somewhere: links of the Markdown, and addresses of the web and of emails that stand in its text.

use std::ops::Range;
use std::sync::Arc;

use crate::domain::EmailAddress;
use crate::letter::page::role::LineLink;
use crate::letter::page::{GlyphRun, TextLine};

/// How the addresses begin that a reader may be led to.
const SCHEMES: [&str; 4] = ["https://", "http://", "mailto:", "tel:"];
/// The ends of names that are taken for an address of the web without more: none of them is a word that a missing space
/// could put behind a full stop.
const ENDINGS: &str = " com org net edu gov info biz shop store eu de ch fr nl uk ca au nz dk pl cz ";
/// What stands around an address and does not belong to it.
const AROUND: &[char] =
    &['(', ')', '[', ']', '<', '>', '“', '”', '„', '«', '»', '‘', '’', '"', '\'', ',', ';', ':', '!', '?', '.'];

/// Where a link of the Markdown leads, as a document may have it; nothing for what leads nowhere outside the letter.
pub(crate) fn target(link: &str) -> Option<Arc<str>> {
    let link = link.trim();
    let is_known =
        SCHEMES.iter().any(|scheme| link.get(..scheme.len()).is_some_and(|s| s.eq_ignore_ascii_case(scheme)));
    is_known.then(|| ascii(link).into())
}

/// The addresses in a text, each with where it leads.
pub(crate) fn find(text: &str) -> Vec<(Range<usize>, Arc<str>)> {
    // A full stop is followed by a space nearly always; then there is nothing to look at.
    let bytes = text.as_bytes();
    let is_inner = |at: usize| bytes.get(at + 1).is_some_and(u8::is_ascii_alphanumeric);
    if !memchr::memchr2_iter(b'@', b'.', bytes).any(|at| bytes[at] == b'@' || is_inner(at)) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut start = 0;
    for word in text.split_inclusive(char::is_whitespace) {
        let bare = word.trim().trim_start_matches(AROUND);
        let at = start + word.find(bare).unwrap_or_default();
        let bare = bare.trim_end_matches(AROUND);
        found.extend(address(bare).map(|target| (at..at + bare.len(), target)));
        start += word.len();
    }
    found
}

/// Where a word leads, if it is an address.
fn address(word: &str) -> Option<Arc<str>> {
    if !word.contains('.') {
        return None;
    }
    let scheme = SCHEMES[..2].iter().find(|scheme| word.starts_with(**scheme));
    if scheme.is_none() && word.contains('@') {
        let address = EmailAddress::bare(word)?;
        return Some(format!("mailto:{}", ascii(address)).into());
    }
    let rest = scheme.map_or(word, |scheme| &word[scheme.len()..]);
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default();
    let labels: Vec<&str> = host.split('.').collect();
    let is_label = |label: &&str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
    let ending = labels.last().copied().unwrap_or_default();
    let is_bare = labels[0] == "www" && labels.len() > 2 || ENDINGS.contains(&format!(" {ending} "));
    let is_host = labels.len() > 1 && labels.iter().all(is_label) && ending.chars().all(|c| !c.is_ascii_digit());
    if !is_host || scheme.is_none() && !is_bare {
        return None;
    }
    Some(format!("{}{}", scheme.unwrap_or(&"https://"), ascii(rest)).into())
}

/// An address in the characters that every reader takes: a host in its international form, all else percent-encoded.
fn ascii(address: &str) -> String {
    if address.bytes().all(|byte| byte.is_ascii_graphic()) {
        return address.to_owned();
    }
    let (scheme, rest) = address.split_once("://").map_or(("", address), |(scheme, rest)| (scheme, rest));
    let (host, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let host = idna::domain_to_ascii(host).unwrap_or_else(|_| host.to_owned());
    let encoded: String = host
        .bytes()
        .chain(path.bytes())
        .map(|byte| match byte {
            byte if byte.is_ascii_graphic() => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect();
    if scheme.is_empty() { encoded } else { format!("{scheme}://{encoded}") }
}

/// Notes that the glyphs of a line that stand for the text at `place` lead somewhere, if they do.
pub(crate) fn note(
    found: &mut Vec<LineLink>,
    links: &[(Range<usize>, Arc<str>)],
    place: usize,
    (run, glyphs): (usize, Range<usize>),
    line: &Range<usize>,
) {
    let Some(number) = links.iter().position(|(range, _)| range.contains(&place)) else { return };
    let (range, target) = &links[number];
    if let Some(link) = found.iter_mut().find(|link| link.number == number) {
        link.to = (run, glyphs.end);
        return;
    }
    let text = range.start.max(line.start) - line.start..range.end.min(line.end) - line.start;
    found.push(LineLink { number, target: Arc::clone(target), from: (run, glyphs.start), to: (run, glyphs.end), text });
}

/// A line in pieces, each with where it starts: those that lead somewhere, and those between them.
pub(crate) fn pieces(line: &TextLine) -> Vec<(f32, TextLine, Option<&LineLink>)> {
    let last = line.runs.last().map_or((0, 0), |run| (line.runs.len() - 1, run.glyphs.len()));
    let mut links: Vec<&LineLink> = line.links.iter().collect();
    links.sort_by_key(|link| link.from);
    let mut found = Vec::new();
    let mut at = (0, 0);
    for link in links {
        found.extend(piece(line, at, link.from, None));
        found.extend(piece(line, link.from, link.to.min(last), Some(link)));
        at = link.to;
    }
    found.extend(piece(line, at, last, None));
    found
}

/// The glyphs of a line from one place to another.
fn piece<'l>(
    line: &TextLine,
    from: (usize, usize),
    to: (usize, usize),
    link: Option<&'l LineLink>,
) -> Option<(f32, TextLine, Option<&'l LineLink>)> {
    let mut runs: Vec<GlyphRun> = Vec::new();
    for (number, run) in line.runs.iter().enumerate().take(to.0 + 1).skip(from.0) {
        let begin = if number == from.0 { from.1.min(run.glyphs.len()) } else { 0 };
        let end = if number == to.0 { to.1.min(run.glyphs.len()) } else { run.glyphs.len() };
        if begin < end {
            let before: f32 = run.glyphs[..begin].iter().map(|glyph| glyph.advance).sum();
            let spelled = run.spelled.iter().filter(|(at, _)| begin <= at.start && at.end <= end);
            let spelled = spelled.map(|(at, text)| (at.start - begin..at.end - begin, text.clone())).collect();
            runs.push(GlyphRun { x: run.x + before, glyphs: run.glyphs[begin..end].to_vec(), spelled, ..run.clone() });
        }
    }
    let start = runs.first()?.x;
    let width = |run: &GlyphRun| run.x - start + run.glyphs.iter().map(|glyph| glyph.advance).sum::<f32>();
    let width = runs.last().map(width).unwrap_or_default();
    for run in &mut runs {
        run.x -= start;
    }
    Some((start, TextLine { runs, width, ..line.clone() }, link))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_an_address_leads_there_and_nothing_else_does() {
        for (text, targets) in [
            ("see www.example.com.", vec!["https://www.example.com"]),
            ("(https://example.com/wine?year=1990)", vec!["https://example.com/wine?year=1990"]),
            ("wiedemans.example.co.uk/wine, or call", vec!["https://wiedemans.example.co.uk/wine"]),
            (
                "write to helen@example.com or to ed@shop.example!",
                vec!["mailto:helen@example.com", "mailto:ed@shop.example"],
            ),
            ("http://müller.example.de/größe", vec!["http://xn--mller-kva.example.de/gr%C3%B6%C3%9Fe"]),
            ("Thank you.Come in at 10.30 a.m. for 4.50, J.R.Smith", vec![]),
            ("and/or, e.g. the No.5, file.txt and @home", vec![]),
            ("javascript://example.com and a@b", vec![]),
            ("www. and www.com and .com", vec!["https://www.com"]),
        ] {
            let found = find(text);
            assert_eq!(found.iter().map(|(_, target)| &**target).collect::<Vec<_>>(), targets, "{text}");
            for (at, target) in found {
                let shown = target.trim_start_matches("mailto:").trim_start_matches("https://");
                assert!(
                    !target.is_ascii() || text[at.clone()].ends_with(shown) || shown.contains("xn--"),
                    "{text} {at:?}"
                );
            }
        }
        assert_eq!(target("HTTPS://example.com").as_deref(), Some("HTTPS://example.com"));
        assert_eq!((target("javascript:alert(1)"), target("#below"), target("file:///etc/passwd")), (None, None, None));
    }
}
