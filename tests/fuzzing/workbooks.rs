//! Small workbooks of each kind, built from parts, so that the content can be changed before packing.

use std::io::{Cursor, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// The parts of a package, by name.
pub type Parts = Vec<(&'static str, Vec<u8>)>;

const ROWS: [[&str; 5]; 3] = [
    ["ref", "first_name", "last_name", "postcode", "birthday"],
    ["W-1", "Ann", "Lee", "97301", "1960-05-04"],
    ["W-2", "José", "Muñoz & Sons", "02108", ""],
];

pub fn xlsx() -> Parts {
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let cell = |(column, text): (char, &&str), row: usize| match *text {
        "97301" => format!("<c r=\"{column}{row}\" s=\"0\"><v>97301</v></c>"),
        "Ann" => format!("<c r=\"{column}{row}\" t=\"s\"><v>0</v></c>"),
        "1960-05-04" => format!("<c r=\"{column}{row}\" s=\"1\"><v>22040</v></c>"),
        text => format!("<c r=\"{column}{row}\" t=\"inlineStr\"><is><t>{}</t></is></c>", text.replace('&', "&amp;")),
    };
    let rows: String = (1..)
        .zip(ROWS)
        .map(|(n, row)| {
            let cells: String = ('A'..).zip(&row).map(|one| cell(one, n)).collect();
            format!("<row r=\"{n}\">{cells}</row>")
        })
        .collect();
    let sheets = "<sheets><sheet name=\"A\" sheetId=\"1\" r:id=\"r1\"/></sheets>";
    let relation = |id: &str, kind: &str, to: &str| {
        format!("<Relationship Id=\"{id}\" Type=\"{relations}/{kind}\" Target=\"{to}\"/>")
    };
    let parts = [
        (
            "_rels/.rels",
            format!("<Relationships>{}</Relationships>", relation("r", "officeDocument", "xl/workbook.xml")),
        ),
        ("xl/workbook.xml", format!("<workbook xmlns=\"{main}\" xmlns:r=\"{relations}\">{sheets}</workbook>")),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "<Relationships>{}{}{}</Relationships>",
                relation("r1", "worksheet", "worksheets/a.xml"),
                relation("r2", "styles", "styles.xml"),
                relation("r3", "sharedStrings", "sharedStrings.xml")
            ),
        ),
        (
            "xl/styles.xml",
            format!(
                "<styleSheet xmlns=\"{main}\"><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>"
            ),
        ),
        (
            "xl/sharedStrings.xml",
            format!("<sst xmlns=\"{main}\" count=\"1\" uniqueCount=\"1\"><si><t>Ann</t></si></sst>"),
        ),
        ("xl/worksheets/a.xml", format!("<worksheet xmlns=\"{main}\"><sheetData>{rows}</sheetData></worksheet>")),
    ];
    parts.map(|(name, text)| (name, text.into_bytes())).to_vec()
}

pub fn ods() -> Parts {
    let names = ["office", "table", "text"]
        .map(|name| format!("xmlns:{name}=\"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0\""))
        .join(" ");
    let cell = |text: &&str| {
        let text = text.replace('&', "&amp;");
        format!("<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>")
    };
    let rows: String = ROWS
        .iter()
        .map(|row| format!("<table:table-row>{}</table:table-row>", row.iter().map(cell).collect::<String>()))
        .collect();
    let sheet = format!(
        "<table:table table:name=\"A\">{rows}<table:table-row table:number-rows-repeated=\"1000\"><table:table-cell \
         table:number-columns-repeated=\"1000\"/></table:table-row></table:table>"
    );
    let body = format!("<office:body><office:spreadsheet>{sheet}</office:spreadsheet></office:body>");
    let parts = [
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet".to_owned()),
        (
            "META-INF/manifest.xml",
            "<manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\"/>".to_owned(),
        ),
        (
            "content.xml",
            format!("<?xml version=\"1.0\"?><office:document-content {names}>{body}</office:document-content>"),
        ),
    ];
    parts.map(|(name, text)| (name, text.into_bytes())).to_vec()
}

/// The parts in one file.
pub fn packed(parts: &Parts, is_compressed: bool) -> Vec<u8> {
    let method = if is_compressed { CompressionMethod::Deflated } else { CompressionMethod::Stored };
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// The stream of an .xls: records of BIFF8 with a sheet of texts and one number.
pub fn records() -> Vec<u8> {
    let record = |kind: u16, bytes: &[u8]| {
        let length = u16::try_from(bytes.len()).unwrap();
        [&kind.to_le_bytes(), &length.to_le_bytes(), bytes].concat()
    };
    let begins = |what: u16| record(0x0809, &[&0x0600_u16.to_le_bytes()[..], &what.to_le_bytes(), &[0; 12]].concat());
    let end = record(0x000a, &[]);
    let start = begins(0x0005);
    let sheet_at = u32::try_from(start.len() + 4 + 9 + end.len()).unwrap();
    let sheet = record(0x0085, &[&sheet_at.to_le_bytes()[..], &[0, 0, 1, 0, b'A']].concat());
    let mut stream = [start, sheet, end.clone(), begins(0x0010)].concat();
    for (row, cells) in (0_u16..).zip(ROWS) {
        for (column, text) in (0_u16..).zip(cells) {
            let place = [row.to_le_bytes(), column.to_le_bytes(), [0, 0]].concat();
            stream.extend(if text == "97301" {
                record(0x0203, &[&place[..], &97301_f64.to_le_bytes()].concat())
            } else {
                let letters: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
                let length = u16::try_from(letters.len() / 2).unwrap();
                record(0x0204, &[&place[..], &length.to_le_bytes(), &[1], &letters].concat())
            });
        }
    }
    [stream, end].concat()
}

/// A stream in the compound file of an .xls: one sector of allocation, one of names, then the stream.
pub fn xls(stream: &[u8]) -> Vec<u8> {
    const SECTOR: usize = 512;
    let mut stream = stream.to_vec();
    // A shorter one would be among the small sectors.
    stream.resize(stream.len().max(4096).next_multiple_of(SECTOR).min(100 * SECTOR), 0);
    let sectors = u32::try_from(stream.len() / SECTOR).unwrap();
    let (free, last) = (u32::MAX, u32::MAX - 1);
    let mut header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    header.resize(24, 0);
    for half in [0x003e_u16, 3, 0xfffe, 9, 6, 0, 0, 0] {
        header.extend(half.to_le_bytes());
    }
    for word in [0, 1, 1, 0, 4096, last, 0, last, 0, 0] {
        header.extend(u32::to_le_bytes(word));
    }
    header.resize(SECTOR, 0xff);
    let mut table = [u32::MAX - 2, last].to_vec();
    table.extend((2..=sectors).map(|n| n + 1));
    table.push(last);
    table.resize(SECTOR / 4, free);
    let entry = |name: &str, kind: u8, child: u32, start: u32, size: usize| {
        let mut bytes: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        bytes.resize(64, 0);
        let length = u16::try_from(if name.is_empty() { 0 } else { name.len() * 2 + 2 }).unwrap();
        bytes.extend(length.to_le_bytes());
        bytes.extend([kind, 1]);
        for word in [free, free, child] {
            bytes.extend(word.to_le_bytes());
        }
        bytes.resize(116, 0);
        bytes.extend(start.to_le_bytes());
        bytes.extend((size as u64).to_le_bytes());
        bytes
    };
    let names = [
        entry("Root Entry", 5, 1, last, 0),
        entry("Workbook", 2, free, 2, stream.len()),
        entry("", 0, free, 0, 0),
        entry("", 0, free, 0, 0),
    ];
    [header, table.into_iter().flat_map(u32::to_le_bytes).collect(), names.concat(), stream].concat()
}
