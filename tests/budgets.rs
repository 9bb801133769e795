//! Hostile or broken input is rejected by name: within ten seconds, within a gigabyte, and without a panic.

use std::fmt::Write as _;
use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{Server, Shop, dump, interrupt, program, words_of};

/// The time limit of a verb: the debug build on a busy machine is slow.
const LONGEST: Duration = Duration::from_secs(10);

/// In kB.
const MEMORY: usize = 1_048_576;

/// Runs a command within the limits; its status, and its output.
#[track_caller]
fn bounded(shop: &Shop, line: &str, what: &str) -> (i32, String) {
    let mut words = vec!["--today".to_owned(), "2024-03-01".to_owned()];
    words.extend(words_of(line));
    let inner = program(&shop.path(), &words);
    let mut command = Command::new("sh");
    command.args(["-c", &format!("ulimit -v {MEMORY} 2>/dev/null; exec \"$0\" \"$@\"")]);
    command.arg(inner.get_program()).args(inner.get_args());
    command.current_dir(shop.path()).env_clear().env("NO_COLOR", "1").env("REGULARS_FONTS", "").stdin(Stdio::null());
    let began = Instant::now();
    let output = command.output().unwrap();
    let talk = String::from_utf8_lossy(&output.stderr).into_owned();
    let took = began.elapsed();
    let status = output.status.code();
    let start = talk.get(..talk.len().min(2000)).unwrap_or(&talk);
    assert!(status.is_some_and(|status| status <= 3), "{what}: `{line}` ended with {status:?}: {start}");
    assert!(!talk.contains("panicked") && !talk.contains("fault of the program"), "{what}: `{line}`: {start}");
    assert!(took < LONGEST, "{what}: `{line}` took {took:?}");
    (status.unwrap(), talk)
}

/// A shop whose letter has this text.
fn with_letter(body: &str) -> Shop {
    let shop = Shop::new();
    let head = "+++\nwindow = \"us-10\"\nsubject = \"Tea\"\nsigner = \"June\"\n+++\n";
    shop.write("letter-templates/spring.md", format!("{head}{body}"));
    shop
}

#[test]
fn a_template_has_a_budget_of_steps_depth_and_bytes() {
    let nested = "{% for a in range(end=1000) %}".repeat(3) + &"{% endfor %}".repeat(3);
    let doubled = "{% set x = \"0123456789\" %}".to_owned() + &"{% set x = x ~ x %}".repeat(40) + "{{ x }}";
    let grown = "{% set x = \"0123456789\" %}{% for n in range(end=40) %}{% set_global x = x ~ x %}{% endfor %}{{ x }}";
    let replaced = "{% set x = range(end=900) | join(sep=\"0123456789\") %}{{ x | replace(from=\"\", to=x) }}";
    let captured = format!("{{% set x %}}{nested}a{{% endset %}}{{{{ x | length }}}}");
    let printed = format!("{{% for n in range(end=1000) %}}{}\n\n{{% endfor %}}", "tea and more ".repeat(100));
    let in_subject = "{% for a in range(end=1000) %}{% for b in range(end=1000) %}{% endfor %}{% endfor %}";
    for (what, body, said) in [
        ("loops of a thousand million", nested.as_str(), "this template takes more work than one letter may"),
        ("a long range", "{% for n in range(end=1000000000) %}a{% endfor %}", "this template counts further than 1000"),
        ("a string doubled forty times", &doubled, "this template makes a value of more than 32 kB"),
        ("the same in a loop", grown, "this template makes a value of more than 32 kB"),
        ("a replacement of nothing", replaced, "this template makes a value of more than 32 kB"),
        ("loops that are captured", &captured, "this template takes more work than one letter may"),
        ("a loop that prints too much", &printed, "the letter is longer than 64 kB"),
        ("20,000 stars", &"*".repeat(20_000), "a word is longer than 6000 characters"),
        ("stars that open and close", &("*a ".repeat(2000) + &" b*".repeat(2000)), "are nested more than 24"),
        ("20,000 `>`", &(">".repeat(20_000) + "a"), "a word is longer than 6000 characters"),
        ("quotes in quotes", &("> ".repeat(9000) + "a"), "are nested more than 24 deep"),
        ("20,000 `[`", &("[".repeat(20_000) + "a"), "a word is longer than 6000 characters"),
        ("lists in lists", &("- ".repeat(2000) + "a"), "are nested more than 24 deep"),
        ("a wide table", &("|a".repeat(900) + "\n" + &"|-".repeat(900) + "\n" + &"|b\n".repeat(9000)), "30 columns"),
        ("a long table", &("|a|b|\n|-|-|\n".to_owned() + &"|c\n".repeat(9000)), "more than 5000 cells"),
        ("20,000 paragraphs", &"a\n\n".repeat(20_000), "more than 10000 lines"),
        ("rules without end", &"---\n".repeat(15_000), "more than 10000 lines"),
        ("a word without end", &"internationalization".repeat(2000), "a word is longer than 6000 characters"),
        (
            "conditions in conditions",
            &("{% if code %}".repeat(900) + &"{% endif %}".repeat(900)),
            "tags are nested more than 40 deep",
        ),
        (
            "a chain of `elif`",
            &("{% if code %}".to_owned() + &"{% elif code %}".repeat(3000) + "{% endif %}"),
            "more than 40 deep",
        ),
        ("brackets", &format!("{{{{ {}1{} }}}}", "(".repeat(9000), ")".repeat(9000)), "its brackets are too deep"),
        ("a chain of `not`", &format!("{{{{ {}code }}}}", "not ".repeat(9000)), "this tag is too long"),
        ("itself", "{% include \"spring.md\" %}", "a letter is one text, which takes in no other"),
        ("a component", "{% component tea() %}tea{% endcomponent %}", "a letter is one text"),
        ("a filter with no use", "{{ code | indent(width=1000) }}", "the filter `indent` is not for letters"),
        ("many unknown words", &"{{ 1 | shout }}".repeat(3000), "unknown filter `shout`"),
        ("many unknown names", &"{{ custmer.city }}".repeat(3000), "unknown merge field `custmer.city`"),
        ("unclosed tags", &"{{".repeat(30_000), "is opened and not closed"),
        ("50 MB of text", &"tea ".repeat(12_500_000), "is larger than 1 MB"),
        ("half a MB of text", &"tea ".repeat(130_000), "the text is longer than 64 kB"),
    ] {
        let shop = with_letter(body);
        let (_, checked) = bounded(&shop, "check", what);
        let (status, planned) = bounded(&shop, "plan spring", what);
        assert_eq!(status, 1, "{what}: {planned}");
        let all = checked + &planned;
        let start = all.get(..all.len().min(2000)).unwrap_or(&all);
        assert!(all.contains(said) && all.contains("letter-templates/spring.md"), "{what}: {start}");
        assert_eq!(shop.count("SELECT count(*) FROM recipient"), 0, "{what}");
    }
    let shop = Shop::new();
    shop.edit("letter-templates/spring.md", "Tea is waiting for you", in_subject);
    shop.edit("campaigns/spring.toml", "channel = \"letter\"", "channel = \"email\"");
    let (_, talk) = bounded(&shop, "plan spring", "loops in the subject");
    assert!(talk.contains("this template takes more work"), "{talk}");
}

#[test]
fn a_letter_that_is_long_and_a_letter_is_made() {
    let loops =
        "{% for n in range(end=20) %}{% for line in address_lines %}{{ n }} {{ line }}, {% endfor %}{% endfor %}";
    let cases: String = (0..30).fold("{% if customer.city == \"XX\" %}a".to_owned(), |mut text, n| {
        let _ = write!(text, "{{% elif customer.city == \"X{n}\" %}}{n}");
        text
    }) + "{% else %}none{% endif %}";
    let table = "|a|b|\n|-|-|\n".to_owned() + &"|c|d|\n".repeat(60);
    let deep: String = (0..8).map(|level| "  ".repeat(level) + "- tea\n").collect();
    let text = "Tea is a drink that is made of leaves, and it is good for many things. ".repeat(150);
    for body in [loops, &cases, &table, &deep, &text, &"A line of its own.\n\n".repeat(400)] {
        let shop = with_letter(&format!("{{{{ greeting }}}}\n\n{body}\n\n{{{{ code }}}}\n"));
        for line in ["check", "plan spring", "preview spring C-01"] {
            let (status, talk) = bounded(&shop, line, body.get(..20).unwrap_or(body));
            assert_eq!(status, 0, "{talk}");
        }
    }
}

#[test]
fn files_of_a_shop_have_a_size() {
    let shop = Shop::new();
    let (toml, campaign) = (shop.read("shop.toml"), shop.read("campaigns/spring.toml"));
    let branch =
        |n: usize| format!("\n[[branch]]\nname = \"b{n}\"\nwhen = \"spend_ever > {n}\"\ntemplate = \"spring.md\"\n");
    let branches = |many: usize| (0..many).fold(campaign.clone(), |text, n| text + &branch(n));
    let keys = (0..60_000).fold(campaign.clone(), |text, n| text + &format!("k{n} = 1\n"));
    let named = (0..5000).fold(toml.clone(), |text, n| text + &format!("s{n} = \"s{}\"\n", n + 1));
    let twice =
        (0..17).fold(toml.clone(), |text, n| text + &format!("s{n} = \"s{} AND s{0}\"\n", n + 1)) + "s17 = \"true\"\n";
    let included: String = (0..40_000).map(|n| format!("\"X-{n}\", ")).collect();
    let condition = |text: &str| campaign.replace("spend_12m >= 50 AND NOT has_tag('wholesale')", text);
    for (what, path, text, said) in [
        ("20,000 branches", "campaigns/spring.toml", branches(20_000), "campaigns/spring.toml"),
        (
            "10,000 branches",
            "campaigns/spring.toml",
            branches(10_000),
            "there are 10000 `[[branch]]`, and 500 is the most",
        ),
        (
            "bare branches",
            "campaigns/spring.toml",
            campaign.clone() + &"\n[[branch]]".repeat(20_000),
            "20000 `[[branch]]`",
        ),
        ("50 MB", "campaigns/spring.toml", campaign.clone() + &"#".repeat(50_000_000), "is larger than 1 MB"),
        ("50 MB of shop.toml", "shop.toml", toml.clone() + &"#".repeat(50_000_000), "is larger than 1 MB"),
        ("unknown keys", "campaigns/spring.toml", keys, "unknown field `k"),
        ("lines that are none", "campaigns/spring.toml", "tea\n".repeat(100_000), "campaigns/spring.toml:1"),
        ("brackets", "campaigns/spring.toml", "[".repeat(100_000), "campaigns/spring.toml:1"),
        ("lists in lists", "campaigns/spring.toml", format!("x = {}", "[".repeat(100_000)), "campaigns/spring.toml:1"),
        (
            "tables in tables",
            "campaigns/spring.toml",
            format!("x = {}", "{a = ".repeat(100_000)),
            "campaigns/spring.toml",
        ),
        ("dots", "campaigns/spring.toml", format!("{}b = 1", "a.".repeat(100_000)), "campaigns/spring.toml"),
        (
            "many included",
            "campaigns/spring.toml",
            campaign.replace("include  = []", &format!("include = [{included}]")),
            "",
        ),
        ("5,000 named segments", "shop.toml", named, "named segments, and 200 is the most"),
        ("segments that double", "shop.toml", twice, "too long when the named segments are expanded"),
        ("brackets in a question", "campaigns/spring.toml", condition(&"(".repeat(3000)), "nested too deeply"),
        ("a long question", "campaigns/spring.toml", condition(&"true AND ".repeat(20_000)), "campaigns/spring.toml"),
        ("a chain of NOT", "campaigns/spring.toml", condition(&("NOT ".repeat(900) + "true")), "campaigns/spring.toml"),
    ] {
        shop.write("shop.toml", &toml);
        shop.write("campaigns/spring.toml", &campaign);
        shop.write(path, text);
        for line in ["check", "plan spring --dry-run"] {
            let (status, talk) = bounded(&shop, line, what);
            let start = talk.get(..talk.len().min(1000)).unwrap_or(&talk);
            // A plan reads only the segments that it needs.
            let is_unasked = line != "check" && what == "segments that double";
            assert!(said.is_empty() || is_unasked || (status == 1 && talk.contains(said)), "{what}: {start}");
            assert!(talk.len() < 100_000, "{what} says too much: {}", talk.len());
        }
    }
    shop.write("shop.toml", &toml);
    shop.write("campaigns/spring.toml", branches(150));
    assert_eq!(bounded(&shop, "check", "150 branches").0, 0);
}

/// The beginning of a PNG file with this size in its header.
fn png_header(width: u32, height: u32) -> Vec<u8> {
    let mut chunk = [&b"IHDR"[..], &width.to_be_bytes(), &height.to_be_bytes(), &[8, 6, 0, 0, 0]].concat();
    let crc = chunk.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    });
    chunk.extend((!crc).to_be_bytes());
    [b"\x89PNG\r\n\x1a\n".as_slice(), &13_u32.to_be_bytes(), &chunk].concat()
}

#[test]
fn pictures_are_measured_wherever_they_stand() {
    let jpeg = [b"\xff\xd8\xff\xc0\x00\x0b\x08\xff\xff\xff\xff\x01\x01\x11\x00".as_slice(), &[0; 1000]].concat();
    let png = png_header(60_000, 60_000);
    let heads = ["logo = \"own.png\"", "signature = \"own.png\"", ""];
    let texts = ["", "", "{{ image(file=\"own.png\", width=\"40mm\") }}\n\n![](own.png)"];
    for (head, text) in heads.iter().zip(texts) {
        for (bytes, size) in [(&png, "60000 × 60000"), (&jpeg, "65535 × 65535")] {
            for channel in ["letter", "email"] {
                let shop = Shop::new();
                shop.edit("letter-templates/spring.md", "paper = \"letter\"", head);
                shop.edit("letter-templates/spring.md", "Yours,", &format!("{text}\n\nYours,"));
                shop.edit("campaigns/spring.toml", "channel = \"letter\"", &format!("channel = \"{channel}\""));
                shop.write("letter-templates/own.png", bytes);
                for line in ["check", "plan spring"] {
                    let (status, talk) = bounded(&shop, line, head);
                    let said =
                        format!("image `own.png` cannot be used: it has {size} pixels, and 50 million is the most");
                    assert!(status == 1 && talk.contains(&said), "{line}: {talk}");
                }
            }
        }
    }
    let shop = Shop::new();
    shop.edit("letter-templates/spring.md", "paper = \"letter\"", "logo = \"own.png\"");
    let file = fs::File::create(shop.file("letter-templates/own.png")).unwrap();
    file.set_len(200_000_000).unwrap();
    let (_, talk) = bounded(&shop, "check", "a file of 200 MB");
    assert!(talk.contains("letter-templates/own.png` is larger than 30 MB"), "{talk}");
    fs::remove_file(shop.file("letter-templates/own.png")).unwrap();
    fs::create_dir(shop.file("letter-templates/own.png")).unwrap();
    assert!(bounded(&shop, "check", "a folder").1.contains("there is no image `own.png`"));
}

/// A PDF file of these objects, numbered from 1; the first is the catalog.
fn pdf_of(objects: &[String], trailer: &str) -> String {
    let (mut text, mut places) = ("%PDF-1.5\n".to_owned(), String::new());
    for (number, object) in (1..).zip(objects) {
        writeln!(places, "{:010} 00000 n ", text.len()).unwrap();
        writeln!(text, "{number} 0 obj\n{object}\nendobj").unwrap();
    }
    let (start, size) = (text.len(), objects.len() + 1);
    write!(text, "xref\n0 {size}\n0000000000 65535 f \n{places}").unwrap();
    write!(text, "trailer\n<< /Size {size} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF").unwrap();
    text
}

#[test]
fn a_background_that_is_hostile_is_drawn_or_named() {
    let stream = |bytes: &str| format!("<< /Length {} >>\nstream\n{bytes}\nendstream", bytes.len());
    let file = |tree: &str, page: &str, more: &[String], trailer: &str| {
        let catalog = "<< /Type /Catalog /Pages 2 0 R >>".to_owned();
        let tree = format!("<< /Type /Pages /Count 1 {tree} >>");
        let page = format!("<< /Type /Page /Parent 2 0 R /Contents 4 0 R {page} >>");
        let drawn = stream("0 0 m 100 100 l S");
        pdf_of(&[&[catalog, tree, page, drawn], more].concat(), trailer)
    };
    let one = "/Kids [3 0 R] /MediaBox [0 0 612 792]";
    let chain: Vec<String> =
        (5..10_005).map(|n| format!("<< /A {} 0 R /B [5 0 R {n} 0 R] /C 2 0 R >>", n + 1)).collect();
    let ring = ["6 0 R".to_owned(), "5 0 R".to_owned()];
    let form = "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /A 5 0 R >> >> /Length 4 >>";
    let deep = |depth: usize| ["[".repeat(depth) + &"]".repeat(depth)];
    let key = ["<< /Filter /Standard /V 1 /R 2 /O (aa) /U (aa) /P -4 >>".to_owned()];
    let sound = file(one, "", &[], "");
    let wide = " ".repeat(1 << 20);
    let much = stream(&wide);
    let parts = "/Contents [".to_owned() + &"5 0 R ".repeat(65) + "]";
    let is_drawn = "";
    for (what, text, said) in [
        ("a sound one", sound.clone(), is_drawn),
        ("a page in a ring", file("/Kids [2 0 R 3 0 R] /Parent 2 0 R /MediaBox [0 0 612 792]", "", &[], ""), "?"),
        ("a size in a ring", file("/Kids [3 0 R] /MediaBox 5 0 R", "", &ring, ""), "its page has no size"),
        ("resources in a ring", file(one, "/Resources 5 0 R", &ring, ""), "?"),
        (
            "a form that draws itself",
            file(one, "/Resources << /XObject << /A 5 0 R >> >>", &[format!("{form}\nstream\n/A Do\nendstream")], ""),
            "?",
        ),
        ("10,000 objects", file(one, "/Resources 5 0 R", &chain, ""), is_drawn),
        ("arrays in arrays", file(one, "/Resources 5 0 R", &deep(100_000), ""), "?"),
        ("a huge sheet", file("/Kids [3 0 R] /MediaBox [0 0 1e30 99999999999999999999]", "", &[], ""), "background"),
        ("a sheet without end", file("/Kids [3 0 R] /MediaBox [-4e38 -4e38 4e38 4e38]", "", &[], ""), "background"),
        (
            "a password",
            file(one, "", &key, "/Encrypt 5 0 R /ID [(a)(a)]"),
            "background `x.pdf` cannot be used: the PDF file",
        ),
        ("half a file", sound[..sound.len() / 2].to_owned(), "background `x.pdf` cannot be used"),
        ("a first line", "%PDF-1.5\n".to_owned(), "background `x.pdf` cannot be used"),
        ("a table in a ring", file(one, "", &[], &format!("/Prev {}", sound.find("xref").unwrap())), "?"),
        ("a part that is drawn 65 times", file(one, "", &[much], "").replacen("/Contents 4 0 R", &parts, 1), "?"),
    ] {
        let shop = Shop::new();
        shop.edit("letter-templates/spring.md", "paper = \"letter\"", "paper = \"letter\"\nbackground = \"x.pdf\"");
        shop.write("letter-templates/x.pdf", text);
        let is_planned = bounded(&shop, "plan spring", what).0 == 0;
        for line in ["check", "preview spring C-01"].iter().take(1 + usize::from(is_planned)) {
            let (status, talk) = bounded(&shop, line, what);
            let is_right =
                if said == "?" { status <= 1 } else { (status == 0) == said.is_empty() && talk.contains(said) };
            assert!(is_right, "{what}: `{line}`: {status}: {talk}");
            assert!(!talk.contains("dpi"), "a page of a PDF has no pixels: {talk}");
        }
    }
}

#[test]
fn a_font_that_is_broken_is_named_by_every_verb() {
    let shop = Shop::new();
    shop.run("plan spring").quiet();
    let font = fs::read(format!("{}/src/letter/fonts/EBGaramond-Regular.ttf", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let entry = font.windows(4).position(|tag| tag == b"maxp").unwrap();
    let with = |at: usize, bytes: [u8; 4]| {
        let mut broken = font.clone();
        broken[at..at + 4].copy_from_slice(&bytes);
        broken
    };
    let said = "`fonts/own.ttf` is not a font that can be printed";
    for (what, bytes, said) in [
        ("no maxp", with(entry, *b"zzzz"), said),
        ("an empty maxp", with(entry + 12, [0; 4]), said),
        ("a maxp beyond the end", with(entry + 8, [255; 4]), said),
        ("half a file", font[..font.len() / 2].to_vec(), said),
        ("a web page", b"<!DOCTYPE html><p>Not found".to_vec(), said),
        ("nothing", Vec::new(), said),
    ] {
        shop.write("fonts/own.ttf", bytes);
        for line in ["check", "plan spring --dry-run", "proof spring", "preview spring C-01", "print spring"] {
            let (status, talk) = bounded(&shop, line, what);
            assert!(status == 1 && talk.contains(said), "{what}: `{line}`: {talk}");
        }
    }
    fs::remove_file(shop.file("fonts/own.ttf")).unwrap();
    fs::create_dir(shop.file("fonts/own.ttf")).unwrap();
    let (_, talk) = bounded(&shop, "check", "a folder");
    assert!(talk.contains("fonts/own.ttf") && talk.contains("folder"), "{talk}");
    fs::remove_dir(shop.file("fonts/own.ttf")).unwrap();
    fs::File::create(shop.file("fonts/own.otf")).unwrap().set_len(100_000_000).unwrap();
    let (_, talk) = bounded(&shop, "check", "a file of 100 MB");
    assert!(talk.contains("fonts/own.otf` is larger than 50 MB"), "{talk}");
    fs::remove_file(shop.file("fonts/own.otf")).unwrap();
    shop.write("fonts/own.ttf", font);
    assert_eq!(bounded(&shop, "print spring", "the whole font").0, 0);
}

/// Random changes of bytes: whatever a library makes of them, nothing panics.
#[test]
fn a_font_with_random_damage_is_printed_or_named() {
    let shop = Shop::new();
    let font = fs::read(format!("{}/src/letter/fonts/EBGaramond-Regular.ttf", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let mut random = 88_172_645_463_325_252_u64;
    let mut next = move |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        usize::try_from(random % 1_000_003).unwrap() % below
    };
    let mut refused = 0;
    for round in 0..12 {
        let mut broken = font.clone();
        for _ in 0..if round < 6 { 200 } else { 20_000 } {
            broken[300 + next(font.len() - 300)] = u8::try_from(next(256)).unwrap();
        }
        shop.write("fonts/own.ttf", broken);
        let (status, talk) = bounded(&shop, "check", &format!("font {round}"));
        assert!(status == 0 || talk.contains("`fonts/own.ttf` is not a font that can be printed"), "{round}: {talk}");
        refused += status;
    }
    assert!(refused > 0, "none was broken enough");
}

#[test]
fn a_table_has_at_most_so_many_columns() {
    let shop = Shop::new();
    let header = |many: usize| (0..many).map(|n| format!(",Note {n}")).collect::<String>();
    let row = |many: usize| ",x".repeat(many);
    for (many, says) in [(60_000, "wide.csv:1: the header has 60,003 columns, and 5,000 is the most"), (4000, "")] {
        let (header, row) = (header(many), row(many));
        let text = format!("Customer ID,First Name,Last Name{header}\nW-1,Ana,Lopez{row}\n");
        shop.write("wide.csv", text);
        let (status, talk) = bounded(&shop, "import customers wide.csv --dry-run", says);
        assert!(talk.contains(says) && (status == 0) == says.is_empty(), "{talk}");
    }
    shop.write("nobody.csv", format!("Colour{}\nred{}\n", header(3000), row(3000)));
    let (status, talk) = bounded(&shop, "import customers nobody.csv", "no column fits");
    assert!(status == 1 && talk.contains("no column looks like") && talk.contains("more"), "{talk}");
    assert!(talk.len() < 2000, "{talk}");
}

#[test]
fn a_large_import_asks_while_tills_are_open() {
    let shop = Shop::new();
    let rows: String = (0..100_100).map(|n| format!("R-{n},C-01,2024-02-20,5.00\n")).collect();
    shop.write("many.csv", format!("receipt,ref,on,amount\n{rows}"));
    let few: String = rows.lines().take(50).map(|row| format!("{row}\n")).collect();
    shop.write("few.csv", format!("receipt,ref,on,amount\n{few}"));
    let server = Server::start(&shop, "");
    shop.run("import purchases few.csv").quiet();
    for line in
        ["import purchases many.csv", "import purchases many.csv --dry-run", "import purchases many.csv --skip-bad"]
    {
        let run = shop.run(line).status(1);
        drop(run.says(
            "error: the shop's pages are open, and the tills would wait while 100,101 rows are imported\n\
                       hint: import after closing time, or use `--yes`\n",
        ));
    }
    assert_eq!(shop.count("SELECT count(*) FROM purchase WHERE receipt = 'R-100000'"), 0);
    drop(server);
    shop.run("import purchases many.csv --dry-run").quiet();
    let server = Server::start(&shop, "");
    shop.run("import purchases many.csv --yes").quiet();
    assert_eq!(shop.count("SELECT count(*) FROM purchase WHERE receipt = 'R-100000'"), 1);
    drop(server);
}

/// Much in one place: what is looked at once for each of its parts.
#[test]
fn a_row_and_a_cell_have_a_size() {
    const LONG: usize = 64_000;
    let shop = Shop::new();
    let filled = |with: &str| with.repeat(LONG / with.len());
    for with in ["tea ", "a\n", "moved died ", "<br>", "&amp;", "\u{200d}", "Ã©", "1 "] {
        for (header, row) in [
            ("ref,first_name,last_name,note", "C-90,Ann,Lee,\"_\""),
            ("ref,first_name,last_name,street,city", "C-90,Ann,Lee,\"_\",Salem"),
            ("ref,name,email", "C-90,\"_\",ann@example.com"),
        ] {
            shop.write("long.csv", format!("{header}\n{}\n", row.replace('_', &filled(with))));
            bounded(&shop, "import customers long.csv --dry-run", &format!("{with:?} in {header}"));
        }
    }
    shop.write("long.csv", format!("ref,name,note\nC-90,Ann Lee,\nC-91,Bea Lee,{}\n", "tea ".repeat(20_000)));
    let (status, talk) = bounded(&shop, "import customers long.csv", "a long cell");
    assert!(status == 1 && talk.contains("long.csv:3, column `note`: this cell is longer than 64 kB"), "{talk}");
    shop.write("long.csv", format!("ref,name,note\nC-90,Ann Lee,\nC-91,Bea Lee,{}\n", "tea ".repeat(16_000)));
    assert_eq!(bounded(&shop, "import customers long.csv --dry-run", "a cell that may be").0, 0);
    let header = "ref,first_name,last_name,note\nC-90,Ann,Lee,tea\n";
    for (what, file, said) in [
        (
            "a quoted cell",
            format!("{header}C-91,Ann,Lee,\"{}\"\n", "tea ".repeat(3_000_000)),
            "long.csv:3: this row is longer",
        ),
        (
            "a bare cell",
            format!("{header}C-91,Ann,Lee,{}\n", "tea ".repeat(3_000_000)),
            "long.csv:3: this row is longer",
        ),
        (
            "a cell of lines",
            format!("{header}C-91,Ann,Lee,\"{}\"\n", "a\n".repeat(3_000_000)),
            "long.csv:3: this row is longer",
        ),
        ("many cells", format!("{header}C-91{}\n", ",".repeat(3_000_000)), "long.csv:3: this row is longer"),
        (
            "a little too long",
            format!("{header}C-91,Ann,Lee,{}\n", "tea ".repeat(270_000)),
            "long.csv:3: this row is longer",
        ),
        (
            "a heading",
            format!("ref,name,{}\nC-91,Ann,Lee\n", "tea ".repeat(3_000_000)),
            "long.csv:1: this row is longer",
        ),
        (
            "not closed",
            format!("{header}C-91,Ann,Lee,\"{}", "C-92,Ann,Lee,tea\n".repeat(700_000)),
            "long.csv:3, column `note`: a quotation mark is opened and never closed",
        ),
        ("never a line", "\u{e9}".repeat(6_000_000), "long.csv:1: this row is longer"),
    ] {
        shop.write("long.csv", &file);
        let (status, talk) = bounded(&shop, "import customers long.csv", what);
        assert!(status == 1 && talk.contains(said), "{what}: {}", talk.get(..talk.len().min(1000)).unwrap_or(""));
    }
    // Of an encoding that is not UTF-8, and without a line.
    shop.write("long.csv", [header.as_bytes(), &[b'\xe9', b' '].repeat(2_000_000)].concat());
    let (_, talk) = bounded(&shop, "import customers long.csv", "Latin-1");
    assert!(talk.contains("long.csv:3: this row is longer than 1 MB"), "{talk}");
    assert_eq!(shop.count("SELECT count(*) FROM customer WHERE ref LIKE 'C-9%'"), 0);
}

fn random_bytes(many: usize) -> Vec<u8> {
    let mut dice = fastrand::Rng::with_seed(1);
    (0..many).map(|_| dice.u8(..)).collect()
}

/// Where nothing but reading goes on, and in the middle of a transaction.
#[cfg(unix)]
#[test]
fn an_import_that_is_stopped_ends_soon() {
    let shop = Shop::new();
    let header = "ref,first_name,last_name,note\nC-90,Ann,Lee,tea\n";
    shop.write("open.csv", format!("{header}C-91,Ann,Lee,\"{}", "C-92,Ann,Lee,tea\n".repeat(3_000_000)));
    shop.write("bytes.csv", random_bytes(2_000_000));
    let rows: String = (0..400_000).map(|n| format!("R-{n},C-01,2024-02-20,5.00\n")).collect();
    shop.write("many.csv", format!("receipt,ref,on,amount\n{rows}"));
    let before = dump(&shop.file("regulars.db"));
    for line in ["import customers open.csv", "import customers bytes.csv", "import purchases many.csv"] {
        let mut child = program(&shop.path(), &words_of(line)).stderr(Stdio::piped()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(200));
        let began = Instant::now();
        interrupt(child.id());
        let status = child.wait().unwrap();
        assert!(began.elapsed() < LONGEST, "{line}: {:?} after it was stopped", began.elapsed());
        assert_eq!(status.code(), Some(1), "{line}");
        assert_eq!(dump(&shop.file("regulars.db")), before, "{line}");
    }
}

#[test]
fn characters_that_are_joined_without_end_are_set_in_time() {
    for joined in ["👩\u{200d}", "a\u{301}", "क\u{94d}", "\u{301}", "👩\u{200d}👩\u{200d}👧 ", "🇩🇪"] {
        let most = (60_000 / joined.len()).min(5_900 / joined.chars().count());
        let shop = with_letter(&format!("{{{{ greeting }}}}\n\n{}\n\n{{{{ code }}}}\n", joined.repeat(most)));
        bounded(&shop, "plan spring", joined);
        for line in ["preview spring C-01", "proof spring"] {
            bounded(&shop, line, joined);
        }
    }
}
