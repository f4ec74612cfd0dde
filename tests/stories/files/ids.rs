//! Ids that a spreadsheet has had in its hands.

use super::{given, run, run_on};

#[test]
fn ids_in_scientific_notation_are_refused_with_the_reason() {
    let (handed_off, aside) = run_on(
        "id;email;score\n1.23457E+17;ann@a.example;70\n1,23457E+017;bo@a.example;70\n1E5;cy@a.example;70\n",
    );
    assert_eq!(handed_off, ["cy@a.example"], "some ids look so");
    assert_eq!(aside.len(), 2, "{aside:?}");
    assert!(
        aside[0].contains("the id '1.23457E+17' was rounded by a spreadsheet; export the ids as text"),
        "{aside:?}"
    );
}

#[test]
fn long_ids_of_which_all_end_in_zeros_were_rounded_and_one_alone_was_not() {
    let (handed_off, aside) =
        run_on("id,email,score\n123456789012345000,ann@a.example,70\n123456789012346000,bo@a.example,70\n");
    assert_eq!((handed_off.len(), aside.len()), (0, 2));
    assert!(aside[0].contains("was rounded by a spreadsheet"), "{aside:?}");
    let (handed_off, aside) =
        run_on("id,email,score\n123456789012345000,ann@a.example,70\n123456789012346001,bo@a.example,70\n");
    assert_eq!((handed_off.len(), aside.len()), (2, 0));
    assert_eq!(run_on("id,email,score\n1234567890123450,ann@a.example,70\n").0.len(), 1);
}

#[test]
fn what_guards_digits_and_formulas_is_no_part_of_the_value() {
    let text = "id,email,score\n\"=\"\"00123\"\"\",ann@a.example,=\"70\"\n'00123,bo@a.example,'70\n'00456,'=cy@a.example,70\n";
    let (handed_off, aside) = run_on(text);
    assert_eq!(handed_off, ["ann@a.example", "=cy@a.example"]);
    assert_eq!(aside, ["contacts.csv:3: contact '00123' on line 3 is on line 2 already"]);
}

#[test]
fn ids_that_differ_by_case_alone_are_two_contacts() {
    let text = "id,email,score\n003xx000004TmiQ,ann@a.example,70\n003xx000004TmIq,bo@a.example,70\n";
    let place =
        given("[crm.file]\ncontacts = \"contacts.csv\"\nactivity = \"activity.csv\"\n", "contacts.csv", text);
    assert_eq!(run(&place).0.len(), 2);
}
