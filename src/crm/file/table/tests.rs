//! What spreadsheets and exports do to a file of rows.

use proptest::prelude::*;

use super::*;
use crate::connector::lines::LINE_BYTES_MAX;
use crate::crm::Crm;
use crate::crm::file::fixture::{Fixture, all, fields, set_aside, shown};
use crate::crm::file::replay::RECORD_BYTES_MAX;
use crate::crm::file::row::{CELL_BYTES_MAX, said};

const WANTED: [&str; 2] = ["id", "city"];

const LEFT_OPEN: &str =
    "contacts.csv:2: the quote that opens a cell on line 2 is not closed where the cell ends";

fn rows(contacts: impl AsRef<[u8]>) -> (Vec<String>, Vec<String>) {
    let page = Fixture::new(contacts).walk(&fields(&WANTED));
    (shown(&page), set_aside(&page))
}

fn json_rows(contacts: impl AsRef<[u8]>) -> (Vec<String>, Vec<String>) {
    let fixture = Fixture::new("id\n").with("contacts", "contacts.jsonl", contacts);
    let page = fixture.walk(&fields(&WANTED));
    (shown(&page), set_aside(&page))
}

fn utf16(text: &str) -> Vec<u8> {
    let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
    units.flat_map(u16::to_le_bytes).collect()
}

#[test]
fn the_delimiter_is_the_one_the_header_uses_most() {
    for delimiter in [',', ';', '\t', '|'] {
        let text = "id~\"city,;\"~city\n1~x~Porto\n".replace('~', &delimiter.to_string());
        assert_eq!(rows(text).0, ["1|Porto"], "{delimiter:?}");
    }
}

#[test]
fn a_delimiter_in_the_rules_beats_the_header() {
    let fixture = Fixture::new("id;a|b|c|d;city\n1;x;Porto\n").set("delimiter", ";");
    assert_eq!(fixture.walk(&fields(&["city"])).records[0].values[0].as_deref(), Some("Porto"));
}

#[test]
fn a_byte_order_mark_does_not_become_part_of_the_first_column() {
    assert_eq!(rows("\u{feff}id,city\n1,Köln\n").0, ["1|Köln"]);
    assert_eq!(rows(utf16("id;city\r\n1;Köln\r\n")).0, ["1|Köln"]);
}

#[test]
fn an_encoding_in_the_rules_is_used_and_a_mark_in_the_file_beats_it() {
    let fixture = Fixture::new(b"id,city\n1,K\xf6ln\n").set("encoding", "windows-1252");
    assert_eq!(shown(&fixture.walk(&fields(&WANTED))), ["1|Köln"]);
    let fixture = Fixture::new(utf16("id,city\n1,Köln\n")).set("encoding", "windows-1252");
    assert_eq!(shown(&fixture.walk(&fields(&WANTED))), ["1|Köln"]);
}

#[test]
fn a_row_that_is_not_in_the_encoding_is_set_aside_and_the_next_is_read() {
    let (contacts, bad) = rows(b"id,city\n1,K\xf6ln\n2,Porto\n");
    assert_eq!(contacts, ["2|Porto"]);
    assert_eq!(
        bad,
        [
            "contacts.csv:2: cell 2 is not UTF-8; set `encoding` in [crm.file], such as \"windows-1252\" for Excel in Western Europe, or save the file as UTF-8"
        ]
    );
    let mut torn = utf16("id,city\n1,x\n");
    torn.extend([0x00, 0xD8, b'2', 0, b',', 0, b'y', 0]);
    assert_eq!(rows(torn).1, ["contacts.csv:3: the row has bytes that its encoding does not know"]);
}

#[test]
fn lines_are_counted_through_quoted_breaks_blank_lines_and_both_line_ends() {
    for end in ["\n", "\r\n"] {
        let text =
            "id,city\n1,\"Vila\nNova\n\"\n\n\n,no id\n2,Porto\n3\n4,\"a \"\"b\"\"\"\n".replace('\n', end);
        let (contacts, bad) = rows(&text);
        let nova = format!("1|Vila{end}Nova");
        assert_eq!(contacts, [nova.as_str(), "2|Porto", "3|-", "4|a \"b\""]);
        assert_eq!(bad, ["contacts.csv:7: the id is empty"], "{end:?}");
    }
}

#[test]
fn a_quote_left_open_costs_one_row_and_not_the_rest_of_the_file() {
    let (contacts, bad) = rows("id,city\n1,\"Porto\n2,Lisboa\n3,Braga\n");
    assert_eq!(contacts, ["2|Lisboa", "3|Braga"]);
    assert_eq!(bad, [LEFT_OPEN]);
    let (contacts, bad) = rows("id,city\n1,\"Porto\n2,\"Lisboa\"\n3,Braga\n");
    assert_eq!(contacts, ["2|Lisboa", "3|Braga"]);
    assert_eq!(bad.len(), 1);
}

#[test]
fn a_quote_left_open_in_a_wide_file_says_so() {
    let page = Fixture::new("id,city,x\n1,\"Porto,\n2,Lisboa,\n").walk(&fields(&WANTED));
    assert_eq!(shown(&page), ["2|Lisboa"]);
    assert_eq!(set_aside(&page), [LEFT_OPEN]);
}

#[test]
fn rows_that_were_cleared_in_the_spreadsheet_are_no_contacts() {
    let (contacts, bad) = rows("id,city\n1,Porto\n,\n , \n,,,\n");
    assert_eq!((contacts.len(), bad.len()), (1, 0), "{bad:?}");
}

#[test]
fn a_row_beyond_the_limit_is_set_aside_whether_quoted_or_not() {
    for quote in ["", "\""] {
        let long = "x".repeat(3 * RECORD_BYTES_MAX);
        let (contacts, bad) = rows(format!("id,city\n1,{quote}{long}\n2,Porto\n"));
        assert_eq!(contacts, ["2|Porto"]);
        assert_eq!(bad.len(), 1, "{bad:?}");
        assert!(bad[0].starts_with("contacts.csv:2: the row is longer than 1048576 bytes"), "{bad:?}");
    }
}

#[test]
fn a_cell_beyond_the_limit_is_set_aside() {
    let long = "x".repeat(CELL_BYTES_MAX + 1);
    let (contacts, bad) = rows(format!("id,city\n1,{long}\n2,Porto\n"));
    assert_eq!(contacts, ["2|Porto"]);
    assert_eq!(bad, ["contacts.csv:2: the cell in column 'city' is longer than 65536 bytes"]);
}

#[test]
fn a_header_that_is_not_utf_8_says_what_to_set() {
    let fixture = Fixture::new(b"id,stra\xdfe\n");
    let error = Columns::of(&fixture.crm().config.contacts).unwrap_err();
    assert!(error.to_string().contains("set `encoding`"), "{error}");
}

#[test]
fn json_values_are_read_as_their_text() {
    let (contacts, bad) = json_rows(
        "{\"id\":9007199254740993,\"city\":[\"a\",2,true]}\n\n{\"id\":\"b\",\"city\":null}\r\n{\"id\":1.5}",
    );
    assert_eq!(contacts, ["9007199254740993|a;2;true", "b|-", "1.5|-"]);
    assert!(bad.is_empty(), "{bad:?}");
}

#[test]
fn json_that_is_not_a_flat_object_is_set_aside_and_the_next_is_read() {
    let long = format!("{{\"id\":\"{}\"}}", "x".repeat(LINE_BYTES_MAX));
    let (contacts, bad) = json_rows(format!(
        "{{\"id\":1\n[1]\n{{\"id\":1,\"city\":{{\"a\":1}}}}\n{{\"id\":123456789012345678901234567890}}\n{long}\n{{\"id\":2}}\n"
    ));
    assert_eq!(contacts, ["1|-", "2|-"]);
    insta::assert_snapshot!(bad.join("\n"), @r"
    contacts.jsonl:1: not JSON: EOF while parsing an object at line 1 column 7
    contacts.jsonl:2: the line is not a JSON object
    contacts.jsonl:4: 'id' is too large to be read exactly; write it as text, in quotes
    contacts.jsonl:5: the line is longer than 1048576 bytes
    ");
}

proptest! {
    #[test]
    fn every_row_that_was_written_is_read_back(cells in prop::collection::vec("[ -~äß\r\n]{0,12}", 1..40)) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(WANTED).unwrap();
        for (id, cell) in cells.iter().enumerate() {
            writer.write_record([id.to_string().as_str(), cell]).unwrap();
        }
        let (contacts, bad) = rows(writer.into_inner().unwrap());
        let shown = |cell: &str| said(cell).unwrap_or("-").to_owned();
        let expected: Vec<String> = cells.iter().enumerate().map(|(id, cell)| format!("{id}|{}", shown(cell))).collect();
        prop_assert_eq!(bad, Vec::<String>::new());
        prop_assert_eq!(contacts, expected);
    }

    #[test]
    fn no_bytes_bring_the_reading_down(bytes in prop::collection::vec(any::<u8>(), 0..200), json in any::<bool>()) {
        let contacts = [b"id,city\n".as_slice(), &bytes].concat();
        let name = if json { "contacts.jsonl" } else { "contacts.csv" };
        let fixture = Fixture::new("id\n").with("contacts", name, contacts);
        let walked = fixture.crm().changes(&all(&fields(&WANTED)), &mut |_| Ok(()));
        prop_assert!(walked.is_ok(), "{walked:?}");
    }
}
