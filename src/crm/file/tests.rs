//! The connector from outside: folders of files in, pages and lines out.

use super::fixture::{Fixture, all, field, fields, set_aside, shown, walk};
use super::*;
use crate::crm::email_domain;
use crate::isolate::A_BUG;
use crate::model::percent_encode;
use crate::model::{Kind, Timestamp};
use crate::mutant;

mod unchanged;
mod writing;

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn with_time(names: &[&str]) -> Vec<Field> {
    let mut fields = fields(names);
    let mut modified = field("modified_at", "modified_at");
    modified.reading.kind = Kind::DateTime;
    fields.push(modified);
    fields
}

#[test]
fn values_come_in_the_order_of_the_fields() {
    let fixture = Fixture::new("id,email,hubspotscore,country\n1, ann@a.example ,70,\n");
    let fields = [
        field("score", "hubspotscore"),
        field("id", "id"),
        field("email_domain", "email"),
        field("country", "country"),
        field("city", "city"),
    ];
    assert_eq!(shown(&fixture.walk(&fields)), ["70|1|ann@a.example|-|-"]);
}

#[test]
fn companies_join_by_id_and_else_by_domain() {
    let contacts = "id,email,company_id,company.domain\n\
        1,ann@mail.example,c2,\n\
        2,bo@ACME.example,,\n\
        3,cy@mail.example,,zeta.example\n\
        4,di@mail.example,c9,\n";
    let companies = "id,domain,name,owner\n\
        c1,acme.example,Acme,ana@us.example\n\
        c2,beta.example,Beta,\n\
        ,zeta.example,Zeta,bo@us.example\n";
    let fixture = Fixture::new(contacts).with("companies", "companies.csv", companies);
    let fields = fields(&["id", "company.name", "company.owner"]);
    assert_eq!(
        shown(&fixture.walk(&fields)),
        ["1|Beta|-", "2|Acme|ana@us.example", "3|Zeta|bo@us.example", "4|-|-"]
    );
}

#[test]
fn a_company_row_that_cannot_be_used_is_set_aside() {
    let companies =
        "id,domain,name\nc1,acme.example,Acme\nc1,other.example,Other\n,,Nobody\nc3,c3.example,a,b\n";
    let fixture = Fixture::new("id,company_id\n1,c1\n").with("companies", "companies.csv", companies);
    let page = fixture.walk(&fields(&["id", "company.name"]));
    assert_eq!(shown(&page), ["1|Acme"]);
    insta::assert_snapshot!(set_aside(&page).join("\n"), @r"
    companies.csv:3: company 'c1' is in an earlier row already
    companies.csv:4: the company has neither an id nor a domain
    companies.csv:5: the row has 4 cells, and the header 3
    ");
}

#[test]
fn without_a_companies_file_the_contacts_have_the_company_but_never_their_own_words_for_it() {
    let fixture =
        Fixture::new("id,country,owner,company.industry,employees\n1,PT,ana@us.example,Fintech,200\n");
    let fields =
        fields(&["company.industry", "company.employees", "company.country", "company.owner", "company.id"]);
    assert_eq!(shown(&fixture.walk(&fields)), ["Fintech|200|-|-|-"]);
}

#[test]
fn of_two_rows_for_one_contact_the_first_is_used_unless_the_second_is_newer() {
    let contacts = "id,email,modified_at\n\
        1,old@a.example,2026-11-01\n\
        1,new@a.example,2026-11-02\n\
        1,older@a.example,2026-10-01\n\
        2,first@a.example,\n\
        2,second@a.example,\n";
    let fixture = Fixture::new(contacts);
    let page = fixture.walk(&with_time(&["email"]));
    assert_eq!(shown(&page), ["new@a.example|2026-11-02", "first@a.example|-"]);
    assert_eq!(
        set_aside(&page),
        [
            "contacts.csv:4: contact '1' on line 4 is on line 3 already",
            "contacts.csv:6: contact '2' on line 6 is on line 5 already",
        ]
    );
    let expected = time("2026-11-02T00:00:00Z").timestamp_millis();
    assert_eq!(page.records[0].modified_ms, Some(expected));
    assert_eq!(page.records[1].modified_ms, None);
}

#[test]
fn a_row_over_which_the_reading_panics_is_set_aside_and_the_others_are_read() {
    mutant::choose("reading a contact");
    let page =
        Fixture::new("id,email\n1,ann@a.example\n2,bo@a.example\n3,cy@a.example\n").walk(&fields(&["id"]));
    assert_eq!(shown(&page), ["1", "3"]);
    assert_eq!(set_aside(&page), [format!("contacts.csv:3: {A_BUG}")]);
}

#[test]
fn a_row_without_a_usable_id_is_set_aside() {
    let page = Fixture::new("id,email\n,ann@a.example\n2,bo@a.example\n").walk(&fields(&["id"]));
    assert_eq!(shown(&page), ["2"]);
    assert_eq!(set_aside(&page), ["contacts.csv:2: the id is empty"]);
}

#[test]
fn what_is_missing_is_said_before_anything_is_read() {
    let fixture = Fixture::new("id,email,hubspot_score\n")
        .with("companies", "companies.csv", "id,domain,employes\n")
        .with("activity", "activity.csv", "at,contact\n");
    let (score, employees) = (field("score", "hubspotscore"), field("company.employees", "employees"));
    let problems = fixture.crm().check(&[&score, &employees]).unwrap();
    insta::assert_snapshot!(problems.join("\n"), @r#"
    contacts.csv:1: no column 'hubspotscore' (field 'score'); did you mean 'hubspot_score'? write in [fields]: score = "hubspot_score"
    companies.csv:1: no column 'employees' (field 'company.employees'); did you mean 'employes'? write in [fields]: company.employees = "employes"
    activity.csv:1: no column 'kind'; rename the one that has it; columns: at, contact
    "#);
}

#[test]
fn a_file_that_is_not_there_or_empty_says_how_to_mend_it() {
    let fixture = Fixture::new("").set("companies", "firms.csv");
    let problems = fixture.crm().check(&[]).unwrap();
    insta::assert_snapshot!(problems.join("\n"), @r"
    contacts.csv is empty; it needs a header line with the names of its columns
    firms.csv does not exist; put it there, or set `companies` in [crm.file] (relative to rules.toml)
    ");
    assert!(fixture.crm().changes(&all(&fields(&["id"])), &mut |_| Ok(())).is_err());
}

#[test]
fn a_header_without_contacts_is_fine_and_one_without_ids_is_not() {
    let page = Fixture::new("id,email\n").walk(&fields(&["id"]));
    assert!(page.records.is_empty() && page.bad.is_empty() && page.cursor.is_some());
    let fixture = Fixture::new("Lead ID,email\n1,ann@a.example\n");
    let error = fixture.crm().changes(&all(&fields(&["id"])), &mut |_| Ok(())).unwrap_err();
    assert_eq!(
        error.to_string(),
        "contacts.csv:1: no column 'id' (field 'id'); did you mean 'Lead ID'? write in [fields]: id = \"Lead ID\""
    );
}

#[test]
fn an_id_cannot_break_out_of_its_link() {
    let fixture = Fixture::new("id\n").set("record_url", "https://crm.example/contacts/{id}");
    let link = fixture.crm().account().unwrap().links.of(&ContactId::parse("a/../b?c=ä").unwrap());
    assert_eq!(link.as_deref(), Some("https://crm.example/contacts/a%2F..%2Fb%3Fc%3D%C3%A4"));
    assert_eq!(percent_encode("Az09-._~"), "Az09-._~");
}

#[test]
fn the_domain_is_what_follows_the_last_at_sign() {
    assert_eq!(email_domain("\"a@b\"@acme.example "), Some("acme.example"));
    assert_eq!(email_domain("acme.example"), None);
    assert_eq!(email_domain("ann@"), None);
}

#[test]
fn the_quickstart_is_read_with_one_row_set_aside() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/quickstart");
    let config = fixture::table(&[
        ("contacts", "contacts.csv"),
        ("companies", "companies.csv"),
        ("activity", "activity.csv"),
    ]);
    let mut crm = FileCrm::new(&config, &folder).unwrap();
    let fields: Vec<Field> = STANDARD_FIELDS
        .iter()
        .filter_map(|standard| {
            Some(field(standard.name, super::super::default_property("file", standard.name)?))
        })
        .collect();
    let names = ["id", "email", "email_domain", "company.employees", "company.owner"];
    let required: Vec<&Field> = fields.iter().filter(|field| names.contains(&field.name.as_str())).collect();
    assert_eq!(crm.check(&required).unwrap(), Vec::<String>::new());
    let page = walk(&mut crm, &fields, None);
    assert_eq!(page.records.len(), 40);
    assert_eq!(set_aside(&page), ["contacts.csv:41: the id is empty"]);
}

#[test]
fn nine_thousand_real_leads_are_read_to_the_last() {
    let leads = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/x-education/leads.csv");
    let Ok(leads) = std::fs::read(leads) else {
        return;
    };
    let fixture = Fixture::new(leads);
    let fields = [
        field("id", "Prospect ID"),
        field("score", "Asymmetrique Activity Score"),
        field("converted", "Converted"),
    ];
    let page = fixture.walk(&fields);
    assert_eq!((page.records.len(), page.bad.len()), (9_240, 0));
    let scored = page.records.iter().filter(|record| record.values[1].is_some());
    assert_eq!(scored.count(), 9_240 - 4_218);
}
