//! Whose turn it is, and why: companies stay together, a lead that was none gives the turn back, a rep who asks is answered.

use crate::desk::{export_and_run, open_desk};
use crate::support::{Place, texts};

/// What the report says of each contact that was handed off: `name: owner, why`.
fn given(report: &serde_json::Value) -> Vec<String> {
    let rows = report["handed_off"].as_array().unwrap();
    let text = |row: &serde_json::Value, key: &str| row[key].as_str().unwrap().to_owned();
    rows.iter()
        .map(|row| {
            let contact = text(row, "contact");
            let name = contact.split('@').next().unwrap().to_owned();
            format!("{name}: {}", text(row, "owner"))
        })
        .collect()
}

fn export(place: &Place, rows: &[(&str, &str)]) {
    let rows: Vec<String> = rows.iter().map(|(name, email)| format!("{name},{email},60,,\n")).collect();
    place.write("contacts.csv", &format!("id,email,score,opted_out,owner\n{}", rows.concat()));
}

#[test]
fn colleagues_go_to_the_same_rep_and_people_with_free_mailboxes_do_not() {
    let place = open_desk("");
    place.replace("rules.toml", "manager =", "same_company = \"30d\"\nmanager =");
    let mut rows = vec![("a", "a@tagusly.example"), ("b", "b@gmail.com"), ("c", "c@TAGUSLY.example")];
    export(&place, &rows);
    let report = place.json_at("2026-11-23T10:00:00Z", 0, &["run"]);
    assert_eq!(given(&report), ["a: Ana", "b: Bo", "c: Ana"], "c in the same run");
    let why = texts(report["handed_off"].as_array().unwrap(), "why_owner")[2];
    assert_eq!(why, "Everyone: took on somebody of the same company on 2026-11-23");
    // Ana has had one more: the next turns are Bo's until they are level.
    rows.extend([("d", "d@gmail.com"), ("e", "e@gmail.com")]);
    export(&place, &rows);
    let report = place.json_at("2026-11-23T10:01:00Z", 0, &["run"]);
    assert_eq!(given(&report), ["d: Bo", "e: Ana"]);
    rows.push(("f", "f@tagusly.example"));
    export(&place, &rows);
    let report = place.json_at("2026-12-23T10:00:00Z", 0, &["run"]);
    assert_eq!(given(&report), ["f: Ana"], "thirty days later");
    rows.push(("g", "g@tagusly.example"));
    export(&place, &rows);
    let report = place.json_at("2027-01-22T10:00:01Z", 0, &["run"]);
    let why = texts(report["handed_off"].as_array().unwrap(), "why_owner")[0];
    assert!(why.starts_with("Everyone: owed "), "a second more than thirty days later: {why}");
}

#[test]
fn a_lead_rejected_for_a_listed_reason_gives_the_turn_back() {
    let place = open_desk("[outcome]\ncredit = [\"Duplicate\"]\n");
    let report = export_and_run(&place, "2026-11-23T10:00:00Z", &[("kim", "60"), ("lou", "60")]);
    assert_eq!(given(&report), ["kim: Ana", "lou: Bo"]);
    place.append(
        "activity.csv",
        "2026-11-23T10:05:00Z,lou,bo@acme.example,rejected, DUPLICATE \n2026-11-23T10:05:00Z,kim,ana@acme.example,rejected,No budget\n",
    );
    place.json_at("2026-11-23T10:05:00Z", 0, &["run"]);
    let rows = [("mo", "60"), ("nan", "60"), ("oz", "60"), ("pat", "60")];
    let report = export_and_run(&place, "2026-11-23T10:06:00Z", &rows);
    assert_eq!(given(&report), ["mo: Bo", "nan: Ana", "oz: Bo", "pat: Ana"]);
    let whys = texts(report["handed_off"].as_array().unwrap(), "why_owner");
    assert_eq!(whys[0], "Everyone: given a credited turn back, of 2 in team inbound");
    let explained = place.handoff_at("2026-11-23T10:07:00Z", &["explain", "lou"]);
    let line = "2026-11-23 10:05 UTC turn given back bo@acme.example: rejected as 'DUPLICATE'";
    assert!(explained.stdout.contains(line), "{}", explained.all());
}

#[test]
fn explain_tells_where_everybody_stood() {
    let place = open_desk("");
    export_and_run(&place, "2026-11-23T10:00:00Z", &[("kim", "60")]);
    let explained = place.handoff_at("2026-11-23T10:01:00Z", &["explain", "kim"]);
    let line = "ana@acme.example by Everyone: owed 0.50 of a lead, the most of 2 in team inbound, and listed first; \
                passed over: bo@acme.example (owed 0.50 of a lead)";
    assert!(explained.stdout.contains(line), "{}", explained.all());
}

#[test]
fn a_burst_of_one_company_is_one_turn_and_gives_back_one() {
    let place = open_desk(
        "[outcome]\ncredit = [\"duplicate\"]\n[bursts]\ngroup_by = \"company\"\ngroup_wait = \"2m\"\n",
    );
    let mut rows = vec![("a", "a@tagusly.example"), ("b", "b@tagusly.example"), ("c", "c@tagusly.example")];
    export(&place, &rows);
    place.json_at("2026-11-23T10:00:00Z", 0, &["run"]);
    let report = place.json_at("2026-11-23T10:02:00Z", 0, &["run"]);
    assert_eq!(given(&report), ["a: Ana"]);
    place.append("activity.csv", "2026-11-23T10:05:00Z,a,ana@acme.example,rejected,duplicate\n");
    place.json_at("2026-11-23T10:05:00Z", 0, &["run"]);
    rows.extend([("d", "d@gmail.com"), ("e", "e@gmail.com"), ("f", "f@gmail.com"), ("g", "g@gmail.com")]);
    export(&place, &rows);
    let report = place.json_at("2026-11-23T10:06:00Z", 0, &["run"]);
    assert_eq!(given(&report), ["d: Ana", "e: Bo", "f: Ana", "g: Bo"]);
}
