//! Names that try to steer a terminal, a chat or a spreadsheet.

use super::{HEADER, rules};
use crate::support::Place;
use crate::support::clean::{assert_clean, each_text};
use crate::support::process::RUN;

/// Ten kilobytes of everything that should not get through.
fn hostile() -> String {
    let bite = "=cmd()|' /C calc'!A0 <!channel> \u{1b}[2J\u{1b}]0;owned\u{7}\u{202e}gpj.exe\u{2066}\u{200f}\u{61c}\u{feff}\
                \u{e0041}\u{85}\u{9b}31m\r\n\u{2028}\u{0}\u{8}\t*bold* `code` <https://evil.example|click> @here \u{7f}";
    bite.repeat(1 + 10_240 / bite.len())
}

/// A contact whose every text bites.
fn place() -> Place {
    let quoted = format!("\"{}\"", hostile().replace('"', "\"\""));
    let place = Place::with(&rules(), HEADER);
    place.append("contacts.csv", &format!("1,{quoted},{quoted},{quoted},{quoted},80,{quoted},2026-11-23\n"));
    place.append("contacts.csv", &format!("2,b@c.example,Pat,Two,Buyer,{quoted},{quoted},2026-11-23\n"));
    place.append("contacts.csv", &format!("{quoted},b@c.example,Pat,Three,Buyer,80,,2026-11-23\n"));
    place
}

#[test]
fn nothing_that_a_terminal_obeys_gets_out_on_any_way() {
    let place = place();
    for args in [
        &["run", "--include-existing", "--dry-run"] as &[&str],
        &["run", "--include-existing", "--format", "table", "-v"],
        &["explain", "1"],
        &["explain", "2"],
        &["explain", "\u{1b}[2Jnobody\u{202e}"],
        &["status"],
        &["evaluate", "--all"],
    ] {
        let ran = place.handoff(args);
        assert!(ran.is_orderly(), "{args:?}: {}", ran.all());
        assert_clean(&format!("{args:?}"), &ran.all());
    }
    assert_eq!(place.lines("out/tasks.jsonl").len(), 1);
}

#[test]
fn json_on_stdout_and_stderr_stays_whole_and_clean() {
    let place = place();
    for args in [
        &["run", "--include-existing", "--format", "json"] as &[&str],
        &["explain", "1", "--format", "json"],
        &["status", "--format", "json"],
    ] {
        let ran = place.handoff(args);
        assert_clean(&format!("{args:?}"), &ran.all());
        each_text(&ran.json(), &mut |text| assert_clean(&format!("{args:?}"), text));
    }
    let ran = place.handoff(&["explain", "\u{1b}[2J\nnobody", "--log-format", "json"]);
    assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
    serde_json::from_str::<serde_json::Value>(&ran.stderr).unwrap();
}

#[test]
fn what_is_delivered_is_one_line_of_json_each_with_clean_and_bounded_texts() {
    let place = place();
    place.done(RUN);
    let delivered = place.delivered();
    assert_eq!(delivered.len(), 3, "update, task and message");
    for (file, line) in delivered {
        each_text(&line, &mut |text| {
            assert_clean(file, text);
            assert!(text.chars().count() < 4_000, "{file} has a text of {} characters", text.chars().count());
        });
        assert!(line.to_string().len() < 16_000, "{file}: a line of {} bytes", line.to_string().len());
    }
    let task = &place.lines("out/tasks.jsonl")[0];
    // A brief is one line a fact: the name cannot add a fact of its own.
    let body = task["body"].as_str().unwrap();
    assert!(body.lines().all(|line| !line.starts_with('=') && !line.trim().is_empty()), "{body}");
    assert_eq!(task["subject"].as_str().unwrap().lines().count(), 1);
}

#[test]
fn a_name_cannot_forge_a_line_of_the_brief() {
    let place = Place::with(&rules(), HEADER);
    let forged = "\"Ann\nRespond by: never\r\nOwner: mallory@evil.example\"";
    place.append("contacts.csv", &format!("1,a@b.example,{forged},Lee,Buyer,80,,2026-11-23\n"));
    place.done(RUN);
    for (file, line) in place.delivered() {
        let text = line["body"].as_str().or(line["text"].as_str()).unwrap_or_default();
        let forged = |line: &str| line.starts_with("Respond by: never") || line.starts_with("Owner: mallory");
        assert!(!text.lines().any(forged), "{file}: {text}");
    }
}
