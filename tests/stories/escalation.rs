//! What an SLA does as its time runs: several targets, repeats, touches that expire, an outcome that says waiting.

use serde_json::Value;

use crate::desk::{csv, export_and_run, open_desk};
use crate::support::{Place, contacts, texts};

/// A desk with other steps of the SLA.
fn desk(steps: &str, more: &str) -> Place {
    let place = open_desk(more);
    let rules = place.read("rules.toml");
    let (before, rest) = rules.split_once("step = [").unwrap();
    let (_, after) = rest.split_once("\n]\n").unwrap();
    place.write("rules.toml", &format!("{before}{steps}\n{after}"));
    place
}

fn run(place: &Place, time: &str) -> Value {
    place.json_at(&format!("2026-11-{time}:00Z"), 0, &["run"])
}

/// What the run escalated, in words.
fn details(report: &Value) -> Vec<&str> {
    texts(report["escalated"].as_array().unwrap(), "detail")
}

fn told(place: &Place) -> Vec<String> {
    let lines = place.lines("out/messages.jsonl");
    let who = |line: &Value| {
        let person = line["mention"]["email"].as_str().map(str::to_owned);
        person.or_else(|| line["channel"].as_str().map(str::to_owned)).unwrap_or_default()
    };
    lines.iter().skip(1).map(who).collect()
}

#[test]
fn one_step_reaches_several_each_once() {
    let steps = r##"step = [{ at = "100%", do = "notify", to = ["rep", "manager", "team", "#sales", "bo@acme.example"] }]"##;
    let place = desk(steps, "");
    export_and_run(&place, "2026-11-23T10:00:00Z", &[("kim", "60")]);
    let report = run(&place, "23T11:00");
    assert_eq!(details(&report), ["notified ana@acme.example, lee@acme.example, bo@acme.example, #sales"]);
    assert_eq!(told(&place), ["ana@acme.example", "lee@acme.example", "bo@acme.example", "#sales"]);
}

#[test]
fn the_team_of_a_handoff_that_went_to_one_rep_is_the_one_its_owner_is_in() {
    let place = desk(r#"step = [{ at = "100%", do = "notify", to = ["team", "manager"] }]"#, "");
    place.replace("rules.toml", "to = { team = \"inbound\" }", "to = { rep = \"bo@acme.example\" }");
    export_and_run(&place, "2026-11-23T10:00:00Z", &[("kim", "60")]);
    assert_eq!(
        details(&run(&place, "23T11:00")),
        ["notified ana@acme.example, bo@acme.example, lee@acme.example"]
    );
}

#[test]
fn the_steps_start_over_as_often_as_the_sla_says_and_an_outage_costs_no_burst() {
    let place = desk(
        "repeat = 2\nstep = [{ at = \"50%\", do = \"remind\" }, { at = \"100%\", do = \"notify\", to = \"manager\" }]",
        "",
    );
    export_and_run(&place, "2026-11-23T10:00:00Z", &[("kim", "60"), ("lou", "60")]);
    let mut seen = Vec::new();
    for time in ["23T10:30", "23T11:00", "23T11:29", "23T11:30"] {
        seen.push(details(&run(&place, time)).len());
    }
    assert_eq!(seen, [2, 2, 0, 2], "half an hour after the last step the first comes again");
    let after_outage = run(&place, "26T12:00");
    assert_eq!(details(&after_outage), ["notified lee@acme.example"; 2], "the last of six, once each");
    assert!(details(&run(&place, "27T12:00")).is_empty(), "it started over twice, and no more");
}

const EXPIRES: &str =
    "ack_expires = \"2h\"\nstep = [{ at = \"50%\", do = \"remind\" }, { at = \"200%\", do = \"reassign\" }]";

#[test]
fn a_touch_that_nothing_comes_of_expires_and_the_steps_go_on_with_what_was_left() {
    let place = desk(EXPIRES, "");
    export_and_run(&place, "2026-11-23T10:00:00Z", &[("kim", "60")]);
    place.append("activity.csv", "2026-11-23T10:20:00Z,kim,ana@acme.example,call,\n");
    assert_eq!(contacts(&run(&place, "23T10:21"), "outcomes"), ["kim@client.example"]);
    assert!(details(&run(&place, "23T12:19")).is_empty());
    let expired = run(&place, "23T12:20");
    assert_eq!(texts(expired["outcomes"].as_array().unwrap(), "what"), ["touch expired"]);
    assert!(details(&run(&place, "23T12:29")).is_empty(), "ten minutes were left to the reminder");
    assert_eq!(details(&run(&place, "23T12:30")), ["reminded ana@acme.example"]);

    // Another call counts anew, the old one does not.
    place.append("activity.csv", "2026-11-23T13:00:00Z,kim,ana@acme.example,call,\n");
    assert_eq!(texts(run(&place, "23T13:01")["outcomes"].as_array().unwrap(), "what"), ["touched"]);
    let handed_on = run(&place, "23T16:00");
    assert_eq!(details(&handed_on), ["from ana@acme.example to bo@acme.example"]);
    let explained = place.handoff_at("2026-11-23T16:01:00Z", &["explain", "kim"]);
    assert!(explained.stdout.contains("2026-11-23 15:00 UTC touch expired"), "{}", explained.stdout);
}

#[test]
fn what_the_crms_fields_said_before_a_touch_expired_is_no_new_touch() {
    let outcome = "[fields]\nlast_contacted_at = \"last_contacted_at\"\n[outcome]\ntouched = { last_contacted_at.after = \"handoff\" }\n";
    let place = desk(EXPIRES, "");
    place.append("rules.toml", outcome);
    let export = |at: &str| {
        place.write(
            "contacts.csv",
            &format!("id,email,score,opted_out,owner,last_contacted_at\nkim,kim@client.example,60,,,{at}\n"),
        );
    };
    export("");
    run(&place, "23T10:00");
    export("2026-11-23T10:10:00Z");
    assert_eq!(contacts(&run(&place, "23T10:10"), "outcomes").len(), 1);
    run(&place, "23T12:10");
    assert_eq!(details(&run(&place, "23T12:30")), ["reminded ana@acme.example"]);
    export("2026-11-23T12:40:00Z");
    assert_eq!(texts(run(&place, "23T12:41")["outcomes"].as_array().unwrap(), "what"), ["touched"]);
}

const WAITING: &str =
    "[fields]\nlead_status = \"lead_status\"\n[outcome]\nwaiting = { lead_status.in = [\"WAITING\"] }\n";

fn export_status(place: &Place, status: &str) {
    place.write(
        "contacts.csv",
        &format!("id,email,score,opted_out,owner,lead_status\nkim,kim@client.example,60,,,{status}\n"),
    );
}

#[test]
fn while_the_outcome_says_waiting_the_clock_stands_still() {
    let place = open_desk("");
    place.append("rules.toml", WAITING);
    export_status(&place, "NEW");
    run(&place, "23T10:00");
    export_status(&place, "WAITING");
    assert_eq!(texts(run(&place, "23T10:20")["outcomes"].as_array().unwrap(), "what"), ["waiting"]);
    assert!(details(&run(&place, "23T14:00")).is_empty());
    export_status(&place, "NEW");
    let resumed = run(&place, "23T15:00");
    assert_eq!(texts(resumed["outcomes"].as_array().unwrap(), "what"), ["resumed"]);
    assert!(details(&run(&place, "23T15:09")).is_empty());
    assert_eq!(details(&run(&place, "23T15:10")), ["reminded ana@acme.example"]);
    let due = place.json_at("2026-11-23T15:10:00Z", 0, &["explain", "kim"])[0]["handoffs"][0]["due"].clone();
    assert_eq!(due, "2026-11-23T15:40:00Z", "due at 11:00, and moved on by the 4 h 40 min that it waited");
}

#[test]
fn a_handoff_that_waits_does_not_go_stale_and_has_its_time_again_afterwards() {
    for touch in ["", "2026-11-23T10:10:00Z,kim,ana@acme.example,call,\n"] {
        let place = desk(r#"step = [{ at = "50%", do = "remind" }]"#, "");
        place.append("rules.toml", &format!("{WAITING}stale_after = \"10d\"\n"));
        export_status(&place, "NEW");
        run(&place, "23T10:00");
        place.append("activity.csv", touch);
        export_status(&place, "WAITING");
        let ends = |at: &str| texts_of(&place.json_at(at, 0, &["run"]));
        ends("2026-11-23T10:20:00Z");
        for day in ["2026-12-02", "2026-12-03", "2026-12-04", "2027-01-10"] {
            assert_eq!(ends(&format!("{day}T10:20:00Z")), Vec::<String>::new(), "on {day}");
        }
        export_status(&place, "NEW");
        assert!(!ends("2027-01-10T11:00:00Z").contains(&"stale".to_owned()));
        assert!(!ends("2027-01-20T10:19:00Z").contains(&"stale".to_owned()), "nine days and 23 hours");
        assert_eq!(ends("2027-01-20T10:20:00Z"), ["stale"]);
    }
}

fn texts_of(report: &Value) -> Vec<String> {
    texts(report["outcomes"].as_array().unwrap(), "what").into_iter().map(str::to_owned).collect()
}

#[test]
fn a_lead_that_waited_before_it_was_handed_off_does_not_stop_the_clock() {
    let place = open_desk("");
    place.append("rules.toml", WAITING);
    export_status(&place, "WAITING");
    run(&place, "23T10:00");
    assert_eq!(details(&run(&place, "23T10:30")), ["reminded ana@acme.example"]);
}

#[test]
fn when_nobody_of_the_team_is_left_the_manager_hears_of_it_and_the_fallback_route_takes_it() {
    let place = open_desk("");
    let with_fallback = "[[rep]]\nname = \"Cleo\"\nemail = \"cleo@acme.example\"\n\
        [[route]]\nname = \"Fallback\"\nto = { rep = \"cleo@acme.example\" }\n";
    place.replace("rules.toml", "[[sla]]", &format!("{with_fallback}\n[[sla]]"));
    place.replace(
        "rules.toml",
        "name = \"Everyone\"\n",
        "name = \"Scored\"\nwhen = { score.at_least = 1 }\n",
    );
    export_and_run(&place, "2026-11-23T10:00:00Z", &[("kim", "60")]);
    assert_eq!(details(&run(&place, "23T12:00")), ["from ana@acme.example to bo@acme.example"]);
    let last = run(&place, "23T14:00");
    let expected =
        "nobody of the team is left: from bo@acme.example to cleo@acme.example by the fallback route";
    assert_eq!(details(&last), [expected]);
    assert_eq!(told(&place)[1..], ["lee@acme.example", "cleo@acme.example"]);
    let nobody = run(&place, "23T16:00");
    assert!(details(&nobody)[0].starts_with("nobody is left to take it; cleo@acme.example keeps it"));
    assert_eq!(place.read("contacts.csv"), csv(&[("kim", "60")]));
}

#[test]
fn a_new_definition_moves_no_deadline_and_no_step_of_a_handoff_that_has_started() {
    let place = open_desk("");
    place.replace(
        "rules.toml",
        "email = \"ana@acme.example\"",
        "email = \"ana@acme.example\"\ntimezone = \"UTC\"\nshifts = [\"mon-fri 09:00-17:00\"]",
    );
    export_and_run(&place, "2026-11-23T16:30:00Z", &[("kim", "60")]);
    let due = |contact: &str, at: &str| {
        place.json_at(at, 0, &["explain", contact])[0]["handoffs"][0]["due"].as_str().unwrap().to_owned()
    };
    assert_eq!(due("kim", "2026-11-23T16:31:00Z"), "2026-11-24T09:30:00Z");
    // Ana now begins at noon, an hour is half an hour, and the reminder comes later.
    place.replace("rules.toml", "09:00-17:00", "12:00-20:00");
    place.replace("rules.toml", "respond_within = \"1h\"", "respond_within = \"30m\"");
    place.replace("rules.toml", "at = \"50%\"", "at = \"90%\"");
    assert_eq!(details(&run(&place, "23T17:00")), ["reminded ana@acme.example"], "after half of the hour");
    assert_eq!(details(&run(&place, "24T09:30")), ["notified lee@acme.example"]);
    assert_eq!(due("kim", "2026-11-24T09:31:00Z"), "2026-11-24T09:30:00Z");
    // Both are asleep by the old shift; the new one has Ana at work at half past seven in the evening.
    export_and_run(&place, "2026-11-24T19:20:00Z", &[("kim", "60"), ("lou", "60"), ("max", "60")]);
    let of_ana = ["lou", "max"].into_iter().find(|who| {
        place.json_at("2026-11-24T19:21:00Z", 0, &["explain", who])[0]["handoffs"][0]["owner"]
            == "ana@acme.example"
    });
    assert_eq!(due(of_ana.unwrap(), "2026-11-24T19:21:00Z"), "2026-11-24T19:50:00Z");
}

#[test]
fn a_lead_that_goes_back_to_the_pool_is_assigned_anew_past_those_who_let_it_lapse() {
    let place = desk(r#"step = [{ at = "100%", do = "return" }]"#, "");
    export_and_run(&place, "2026-11-23T10:00:00Z", &[("kim", "60")]);
    assert_eq!(details(&run(&place, "23T11:00")), ["back to the pool from ana@acme.example"]);
    let anew = run(&place, "23T11:01");
    assert_eq!(texts(anew["handed_off"].as_array().unwrap(), "owner_email"), ["bo@acme.example"]);
    assert_eq!(anew["handed_off"][0]["passed_over"][0]["reason"], "let it lapse before");
    let why = "Everyone: nobody in team inbound is available";
    assert_eq!(
        details(&run(&place, "23T12:30")),
        [format!("nobody is left to take it; bo@acme.example keeps it: {why}")]
    );
    assert_eq!(told(&place), ["", "bo@acme.example", "lee@acme.example"], "the manager hears of it");
    assert!(details(&run(&place, "23T12:31")).is_empty());
    let status = place.handoff_at("2026-11-23T12:31:30Z", &["status"]);
    assert!(status.stdout.contains("past their due time: 1"), "nobody loses sight of it: {}", status.all());
}

#[test]
fn a_lead_that_time_alone_brings_no_rep_needs_attention_after_an_hour() {
    let place = desk(r#"step = [{ at = "100%", do = "remind" }]"#, "");
    for rep in ["ana", "bo"] {
        let email = format!("email = \"{rep}@acme.example\"");
        place.replace("rules.toml", &email, &format!("{email}\nmax_open = 1"));
    }
    export_and_run(&place, "2026-11-23T10:00:00Z", &[("kim", "60"), ("lou", "60"), ("max", "60")]);
    run(&place, "23T10:59");
    let status = |at: &str| place.handoff_at(&format!("2026-11-23T{at}:00Z"), &["status"]);
    assert_eq!(status("10:59").status, 0, "somebody may close a lead");
    run(&place, "23T11:00");
    let stuck = status("11:00");
    assert_eq!(stuck.status, 1, "{}", stuck.all());
    assert!(stuck.stdout.contains("1 handoffs get no rep"), "{}", stuck.all());
    assert!(stuck.stdout.contains("nobody in team inbound is available"), "{}", stuck.all());
}

#[test]
fn a_lead_that_waits_for_a_long_absence_to_end_needs_attention_at_once_and_over_a_weekend_it_does_not() {
    for (days, status) in [("2026-11-23..2026-11-26", 0), ("2026-11-23..2026-11-29", 1)] {
        let place = desk(r#"step = [{ at = "100%", do = "remind" }]"#, "");
        for rep in ["ana", "bo"] {
            let email = format!("email = \"{rep}@acme.example\"");
            place.replace("rules.toml", &email, &format!("{email}\ntimezone = \"UTC\"\naway = [\"{days}\"]"));
        }
        let report = export_and_run(&place, "2026-11-23T10:00:00Z", &[("kim", "60")]);
        assert_eq!(contacts(&report, "waiting"), ["kim@client.example"]);
        let said = place.handoff_at("2026-11-23T10:01:00Z", &["status"]);
        assert_eq!(said.status, status, "{}", said.all());
    }
}

/// What the CRM shows of kim.
fn show_owner(place: &Place, owner: &str) {
    place.write(
        "contacts.csv",
        &format!("id,email,score,opted_out,owner\nkim,kim@client.example,60,,{owner}\n"),
    );
}

#[test]
fn a_rep_whom_somebody_made_the_owner_since_takes_it_over_and_it_is_not_taken_away() {
    let place = desk(r#"step = [{ at = "50%", do = "remind" }, { at = "100%", do = "reassign" }]"#, "");
    export_and_run(&place, "2026-11-23T10:00:00Z", &[("kim", "60")]);
    show_owner(&place, "bo@acme.example");
    assert_eq!(details(&run(&place, "23T10:30")), ["from ana@acme.example to bo@acme.example"]);
    assert_eq!(told(&place), ["bo@acme.example"], "not a reminder to ana");
    assert!(details(&run(&place, "23T10:59")).is_empty(), "bo has an hour of their own");
    assert_eq!(details(&run(&place, "23T11:00")), ["reminded bo@acme.example"]);
}

#[test]
fn an_owner_who_is_no_rep_keeps_what_somebody_gave_him() {
    for action in ["reassign", "return"] {
        let steps =
            format!(r#"step = [{{ at = "50%", do = "remind" }}, {{ at = "100%", do = "{action}" }}]"#);
        let place = desk(&steps, "");
        export_and_run(&place, "2026-11-23T10:00:00Z", &[("kim", "60")]);
        let written = place.lines("out/contacts.jsonl").len();
        assert_eq!(written, 1);
        show_owner(&place, "Max@partner.example");
        assert_eq!(details(&run(&place, "23T10:30")), ["reminded ana@acme.example"]);
        let said = run(&place, "23T11:00");
        assert_eq!(details(&said), ["not reassigned: max@partner.example became its owner in the CRM"]);
        assert_eq!(told(&place), ["ana@acme.example", "lee@acme.example"], "the manager hears of it");
        assert!(said["handed_off"].as_array().unwrap().is_empty());
        assert_eq!(place.lines("out/contacts.jsonl").len(), written, "nobody else is made the owner");
    }
}
