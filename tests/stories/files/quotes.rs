//! Quotes that were set wrong, and what they swallow.

use super::run_on;

#[test]
fn a_quote_that_nobody_closed_costs_its_own_row() {
    let rows: Vec<String> = (2..500).map(|id| format!("{id},p{id}@a.example,10,\n")).collect();
    let rows = rows.concat();
    let (handed_off, aside) =
        run_on(format!("id,email,score,city\n1,ann@a.example,70,\"Porto\n{rows}600,bo@a.example,80,\"x\"\n"));
    assert_eq!(handed_off, ["bo@a.example"]);
    assert_eq!(
        aside,
        ["contacts.csv:2: the quote that opens a cell on line 2 is not closed where the cell ends"]
    );
}

#[test]
fn the_line_is_told_on_which_the_quote_opens_and_reading_goes_on_behind_it() {
    let text = "id,note,email,score\n1,\"two\nlines\",\"ann@a.example,70\n2,,bo@a.example,80\n";
    let (handed_off, aside) = run_on(text);
    assert_eq!(handed_off, ["bo@a.example"]);
    assert_eq!(
        aside,
        ["contacts.csv:2: the quote that opens a cell on line 3 is not closed where the cell ends"]
    );
}

#[test]
fn a_row_that_is_too_long_is_told_once_though_a_cell_of_it_has_lines() {
    let (handed_off, aside) =
        run_on("id,email,score,note\n1,ann@a.example,70,\"x\n9,y@a.example\",,,z\n2,bo@a.example,80,\n");
    assert_eq!(handed_off, ["bo@a.example"]);
    assert_eq!(aside, ["contacts.csv:2: the row has 7 cells, and the header 4"]);
}

#[test]
fn a_cell_that_holds_whole_rows_is_told() {
    let text = "id,email,score,city\n1,ann@a.example,70,\"Porto\n2,bo@a.example,80,Porto\n3,cy@a.example,80,\"\n4,di@a.example,90,\n";
    let (handed_off, aside) = run_on(text);
    assert_eq!(handed_off, ["di@a.example"]);
    assert_eq!(aside, ["contacts.csv:2: a cell holds lines that look like rows: is a quote set wrong?"]);
}

#[test]
fn quotes_inside_a_cell_are_part_of_it() {
    let text = "id,email,score,note\n1,ann@a.example,70,5\" pipe\n2,bo@a.example,80,\"a \"\"b\"\"\n and c\"\n3,cy@a.example,80,6\" pipe\n";
    assert_eq!(run_on(text).0.len(), 3);
}

#[test]
fn a_quote_in_the_header_that_nobody_closed_is_told() {
    let place = super::given("", "contacts.csv", "id,\"email,score\n1,ann@a.example,70\n");
    let said = super::refused(&place).stderr;
    assert!(said.contains("contacts.csv:1: a quote in the header is not closed"), "{said}");
}
