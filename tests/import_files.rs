//! Real-world files: whatever the encoding, title, footer, quotes or workbook, the right customers are imported.

use std::io::{Cursor, Write as _};

use serde_json::{Value, json};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::support::{Shop, dump};

/// The cards of a book: the reference, and the value of each field, separated by `|`.
fn cards(shop: &Shop, fields: &str) -> Vec<String> {
    let database = rusqlite::Connection::open(shop.file("regulars.db")).unwrap();
    let columns = fields.split_whitespace().collect::<Vec<_>>().join(" || '|' || ");
    let mut found = database.prepare(&format!("SELECT {columns} FROM customer ORDER BY ref")).unwrap();
    found.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

/// The warnings of an import.
fn warnings(report: &Value) -> Vec<&str> {
    report["warnings"].as_array().unwrap().iter().map(|warning| warning.as_str().unwrap()).collect()
}

/// A file of customers, the fields to compare, the cards, and the beginning of each warning.
type CustomerCase = (&'static [u8], &'static str, &'static [&'static str], &'static [&'static str]);

#[track_caller]
fn check(cases: &[CustomerCase]) {
    for (bytes, fields, expected, said) in cases {
        let shop = Shop::without_people();
        shop.write("people.csv", bytes);
        let shown = String::from_utf8_lossy(bytes);
        let report = shop.json("import customers people.csv");
        assert_eq!(cards(&shop, fields), *expected, "{shown}");
        let warnings = warnings(&report);
        assert!(
            warnings.len() == said.len()
                && warnings.iter().zip(*said).all(|(warning, start)| warning.starts_with(start)),
            "{shown}: {warnings:?}"
        );
        let again = shop.json("import customers people.csv");
        assert_eq!((&again["added"], &again["changed"]), (&json!(0), &json!(0)), "{shown}");
    }
}

const NAMES: &str = "ref first_name last_name";
const READ: &str = "the file is read as ";

#[test]
fn what_is_no_customer_does_not_become_one() {
    check(&[
        (
            b"ref,first_name,last_name,street,city,state,postcode\nC1,Ann,One,1 A St,Boston,MA,02108\n\
              ref,first_name,last_name,street,city,state,postcode\nC2,Bob,Two,2 A St,Boston,MA,02108\nTotal,2,,,,,\n\
              (2 rows affected),,,,,,\n",
            NAMES,
            &["C1|Ann|One", "C2|Bob|Two"],
            &["line 3 is left out, as the headings again", "line 5 is left out, as a total", "line 6 is left out, as a line of"],
        ),
        (
            b"ref;first_name;last_name\n---;----------;---------\nC1;Ann;One\n\n-- 1 row\nSeite 1 von 3\n",
            NAMES,
            &["C1|Ann|One"],
            &["line 2 is left out, as a ruler", "line 5 is left out", "line 6 is left out"],
        ),
        (
            "Kundennummer;Vorname;Nachname;Ort\n1;Ann;One;Bonn\n2;Bob;Two;Ulm\nGesamt;2\nErstellt am 05.01.2026\n".as_bytes(),
            NAMES,
            &["1|Ann|One", "2|Bob|Two"],
            &["line 4 is left out, as a total: `Gesamt, 2`", "line 5 is left out"],
        ),
        (
            b"ref,first_name,last_name,company\nTotal,Ann,Total,\n7,Total,,\nC3,,,Total Wine\nC4,Grand,Total,Summe AG\n",
            "ref first_name last_name company",
            &["7|Total||", "C3|||Total Wine", "C4|Grand|Total|Summe AG", "Total|Ann|Total|"],
            &[],
        ),
    ]);
}

#[test]
fn what_stands_above_the_headings_is_not_in_the_way() {
    check(&[
        (b"sep=;\nref;first_name;last_name\nC1;Ann;One\n", NAMES, &["C1|Ann|One"], &[]),
        (
            b"Report: Customers\nref,first_name,last_name\nC1,Ann,One\n",
            NAMES,
            &["C1|Ann|One"],
            &["line 1 is above the headings"],
        ),
        (
            b"Kundenliste\nStand,05.01.2026\n\nKundennummer,Vorname,Nachname\n1,Ann,One\n",
            NAMES,
            &["1|Ann|One"],
            &["line 1 is above the headings", "line 2 is above the headings"],
        ),
        (b"\n,,\n,,\nref,first_name,last_name\nC1,Ann,One\n", NAMES, &["C1|Ann|One"], &[]),
        (b",,,,\n,ref,first_name,last_name\n,C1,Ann,One\n", NAMES, &["C1|Ann|One"], &[]),
        (b"ref,first_name,last_name,email,phone\nC1,Ann,One\nC2,Bob\n", NAMES, &["C1|Ann|One", "C2|Bob|"], &[]),
    ]);
    for (file, said) in [
        (
            "Gift list\nWho,Wann,Was\nAnn,Montag,Hut\n",
            "error: people.csv:1: the headings seem to be in line 2\nhint: remove what is above them\n",
        ),
        (
            "1,Ann,Moss,1 A St,Boston,MA,02108\n2,Bob,Reed,2 B St,Boston,MA,02108\n",
            "error: people.csv:1: the file has no headings: it begins with `1`, `Ann`, `Moss`, `1 A St` and 3 more\nhint: add a line above it with the names of the columns, such as `ref,first_name,last_name,street,city`\n",
        ),
        (
            "ref,first_name,last_name,street,city\nC1,Ann,Moss,1 A St\nApt 4,Boston\n",
            "error: people.csv:2: this row seems to continue in line 3\nerror: people.csv:3: this row seems to begin in line 2\n\
             hint: put a cell with a line break in quotation marks\n\
             hint: nothing was imported; correct the file, or import the good rows with `--skip-bad`\n",
        ),
    ] {
        let shop = Shop::without_people();
        shop.write("people.csv", file);
        shop.run("import customers people.csv").status(1).stderr(said);
    }
}

#[test]
fn residue_of_other_programs_is_taken_out() {
    check(&[
        (
            b"ref,first_name,last_name,street,city,state,postcode\nC1,Ann,O&#039;Brien,1 A St &amp; B,Boston,MA,02108\n\
              C3,\"=\"\"Cy\"\"\",Three,3 A St,Boston,MA,\"=\"\"02108\"\"\"\nC4,Dan,D'Arcy,4 Pipe & Drum Rd,Boston,MA,02108\n",
            "ref first_name last_name street postcode",
            &["C1|Ann|O'Brien|1 A St & B|02108", "C3|Cy|Three|3 A St|02108", "C4|Dan|D'Arcy|4 Pipe & Drum Rd|02108"],
            &[],
        ),
        (
            b"ref, first_name, last_name, street, city, state, postcode\n\"C1\", \"Ann\", \"Moss, Jr\", \"1 A St\", \"Boston\", \"MA\", \"02108\"\n",
            "ref first_name last_name street postcode",
            &["C1|Ann|Moss, Jr|1 A St|02108"],
            &[],
        ),
        (
            b"ref,first_name,last_name,phone\n\"C1\",\"Ann \\\"Annie\\\"\",\"O\\'Brien\",\\N\n\"C2\",\"Bea &eacute;\",\"M&uuml;ller\",=\"0617\"\n",
            "ref first_name last_name phone",
            &["C1|Ann \"Annie\"|O'Brien|", "C2|Bea é|Müller|0617"],
            &[],
        ),
        (
            "ref,first_name,last_name,postcode,country\nC1,A\u{202e}nn,One\u{200b},98052-,US\nC2,Bob,Two,1012ab,NL\n".as_bytes(),
            "ref first_name last_name postcode",
            &["C1|Ann|One|98052", "C2|Bob|Two|1012 AB"],
            &[],
        ),
    ]);
    let shop = Shop::without_people();
    shop.write("people.csv", "ref,first_name,street\nC2,Bob,2 A St<br>Apt 6\n");
    shop.run("import customers people.csv").quiet();
    let card = cards(&shop, "street street2").concat();
    assert!(card.contains("2 A St") && card.contains("Apt 6") && !card.contains('<'), "{card}");
    // The reference of a sale as well.
    shop.write("people.csv", "ref,first_name\n=\"0017\",Ann\n");
    shop.run("import customers people.csv").quiet();
    shop.write("sales.csv", "ref,on,amount\n\"=\"\"0017\"\"\",2024-01-05,20.00\n0017,2024-01-06,30.00\n");
    shop.run("import purchases sales.csv").quiet().stdout("Imported 2 purchases: 2 new, 0 changed, 0 unchanged.\n");
}

#[test]
fn bytes_are_read_as_they_were_meant() {
    check(&[
        (b"ref,first_name,last_name\nC1,Jos\x8e,Mu\x96oz\nC2,Zo\x91,Gr\x9a\xa7e\n", NAMES, &["C1|José|Muñoz", "C2|Zoë|Größe"], &[READ]),
        (b"ref,first_name,last_name\rC1,Jos\x82,Mu\xa4oz\rC2,Zo\x89,Gr\x94\xe1e\r", NAMES, &["C1|José|Muñoz", "C2|Zoë|Größe"], &[READ]),
        (b"ref,first_name,last_name\nC1,HANS,M\x9aLLER\nC2,J\x81rgen,Wei\xe1\n", NAMES, &["C1|HANS|MÜLLER", "C2|Jürgen|Weiß"], &[READ]),
        (b"ref,first_name,last_name\nC1,Jos\xe9,Mu\xf1oz\nC2,Zo\xeb,Gr\xf6\xdfe\n", NAMES, &["C1|José|Muñoz", "C2|Zoë|Größe"], &[]),
        (b"ref,first_name,last_name\nC1,Ann,O\x92Brien\nC2,\xc9lodie,C\xf4t\xe9\n", NAMES, &["C1|Ann|O’Brien", "C2|Élodie|Côté"], &[]),
        (
            "ref,first_name,last_name\nC1,José,Muñoz\nC2,Zoë,Größe\n".as_bytes(),
            NAMES,
            &["C1|José|Muñoz", "C2|Zoë|Größe"],
            &[],
        ),
        (
            b"ref,first_name,last_name\nC1,Jos\xc3\xa9,One\nC2,Zo\xeb,Two\nC3,Ren\xc3\xa9e,Three\n",
            NAMES,
            &["C1|José|One", "C2|Zoë|Two", "C3|Renée|Three"],
            &["line 3 is not in UTF-8 like the rest, and read as Windows-1252: `Zoë`"],
        ),
        (
            "ref,first_name,last_name\nC1,JosÃ©,One\nC2,Ann,MÃ¼ller\nC3,Zo\u{fffd},Three\n".as_bytes(),
            NAMES,
            &["C1|JosÃ©|One", "C2|Ann|MÃ¼ller", "C3|Zo\u{fffd}|Three"],
            &["line 2 has `JosÃ©`", "line 3 has `MÃ¼ller`", "line 4 has `Zo\u{fffd}`"],
        ),
        (
            // Иван Петров in Windows-1251, Wałęsa in Windows-1250.
            b"ref,first_name,last_name\nC1,\xc8\xe2\xe0\xed,\xcf\xe5\xf2\xf0\xee\xe2\nC2,\xc0\xed\xed\xe0,\xd1\xee\xea\xee\xeb\xee\xe2\xe0\n",
            NAMES,
            &["C1|Иван|Петров", "C2|Анна|Соколова"],
            &[READ],
        ),
        (
            b"ref,first_name,last_name\nC1,\xa3ukasz,Wa\xb3\xeasa\nC2,Micha\xb3,D\xb9browski\n",
            NAMES,
            &["C1|Łukasz|Wałęsa", "C2|Michał|Dąbrowski"],
            &[READ],
        ),
    ]);
    let shop = Shop::without_people();
    shop.write("people.csv", b"ref,first_name\nC1,K\x94ln\n");
    shop.run("import customers people.csv --encoding cp850").quiet();
    assert_eq!(cards(&shop, "first_name"), ["Köln"]);
    shop.run("import customers people.csv --encoding mac").quiet().shows("first_name: `Köln`, now `Kîln`");
    shop.run("import customers people.csv --encoding klingon")
        .status(1)
        .says("error: --encoding: unknown encoding `klingon`");
    shop.write("sales.csv", b"ref,on,item,amount\nC1,2024-01-05,K\x94lnisch,20.00\n");
    shop.run("import purchases sales.csv --encoding cp850").quiet();
    assert_eq!(shop.times("items", &json!({ "item": "Kölnisch" })), 1);
}

/// A part of a package and its content.
type Part = (&'static str, String);

fn package(parts: &[Part]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// The root part of an .xlsx.
fn root() -> Part {
    let relation =
        format!("<Relationship Id=\"rId1\" Type=\"{RELATIONS}/officeDocument\" Target=\"xl/workbook.xml\"/>");
    ("_rels/.rels", format!("<Relationships>{relation}</Relationships>"))
}

/// An .xlsx with sheets; a row is a number, and cells that are `reference kind style value`.
pub fn xlsx(sheets: &[(&str, &str)]) -> Vec<u8> {
    let of_sheets = |each: fn(usize, &str) -> String| -> String {
        sheets.iter().enumerate().map(|(index, (name, _))| each(index + 1, name)).collect()
    };
    let mut parts: Vec<Part> = vec![
        root(),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{RELATIONS}\"><sheets>{}</sheets></workbook>",
                of_sheets(|n, name| format!("<sheet name=\"{name}\" sheetId=\"{n}\" r:id=\"rId{n}\"/>"))
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{}\
                 <Relationship Id=\"rId9\" Type=\"{RELATIONS}/styles\" Target=\"styles.xml\"/></Relationships>",
                of_sheets(|n, _| format!(
                    "<Relationship Id=\"rId{n}\" Type=\"{RELATIONS}/worksheet\" Target=\"worksheets/sheet{n}.xml\"/>"
                ))
            ),
        ),
        (
            "xl/styles.xml",
            format!(
                "<styleSheet xmlns=\"{MAIN}\"><numFmts count=\"1\"><numFmt numFmtId=\"164\" formatCode=\"00000\"/></numFmts>\
                 <cellXfs count=\"3\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"164\"/></cellXfs></styleSheet>"
            ),
        ),
    ];
    for (name, (_, rows)) in ["xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"].into_iter().zip(sheets) {
        parts.push((name, format!("<worksheet xmlns=\"{MAIN}\"><sheetData>{}</sheetData></worksheet>", rows_of(rows))));
    }
    package(&parts)
}

/// Rows as lines: a number, then cells separated by `|`. A cell is a text, `=` and a number, `@` and a day number, `0`
/// and a number displayed with five digits, `!` and an error, `?` and a boolean.
fn rows_of(rows: &str) -> String {
    let cell = |place: String, cell: &str| match cell.split_at_checked(1) {
        None => String::new(),
        Some(("=", number)) => format!("<c r=\"{place}\"><v>{number}</v></c>"),
        Some(("@", day)) => format!("<c r=\"{place}\" s=\"1\"><v>{day}</v></c>"),
        Some(("0", number)) => format!("<c r=\"{place}\" s=\"2\"><v>{number}</v></c>"),
        Some(("!", error)) => format!("<c r=\"{place}\" t=\"e\"><v>{error}</v></c>"),
        Some(("?", truth)) => format!("<c r=\"{place}\" t=\"b\"><v>{truth}</v></c>"),
        Some(_) => format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{cell}</t></is></c>"),
    };
    rows.lines()
        .map(|line| {
            let (row, cells) = line.trim_start().split_once(' ').unwrap();
            let cells = ('A'..).zip(cells.split('|')).map(|(column, text)| cell(format!("{column}{row}"), text));
            format!("<row r=\"{row}\">{}</row>", cells.collect::<String>())
        })
        .collect()
}

const PEOPLE: &str = "1 ref|first_name|last_name|state|postcode|phone|birthday|Email Consent\n\
                      2 =54|José|One|MA|02108|=6175550142|@32874|?1\n\
                      4 C2|Bea|Two|!#N/A|=94301||@45000.5|?0";

#[test]
fn a_workbook_is_read_as_its_owner_sees_it() {
    let shop = Shop::without_people();
    shop.write("people.csv", xlsx(&[("People", PEOPLE), ("Old ones", "1 ref|first_name\n2 X1|Old")]));
    let report = shop.json("import customers people.csv");
    assert_eq!(
        warnings(&report),
        ["the sheet `People` was read; `--sheet` chooses another: `Old ones`", "cell D4 has `#N/A`: read as empty"]
    );
    assert_eq!(
        cards(&shop, "ref first_name postcode phone birthday email_consent"),
        ["54|José|02108|6175550142|1990-01-01|yes", "C2|Bea|94301||2023-03-15|no"]
    );
    for sheet in ["2", "\"Old ones\"", "\"old ONES\""] {
        let shop = Shop::without_people();
        shop.write("people.xlsx", xlsx(&[("People", PEOPLE), ("Old ones", "1 ref|first_name\n2 X1|Old")]));
        shop.run(&format!("import customers people.xlsx --sheet {sheet}")).quiet();
        assert_eq!(cards(&shop, "ref first_name"), ["X1|Old"]);
        shop.run("import customers people.xlsx --sheet 3")
            .status(1)
            .stderr("error: people.xlsx: there is no sheet `3`\nhint: the workbook has `People` and `Old ones`\n");
    }
    // Titles, totals and the rows of the sheet; sales with days and amounts.
    let shop = Shop::new();
    let sales = "2 Sales of January\n4 ref|on|item|amount\n5 C-03|@45296|Hat|=20.5\n6 C-03|2024-01-06|Cap|=59.970000000000006\n\
                 9 Total|||=80.47";
    shop.write("sales.xlsx", xlsx(&[("Sales", sales)]));
    shop.run("import purchases sales.xlsx").says_only(&[
        "warning: line 2 is above the headings and is left out: `Sales of January`",
        "warning: line 9 is left out, as a total: `Total, 80.47`",
    ]);
    for (item, on, minor) in [("Hat", "2024-01-05", 2050), ("Cap", "2024-01-06", 5997)] {
        assert_eq!(shop.times("items", &json!({ "item": item, "amount_minor": minor })), 1, "{item}");
        assert_eq!(shop.times("purchases", &json!({ "on": on, "amount_minor": minor })), 1, "{item}");
    }
    shop.write("sales.xlsx", xlsx(&[("Sales", "1 ref|on|amount\n7 C-03|soon|=1")]));
    shop.run("import purchases sales.xlsx").status(1).says("error: sales.xlsx:7, column `on`: `soon` is not a day");
}

#[test]
fn an_ods_is_read_as_well() {
    let text = |text: &str| {
        format!("<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>")
    };
    let number = |n: u32| {
        format!(
            "<table:table-cell office:value-type=\"float\" office:value=\"{n}\"><text:p>{n}</text:p></table:table-cell>"
        )
    };
    let row = |cells: String| format!("<table:table-row>{cells}</table:table-row>");
    let day = "<table:table-cell office:value-type=\"date\" office:date-value=\"2024-01-05\"><text:p>5.1.</text:p></table:table-cell>";
    let rows = row(["ref", "on", "item", "amount"].map(text).concat())
        + &row(number(54) + day + &text("Hut &amp; Kappe") + &number(20))
        + "<table:table-row table:number-rows-repeated=\"1048000\"><table:table-cell table:number-columns-repeated=\"16384\"/></table:table-row>";
    let content = format!(
        "<office:document-content xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
         xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\">\
         <office:body><office:spreadsheet><table:table table:name=\"Verkauf\">{rows}</table:table></office:spreadsheet></office:body>\
         </office:document-content>"
    );
    let mimetype = "application/vnd.oasis.opendocument.spreadsheet".to_owned();
    let manifest =
        "<manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\"/>".to_owned();
    let shop = Shop::without_people();
    shop.write("people.csv", "ref,first_name\n54,Ann\n");
    shop.run("import customers people.csv").quiet();
    shop.write(
        "sales.dat",
        package(&[("mimetype", mimetype), ("content.xml", content), ("META-INF/manifest.xml", manifest)]),
    );
    shop.run("import purchases sales.dat").quiet().shows("1 new");
    assert_eq!(shop.times("items", &json!({ "item": "Hut & Kappe", "amount_minor": 2000 })), 1);
}

#[test]
fn what_is_no_table_is_named_as_what_it_is() {
    let broken = {
        let mut whole = xlsx(&[("People", PEOPLE)]);
        whole.truncate(whole.len() / 2);
        whole
    };
    let wide = |name: &str| name.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let compound = |name: &str| [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(), vec![0; 600], wide(name)].concat();
    for (bytes, said) in [
        (broken, "this workbook cannot be read; it seems to be damaged"),
        (compound("EncryptedPackage"), "this workbook is protected by a password"),
        (compound("WordDocument"), "this is a text document (Word), not a table"),
        (compound("Workbook"), "this workbook cannot be read"),
        (package(&[("word/document.xml", "<w/>".to_owned())]), "this is a text document (Word), not a table"),
        (package(&[("Index/Document.iwa", "x".to_owned())]), "this is a document of Apple's Numbers"),
        (package(&[("people.csv", "ref\n".to_owned())]), "this is a compressed folder (zip), not a table"),
        (xlsx(&[("People", "1 ")]), "the sheet is empty"),
        (b"%PDF-1.7\n".to_vec(), "this is a PDF, not a table"),
        (b"\xff\xd8\xff\xe0JFIF".to_vec(), "this is a picture (JPEG), not a table"),
        (b"<html><body><table><tr><td>ref</td></tr></table></body></html>".to_vec(), "this is a web page, not a table"),
        (
            b"<?xml version=\"1.0\"?>\n<Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\"/>".to_vec(),
            "this is a workbook in XML, not a table",
        ),
        (b"[{\"ref\": \"C1\"}]".to_vec(), "this is a JSON file, not a table"),
        (b"\0\x01\0\x02ref\0\0".to_vec(), "this is a file of another program, not a table"),
    ] {
        let shop = Shop::without_people();
        let before = dump(&shop.file("regulars.db"));
        shop.write("people.xls", &bytes);
        for kind in ["customers", "purchases"] {
            shop.run(&format!("import {kind} people.xls"))
                .status(1)
                .says(&format!("error: people.xls: {said}"))
                .says("hint: ");
        }
        assert_eq!(before, dump(&shop.file("regulars.db")));
    }
}

#[test]
fn a_workbook_made_to_fill_the_memory_is_refused() {
    let row = |n: usize| format!("{n} {}", "|".repeat(20)) + "x";
    let far = (1..3_000).map(row).collect::<Vec<_>>().join("\n");
    let shop = Shop::without_people();
    // Cells at the far end of many rows: few bytes, very many cells.
    let sheet = rows_of(&far).replace("\"U", "\"XFD");
    let parts = [
        root(),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{RELATIONS}\"><sheets><sheet name=\"A\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "<Relationships><Relationship Id=\"rId1\" Type=\"{RELATIONS}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
            ),
        ),
        ("xl/worksheets/sheet1.xml", format!("<worksheet xmlns=\"{MAIN}\"><sheetData>{sheet}</sheetData></worksheet>")),
    ];
    shop.write("people.xlsx", package(&parts));
    shop.run("import customers people.xlsx").status(1).says("this workbook is too large").says("save the sheet as CSV");
}

#[test]
fn columns_that_are_not_taken_are_named() {
    let shop = Shop::new();
    shop.write("sales.csv", "receipt,ref,on,amount,What,Till \"A\"\nR1,C-03,2024-01-05,20.00,x,y\n");
    let mut report = shop.json("import purchases sales.csv --dry-run");
    assert_eq!(report["not_taken"], json!(["What", "Till \"A\""]));
    shop.run("import purchases sales.csv").says("not imported: `What` and `Till \"A\"`");
    shop.write("people.csv", "ref,first_name,Shoe size\nC1,Ann,39\n");
    report = shop.json("import customers people.csv");
    assert_eq!((&report["not_taken"], warnings(&report)), (&json!(["Shoe size"]), vec!["not imported: `Shoe size`"]));
    shop.write("last.csv", "ref,redeemed_on,spend,Colour\nC-01,2023-03-05,5.00,red\n");
    let line = "import past-campaign last.csv --name 2023-tea --as-of 2023-03-01 --claim-until 2023-06-30";
    assert_eq!(shop.json(&format!("{line} --dry-run"))["not_taken"], json!(["Colour"]));
    shop.write("last.csv", "Who,spend\nC-01,5.00\n");
    shop.run(line).status(1).says("error: last.csv:1: no column looks like the customer's reference");
    shop.write("last.csv", "\u{0}\u{1}ref\u{0}\n");
    shop.run(line).status(1).says("error: last.csv: this is a file of another program");
    // A refund is recognized by a column that is not a field.
    shop.write(
        "square.csv",
        "Date,Time,Item,Qty,Price Point Name,Net Sales,Transaction ID,Event Type,Customer ID\n\
         2024-02-01,12:59:30,a tie,1.0,,$9.00,T1,Payment,C-01\n",
    );
    shop.run("import purchases square.csv").says("not imported: `Time` and `Price Point Name`\n");
}

#[test]
fn references_that_no_customer_has_are_named() {
    let shop = Shop::without_people();
    shop.write("people.csv", "ref,first_name\n0054,Ann\nC-0017,Bea\n98765,Cy\n");
    shop.run("import customers people.csv").quiet();
    shop.write(
        "sales.csv",
        "ref,on,item,amount\n54,2024-01-05,Hat,20.00\n54,2024-01-06,Hat,21.00\n99,2024-01-06,Hat,30.00\nc 17,2024-01-06,Hat,31.00\n\
         98756,2024-01-07,Hat,5.00\n,2024-01-07,Hat,6.00\n0054,2024-01-07,Hat,7.00\nTotal,,,120.00\n",
    );
    let report = shop.json("import purchases sales.csv --dry-run");
    let unknown =
        |reference: &str, count: usize, near: &[&str]| json!({ "ref": reference, "count": count, "near": near });
    assert_eq!(
        report["unknown_refs"],
        json!([
            unknown("54", 2, &["0054"]),
            unknown("98756", 1, &["98765"]),
            unknown("99", 1, &[]),
            unknown("c 17", 1, &["C-0017"])
        ])
    );
    assert_eq!(report["unlinked"], 6);
    shop.run("import purchases sales.csv").says("line 9 is left out, as a total: `Total, 120.00`").stdout(
        "Imported 7 purchases: 7 new, 0 changed, 0 unchanged. 6 have no customer of this book.\n  \
           `54` is no customer (2 purchases); is it `0054`?\n  \
           `98756` is no customer; is it `98765`?\n  \
           `99` is no customer\n  \
           `c 17` is no customer; is it `C-0017`?\n",
    );
    // A list of customers that has lost its zeros.
    shop.write("people.csv", "ref,first_name\n54,Ann\n17,Di\nc0017,Bea\n");
    shop.run("import customers people.csv --dry-run")
        .shows("3 new")
        .says("new, but perhaps in the book already: `54` (`0054` in the book)\n");
    let many: String = (0..5_000).map(|n| format!("Z{n:04},2024-01-05,Hat,20.00\n")).collect();
    shop.write("sales.csv", format!("ref,on,item,amount\n{many}"));
    let report = shop.json("import purchases sales.csv --dry-run");
    assert_eq!((report["unknown_refs"].as_array().unwrap().len(), &report["unknown_refs_more"]), (100, &json!(4_900)));
    shop.run("import purchases sales.csv --dry-run").shows("and 4,988 more references like these");
}

#[test]
fn the_help_offers_what_is_read() {
    let shop = Shop::without_people();
    for (kind, cards) in [("customers", true), ("purchases", false), ("past-campaign", false)] {
        let help = shop.run(&format!("import {kind} --help")).out();
        assert!(help.contains("workbook (.xlsx, .ods, .xls)"), "{kind}: {help}");
        assert_eq!(help.contains(".vcf"), cards, "{kind}: {help}");
        assert!(help.contains("--encoding") && help.contains("--sheet"), "{kind}: {help}");
    }
}
