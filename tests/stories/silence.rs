//! Escalations that somebody muted for a while.

use serde_json::Value;

use crate::desk::{export_and_run, open_desk};
use crate::support::{Place, Ran, contacts, texts};

const PEOPLE: &[(&str, &str)] = &[("kim", "60"), ("lou", "90")];

/// Kim and Lou have been handed off at ten; reminders are due at 10:30, the manager's notice at eleven, another rep at noon.
fn desk() -> Place {
    let place = open_desk("[lists]\nfairs = [\"kim@client.example\"]\n");
    export_and_run(&place, "2026-11-23T10:00:00Z", PEOPLE);
    place
}

fn run(place: &Place, time: &str) -> Value {
    place.json_at(&format!("2026-11-23T{time}:00Z"), 0, &["run"])
}

fn silence(place: &Place, when: &str, until: &str, reason: &str) -> Ran {
    let args = ["silence", "--when", when, "--until", until, "--reason", reason, "--by", "dana"];
    place.handoff_at("2026-11-23T10:10:00Z", &args)
}

const UNTIL_ONE: &str = "2026-11-23T13:00:00Z";

#[test]
fn a_silenced_segment_is_not_escalated_and_afterwards_only_the_present_step_comes() {
    let place = desk();
    let said = silence(&place, "score.below = 80", UNTIL_ONE, "Trade fair");
    assert_eq!(said.status, 0, "{}", said.all());
    for time in ["10:30", "11:00", "12:00"] {
        assert_eq!(contacts(&run(&place, time), "escalated"), ["lou@client.example"], "at {time}");
    }
    place.append("activity.csv", "2026-11-23T12:10:00Z,lou,bo@acme.example,call,\n");
    assert!(contacts(&run(&place, "12:59"), "escalated").is_empty());
    let after = run(&place, "13:00");
    assert_eq!(contacts(&after, "escalated"), ["kim@client.example"]);
    assert_eq!(
        texts(after["escalated"].as_array().unwrap(), "what"),
        ["reassign"],
        "not one that was missed"
    );
    assert!(contacts(&run(&place, "13:01"), "escalated").is_empty());
}

#[test]
fn a_silence_that_is_ended_early_is_over_and_says_nothing_more() {
    let place = desk();
    silence(&place, "{ score.below = 80 }", UNTIL_ONE, "Trade fair");
    assert!(contacts(&run(&place, "10:31"), "escalated").len() == 1);
    let ended = place.handoff_at("2026-11-23T10:40:00Z", &["silence", "--end", "1", "--by", "lee"]);
    assert_eq!((ended.status, ended.stdout.as_str()), (0, ""), "{}", ended.all());
    assert_eq!(contacts(&run(&place, "10:41"), "escalated"), ["kim@client.example"]);

    let again = place.handoff_at("2026-11-23T10:50:00Z", &["silence", "--end", "1", "--by", "lee"]);
    assert_eq!(again.status, 2);
    assert_eq!(again.stderr, "error: no silence 1 is in force; `handoff silence` lists those that are\n");
}

#[test]
fn the_list_the_status_and_the_explanation_say_who_muted_what_until_when_and_why() {
    let place = desk();
    silence(&place, "score.below = 80", UNTIL_ONE, "Trade fair");
    let listed = place.json_at("2026-11-23T10:15:00Z", 0, &["silence"]);
    let expected = serde_json::json!([{
        "id": 1, "when": "score.below = 80", "from": "2026-11-23T10:10:00Z", "until": UNTIL_ONE,
        "by": "dana", "reason": "Trade fair", "mutes": 1, "problem": null,
    }]);
    assert_eq!(listed, expected);

    let status = |time: &str| place.handoff_at(&format!("2026-11-23T{time}:00Z"), &["status"]).stdout;
    let line = "silenced\n  1: mutes 1 open handoff until 2026-11-23 13:00 UTC, by dana: Trade fair (when score.below = 80)";
    assert!(status("10:15").contains(line), "{}", status("10:15"));
    let explain = |contact: &str, time: &str| {
        place.handoff_at(&format!("2026-11-23T{time}:00Z"), &["explain", contact]).stdout
    };
    let line = "  escalations are muted: silence 1 by dana until 2026-11-23 13:00 UTC: Trade fair\n";
    assert!(explain("kim", "10:15").contains(line), "{}", explain("kim", "10:15"));
    assert!(!explain("lou", "10:15").contains("muted"), "lou is not of the segment");

    // Expired: nothing is said of it anywhere.
    assert!(!status("13:00").contains("silence"), "{}", status("13:00"));
    assert!(!explain("kim", "13:00").contains("muted"));
    assert_eq!(place.handoff_at(UNTIL_ONE, &["silence"]).stdout, "nothing is silenced\n");
}

#[test]
fn whoever_touched_it_meanwhile_hears_nothing_when_the_silence_ends() {
    let place = desk();
    silence(&place, "score.below = 80", UNTIL_ONE, "Trade fair");
    assert_eq!(place.json_at("2026-11-23T10:15:00Z", 0, &["silence"])[0]["mutes"], 1);
    place.append("activity.csv", "2026-11-23T12:10:00Z,kim,ana@acme.example,call,\n");
    run(&place, "12:11");
    assert_eq!(place.json_at("2026-11-23T12:15:00Z", 0, &["silence"])[0]["mutes"], 0, "no step is left");
    assert!(!contacts(&run(&place, "13:00"), "escalated").contains(&"kim@client.example"));
}

#[test]
fn a_condition_that_is_wrong_is_refused_as_in_the_definition_and_so_is_a_blank_reason_or_a_past_end() {
    let place = desk();
    let wrong = silence(&place, "scor.below = 80", UNTIL_ONE, "Trade fair");
    assert_eq!(wrong.status, 2);
    assert_eq!(
        wrong.stderr,
        "error[H010]: unknown field `scor`\n --> --when:1:10\n  |\n1 | when = { scor.below = 80 }\n  |          ^^^^\n  |\n  = help: did you mean 'score'?\n"
    );
    for (when, until, reason, says) in [
        ("score.bellow = 80", UNTIL_ONE, "x", "did you mean 'below'?"),
        ("score.below = \"a lot\"", UNTIL_ONE, "x", "error[H0"),
        ("email.in_list = \"fair\"", UNTIL_ONE, "x", "did you mean 'fairs'?"),
        ("score.below", UNTIL_ONE, "x", "error[H001]"),
        ("score.below = 10, score.above = 20", UNTIL_ONE, "x", "impossible"),
        ("{}", UNTIL_ONE, "x", "the condition asks nothing, so it takes everybody"),
        ("{ score.below = 80 }\nmore = 1", UNTIL_ONE, "x", "unknown key `more`"),
        ("score.below = 80", "2026-11-23T10:10:00Z", "x", "--until is 2026-11-23 10:10 UTC, which is past"),
        ("score.below = 80", "tomorrow", "x", "write a moment such as"),
        ("score.below = 80", UNTIL_ONE, " \t ", "--reason is empty"),
    ] {
        let ran = silence(&place, when, until, reason);
        assert_eq!(ran.status, 2, "{when}: {}", ran.all());
        assert!(ran.stderr.contains(says), "{when}: {}", ran.all());
    }
    let nobody = ["silence", "--when", "score.below = 80", "--until", UNTIL_ONE, "--reason", "x"];
    let nobody = place.handoff_with(&[("HANDOFF_NOW", "2026-11-23T10:10:00Z"), ("USER", "")], &nobody);
    assert_eq!(
        (nobody.status, nobody.stderr.as_str()),
        (2, "error: nobody says so: give a name with --by\n")
    );
    assert_eq!(place.json_at("2026-11-23T10:15:00Z", 0, &["silence"]), serde_json::json!([]));
}

#[test]
fn who_says_so_is_the_user_unless_another_name_is_given() {
    let place = desk();
    let args = ["silence", "--when", "score.below = 80", "--until", UNTIL_ONE, "--reason", "x"];
    let ran = place.handoff_with(&[("HANDOFF_NOW", "2026-11-23T10:10:00Z"), ("USER", "lee")], &args);
    assert_eq!(ran.status, 0, "{}", ran.all());
    assert_eq!(place.json_at("2026-11-23T10:15:00Z", 0, &["silence"])[0]["by"], "lee");
}

#[test]
fn a_dry_run_of_a_silence_shows_whom_it_would_mute_and_mutes_nobody() {
    let place = desk();
    let args =
        ["silence", "--when", "score.below = 80", "--until", UNTIL_ONE, "--reason", "x", "--by", "dana"];
    let shown = place.json_at("2026-11-23T10:10:00Z", 0, &[&args[..], &["--dry-run"]].concat());
    assert_eq!(shown[0]["mutes"], 1);
    assert_eq!(contacts(&run(&place, "10:30"), "escalated").len(), 2);
}

#[test]
fn a_silence_that_the_changed_definition_cannot_read_mutes_nobody_and_the_run_and_the_status_say_so() {
    let place = desk();
    silence(&place, "email.in_list = \"fairs\"", UNTIL_ONE, "Trade fair");
    assert_eq!(contacts(&run(&place, "10:30"), "escalated"), ["lou@client.example"]);
    place.replace("rules.toml", "fairs = ", "shows = ");
    let report = place.json_at("2026-11-23T10:31:00Z", 1, &["run"]);
    assert_eq!(contacts(&report, "escalated"), ["kim@client.example"]);
    let problem = "silence 1 does not fit the definition any more and mutes nobody: unknown list 'fairs'; \
                   end it with `handoff silence --end 1`";
    assert_eq!(report["problems"], serde_json::json!([problem]));
    let status = place.handoff_at("2026-11-23T10:32:00Z", &["status"]);
    assert!(status.status == 1 && status.stdout.contains(problem), "{}", status.all());
}

#[test]
fn whoever_is_forgotten_is_gone_from_the_silences_too() {
    let place = desk();
    silence(&place, "email = \"Kim@client.example\"", UNTIL_ONE, "Asked for quiet");
    silence(&place, "score.below = 80", UNTIL_ONE, "kim@client.example is at the fair");
    assert_eq!(place.handoff_at("2026-11-23T10:20:00Z", &["forget", "kim@client.example"]).status, 0);
    let left = place.json_at("2026-11-23T10:21:00Z", 0, &["silence"]);
    let left = left.as_array().unwrap();
    assert_eq!(texts(left, "when"), ["score.below = 80"]);
    assert_eq!(texts(left, "reason"), ["(forgotten)"]);
}
