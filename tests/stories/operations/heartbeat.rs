//! The heartbeat tells a monitor how each run went, never holds one up for long, and never gives its address away.

use std::fs;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::desk::{csv, rules};
use crate::support::Place;
use crate::support::http_server::{HttpServer, Reply};

/// Whoever knows it can silence the alarm.
const PATH: &str = "/b2f0c1d4-secret-uuid";

fn desk(url: &str) -> Place {
    let place = Place::with(&format!("{}\n[monitor]\nheartbeat = \"{url}{PATH}\"\n", rules()), &csv(&[]));
    place.write("activity.csv", "at,contact,by,kind,note\n");
    place
}

fn answer(status: u16) -> Reply {
    Reply::Answer { status, headers: Vec::new(), body: b"OK".to_vec() }
}

/// A monitor that notes which paths were asked for.
fn monitor(reply: impl Fn() -> Reply + Send + Sync + 'static) -> (HttpServer, Arc<Mutex<Vec<String>>>) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let paths = heard.clone();
    let server = HttpServer::start(move |request| {
        let query = if request.query.is_empty() { String::new() } else { format!("?{}", request.query) };
        paths.lock().unwrap().push(format!("{} {}{query}", request.method, request.path));
        reply()
    });
    (server, heard)
}

#[test]
fn a_good_run_pings_and_a_bad_one_says_that_it_failed() {
    let (server, heard) = monitor(|| answer(200));
    let place = desk(&server.url());
    place.json_at("2026-11-23T10:00:00Z", 0, &["run"]);
    let good = format!("GET {PATH}");
    assert_eq!(*heard.lock().unwrap(), std::slice::from_ref(&good));

    fs::remove_file(place.path("contacts.csv")).unwrap();
    assert_eq!(place.handoff_at("2026-11-23T10:01:00Z", &["run"]).status, 1);
    assert_eq!(*heard.lock().unwrap(), [good, format!("GET {PATH}/fail")]);

    // Neither a plan nor one stage alone is a run.
    place.write("contacts.csv", &csv(&[]));
    place.handoff_at("2026-11-23T10:02:00Z", &["run", "--dry-run"]);
    place.handoff_at("2026-11-23T10:03:00Z", &["sync"]);
    assert_eq!(heard.lock().unwrap().len(), 2);
}

#[test]
fn what_follows_the_path_of_the_address_stays_behind_it() {
    let (server, heard) = monitor(|| answer(200));
    let url = format!("{}/push", server.url());
    let place = Place::with(
        &format!("{}\n[monitor]\nheartbeat = \"{url}{PATH}?status=up&msg=OK\"\n", rules()),
        &csv(&[]),
    );
    place.write("activity.csv", "at,contact,by,kind,note\n");
    place.json_at("2026-11-23T10:00:00Z", 0, &["run"]);
    fs::remove_file(place.path("contacts.csv")).unwrap();
    assert_eq!(place.handoff_at("2026-11-23T10:01:00Z", &["run"]).status, 1);
    let query = "status=up&msg=OK";
    assert_eq!(
        *heard.lock().unwrap(),
        [format!("GET /push{PATH}?{query}"), format!("GET /push{PATH}/fail?{query}")]
    );
}

#[test]
fn a_database_that_cannot_be_written_to_is_a_bad_run_too() {
    let (server, heard) = monitor(|| answer(200));
    let place = desk(&server.url());
    place.json_at("2026-11-23T10:00:00Z", 0, &["run"]);
    place.write("contacts.csv", &csv(&[("kim", "60")]));
    let ran = place.shell("trap '' XFSZ; ulimit -f 80; exec \"$@\"", &["run"]);
    assert_eq!(ran.status, 1, "{}", ran.all());
    assert_eq!(heard.lock().unwrap().last(), Some(&format!("GET {PATH}/fail")));
}

#[test]
fn a_monitor_that_is_down_spoils_no_run_and_its_address_is_in_no_error() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (failing, _) = monitor(|| answer(500));
    let (moved, heard_moved) = monitor(|| answer(302).with("Location", "/elsewhere"));
    let (mute, _) = monitor(|| Reply::Close);
    let (late, _) = monitor(|| Reply::Late(Duration::from_secs(20), Box::new(answer(200))));
    let urls = [
        format!("http://{closed}"),
        failing.url(),
        moved.url(),
        mute.url(),
        late.url(),
        "https://x.invalid".to_owned(),
    ];
    for url in urls {
        let place = desk(&url);
        for verbose in ["-v", "--log-format=json"] {
            let ran = place.handoff_at("2026-11-23T10:00:00Z", &["run", "--format", "json", verbose]);
            assert_eq!(ran.status, 0, "{url}: {}", ran.all());
            assert!(ran.stderr.contains("the heartbeat was not heard"), "{url}: {}", ran.all());
            assert!(!ran.all().contains("secret-uuid"), "{}", ran.all());
        }
        let database = place.bytes("handoff.db");
        assert!(!String::from_utf8_lossy(&database).contains("secret-uuid"), "{url}");
        assert_eq!(place.handoff_at("2026-11-23T10:01:00Z", &["status"]).status, 0, "{url}");
    }
    assert_eq!(heard_moved.lock().unwrap().len(), 2, "a redirect is not followed");
}
