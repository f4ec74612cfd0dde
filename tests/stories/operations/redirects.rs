//! A server that sends a run elsewhere is not obeyed: the token goes nowhere but to the address in the definition.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::desk::rules;
use crate::support::Place;
use crate::support::http_server::{HttpServer, Reply};

#[test]
fn a_redirect_is_never_followed() {
    let asked = Arc::new(AtomicU32::new(0));
    let count = asked.clone();
    let elsewhere = HttpServer::start(move |_| {
        count.fetch_add(1, Ordering::SeqCst);
        Reply::json(200, &serde_json::json!({"results": []}))
    });
    for status in [301, 302, 303, 307, 308] {
        let target = format!("{}/crm", elsewhere.url());
        let server = HttpServer::start(move |_| {
            Reply::Answer { status, headers: Vec::new(), body: Vec::new() }.with("Location", &target)
        });
        let crm = format!("[crm.hubspot]\nbase_url = \"{}\"\nportal = \"12345\"\n", server.url());
        let place = Place::new();
        let file = "[crm.file]\ncontacts = \"contacts.csv\"\nactivity = \"activity.csv\"\n";
        place.write("rules.toml", &rules().replace(file, &crm));
        let ran = place.handoff_with(&[("HANDOFF_HUBSPOT_TOKEN", "pat-na1-canary-1")], &["run"]);
        assert_eq!(ran.status, 1, "{status}: {}", ran.all());
        assert_eq!(asked.load(Ordering::SeqCst), 0, "{status} was followed");
    }
}
