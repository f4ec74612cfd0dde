//! Typical mistakes in each part of a definition, with all that is said of them.

use insta::assert_snapshot;

use super::*;

#[test]
fn everything_that_is_wrong_is_found_at_once() {
    let text = r#"
version = 1
[crm.hubspot]
token = "secret"
[[mql]]
name = "engaged"
when = { score.atleast = 65, company.employes.above = 50, employees.above = 5, country = ["PT"] }
sla = "hot"
[[rep]]
name = "Ana"
email = "ana.acme.example"
timezone = "Europe/Lisboa"
shifts = ["mon-fri 9-17"]
max_open = 0
[[route]]
name = "All"
to = { team = "inbound", rep = "ana@acme.example" }
"#;
    assert_snapshot!(shown(text), @r##"
    H002 error: "token": unknown key `token` in [crm.hubspot] [known: base_url]
    H013 error: "atleast": unknown operator `atleast` on `score` [did you mean 'at_least'?]
    H010 error: "company.employes": unknown field `company.employes` [did you mean 'company.employees'?]
    H010 error: "employees": unknown field `employees` [did you mean 'company.employees'?]
    H012 error: "[\"PT\"]": `equals` on the text field `country` takes a text in quotes, not a list [to compare with several values: country.in = […]]
    H032 error: "\"hot\"": unknown SLA 'hot' [there are none yet]
    H005 error: "\"ana.acme.example\"": `email` is not an e-mail address
    H005 error: "\"Europe/Lisboa\"": unknown time zone 'Europe/Lisboa' [did you mean 'Europe/Lisbon'?]
    H005 error: "\"mon-fri 9-17\"": `shifts`: 'mon-fri 9-17' is not a shift: '9' is not a time from 00:00 to 24:00; write one such as "mon-fri 09:00-17:30" or "sat 22:00-06:00"
    H003 error: "0": `max_open` must be a whole number from 1, not 0
    H031 error: "\"inbound\"": unknown team 'inbound' [there are none yet]
    H005 error: "\"ana@acme.example\"": `team` and `rep` exclude each other; keep one of them
    "##);
}

#[test]
fn a_value_of_the_wrong_type_says_how_to_declare_another() {
    assert_snapshot!(when("plan.at_least = 5, seats = \"5\", opted_out = \"yes\", trial_at.within = 5"), @r##"
    H012 error: "5": `at_least` needs a number field, and `plan` is text [if it holds another type, say so in [fields]: plan = { property = "…", type = "number" }]
    H012 error: "\"5\"": `equals` on the number field `seats` takes a number, not a text [if it holds another type, say so in [fields]: seats = { property = "…", type = "text" }]
    H012 error: "\"yes\"": `equals` on the bool field `opted_out` takes true or false, not a text
    H012 error: "5": `within` on the datetime field `trial_at` takes a span of time such as "1d", not a number
    "##);
}

#[test]
fn a_condition_that_can_never_be_read_says_why() {
    assert_snapshot!(
        when("country = \"\", plan = { matches = \"(\", in = [], contains_any = [\"a\", \" \"] }, trial_at = { within = \"soon\", before = \"soon\" }, not = [], all = {}"),
        @r##"
    H005 error: "\"\"": a blank text never holds [a blank field is a missing one: country.is_set = false]
    H005 error: "\"(\"": `matches` has a pattern that cannot be read: unclosed group
    H005 error: "[]": `in` of an empty list
    H005 error: "\" \"": a blank text never holds [a blank field is a missing one: plan.is_set = false]
    H005 error: "\"soon\"": `within`: 'soon' is not a span of time; write one such as "90s", "5m", "8h", "30d", "2w"
    H005 error: "\"soon\"": `before`: 'soon' is not a date [write one such as 2026-11-23 or 2026-11-23T10:00:00Z]
    H003 error: "[]": `not` must be a table, not a list
    H003 error: "{}": `all` must be a list of tables, not a table
    "##
    );
}

#[test]
fn a_declaration_of_a_field_that_contradicts_its_name_is_found() {
    let fields = "fields.score = { property = \"s\", type = \"text\" }\nfields.any = \"x\"\nfields.\"a b\" = \"x\"\nfields.size = { property = \" \", type = \"int\" }\nfields.plan";
    assert_snapshot!(shown(&LEAST.replace("fields.plan", fields)), @r##"
    H015 error: "\"text\"": `score` is always a number field [leave `type` out, or choose another name]
    H015 error: "any": `any` is a word of conditions and cannot be a field
    H015 error: "\"a b\"": 'a b' cannot be the name of a field; use letters, digits and _
    H005 error: "{ property = \" \", type = \"int\" }": the property of `size` is blank
    H005 error: "\"int\"": `type` cannot be 'int' [known: bool, country, datetime, number, text]
    "##);
}

#[test]
fn a_list_that_cannot_be_used_is_found() {
    let lists = r#"
[lists]
a = "free-mail"
b = [1, ""]
c = { file = "accounts.csv" }
d = { file = "." }
e = { file = "list.txt", value = "rep" }
f = 1
"#;
    assert_snapshot!(with(lists), @r##"
    H020 error: "\"free-mail\"": 'free-mail' is not a built-in list [write "builtin:free-mail", a list of texts, or { file = "…" }]
    H003 error: "1": `b` must be a list of texts, not a number
    H005 error: "\"\"": a blank entry in list 'b'
    H004 error: "{ file = \"accounts.csv\" }": [lists] c needs `key`
    H021 error: "\".\"": cannot read '.': it is not a file [looked for …/.]
    H021 error: "\"list.txt\"": cannot read 'list.txt': No such file or directory (os error 2) [looked for …/list.txt]
    H005 error: "value": `value` needs a .csv file: other files have one entry a line
    H003 error: "1": `f` must be a list of texts, not a number
    "##);
}

#[test]
fn an_account_list_names_reps() {
    let text = LEAST
        .replace("[[route]]", "[[route]]\nname = \"Accounts\"\nto = { account_in = \"a\" }\n[[route]]")
        + "[lists]\na = { file = \"a.csv\", key = \"domain\", value = \"rep\" }\n";
    let found = |csv: &str| {
        let (_folder, source) = in_folder(&text, &[("a.csv", csv.as_bytes())]);
        let (_, findings) = load(&source, &CONNECTORS, now());
        let messages = findings.as_slice().iter().map(|finding| finding.message.clone());
        messages.collect::<Vec<_>>()
    };
    assert!(found("\u{feff}domain;rep\nx.example;Ana@acme.example\n").is_empty());
    assert_eq!(
        found("domain,rep\nx.example,ana@acme.example\ny.example,zoe@acme.example\n"),
        ["a.csv:3: 'zoe@acme.example' is no rep"]
    );
    assert_eq!(found("domain,rep\nx.example,\n"), ["list 'a' names no rep for its accounts"]);
    let many = "other@x.example,x@x.example\n".repeat(12);
    assert_eq!(found(&format!("domain,rep\n{many}")).len(), 11);
}

#[test]
fn routes_slas_and_teams_are_looked_at_closely() {
    let text = r#"
[[team]]
name = "a"
pick = "random"
members = [{ rep = "ana@acme.example" }, { rep = "ANA@acme.example" }, { rep = "bo@acme.example", weight = 0 }]
manager = "lee"
[[team]]
name = "b"
members = []
[[sla]]
name = "s"
respond_within = "30s"
step = [{ at = "0%", do = "remind" }, { at = "1h", do = "page" }, { at = "2h", do = "notify" }, { at = "3h", do = "notify", to = "sales" }, { at = "4h", do = "remind", to = "manager" }, { do = "return" }]
[[route]]
name = "x"
to = { owner_of = "deal" }
skills = ["pt"]
"#;
    assert_snapshot!(with(text), @r##"
    H005 error: "\"random\"": `pick` cannot be 'random' [known: least_loaded, round_robin]
    H040 error: "\"ANA@acme.example\"": 'ANA@acme.example' is a member twice [to give a rep more, raise the weight]
    H030 error: "\"bo@acme.example\"": unknown rep 'bo@acme.example' [did you mean 'ana@acme.example'?]
    H003 error: "0": `weight` must be a whole number from 1, not 0
    H005 error: "\"lee\"": `manager` is not an e-mail address
    H005 error: "[]": `members` needs at least one entry
    H005 error: "\"30s\"": `respond_within` is shorter than 1m [the scheduler starts handoff once a minute: write "1m" or more]
    H005 error: "\"0%\"": `at`: '0%' is not a share from 1% to 10000%
    H005 error: "\"page\"": `do` cannot be 'page' [known: notify, reassign, remind, return]
    H004 error: "{ at = \"2h\", do = \"notify\" }": `step` needs `to`
    H005 error: "\"sales\"": `to` cannot be 'sales' [write "rep", "manager", "team", a rep's e-mail or a "#channel", or a list of them]
    H005 error: "\"manager\"": `to` is for `notify` only
    H004 error: "{ do = \"return\" }": `step` needs `at`
    H005 error: "\"deal\"": `owner_of` cannot be 'deal' [known: company, contact]
    "##);
}

#[test]
fn an_outcome_that_cannot_be_seen_or_written_is_found() {
    let text = r#"
[outcome]
touched = {}
reason = "why"
stale_after = "0d"
[outcome.write]
handed_off = { owner = "x", company = { name = "x" }, stage = "x", lead_status = [] }
won = {}
"#;
    assert_snapshot!(with(text), @r##"
    H005 error: "{}": `touched` has no condition: every handoff would be touched at once
    H010 error: "\"why\"": unknown field `why` [add it to [fields]: why = "the CRM's property"]
    H005 error: "\"0d\"": `stale_after` is no time at all [every handoff would be stale at once]
    H005 error: "owner": `owner` cannot be written [the owner is set by the route; write other fields of the contact]
    H005 error: "company": handoff writes to the contact, not to its company
    H010 error: "stage": unknown field `stage` [did you mean 'state'?]
    H003 error: "[]": `lead_status` must be a text, a number or true or false, not a list
    H002 error: "won": unknown key `won` in [outcome.write] [known: accepted, converted, handed_off, lost, recycled, rejected, stale, touched]
    "##);
}

#[test]
fn points_that_make_no_sense_are_found() {
    let text = r#"
[score]
cap = 0
[[score.points]]
name = "a"
when = { seats.above = 1 }
[[score.points]]
name = "a"
when = { seats.above = 1 }
points = 5
half_life = "14d"
[[score.points]]
name = "b"
when = { seats.above = 1 }
points = 5
half_life = "14d"
since = "plan"
[icp]
minimum_fit = 60
[[icp.points]]
name = "c"
when = { seats.above = 1 }
points = 40
"#;
    assert_snapshot!(with(text), @r##"
    H005 error: "0": `cap` must be above 0
    H005 error: "0": `cap` has no effect: the score comes from the CRM [write from = "rules" in [score] to compute the score here]
    H004 error: "[[score.points]]": [[score.points]] needs `points`
    H005 error: "points": `points` has no effect: the score comes from the CRM [write from = "rules" in [score] to compute the score here]
    H004 error: "[[score.points]]": [[score.points]] has `half_life` and needs `since` to count from
    H040 error: "\"a\"": a second entry of points with the name 'a' [every name may be given once; rename one of them]
    H012 error: "\"plan\"": `since` needs a datetime field, and `plan` is text [declare it in [fields]: plan = { property = "…", type = "datetime" }]
    H014 error: "60": impossible: a fit of 60 when all points together are 40
    "##);
}

#[test]
fn an_example_that_cannot_be_run_is_found() {
    let text = r#"
[[example]]
name = "x"
at = "noon"
contact = { seats = [1], email_domain = "x.example", sets = 1, company.nam = "x" }
expect = { verdict = "mql", owner = "bo@acme.example", team = "x", sla = "x", route = "all", due = 5 }
[[example]]
name = "X"
expect = {}
"#;
    assert_snapshot!(with(text), @r##"
    H003 error: "\"noon\"": `at` must be a date and time such as "2026-11-23T10:00:00Z", not a text
    H003 error: "[1]": `seats` must be a text, a number, a date or true or false, not a list
    H005 error: "email_domain": `email_domain` follows from `email`: write that
    H010 error: "sets": unknown field `sets` [did you mean 'seats'?]
    H010 error: "nam": unknown field `company.nam` [did you mean 'company.name'?]
    H005 error: "\"mql\"": `verdict` cannot be 'mql' [known: disqualified, not_yet, outside_icp, qualified, unclear]
    H030 error: "\"bo@acme.example\"": unknown rep 'bo@acme.example' [did you mean 'ana@acme.example'?]
    H031 error: "\"x\"": unknown team 'x' [there are none yet]
    H032 error: "\"x\"": unknown SLA 'x' [there are none yet]
    H003 error: "5": `due` must be a date and time such as "2026-11-23T10:00:00Z", not a number
    H004 error: "[[example]]": [[example]] needs `at`
    H004 error: "[[example]]": [[example]] needs `contact`
    H040 error: "\"X\"": a second example with the name 'X' [every name may be given once; rename one of them]
    H005 error: "{}": `expect` expects nothing
    "##);
}

#[test]
fn settings_that_make_no_sense_are_found() {
    let text = r#"
[definition]
agreed_on = "October"
review_every = "90d"
[limits]
handoffs_per_run = 0
[monitor]
heartbeat = "hc-ping.example/uuid"
[chat.slack]
[chat.console]
"#;
    assert_snapshot!(with(text), @r##"
    H003 error: "\"October\"": `agreed_on` must be a day such as 2026-10-01, not a text
    H003 error: "0": `handoffs_per_run` must be a whole number from 1, not 0
    H005 error: "\"hc-ping.example/uuid\"": `heartbeat` must be a web address that begins with https://
    H005 error: "console": both chat.slack and chat.console: there can be only one
    "##);
}

#[test]
fn days_off_that_cannot_be_read_are_found() {
    let rep = "email = \"ana@acme.example\"\ntimezone = \"Europe/Lisbon\"\nholidays = [\"Christmas\", { ics = \"accounts.csv\" }, 5]\naway = { ics = \"no-such.ics\" }";
    let text = LEAST.replacen("email = \"ana@acme.example\"", rep, 1);
    assert_snapshot!(shown(&text), @r##"
    H005 error: "\"Christmas\"": `holidays`: 'Christmas' is not an absence; write a day such as "2026-12-24", days such as "2026-12-21..2027-01-04", or times such as "2026-12-24T12:00..2026-12-24T18:00"
    H022 error: "\"accounts.csv\"": calendar accounts.csv: not an iCalendar file: it does not begin with BEGIN:VCALENDAR
    H003 error: "5": `holidays` must be a list of dates, or { ics = "…" }, not a number
    H021 error: "\"no-such.ics\"": cannot read 'no-such.ics': No such file or directory (os error 2) [looked for …/no-such.ics]
    "##);
}
