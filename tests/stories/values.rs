//! What stands in people's exports is read for what it is.

use crate::support::definition::definition;
use crate::support::{Place, contacts};

const TEN: &str = "2026-11-23T10:00:00Z";

/// A folder with these tables over the least definition, and these contacts.
fn place(tables: &str, csv: &str) -> Place {
    Place::with(&definition(tables), csv)
}

/// Who is handed off at ten o'clock.
fn handed_off(tables: &str, csv: &str) -> Vec<String> {
    let report = place(tables, csv).json_at(TEN, 0, &["run", "--include-existing"]);
    contacts(&report, "handed_off").into_iter().map(str::to_owned).collect()
}

/// What `check` says of a definition.
fn check(tables: &str) -> String {
    let ran = place(tables, "id\n").handoff_at(TEN, &["check"]);
    assert_eq!(ran.status, 1, "{}{}", ran.stdout, ran.stderr);
    ran.stdout + &ran.stderr
}

#[test]
fn numbers_are_read_as_the_source_writes_them() {
    let scores = ["80,5", "1.080,00", "80'000", "1.080", "  80 ", "80 %"];
    let rows = (0..).zip(scores).map(|(id, score)| format!("{id};p{id}@acme.example;{score}\n"));
    let csv = format!("id;email;score\n{}9;low@acme.example;8,05\n", rows.collect::<String>());
    let tables = "[crm.file]\ncontacts = \"contacts.csv\"\ndecimal = \",\"\n";
    assert_eq!(handed_off(tables, &csv).len(), scores.len());
}

#[test]
fn a_company_size_in_ranges_is_a_number_where_the_definition_says_which() {
    let csv = "id,email,score,Size,Revenue\n\
        1,small@acme.example,80,11-50,\"$1,200.00\"\n2,middle@acme.example,80,\"501-1,000\",\"$1,200.00\"\n\
        3,big@acme.example,80,\"10,000+\",\"€ 1,200\"\n4,poor@acme.example,80,\"10,000+\",(500)\n";
    let tables = "[fields]\ncompany.employees = { property = \"Size\", type = \"number\", range = \"low\" }\n\
        company.revenue = \"Revenue\"\n[icp]\nwhen = { company.employees.at_least = 200, company.revenue.at_least = 1000 }\n";
    assert_eq!(handed_off(tables, csv), ["middle@acme.example", "big@acme.example"]);
}

#[test]
fn times_are_read_in_the_forms_of_salesforce_excel_and_people() {
    let form = |format: &str| {
        format!("[fields]\ndemo_at = {{ property = \"demo_at\", type = \"datetime\"{format} }}\n")
    };
    for (format, raw) in [
        ("", "2026-11-23T09:59:00.000+0000"),
        ("", "1795427940"),
        (", format = [\"%d.%m.%Y\", \"%m/%d/%Y %I:%M %p\"]", "11/23/2026 9:59 AM"),
        (", format = \"%d/%m/%Y %H:%M\"", "23/11/2026 09:59"),
        (", format = \"excel\"", "46349.4160"),
        (", format = \"%d-%m-%Y\", timezone = \"Europe/Lisbon\"", "23-11-2026"),
    ] {
        let tables = form(format) + "[[mql]]\nname = \"demo\"\nwhen = { demo_at.within = \"1d\" }\n";
        let csv = format!("id,email,score,demo_at\n1,kim@acme.example,,{raw}\n");
        assert_eq!(handed_off(&tables, &csv), ["kim@acme.example"], "{raw}");
    }
}

#[test]
fn a_time_without_a_zone_is_one_of_the_source() {
    let tables = "[crm.file]\ncontacts = \"contacts.csv\"\ntimezone = \"Europe/Berlin\"\n[fields]\n\
        demo_at = { property = \"demo_at\", type = \"datetime\" }\n\
        call_at = { property = \"call_at\", type = \"datetime\", timezone = \"America/New_York\" }\n\
        [[mql]]\nname = \"demo\"\nwhen = { any = [{ demo_at.within = \"1h\" }, { call_at.within = \"1h\" }] }\n";
    let csv = "id,email,score,demo_at,call_at\n1,now@acme.example,,2026-11-23 10:59,\n2,ahead@acme.example,,2026-11-23 11:01,\n\
        3,call@acme.example,,,2026-11-23 04:59\n4,utc@acme.example,,2026-11-23T09:59:00Z,\n";
    assert_eq!(handed_off(tables, csv), ["now@acme.example", "call@acme.example", "utc@acme.example"]);
}

#[test]
fn an_opt_out_is_read_in_the_language_of_the_spreadsheet() {
    let csv = "id,email,score,opted_out\n1,a@acme.example,80,WAHR\n2,b@acme.example,80,VRAI\n3,c@acme.example,80,Ja\n\
        4,d@acme.example,80,FALSCH\n5,e@acme.example,80,Nein\n6,f@acme.example,80,\n7,g@acme.example,80,2026-01-01\n\
        8,h@acme.example,80,unsubscribed\n";
    let tables = "[fields]\nopted_out = { property = \"opted_out\", map = { \"{date}\" = true, Unsubscribed = true } }\n\
        [[disqualify]]\nname = \"Opted out\"\nwhen = { opted_out = true }\n";
    assert_eq!(handed_off(tables, csv), ["d@acme.example", "e@acme.example", "f@acme.example"]);
}

#[test]
fn a_value_can_stand_for_another() {
    let csv = "id,email,score,Original Source\n1,a@acme.example,80,PAID_SEARCH\n2,b@acme.example,80,Paid Search\n\
        3,c@acme.example,80,paid_social\n";
    let tables = "[fields]\nlead_source = { property = \"Original Source\", map = { PAID_SEARCH = \"paid search\" } }\n\
        [icp]\nwhen = { lead_source = \"paid search\" }\n";
    assert_eq!(handed_off(tables, csv), ["a@acme.example", "b@acme.example"]);
}

#[test]
fn what_cannot_be_read_by_anything_is_found_by_check() {
    for (field, found) in [
        (
            "score = { property = \"s\", format = \"%d.%m.%Y\" }",
            "`format` is for a datetime field, and `score` is number",
        ),
        (
            "x = { property = \"x\", type = \"datetime\", format = \"%d.%m.\" }",
            "no date can be read by '%d.%m.'",
        ),
        (
            "x = { property = \"x\", type = \"datetime\", timezone = \"Berlin\" }",
            "did you mean 'Europe/Berlin'?",
        ),
        ("x = { property = \"x\", range = \"low\" }", "`range` is for a number field, and `x` is text"),
        ("x = { property = \"x\", type = \"number\", range = \"lowest\" }", "low"),
        ("x = { property = \"x\", map = { A = \"1\", a = \"2\" } }", "'a' is there twice"),
        (
            "x = { property = \"x\", type = \"bool\", map = { A = \"perhaps\" } }",
            "`map`: not yes or no: 'perhaps'",
        ),
        ("x = { property = \"x\", map = { \"{date}\" = \"y\" } }", "\"{date}\" is for a bool field"),
    ] {
        let said = check(&format!("[fields]\n{field}\n"));
        assert!(said.contains(found), "{field}: {said}");
    }
    let said = check("[crm.file]\ncontacts = \"contacts.csv\"\ntimezone = \"Berlin\"\n");
    assert!(said.contains("did you mean 'Europe/Berlin'?"), "{said}");
}
