//! Every string that has ever led a program astray, in every place that takes a text, shown in every way to a pipe and to a
//! terminal: nothing steers, and nothing begins a line of its own.

use std::fmt::Write as _;

use serde_json::Value;

use crate::support::clean::{FORGED, assert_clean, each_text};
use crate::support::mutate::NASTY;
use crate::support::terminal::on_terminal;
use crate::support::{MONDAY_10, Place, Ran};

const LATER: &str = "2026-11-23T10:20:00Z";

fn hostile() -> Vec<String> {
    let ends = ["\n", "\r\n", "\r", "\u{b}", "\u{85}", "\u{2028}", "\u{2029}"];
    let forging = ends.iter().map(|end| format!("Ann{end}{FORGED}"));
    let steering = [
        "\u{1b}[2J",
        "\u{1b}]0;owned\u{7}",
        "\u{1b}]8;;https://evil.example\u{1b}\\x",
        "\u{1b}P$q\"p\u{1b}\\",
        "\u{9b}31m",
        "\u{2066}gpj\u{2069}",
        "\u{e0041}",
        "\u{200b}",
        "\u{8}\u{7f}",
    ];
    forging.chain(steering.map(str::to_owned)).chain(NASTY.map(str::to_owned)).collect()
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// A string of TOML.
fn toml(text: &str) -> String {
    Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

/// What a terminal of ours was given: colours and the redrawing of a progress bar are our own.
fn assert_clean_screen(what: &str, shown: &str) {
    let mut pieces = shown.split('\u{1b}');
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let ours = piece.strip_prefix('[').and_then(|rest| {
            let end = rest.find(|c: char| !c.is_ascii_digit() && c != ';')?;
            ["m", "K", "A"]
                .iter()
                .find_map(|end_of| rest[end..].strip_prefix(end_of))
                .filter(|_| &rest[..end] != "2J")
        });
        let ours = ours.unwrap_or_else(|| panic!("{what} sends ESC {piece:?}"));
        text.push_str(ours);
    }
    // A terminal is given a line's end as two characters, and the bar begins its line anew.
    assert_clean(what, &text.replace('\r', ""));
}

/// Runs it to a pipe as text and as JSON, and to a terminal.
fn assert_shown_well(place: &Place, now: &str, args: &[&str]) -> Ran {
    let ran = place.handoff_at(now, args);
    // A refusal would show nothing.
    assert!(ran.is_orderly() && ran.status < 2, "{args:?}: {}", ran.all());
    assert_clean(&format!("{args:?}"), &ran.all());
    for more in [&["--format", "json"][..], &["--log-format", "json", "-v"]] {
        let args = [args, more].concat();
        let ran = place.handoff_at(now, &args);
        assert!(ran.is_orderly(), "{args:?}: {}", ran.all());
        assert_clean(&format!("{args:?}"), &ran.all());
        for line in ran.stderr.lines().filter(|_| more.len() == 3) {
            let event: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
            each_text(&event, &mut |text| assert_clean(&format!("{args:?}"), text));
        }
    }
    let (status, shown) = on_terminal(&mut place.command(now, &[args, &["-v"]].concat()));
    assert!((0..=2).contains(&status), "{args:?} on a terminal: {status}\n{shown}");
    assert_clean_screen(&format!("{args:?} on a terminal"), &shown);
    ran
}

const HEADER: &str = "id,email,first_name,last_name,job_title,company.id,company.name,owner,industry,score,asked_at,modified_at\n";

/// `of` is what the definition is called by.
fn rules(of: &str) -> String {
    let text = toml(of);
    format!(
        r#"version = 1
[crm.file]
contacts = "contacts.csv"
activity = "activity.csv"
[chat.file]
path = "out/messages.jsonl"
[fields]
asked_at = {{ property = "asked_at", type = "datetime" }}
industry = {{ property = "industry", type = "text" }}
[[disqualify]]
name = {text}
when = {{ industry = {text} }}
[[mql]]
name = {text}
when = {{ any = [{{ score.at_least = 50 }}, {{ asked_at.within = "1d" }}, {{ industry = "gaming" }}] }}
sla = {text}
[[rep]]
name = {text}
email = "ana@acme.example"
[[route]]
name = {text}
to = {{ rep = "ana@acme.example" }}
[[sla]]
name = {text}
respond_within = "15m"
clock = "wall"
step = [{{ at = "50%", do = "remind" }}]
[limits]
handoffs_per_run = 500
handoffs_per_rep_per_run = 500
[[example]]
name = {text}
at = 2026-11-23T10:00:00Z
contact = {{ score = 60 }}
expect = {{ verdict = "qualified", mql = {text} }}
"#
    )
}

/// A lead for each string, with it in every column that holds a text; and one whose every value is unreadable.
fn crowd() -> String {
    let mut text = HEADER.to_owned();
    for (at, nasty) in hostile().iter().enumerate() {
        let q = quoted(nasty);
        writeln!(text, "{at},{q},{q},{q},{q},{q},{q},{q},{q},80,,2026-11-23T09:00:00Z").unwrap();
        writeln!(text, "u{at},x{at}@c.example,{q},Lee,{q},,{q},,{q},{q},{q},{q}").unwrap();
        writeln!(
            text,
            "{},p{at}@c.example,Pat,Lee,,,,,,80,,2026-11-23T09:00:00Z",
            quoted(&format!("{nasty}{at}"))
        )
        .unwrap();
    }
    text
}

/// What reps did with each of them, and rows that nobody can read.
fn acts() -> String {
    let mut text = "at,contact,by,kind,note\n".to_owned();
    for (at, nasty) in hostile().iter().enumerate() {
        let q = quoted(nasty);
        let kind = ["rejected", "recycled", "call", "accepted"][at % 4];
        writeln!(text, "2026-11-23T10:05:00Z,{at},{q},{kind},{q}").unwrap();
        writeln!(text, "2026-11-23T10:06:00Z,{at},{q},{q},{q}").unwrap();
        writeln!(text, "{q},{at},{q},call,{q}").unwrap();
        writeln!(text, "2026-11-23T10:05:00Z,{q},{q},call,{q}").unwrap();
    }
    text
}

#[test]
fn no_contact_and_no_act_steers_or_forges_a_line_wherever_it_is_shown() {
    let place = Place::with(&rules("engaged"), &crowd());
    let run = &["run", "--include-existing"];
    assert_shown_well(&place, MONDAY_10, &["run", "--include-existing", "--dry-run"]);
    // All of it happens on a terminal, which shows it.
    let (status, shown) = on_terminal(&mut place.command(MONDAY_10, run));
    assert!((0..=1).contains(&status), "{status}: {shown}");
    assert_clean_screen("the first run", &shown);
    assert!(place.lines("out/tasks.jsonl").len() > hostile().len(), "{shown}");
    for file in ["contacts", "tasks", "messages"] {
        assert_clean(file, &place.read(&format!("out/{file}.jsonl")));
    }
    for (file, mut line) in place.delivered() {
        // Whose record it is has to be said as it is, for whoever works through the file.
        line.as_object_mut().unwrap().remove("contact");
        each_text(&line, &mut |text| assert_clean(file, text));
    }
    let nasty = hostile();
    let mut wanted: Vec<String> = (0..nasty.len()).step_by(3).map(|at| at.to_string()).collect();
    wanted.extend(nasty.iter().filter(|text| !text.contains('\0')).cloned());
    let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
    for id in &wanted {
        let ran = place.handoff_at(LATER, &["explain", "--", id]);
        assert_clean(&format!("explain {id:?}"), &ran.all());
    }
    place.write("activity.csv", &acts());
    for command in [
        &["status"][..],
        &["sync"],
        &["evaluate", "--all"],
        &["tune", "--leads", "5"],
        &["retry"],
        &["run"],
        &["release", "--all"],
        &["explain", "9"],
        &["status"],
        &["backtest", "contacts.csv"],
    ] {
        assert_shown_well(&place, LATER, command);
    }
    for id in wanted.iter().take(8) {
        let ran = place.handoff_at(LATER, &["forget", "--", id]);
        assert_clean(&format!("forget {id:?}"), &ran.all());
    }
}

#[test]
fn no_name_in_a_definition_steers_or_forges_a_line() {
    for nasty in hostile() {
        let place = Place::with(
            &rules(&nasty),
            &format!("{HEADER}1,a@b.example,Ann,Lee,,,,,,80,,2026-11-23T09:00:00Z\n"),
        );
        place.write("activity.csv", "at,contact,by,kind,note\n");
        place.write("old.toml", &rules("engaged"));
        for args in [
            &["check"][..],
            &["check", "--format", "github"],
            &["check", "--format", "sarif"],
            &["docs"],
            &["docs", "--html"],
            &["diff", "old.toml", "rules.toml"],
            &["test", "--coverage", "--mutants"],
            &["backtest", "contacts.csv"],
            &["run", "--include-existing", "--format", "table"],
            &["explain", "1"],
            &["status"],
            &["explain", "1", "--format", "json"],
            &["test", "--format", "json"],
        ] {
            let ran = place.handoff(args);
            assert!(ran.is_orderly(), "{nasty:?} {args:?}: {}", ran.all());
            assert_clean(&format!("{nasty:?} {args:?}"), &ran.all());
        }
    }
}

#[test]
fn no_silence_steers_or_forges_a_line() {
    let place = Place::with(
        &rules("engaged"),
        &format!("{HEADER}1,a@b.example,Ann,Lee,,,,,,80,,2026-11-23T09:00:00Z\n"),
    );
    place.handoff(&["run", "--include-existing"]);
    for nasty in hostile().iter().filter(|text| !text.contains('\0')) {
        let condition = format!("{{ industry = {} }}", toml(nasty));
        for when in [&condition, nasty] {
            let ran = place.handoff(&[
                "silence",
                "--when",
                when,
                "--until",
                "2026-12-01T10:00:00Z",
                "--by",
                nasty,
                "--reason",
                nasty,
            ]);
            assert!(ran.is_orderly(), "{when:?}: {}", ran.all());
            assert_clean(&format!("silence {when:?}"), &ran.all());
        }
    }
    assert_shown_well(&place, MONDAY_10, &["silence"]);
    let ran = assert_shown_well(&place, MONDAY_10, &["status"]);
    assert!(ran.stdout.contains("silenced"), "{}", ran.stdout);
}

#[test]
fn no_name_of_a_file_steers_or_forges_a_line() {
    for nasty in hostile().iter().filter(|text| !text.contains(['\0', '/'])) {
        let place = Place::with(&rules("engaged").replace("\"contacts.csv\"", &toml(nasty)), HEADER);
        place.write("broken.toml", "version = 2\n");
        let broken = format!("b{nasty}.toml");
        place.write(&broken, "version = 2\n[nonsense\n");
        for args in [
            &["run"][..],
            &["check", &broken],
            &["run", "--rules", &broken],
            &["run", "--rules", nasty],
            &["diff", &broken, "rules.toml"],
            &["backtest", "--", nasty],
            &["backup", "--", nasty],
            &["check", "--explain", nasty],
            &["check", "--online"],
            &["init", &format!("d{nasty}")],
            &["init", &format!("d{nasty}")],
        ] {
            let ran = place.handoff(args);
            assert!(ran.is_orderly(), "{nasty:?} {args:?}: {}", ran.all());
            assert_clean(&format!("{nasty:?} {args:?}"), &ran.all());
        }
    }
}
