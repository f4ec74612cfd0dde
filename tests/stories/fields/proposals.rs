//! The line to write: each is written as proposed, and then nothing is unreadable any more.

use serde_json::Value;

use super::row;
use crate::support::Place;
use crate::support::definition::definition;

/// One field of this type over these values; whoever has it counts.
fn one(mapping: &str, values: &[&str]) -> Place {
    let field = mapping.split(' ').next().expect("a name");
    let fields = if mapping.contains('=') { format!("[fields]\n{mapping}\n") } else { String::new() };
    let rules = format!("{fields}[[mql]]\nname = \"hot\"\nwhen = {{ {field}.is_set = true }}\n");
    let rows = values.iter().enumerate().map(|(n, value)| format!("{n};{value}\n"));
    let column = if mapping.contains('=') { "The column" } else { field };
    let text = format!("id;{column}\n{}", rows.collect::<String>());
    Place::with(&definition(&rules), &text)
}

/// What is proposed for the field: the table and its lines.
fn proposed(place: &Place, field: &str) -> (Value, Vec<String>) {
    let report = place.fields(1, &["contacts.csv"]);
    let told = report["attention"].as_array().expect("a list");
    let begins = format!("`{field}` cannot be read");
    let told = told.iter().find(|told| told["text"].as_str().expect("a text").starts_with(&begins));
    let told = told.unwrap_or_else(|| panic!("nothing of {field} in {report:#}"));
    let lines = told["write"].as_array().expect("a list").iter();
    (told["table"].clone(), lines.map(|line| line.as_str().expect("a line").to_owned()).collect())
}

/// The only line that is proposed, written where it belongs, reads everything.
fn mends(mapping: &str, values: &[&str], line: &str) {
    let place = one(mapping, values);
    let field = mapping.split(' ').next().expect("a name");
    let (table, lines) = proposed(&place, field);
    assert_eq!(lines, [line], "{values:?}");
    let table = table.as_str().expect("a table");
    if mapping.contains('=') && table == "[fields]" {
        place.replace("rules.toml", mapping, line);
    } else {
        let rules = place.read("rules.toml");
        let rules = if rules.contains(table) { rules } else { format!("{rules}\n{table}\n") };
        place.write("rules.toml", &rules.replace(table, &format!("{table}\n{line}")));
    }
    let report = place.fields(0, &["contacts.csv"]);
    assert_eq!(row(&report, "fields", "field", field)["unreadable"], 0, "{report:#}");
}

#[test]
fn ranges_amounts_and_dates_are_read_with_the_line_that_is_proposed() {
    let size = "size = { property = \"The column\", type = \"number\" }";
    mends(
        size,
        &["51-200", "10,000+"],
        "size = { property = \"The column\", type = \"number\", range = \"low\" }",
    );
    mends(size, &["80,5", "1.080,00", "7"], "decimal = \",\"");
    let seen = "seen = { property = \"The column\", type = \"datetime\" }";
    let with = |format: &str| {
        format!("seen = {{ property = \"The column\", type = \"datetime\", format = [{format}] }}")
    };
    mends(seen, &["23/11/2026 09:59", "1/12/2026"], &with("\"%d/%m/%Y\", \"%d/%m/%Y %H:%M\""));
    mends(seen, &["11/7/2026 12:23 AM", "11/23/2026 1:05 PM"], &with("\"%m/%d/%Y %I:%M %p\""));
    mends(seen, &["31.12.18", "01.02.19"], &with("\"%d.%m.%y\""));
    mends(seen, &["23-Nov-2026", "2026-11-24"], &with("\"%d-%b-%Y\""));
    mends(seen, &["46349.4160", "46350"], &with("\"excel\""));
}

#[test]
fn a_standard_field_gets_a_line_of_its_own() {
    mends(
        "created_at",
        &["23/11/2026", "24/11/2026"],
        "created_at = { property = \"created_at\", format = [\"%d/%m/%Y\"] }",
    );
    mends(
        "company.employees",
        &["1-10"],
        "company.employees = { property = \"employees\", range = \"low\" }",
    );
    mends(
        "opted_out",
        &["2026-11-01", "no"],
        "opted_out = { property = \"opted_out\", map = { \"{date}\" = true } }",
    );
}

#[test]
fn what_the_values_do_not_tell_is_not_guessed() {
    let seen = "seen = { property = \"The column\", type = \"datetime\" }";
    let (_, lines) = proposed(&one(seen, &["01-02-2018", "03-04-2019"]), "seen");
    let orders: Vec<&str> =
        lines.iter().map(|line| line.split('"').rev().nth(1).expect("a format")).collect();
    assert_eq!(orders, ["%d-%m-%Y", "%m-%d-%Y"]);
    let (_, lines) = proposed(&one(seen, &["soon", "2026"]), "seen");
    assert!(lines.is_empty(), "{lines:?}");
    let (_, lines) = proposed(&one("opted_out", &["Abgemeldet", "Angemeldet", "no"]), "opted_out");
    assert_eq!(
        lines,
        ["opted_out = { property = \"opted_out\", map = { \"Abgemeldet\" = …, \"Angemeldet\" = … } }"]
    );
    let size = "size = { property = \"The column\", type = \"number\" }";
    let (_, lines) = proposed(&one(size, &["80,5", "80.5", "80.5", "0.25"]), "size");
    assert!(lines.is_empty(), "a comma would lose what is read already: {lines:?}");
}

#[test]
fn names_of_countries_meet_codes_with_the_line_that_is_proposed() {
    let route = "[[route]]\nname = \"Not here\"\nwhen = { country.not_in = [\"DE\", \"AT\"] }\nto = { team = \"inbound\" }\n\
                 [[route]]\nname = \"Everyone\"\nto = { team = \"inbound\" }\n";
    let place = Place::with(&definition(route), "id,score,country\n1,5,Germany\n2,5,Österreich\n3,5,USA\n");
    let report = place.fields(0, &["contacts.csv"]);
    let line = "country = { property = \"country\", type = \"country\" }";
    assert_eq!(row(&report, "attention", "table", "[fields]")["write"][0], line, "{report:#}");
    place.append("rules.toml", &format!("[fields]\n{line}\n"));
    let report = place.fields(0, &["contacts.csv"]);
    assert_eq!(row(&report, "conditions", "of", "route 'Not here'")["holds"], 1, "{report:#}");
    assert_eq!(report["attention"].as_array().map(Vec::len), Some(0), "{report:#}");
}
