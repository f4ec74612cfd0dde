//! What stands above the rows: marks, titles, names of columns.

use super::{given, put, refused, run, run_on};

#[test]
fn the_separator_that_excel_writes_above_the_header_is_taken() {
    for (mark, delimiter) in
        [("sep=;", ";"), ("sep=\\t", "\t"), ("sep=\t", "\t"), ("\"sep=|\"", "|"), ("SEP=,", ",")]
    {
        let text =
            format!("\u{feff}{mark}\r\nid~email~score\r\n1~ann@a.example~70\r\n").replace('~', delimiter);
        assert_eq!(run_on(text), (vec!["ann@a.example".to_owned()], vec![]), "{mark}");
    }
    // The separator of the mark counts, though the header has more of another.
    let (handed_off, _) = run_on("sep=;\nid;email;score;a, b, c, d, e\n1;ann@a.example;70;\n");
    assert_eq!(handed_off, ["ann@a.example"]);
}

#[test]
fn rows_are_told_by_their_lines_below_what_stands_above_the_header() {
    let (_, aside) = run_on("sep=,\n,,\n\nid,email,score\n,ann@a.example,70\n");
    assert_eq!(aside, ["contacts.csv:5: the id is empty"]);
}

#[test]
fn columns_of_one_name_are_no_matter_where_nobody_needs_them() {
    let twice = "id,email,score,Account Owner,Account Owner\n1,ann@a.example,70,x,y\n";
    assert_eq!(run_on(twice).0, ["ann@a.example"]);
    for header in ["Account Owner,account  owner ", "Account Owner,Account Owner"] {
        let place = given(
            "[fields]\naccount_owner = \"ACCOUNT OWNER\"\n",
            "contacts.csv",
            format!("id,email,score,{header}\n1,ann@a.example,70,x,y\n"),
        );
        let said = refused(&place).stderr;
        assert!(said.contains("columns 4 and 5 are both called"), "{said}");
    }
    let place = given("", "contacts.csv", "id,email,score,Score , score\n1,ann@a.example,70,x,y\n");
    assert!(refused(&place).stderr.contains("columns 3 and 5 are both called 'score'"));
}

#[test]
fn the_spelling_that_is_asked_for_counts_where_another_has_other_case() {
    assert_eq!(run_on("id,ID,email,score\n1,x,ann@a.example,70\n").0, ["ann@a.example"]);
}

#[test]
fn names_are_found_in_other_case_and_through_marks_that_nobody_sees() {
    let header = "\u{feff}\u{feff}\"ID\",\u{a0}Email\u{200b} ,Score ";
    assert_eq!(run_on(format!("{header}\n1,ann@a.example,70\n")).0, ["ann@a.example"]);
}

#[test]
fn a_title_above_the_header_is_told_with_the_line_of_the_header() {
    let place = given("", "contacts.csv", "Leads of November\n\nID;Email;Score\n1;ann@a.example;70\n");
    let said = refused(&place).stderr;
    assert!(said.contains("line 3 looks like the header: delete the 2 lines above it"), "{said}");
}

#[test]
fn each_missing_column_is_a_line_with_what_to_write() {
    let rules = "[fields]\nscore = \"Lead Scoer\"\ncountry = \"Country\"\nowner = \"Owner\"\n\
                 last_visit_at = \"Seen\"\nplan = \"Plan\"\n";
    let header =
        "Record ID,Email,HubSpot Score,Country/Region,Contact owner,Time of Last Session,Number of Employees";
    let place = given(rules, "contacts.csv", format!("{header}\n1,ann@a.example,70,PT,Ana,,5\n"));
    let said = refused(&place).stderr;
    insta::assert_snapshot!(said.replace("error: ", ""), @r#"
    contacts.csv:1: no column 'id' (field 'id'); did you mean 'Record ID'? write in [fields]: id = "Record ID"
    contacts.csv:1: no column 'Lead Scoer' (field 'score'); did you mean 'HubSpot Score'? write in [fields]: score = "HubSpot Score"
    contacts.csv:1: no column 'Country' (field 'country'); did you mean 'Country/Region'? write in [fields]: country = "Country/Region"
    contacts.csv:1: no column 'Owner' (field 'owner'); did you mean 'Contact owner'? write in [fields]: owner = "Contact owner"
    contacts.csv:1: no column 'Seen' (field 'last_visit_at'); did you mean 'Time of Last Session'? write in [fields]: last_visit_at = "Time of Last Session"
    contacts.csv:1: no column 'Plan' (field 'plan'); write in [fields]: plan = "COLUMN"; columns: Record ID, Email, HubSpot Score, Country/Region, Contact owner, Time of Last Session, Number of Employees
    "#);
}

#[test]
fn the_mapping_of_the_companys_id_joins_the_files() {
    let rules = "[crm.file]\ncontacts = \"contacts.csv\"\ncompanies = \"companies.csv\"\n\
                 [fields]\ncompany.id = \"acct_id\"\ncompany.employees = \"staff\"\n\
                 [[mql]]\nname = \"engaged\"\nwhen = { company.employees.at_least = 50 }\n";
    let place =
        given(rules, "contacts.csv", "id,email,company_id,won\n1,ann@a.example,7,yes\n2,bo@b.example,8,no\n");
    put(&place, "companies.csv", "acct_id,staff\n7,200\n8,20\n");
    let backtest =
        place.handoff_at(crate::support::MONDAY_10, &["backtest", "contacts.csv", "--outcome", "won"]);
    assert_eq!(backtest.status, 0, "{}", backtest.all());
    assert!(!backtest.stderr.contains("company.id"), "{}", backtest.all());
    assert_eq!(run(&place).0, ["ann@a.example"]);
}
