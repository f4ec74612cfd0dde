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
fn a_country_is_one_however_it_is_written() {
    let names = ["US", "USA", "United States", "U.S.", "Vereinigte Staaten", "estados unidos"];
    let rows = (0..).zip(names).map(|(id, name)| format!("{id},p{id}@acme.example,80,{name}\n"));
    let csv = format!("id,email,score,country\n{}8,de@acme.example,80,Germany\n", rows.collect::<String>());
    let fields = "[fields]\ncountry = { property = \"country\", type = \"country\" }\n";
    for when in [
        "country.in_list = \"america\"",
        "country.in = [\"US\", \"Canada\"]",
        "country = \"United States of America\"",
    ] {
        let tables =
            format!("{fields}[lists]\namerica = [\"usa\", \"Kanada\"]\n[icp]\nwhen = {{ {when} }}\n");
        let expected: Vec<String> = (0..names.len()).map(|id| format!("p{id}@acme.example")).collect();
        assert_eq!(handed_off(&tables, &csv), expected, "{when}");
    }
    for (when, found) in [
        ("country = \"Germny\"", "did you mean 'Germany'?"),
        ("country.in_list = \"emea\"", "list 'emea': 'Europ' is no country"),
        ("country.contains = \"land\"", "`contains` needs a text field, and `country` is country"),
    ] {
        let said =
            check(&format!("{fields}[lists]\nemea = [\"France\", \"Europ\"]\n[icp]\nwhen = {{ {when} }}\n"));
        assert!(said.contains(found), "{when}: {said}");
    }
}

#[test]
fn one_of_several_values_and_a_whole_word_are_no_part_of_another() {
    let csv = "id,email,score,interests,job_title\n1,api@acme.example,80,a;API ;b,CTO\n2,rapid@acme.example,80,rapid,Director\n\
        3,co@acme.example,80,rest-api,Doctor\n4,both@acme.example,80,x;api,Contractor\n5,word@acme.example,80,,\"VP, Sales & CTO\"\n";
    let fields = "[fields]\ninterests = \"interests\"\n";
    for (when, expected) in [
        ("interests.has = \"api\"", vec!["api@acme.example", "both@acme.example"]),
        ("interests.has_any = [\"rapid\", \"X\"]", vec!["rapid@acme.example", "both@acme.example"]),
        ("job_title.has_word = \"cto\"", vec!["api@acme.example", "word@acme.example"]),
        ("job_title.has_any_word = [\"doctor\", \"vp\"]", vec!["co@acme.example", "word@acme.example"]),
        (
            "not = { interests.has = \"api\" }",
            vec!["rapid@acme.example", "co@acme.example", "word@acme.example"],
        ),
    ] {
        let tables = format!("{fields}[icp]\nwhen = {{ {when} }}\n");
        assert_eq!(handed_off(&tables, csv), expected, "{when}");
    }
    let said = check(&format!("{fields}[icp]\nwhen = {{ interests.has = \"a;b\" }}\n"));
    assert!(said.contains("`has` of 'a;b' never holds"), "{said}");
    let warned = place("[icp]\nwhen = { job_title.contains_any = [\"founder\", \"cto\"] }\n", "id\n")
        .handoff_at(TEN, &["check"]);
    assert_eq!(warned.status, 0, "{}", warned.all());
    assert!(warned.all().contains("job_title.has_any_word"), "{}", warned.all());
}

#[test]
fn a_text_is_the_same_in_every_case_and_with_every_accent() {
    let csv = "id,email,score,city,job_title\n1,a@acme.example,80,STRASSE,RENE\u{301}E\n2,b@acme.example,80,Straße,Renée\n\
        3,c@acme.example,80,ＳＴＲＡＳＳＥ,rene\u{301}e\n4,d@acme.example,80,Strase,Renee\n";
    for when in [
        "city = \"straße\"",
        "city.in = [\"STRASSE\"]",
        "city.contains = \"straß\"",
        "city.starts_with = \"straß\"",
        "city.ends_with = \"aße\"",
        "city.matches = \"^STRAß+E$\"",
        "city.has = \"straße\"",
        "city.has_word = \"straße\"",
        "job_title = \"RENÉE\"",
        "job_title.matches = \"ren[é]e\"",
    ] {
        let tables = format!("[icp]\nwhen = {{ {when} }}\n");
        assert_eq!(
            handed_off(&tables, csv),
            ["a@acme.example", "b@acme.example", "c@acme.example"],
            "{when}"
        );
    }
}

#[test]
fn a_domain_is_one_however_it_is_written() {
    let csv = "id,email,score\n1,A <a@gmail.com>,80\n2,b@gmail.com.,80\n3,jo@müller.example,80\n4,jo@XN--MLLER-KVA.example,80\n\
        5,kim@contoso.example,80\n6,lee@contoso.example,80\n";
    let tables = "[lists]\nfree = \"builtin:free-mail\"\n[[disqualify]]\nname = \"Free mailbox\"\nwhen = { email_domain.in_list = \"free\" }\n\
        [[disqualify]]\nname = \"Ours\"\nwhen = { email_domain = \"https://www.contoso.example/\" }\n";
    assert_eq!(handed_off(tables, csv), ["jo@müller.example"]);

    let place = place(
        "# without route\n[lists]\naccounts = { file = \"accounts.csv\", key = \"domain\", value = \"rep\" }\n\
        [[rep]]\nname = \"Ana\"\nemail = \"ana@acme.example\"\n[[rep]]\nname = \"Bo\"\nemail = \"bo@acme.example\"\n\
        [crm.file]\ncontacts = \"contacts.csv\"\ncompanies = \"companies.csv\"\n\
        [icp]\nwhen = { company.industry = \"retail\" }\n\
        [[route]]\nname = \"Accounts\"\nto = { account_in = \"accounts\" }\n[[route]]\nname = \"Rest\"\nto = { team = \"inbound\" }\n",
        "id,email,score\n1,kim@contoso.example,80\n",
    );
    place.write("companies.csv", "domain,industry\nhttp://contoso.example/shop,Retail\n");
    place.write("accounts.csv", "domain,rep\nhttps://www.contoso.example/,bo@acme.example\n");
    place.json_at(TEN, 0, &["run", "--include-existing"]);
    let tasks = place.lines("out/tasks.jsonl");
    assert_eq!(tasks.len(), 1, "{tasks:?}");
    assert_eq!(tasks[0]["owner"], "bo@acme.example", "{tasks:?}");
}

#[test]
fn an_owner_by_name_is_the_rep_of_that_name() {
    let csv = "id,email,score,owner\n1,kim@acme.example,80,Carlos Ruiz\n2,lee@acme.example,80,CARLOS RUIZ\n3,max@acme.example,80,Nobody\n";
    let place = place(
        "[[rep]]\nname = \"Ana\"\nemail = \"ana@acme.example\"\n[[rep]]\nname = \"Carlos Ruiz\"\nemail = \"carlos@acme.example\"\n\
        [[route]]\nname = \"Owners\"\nto = { owner_of = \"contact\" }\n[[route]]\nname = \"Everyone\"\nto = { team = \"inbound\" }\n",
        csv,
    );
    place.json_at(TEN, 0, &["run", "--include-existing"]);
    let tasks = place.lines("out/tasks.jsonl");
    let owner =
        |contact: &str| tasks.iter().find(|task| task["contact"] == contact).unwrap()["owner"].clone();
    assert_eq!(
        (owner("1"), owner("2"), owner("3")),
        ("carlos@acme.example".into(), "carlos@acme.example".into(), "ana@acme.example".into())
    );
    let explained = place.handoff_at(TEN, &["explain", "3"]).stdout;
    assert!(explained.contains("Nobody"), "{explained}");
}

#[test]
fn a_name_is_shown_as_it_is_spelled() {
    let name = "علی\u{200c}رضا 👩\u{200d}💻";
    let place = place("", &format!("id,email,score,first_name\n1,kim@acme.example,80,{name}\n"));
    place.json_at(TEN, 0, &["run", "--include-existing"]);
    let explained = place.handoff_at(TEN, &["explain", "1"]);
    assert!(explained.stdout.contains(name), "{}", explained.stdout);
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
