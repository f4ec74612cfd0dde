//! Calendars on the web: read before the first lead is given, asked for every 15 minutes and no more often, and the last good
//! copy counts whatever their server answers since.

use std::sync::{Arc, Mutex};

use super::{ANA, BO, DESK, calendar, event};
use crate::support::Place;
use crate::support::definition::definition;
use crate::support::http_server::{HttpServer, Reply, Request};

const VARIABLE: &str = "ANA_CALENDAR";

/// What the server answers, and what it was asked.
#[derive(Default)]
struct Served {
    status: u16,
    body: String,
    etag: Option<&'static str>,
    asked: Vec<Request>,
}

struct Web {
    served: Arc<Mutex<Served>>,
    server: HttpServer,
}

impl Web {
    fn start(body: &str) -> Self {
        let first = Served { status: 200, body: body.to_owned(), etag: Some("\"v1\""), asked: Vec::new() };
        let served = Arc::new(Mutex::new(first));
        let answers = served.clone();
        let http = HttpServer::start(move |request| {
            let mut served = answers.lock().unwrap();
            served.asked.push(request.clone());
            let known = request.header("if-none-match");
            if served.status == 200 && known.is_some() && known == served.etag {
                return Reply::Answer { status: 304, headers: Vec::new(), body: Vec::new() };
            }
            let body = served.body.clone().into_bytes();
            let reply = Reply::Answer { status: served.status, headers: Vec::new(), body };
            match served.etag {
                Some(etag) => reply.with("ETag", etag),
                None => reply,
            }
        });
        Self { served, server: http }
    }

    fn serve(&self, status: u16, body: &str, etag: Option<&'static str>) {
        let mut served = self.served.lock().unwrap();
        (served.status, served.etag) = (status, etag);
        body.clone_into(&mut served.body);
    }

    fn asked(&self) -> usize {
        self.served.lock().unwrap().asked.len()
    }

    fn url(&self) -> String {
        format!("{}/ana.ics", self.server.url())
    }
}

/// A desk whose Ana has her calendar on the web.
fn desk(web: &Web) -> Place {
    desk_with(&format!("ics = \"{}\"", web.url()))
}

fn desk_with(calendar: &str) -> Place {
    let rules = DESK.replace("ics = \"ana.ics\"", calendar);
    Place::with(&definition(&rules), "id,score\n")
}

/// Whom a new lead goes to.
fn rep(place: &Place, at: &str, id: &str) -> String {
    rep_with(&[], place, at, id)
}

fn rep_with(variables: &[(&str, &str)], place: &Place, at: &str, id: &str) -> String {
    let variables = [variables, &[("HANDOFF_NOW", at)]].concat();
    let run = || {
        let ran = place.handoff_with(&variables, &["run", "--format", "json"]);
        assert_eq!(ran.status, 0, "{}", ran.all());
        ran.json()
    };
    run();
    let leads = place.read("contacts.csv");
    place.write("contacts.csv", &format!("{leads}{id},60\n"));
    run()["handed_off"][0]["owner_email"].as_str().unwrap_or_default().to_owned()
}

fn away() -> String {
    event("DTSTART;VALUE=DATE:20261123")
}

fn at_work() -> String {
    calendar("")
}

#[test]
fn a_calendar_on_the_web_is_read_before_the_first_lead_is_given() {
    let web = Web::start(&away());
    let place = desk(&web);
    assert_eq!(rep(&place, "2026-11-23T09:00:00Z", "1"), BO);
    assert_eq!(place.json_at("2026-11-23T09:00:00Z", 0, &["status"])["healthy"], true);
}

#[test]
fn it_is_asked_for_every_quarter_of_an_hour_and_only_for_what_changed() {
    let web = Web::start(&away());
    let place = desk(&web);
    for at in ["09:00:00", "09:01:00", "09:14:59"] {
        place.json_at(&format!("2026-11-23T{at}Z"), 0, &["run"]);
    }
    assert_eq!(web.asked(), 1);
    place.json_at("2026-11-23T09:15:00Z", 0, &["run"]);
    assert_eq!(web.asked(), 2);
    assert_eq!(web.served.lock().unwrap().asked[1].header("if-none-match"), Some("\"v1\""));
    assert_eq!(rep(&place, "2026-11-23T09:16:00Z", "1"), BO, "it is as it was");
    web.serve(200, &at_work(), Some("\"v2\""));
    assert_eq!(rep(&place, "2026-11-23T09:30:00Z", "2"), ANA);
    // A clock that was set back is no reason to ask no more.
    place.json_at("2026-11-23T08:00:00Z", 0, &["run"]);
    assert_eq!(web.asked(), 4);
}

#[test]
fn whatever_its_server_answers_the_last_good_copy_counts_and_its_age_is_told() {
    for (status, body, why) in [
        (500, String::new(), "it answers 500"),
        (404, "no such thing".to_owned(), "it answers 404"),
        (302, String::new(), "it answers 302; give the address that this one leads to"),
        (200, "<html>please sign in</html>".to_owned(), "not an iCalendar file"),
        (200, String::new(), "not an iCalendar file"),
    ] {
        let web = Web::start(&away());
        let place = desk(&web);
        place.json_at("2026-11-23T09:00:00Z", 0, &["run"]);
        web.serve(status, &body, None);
        assert_eq!(rep(&place, "2026-11-23T10:00:00Z", "1"), BO, "{why}");
        let state = place.json_at("2026-11-23T10:00:00Z", 0, &["status"]);
        let told = state["set_aside"].to_string();
        assert!(told.contains("was last read 2026-11-23 09:00 UTC; now: ") && told.contains(why), "{told}");
        // A day later it is no slip any more.
        place.handoff_at("2026-11-24T10:00:00Z", &["run"]);
        let state = place.json_at("2026-11-24T10:00:00Z", 1, &["status"]);
        assert!(state["attention"].to_string().contains(why), "{state}");
    }
}

#[test]
fn one_that_was_never_read_stops_nobody_and_is_told() {
    let place = desk_with("ics = \"http://127.0.0.1:1/ana.ics\"");
    assert_eq!(rep(&place, "2026-11-23T10:00:00Z", "1"), ANA);
    let state = place.json_at("2026-11-23T10:00:00Z", 1, &["status"]);
    let told = state["attention"].to_string();
    assert!(told.contains("\"calendar at 127.0.0.1:1 has never been read"), "{told}");
}

#[test]
fn a_secret_address_comes_from_the_environment_and_is_told_nowhere() {
    let web = Web::start(&away());
    let place = desk_with(&format!("ics_from = \"{VARIABLE}\""));
    let url = web.url();
    assert_eq!(rep_with(&[(VARIABLE, &url)], &place, "2026-11-23T09:00:00Z", "1"), BO);
    web.serve(500, &url, None);
    let variables = [(VARIABLE, url.as_str()), ("HANDOFF_NOW", "2026-11-23T10:00:00Z")];
    let ran = place.handoff_with(&variables, &["run", "-v"]);
    assert!(!ran.stderr.contains("/ana.ics"), "{}", ran.stderr);
    let state = place.json_at("2026-11-23T10:00:00Z", 0, &["status"]).to_string();
    assert!(state.contains(&format!("calendar of {VARIABLE} was last read")), "{state}");
    assert!(!state.contains("/ana.ics"), "{state}");

    let unset = desk_with(&format!("ics_from = \"{VARIABLE}\""));
    assert_eq!(rep(&unset, "2026-11-23T09:00:00Z", "1"), ANA);
    let state = unset.json_at("2026-11-23T09:00:00Z", 1, &["status"]).to_string();
    assert!(state.contains(&format!("neither {VARIABLE} nor {VARIABLE}_FILE is set")), "{state}");
}

#[test]
fn check_asks_only_online_and_says_what_is_wrong_with_it() {
    let web = Web::start("<html>please sign in</html>");
    let place = desk(&web);
    assert_eq!(place.handoff_at("2026-11-23T09:00:00Z", &["check"]).status, 0);
    assert_eq!(web.asked(), 0);
    let checked = place.handoff_at("2026-11-23T09:00:00Z", &["check", "--online"]);
    assert_eq!(checked.status, 1);
    assert!(checked.stdout.contains("has never been read: not an iCalendar file"), "{}", checked.stdout);
    web.serve(200, &away(), None);
    let checked = place.handoff_at("2026-11-23T09:00:00Z", &["check", "--online"]);
    assert!(!checked.stdout.contains("calendar"), "{}", checked.stdout);
}

#[test]
fn a_dry_run_asks_too_and_keeps_nothing() {
    let web = Web::start(&away());
    let place = desk(&web);
    place.json_at("2026-11-23T09:00:00Z", 0, &["run", "--dry-run"]);
    place.json_at("2026-11-23T09:00:00Z", 0, &["run", "--dry-run"]);
    assert_eq!(web.asked(), 2);
    assert!(!place.path("handoff.db").exists());
}

#[test]
fn a_run_names_what_is_lost_once() {
    let place = desk_with("ics = \"http://127.0.0.1:1/ana.ics\"");
    let told = place.handoff_at("2026-11-23T10:00:00Z", &["run"]).stderr;
    assert!(told.contains("error: calendar at 127.0.0.1:1 has never been read"), "{told}");
    assert!(!told.contains("calendar calendar"), "{told}");
}
