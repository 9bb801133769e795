//! Letters per second: ours, and the same typeset pages written by `pdf-writer` and `subsetter` directly.
//!
//!     letters WHO LETTERS THREADS FILE [FONT]
//!
//! WHO is `ours` (typeset, draw, write), `layout` (typeset only) or `peer` (our layout, drawn and written by the peer,
//! one thread). FILE is the output file; FONT is a fifth font, for the one character that EB Garamond lacks. Prints the
//! seconds, the peak memory in kB and the size of the file in bytes. `run.py` next to this runs them alternately.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::time::Instant;

use chrono::NaiveDate;
use regulars::letter::{EnvelopeWindow, Fonts, Images, Layout, Letter, PrintJob, Stationery};
use regulars::merge::block::{Block, Span};
use regulars::merge::head::Margins;

mod peer;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const FIRST: &[&str] = &["Robert", "Eleanor", "Rosa", "Amy", "James", "Zoë", "Łukasz", "Helen", "Jürgen", "Anna"];
const LAST: &[&str] = &["Smith", "Okafor", "Chan", "Featherstone", "Żółć", "van der Berg", "O’Brien", "Lopez"];
const THINGS: &[&str] = &["linen blazer", "cashmere scarf", "pair of brogues", "raincoat", "silk tie", "tweed jacket"];

fn span(text: impl Into<String>) -> Span {
    Span { text: text.into(), ..Span::default() }
}

/// Letter number `number`: one page, about 1,700 glyphs, half of the paragraphs the same for all.
fn compose(number: usize, sign: &str) -> Letter {
    let first = FIRST[number % FIRST.len()];
    let last = LAST[number / FIRST.len() % LAST.len()];
    let thing = THINGS[number % THINGS.len()];
    let code = format!("{:04X}-{:04X}", number * 7919 % 0x1_0000, number * 104_729 % 0x1_0000);
    let bold = |text: &str| Span { bold: true, ..span(text) };
    let italic = |text: &str| Span { italic: true, ..span(text) };
    let both = |text: &str| Span { bold: true, italic: true, ..span(text) };
    let paragraph = |spans: Vec<Span>| Block::Paragraph(spans);
    let blocks = vec![
        paragraph(vec![span(format!("Dear {first} {last},"))]),
        paragraph(vec![
            span("when the President was sworn in last week, they served a Californian wine at the dinner, and "),
            italic("not a French one"),
            span(
                ". We thought that this ought to be remembered. So we bought fifty cases of that very Chardonnay, paid for \
                 in clothing, which is how a shop like ours pays for what it cannot resist, and had them carried into the \
                 cellar below the fitting rooms.",
            ),
        ]),
        paragraph(vec![
            span(format!(
                "One of these bottles is yours, {first}. You have been with us for {} years now, and the {thing} that you \
                 chose last autumn was one of the finest pieces that went over our counter in the whole year. You came {} \
                 times, and each time it was a pleasure to see you. ",
                number % 23 + 2,
                number % 9 + 2
            )),
            bold("Come and get your bottle"),
            span(". There is nothing to buy and nothing to sign; it stands behind the counter with your name on it."),
        ]),
        paragraph(vec![
            span(
                "It is a full and friendly wine, with something of melons and of toast, and it goes well with whatever \
                 comes out of the bay. We are told that it wants to be drunk young, within a year or two; we have done our \
                 best to find out whether this is true, and shall go on doing so. ",
            ),
            italic("Ed says that it wants oysters; I say that it wants company."),
        ]),
        paragraph(vec![
            span(format!(
                "Bring this letter, or only the number below, before the last day of June. If {last} is not the name that \
                 you go by any more, or if we have your address wrong, tell us when you come, and we will put it right. ",
            )),
            both(&format!("Your number is {code}.")),
            span(format!(" And if a friend is with you, there will be a glass {sign} for both of you.")),
        ]),
        paragraph(vec![span(
            "Thank you for a good year. We know very well that there are other shops, and that some of them are closer to \
             where you live. That you come to ours is the best thing that anyone could say about it.",
        )]),
        Block::Qr(code.clone()),
        paragraph(vec![span("With our thanks,")]),
    ];
    Letter {
        address: vec![
            format!("{first} {last}"),
            format!("{} University Avenue", number % 900 + 1),
            format!("Palo Alto, CA {:05}", 94_000 + number % 999),
        ],
        blocks,
        ..Letter::default()
    }
}

fn main() -> Outcome<()> {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let [who, letters, threads, file, rest @ ..] = words.as_slice() else {
        eprintln!("letters: run benches/letters/run.sh");
        return Ok(());
    };
    let (fonts, sign) = match rest.first() {
        Some(path) => {
            let fonts = Fonts::with(vec![("fifth".to_owned(), std::fs::read(path)?)])?;
            let shipped = Fonts::shipped();
            let sign = "★אا字ก".chars().find(|&sign| fonts.covers(sign) && !shipped.covers(sign));
            (fonts, sign.map(String::from).unwrap_or_default())
        }
        None => (Fonts::shipped(), String::new()),
    };
    let mut images = Images::default();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/letter-templates");
    for name in ["letterhead.png", "signature.png"] {
        images.add(name, &std::fs::read(format!("{folder}/{name}"))?)?;
    }
    let stationery = [Stationery {
        window: EnvelopeWindow::Us10,
        sender: vec!["Wiedeman’s".to_owned(), "1 University Avenue, Palo Alto".to_owned()],
        date: "January 23, 1989".to_owned(),
        logo: Some("letterhead.png".to_owned()),
        signature: Some("signature.png".to_owned()),
        signer: "Helen Wiedeman".to_owned(),
        // All of its glyphs fit one page.
        margins: Margins { left: Some(25.4), right: Some(25.4), ..Margins::default() },
        ..Stationery::default()
    }];
    let job = PrintJob {
        stationery: &stationery,
        images: &images,
        fonts: &fonts,
        letters: letters.parse()?,
        compose: &|number| Ok(compose(number, &sign)),
        title: "Letters".to_owned(),
        fingerprint: "00ff".to_owned(),
        created: NaiveDate::from_ymd_opt(1989, 1, 23).unwrap_or_default(),
        threads: threads.parse()?,
        duplex: false,
        leave_out_problems: false,
        progress: &|_| Ok(()),
    };
    let start = Instant::now();
    match who.as_str() {
        "ours" => {
            let printed = regulars::letter::print(&job, &mut File::create(file)?)?;
            if let Some(problem) = printed.problems.first() {
                return Err(problem.message.clone().into());
            }
            if printed.pages.iter().any(|&pages| pages != 1) {
                return Err("a letter takes more than a page".into());
            }
        }
        "layout" => {
            let mut layout = Layout::new(&job);
            let glyphs: usize = (0..job.letters)
                .map(|number| layout.pages(number).map(|pages| pages.iter().map(peer::glyphs).sum::<usize>()))
                .sum::<Result<usize, _>>()?;
            println!("{} glyphs a letter", glyphs / job.letters.max(1));
        }
        "svg" => {
            // Each by itself, as it is asked for: only the fonts and images are at hand.
            let mut out = BufWriter::new(File::create(file)?);
            for number in 0..job.letters {
                let (title, fingerprint) = (job.title.clone(), job.fingerprint.clone());
                let compose = |_| Ok(compose(number, &sign));
                let one = PrintJob { letters: 1, compose: &compose, title, fingerprint, ..job };
                for page in regulars::letter::svg(&one)?.1.concat() {
                    out.write_all(page.as_bytes())?;
                }
            }
        }
        "peer" => peer::write(&job, &mut BufWriter::new(File::create(file)?))?,
        other => return Err(format!("there is no `{other}`").into()),
    }
    let took = start.elapsed().as_secs_f64();
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")).unwrap_or("0");
    println!("{took:.3} {peak} {}", std::fs::metadata(file).map_or(0, |file| file.len()));
    Ok(())
}
