//! JSON Lines as programs write them.

use super::{given, run, verdicts};

const COMPANY: &str = "[[mql]]\nname = \"engaged\"\nwhen = { company.employees.at_least = 50, interests.contains = \"api\" }\n\
                       [fields]\ninterests = \"interests\"\n";

#[test]
fn members_of_a_nested_object_are_read_by_their_path() {
    let lines = concat!(
        "{\"id\": 1, \"email\": \"ann@a.example\", \"company\": {\"employees\": 200, \"tags\": [{\"a\": 1}]}, \"interests\": [\"x\", \"api\", 3, true]}\n",
        "{\"id\": 2, \"email\": \"bo@a.example\", \"company\": {\"employees\": null}, \"interests\": \"api\"}\n",
        "{\"id\": 3, \"email\": \"cy@a.example\", \"company\": null, \"interests\": \"api\"}\n",
        "{\"id\": 4, \"email\": \"di@a.example\", \"company.employees\": 60, \"interests\": [\"api\"]}\n",
        "\u{1a}\0\0",
    );
    let place = given(COMPANY, "contacts.jsonl", lines);
    assert_eq!(run(&place), (vec!["ann@a.example".to_owned(), "di@a.example".to_owned()], vec![]));
    assert_eq!(verdicts(&place)["not_yet"], 2);
}

#[test]
fn a_member_that_is_there_twice_is_told_where_somebody_needs_it() {
    let lines = "{\"id\": 1, \"email\": \"ann@a.example\", \"score\": 70, \"x\": 1, \"x\": 2}\n\
                 {\"id\": 2, \"email\": \"bo@a.example\", \"score\": 70, \"score\": 10}\n\
                 {\"id\": 3, \"email\": {\"work\": \"cy@a.example\"}, \"score\": 70}\n";
    let place = given("", "contacts.jsonl", lines);
    let (handed_off, aside) = run(&place);
    assert_eq!(handed_off, ["ann@a.example"]);
    assert_eq!(
        aside,
        [
            "contacts.jsonl:2: 'score' is there twice",
            "contacts.jsonl:3: 'email' is an object; name a member of it, such as 'email.work'",
        ]
    );
}
