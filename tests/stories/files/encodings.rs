//! Bytes that are not the text they seem.

use super::{given, refused, run, run_on};

const TEXT: &str = "id;email;score\r\n1;ann@a.example;70\r\n";

fn utf16(text: &str, units: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(units).collect()
}

fn refusal(bytes: &[u8]) -> String {
    refused(&given("", "contacts.csv", bytes)).stderr
}

#[test]
fn utf_16_without_a_mark_is_named_with_the_key_to_set() {
    for (label, units) in
        [("utf-16le", u16::to_le_bytes as fn(u16) -> [u8; 2]), ("utf-16be", u16::to_be_bytes)]
    {
        let bytes = utf16(TEXT, units);
        let said = refusal(&bytes);
        assert!(said.contains(&format!("set `encoding = \"{label}\"`")), "{said}");
        let set = format!("[crm.file]\ncontacts = \"contacts.csv\"\nencoding = \"{label}\"\n");
        assert_eq!(run(&given(&set, "contacts.csv", &bytes)).0, ["ann@a.example"]);
        let marked = [utf16("\u{feff}\u{feff}", units), bytes].concat();
        assert_eq!(run_on(marked).0, ["ann@a.example"], "a mark, twice");
    }
}

#[test]
fn what_is_no_text_at_all_is_named() {
    let utf32: Vec<u8> = TEXT.chars().flat_map(|char| u32::from(char).to_le_bytes()).collect();
    let marked = [b"\xff\xfe\0\0".as_slice(), &utf32].concat();
    for (bytes, expected) in [
        (utf32.as_slice(), "is in UTF-32"),
        (&marked, "is in UTF-32"),
        (b"PK\x03\x04\x14\0", "is an Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "is an Excel workbook"),
        (b"\x1f\x8b\x08\0", "is compressed"),
    ] {
        let said = refusal(bytes);
        assert!(said.contains(expected), "{said}");
    }
    let set = "[crm.file]\ncontacts = \"contacts.csv\"\nencoding = \"utf-16le\"\n";
    let said = refused(&given(set, "contacts.csv", TEXT)).stderr;
    assert!(said.contains("is not in UTF-16, as `encoding` in [crm.file] says"), "{said}");
}

#[test]
fn another_code_page_is_told_with_the_way_out() {
    let (handed_off, aside) =
        run_on(b"id,email,score,city\n1,ann@a.example,70,K\xf6ln\n2,bo@a.example,80,Porto\n");
    assert_eq!(handed_off, ["bo@a.example"]);
    assert!(
        aside[0].contains("cell 4 is not UTF-8; set `encoding` in [crm.file], such as \"windows-1252\""),
        "{aside:?}"
    );
    assert!(refusal(b"id,stra\xdfe\n").contains("set `encoding`"));
}
