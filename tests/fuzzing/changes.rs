//! Changes of valid samples: parts inserted, deleted, doubled, moved; bits flipped.

use fastrand::Rng;

/// Parts that have a meaning somewhere.
const PIECES: &[&str] = &[
    "'",
    "\"",
    "\"\"",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "{{",
    "}}",
    "{%",
    "%}",
    "+++",
    "=",
    "==",
    "<",
    ">=",
    ",",
    ";",
    ":",
    ".",
    "-",
    "~",
    "|",
    "*",
    "_",
    "#",
    "\n",
    "\r",
    "\r\n\r\n",
    "\t",
    "\\",
    "\0",
    "ä",
    "漢",
    "\u{202e}",
    "\u{feff}",
    "👩‍👩‍👧‍👦",
    "\x1b[2J",
    "0",
    "-1",
    "99999999999999999999",
    "9223372036854775807",
    "1e999",
    "NaN",
    "true",
    "NOT ",
    " AND ",
    " OR ",
    "BETWEEN ",
    "IN (",
    "LIKE ",
    "NULL",
    "; DROP TABLE customer; --",
    "spend_12m",
    "spend_between(",
    "has_tag('x')",
    "top('20%', ",
    "came('",
    "response('",
    "redeemed",
    "today()",
    "1990-02-31",
    "0000-00-00",
    "9999-12-31",
    "-262143-01-01",
    "%",
    "%00",
    "%ff",
    "for x in ",
    "if ",
    "endif",
    "endfor",
    "set x = ",
    "default(value=",
    "range(end=9)",
    "qr()",
    "image(file=",
    "../../etc/passwd",
    "customer.",
    "gift.",
    "last_year.",
    "[[branch]]",
    "[[reminder]]",
    "[segment]",
    "where = ",
    "limit = ",
    "hold_out = ",
    "unless_mailed_within = ",
    "\"101%\"",
    "![](",
    "![](regulars-image:9mm:",
    "> ",
    "1. ",
    "|a|b|\n|-|-|\n",
    "---",
    "`",
    "&",
    "&amp;",
    "<b>",
    "Content-Type: ",
    "boundary=",
    "multipart/report",
    "message/rfc822",
    "=?utf-8?B?",
    "=?utf-8?Q?=FF?=",
    "quoted-printable",
    "base64",
    "Status: 5.1.1",
    "Final-Recipient: rfc822; ",
    "Message-ID: <",
    "BEGIN:VCARD",
    "END:VCARD",
    "ENCODING=QUOTED-PRINTABLE:",
    "CHARSET=",
    "=\n",
    "<c r=\"XFD1048576\">",
    "<v>",
    "t=\"s\"",
    "r:id=",
    "repeated=\"99999999\"",
    "csrf=",
    "once=",
    "\u{1f}\u{8b}",
];

/// A text with one to four places changed.
pub fn text(good: &str, dice: &mut Rng) -> String {
    let mut chars: Vec<char> = good.chars().collect();
    for _ in 0..[1, 1, 2, 4][dice.usize(..4)] {
        change(&mut chars, &|piece| piece.chars().collect(), &|dice| dice.char('\0'..'\u{2fff}'), dice);
    }
    chars.into_iter().collect()
}

/// Bytes with one to four places changed.
pub fn bytes(good: &[u8], dice: &mut Rng) -> Vec<u8> {
    let mut changed = good.to_vec();
    for _ in 0..[1, 1, 2, 4][dice.usize(..4)] {
        change(&mut changed, &|piece| piece.as_bytes().to_vec(), &|dice| dice.u8(..), dice);
    }
    changed
}

fn change<T: Copy>(of: &mut Vec<T>, piece: &dyn Fn(&str) -> Vec<T>, any: &dyn Fn(&mut Rng) -> T, dice: &mut Rng) {
    let at = dice.usize(0..=of.len());
    let length = [1, 3, 12, 200][dice.usize(..4)];
    let end = (at + dice.usize(1..=length)).min(of.len());
    match dice.u8(0..8) {
        0..=2 => {
            let piece = piece(PIECES[dice.usize(..PIECES.len())]);
            let times = [1, 1, 1, 1, 1, 1, 1, 2, 200, 5000][dice.usize(..10)];
            of.splice(at..at, piece.repeat(times));
        }
        3 => drop(of.drain(at..end)),
        4 => {
            let stretch = of[at..end].repeat([1, 2, 50][dice.usize(..3)]);
            of.splice(at..at, stretch);
        }
        5 => {
            let stretch: Vec<T> = of.drain(at..end).collect();
            let to = dice.usize(0..=of.len());
            of.splice(to..to, stretch);
        }
        6 => of.truncate(if dice.u8(..4) == 0 { at } else { of.len() }),
        _ if at < of.len() => of[at] = any(dice),
        _ => of.push(any(dice)),
    }
}
