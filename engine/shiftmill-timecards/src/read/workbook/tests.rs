use proptest::prelude::*;

use super::*;
use crate::fields::Table;
use crate::read::{Format, Layout, StatusMap};

/// An archive of parts, each packed or stored.
pub fn archive(parts: &[(&str, &str)], packed: bool) -> Vec<u8> {
    let (mut bytes, mut list) = (Vec::new(), Vec::new());
    for (name, text) in parts {
        let content = match packed {
            true => miniz_oxide::deflate::compress_to_vec(text.as_bytes(), 6),
            false => text.as_bytes().to_vec(),
        };
        let method: u16 = if packed { 8 } else { 0 };
        let offset = bytes.len() as u32;
        let head = |list: bool| {
            let mut head = Vec::new();
            head.extend_from_slice(if list { b"PK\x01\x02\x14\x00\x14\x00" } else { b"PK\x03\x04\x14\x00" });
            head.extend_from_slice(&[0, 0]);
            head.extend_from_slice(&method.to_le_bytes());
            head.extend_from_slice(&[0; 8]);
            head.extend_from_slice(&(content.len() as u32).to_le_bytes());
            head.extend_from_slice(&(text.len() as u32).to_le_bytes());
            head.extend_from_slice(&(name.len() as u16).to_le_bytes());
            head.extend_from_slice(&[0, 0]);
            if list {
                head.extend_from_slice(&[0; 10]);
                head.extend_from_slice(&offset.to_le_bytes());
            }
            head.extend_from_slice(name.as_bytes());
            head
        };
        bytes.extend(head(false));
        bytes.extend_from_slice(&content);
        list.extend(head(true));
    }
    let (offset, count) = (bytes.len() as u32, parts.len() as u16);
    bytes.extend_from_slice(&list);
    bytes.extend_from_slice(b"PK\x05\x06\x00\x00\x00\x00");
    bytes.extend_from_slice(&count.to_le_bytes());
    bytes.extend_from_slice(&count.to_le_bytes());
    bytes.extend_from_slice(&(list.len() as u32).to_le_bytes());
    bytes.extend_from_slice(&offset.to_le_bytes());
    bytes.extend_from_slice(&[0, 0]);
    bytes
}

const RELATIONSHIPS: &str = r#"<Relationships><Relationship Id="r1" Type="http://x/worksheet" Target="worksheets/s1.xml"/>
    <Relationship Id="r2" Type="http://x/worksheet" Target="/xl/worksheets/s2.xml"/>
    <Relationship Id="r3" Type="http://x/styles" Target="styles.xml"/>
    <Relationship Id="r4" Type="http://x/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#;
const WORKBOOK: &str = r#"<?xml version="1.0"?><workbook xmlns:r="y"><sheets>
    <sheet name="old" r:id="r1" state="hidden"/><sheet name="Raw" r:id="r2"/></sheets></workbook>"#;
const STYLES: &str = r#"<styleSheet><numFmts><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd\ hh:mm:ss"/></numFmts>
    <cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>"#;
const STRINGS: &str = r#"<sst uniqueCount="99999999999"><si><t>employee</t></si><si><r><t>a</t></r><r><t>t</t></r><rPh><t>x</t></rPh></si>
    <si><t>E&amp;1</t></si></sst>"#;
const SHEET: &str = r#"<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Report</t></is></c></row>
    <row r="3"><c r="A3" t="s"><v>0</v></c><c r="B3" t="s"><v>1</v></c><c r="D3" t="str"><v>kind</v></c></row>
    <row r="4"><c r="A4" t="s"><v>2</v></c><c r="B4" s="1"><v>46083.334166667</v></c><c r="D4" t="str"><v>in</v></c></row>
    <row r="5"><c t="s"><v>2</v></c><c s="1"><v>46083.75</v></c><c/><c t="str"><v>out</v></c></row>
    </sheetData></worksheet>"#;

fn workbook(sheet: &str, packed: bool) -> Vec<u8> {
    let parts = [
        ("xl/workbook.xml", WORKBOOK),
        ("xl/_rels/workbook.xml.rels", RELATIONSHIPS),
        ("xl/styles.xml", STYLES),
        ("xl/sharedStrings.xml", STRINGS),
        ("xl/worksheets/s2.xml", sheet),
    ];
    archive(&parts, packed)
}

/// The rows of a workbook as text, or why it cannot be read.
fn rows(bytes: &[u8]) -> Result<Vec<String>, String> {
    let (layout, statuses) = (Layout::from(Format::Xlsx), StatusMap::default());
    let mut sheet = Sheet::new("book.xlsx", Table::Punches, &layout, &statuses);
    let mut rows = Vec::new();
    let mut report = Report::default();
    let mut bytes = bytes;
    let read = read(&mut sheet, &mut bytes, &mut report, &mut |place, values, fault, _| {
        use crate::fields::Field;
        let [who, at, kind] = [Field::Employee, Field::At, Field::Kind].map(|field| values.get(field).to_owned());
        rows.push(format!("{} {who} {at} {kind}{}", place.line, fault.unwrap_or("")));
    });
    read.and_then(|()| sheet.finish()).map_err(|error| error.to_string())?;
    Ok(rows)
}

#[test]
fn the_first_sheet_that_is_shown_is_read() {
    for packed in [false, true] {
        let rows = rows(&workbook(SHEET, packed)).unwrap();
        assert_eq!(rows, ["4 E&1 2026-03-02 08:01:12 in", "5 E&1 2026-03-02 18:00 out"]);
    }
}

#[test]
fn a_bomb_is_an_error() {
    let sheet = format!("<worksheet><sheetData>{}", format!("<row><c/>{}</row>", " ".repeat(1_000)).repeat(4_000));
    let bomb = workbook(&sheet, true);
    let (layout, statuses) = (Layout::from(Format::Xlsx), StatusMap::default());
    let mut sheet = Sheet::new("book.xlsx", Table::Punches, &layout, &statuses);
    let read = read_unpacked(&bomb, 1 << 20, &mut sheet, &mut Report::default(), &mut |_, _, _, _| {});
    assert!(read.unwrap_err().to_string().contains("unpacks to more than"));
}

#[test]
fn rows_are_bounded() {
    let wide = r#"<worksheet><sheetData><row><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row>
        <row><c t="s"><v>2</v></c><c r="ZZZ2"><v>1</v></c></row></sheetData></worksheet>"#;
    assert_eq!(rows(&workbook(wide, true)).unwrap(), ["2 E&1  the row has more than 1 000 columns"]);
    let long = "x".repeat(LINE_BYTES_MAX);
    let long = format!(
        "<worksheet><sheetData><row><c t=\"s\"><v>0</v></c><c t=\"s\"><v>1</v></c></row><row><c t=\"s\"><v>2</v></c>\
         <c t=\"str\"><v>{long}</v></c></row></sheetData></worksheet>"
    );
    assert_eq!(rows(&workbook(&long, true)).unwrap(), ["2 E&1  the row is longer than 64 KiB"]);
}

#[test]
fn what_is_no_workbook_says_so() {
    for bytes in [&b"employee,at\n"[..], b"\xD0\xCF\x11\xE0", b"PK\x05\x06"] {
        assert!(rows(bytes).unwrap_err().contains("the workbook cannot be read"));
    }
    assert_eq!(rows(b"").unwrap_err(), "the file is empty");
    assert!(rows(&archive(&[("a", "b")], true)).unwrap_err().contains("no part `xl/workbook.xml`"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_workbook_is_too_odd(changes in prop::collection::vec((any::<u16>(), any::<u8>()), 0..20), packed: bool, cut: u16) {
        let mut bytes = workbook(SHEET, packed);
        let length = bytes.len();
        for (at, byte) in changes {
            bytes[usize::from(at) % length] = byte;
        }
        let _usable = rows(&bytes);
        let _usable = rows(&bytes[..usize::from(cut) % length]);
    }

    #[test]
    fn no_sheet_is_too_odd(pieces in prop::collection::vec(prop::sample::select(vec![
        "<row>", "</row>", "<row r=\"9\"/>", "<c>", "</c>", "<c r=\"A1\" t=\"s\">", "<c r=\"ZZZZZ99\" s=\"1\">", "<v>", "</v>", "1", "46083.5",
        "-1", "1e308", "<is><t>", "</t></is>", "&#0;", "&", "<", ">", "\"", "<!--", "-->", "<![CDATA[", "]]>", "employee", "at", "<sheetData>",
    ]), 0..60)) {
        let _usable = rows(&workbook(&pieces.concat(), false));
    }
}
