//! Webhooks: what HubSpot says by itself is read by the next run, whatever its search shows.

use data_encoding::BASE64;
use serde_json::json;

use super::desk::Desk;
use crate::support::Ran;
use crate::support::cgi;
use crate::support::hubspot::{MINUTE, NOW_MS};

const SECRET: &str = "canary-secret-of-the-app-0815";
const URL: &str = "https://hooks.acme.example/hubspot";

impl Desk {
    fn with_webhooks() -> Self {
        let desk = Self::open();
        let url = format!("receive_url = \"{URL}\"\nbase_url =");
        desk.place.replace("rules.toml", "base_url =", &url);
        desk
    }

    /// A request that was signed for this address at this time, handed over now.
    fn receive(&self, url: &str, signed_ms: i64, body: &str) -> Ran {
        let now = chrono::DateTime::from_timestamp_millis(self.fake.portal().now_ms).unwrap().to_rfc3339();
        let signed = signed_ms.to_string();
        let signature = BASE64.encode(&cgi::signed(SECRET, &format!("POST{url}{body}{signed}")));
        let variables = [
            ("HANDOFF_NOW", now.as_str()),
            ("HANDOFF_HUBSPOT_CLIENT_SECRET", SECRET),
            ("HTTP_X_HUBSPOT_SIGNATURE_V3", &signature),
            ("HTTP_X_HUBSPOT_REQUEST_TIMESTAMP", &signed),
        ];
        let ran = cgi::receive(&self.place, "crm", &variables, body);
        assert!(!ran.all().contains(SECRET), "the secret is in the output");
        ran
    }

    fn now_ms(&self) -> i64 {
        self.fake.portal().now_ms
    }
}

fn changed(id: u64) -> String {
    json!([{"subscriptionType": "contact.propertyChange", "objectId": id, "eventId": 1}]).to_string()
}

#[test]
fn case_27_a_contact_that_a_webhook_names_is_read_before_the_search_shows_it() {
    let desk = Desk::with_webhooks();
    desk.fill(1, 3);
    desk.sync();
    desk.fake.portal().change(20, NOW_MS + MINUTE, 50 * MINUTE, &json!({"email": "late@client.example"}));
    desk.later(2);
    desk.sync();
    assert_eq!(desk.stored(), [1, 2, 3], "the search does not show it");
    let ran = desk.receive(URL, desk.now_ms(), &changed(20));
    assert_eq!(ran.status, 0, "{}", ran.all());
    assert_eq!(ran.stdout, "Status: 200 OK\nContent-Type: application/json\n\n{}\n");
    assert!(desk.place.exists("handoff.db.wake"), "whoever watches it starts a run");
    // Twice is once, and a contact that is not there is nobody.
    desk.receive(URL, desk.now_ms(), &changed(20));
    desk.receive(URL, desk.now_ms(), &changed(999));
    desk.fake.requests();
    desk.sync();
    assert_eq!(desk.stored(), [1, 2, 3, 20]);
    let asked = desk.fake.requests();
    desk.later(1);
    desk.sync();
    assert!(desk.fake.requests().len() < asked.len(), "it is read once");
}

#[test]
fn case_27_what_is_not_signed_for_this_address_just_now_is_refused_and_changes_nothing() {
    let desk = Desk::with_webhooks();
    desk.sync();
    desk.fake.portal().change(20, NOW_MS + MINUTE, 50 * MINUTE, &json!({"email": "late@client.example"}));
    desk.later(2);
    let now = desk.now_ms();
    for (url, signed_ms, body, status, said) in [
        ("https://other.example/hubspot", now, changed(20), "401", "another address"),
        (URL, now - 300_001, changed(20), "401", "five minutes"),
        (URL, now, "[".to_owned(), "400", "cannot be read"),
        (URL, now, "x".repeat(1_000_001), "413", "larger"),
    ] {
        let ran = desk.receive(url, signed_ms, &body);
        assert_eq!(ran.status, 1, "{}", ran.all());
        assert!(ran.stdout.starts_with(&format!("Status: {status} ")), "{}", ran.all());
        assert!(ran.stderr.contains(said), "{}", ran.all());
    }
    assert!(!desk.place.exists("handoff.db.wake"));
    desk.sync();
    assert!(desk.stored().is_empty());
}

#[test]
fn case_27_a_request_that_cannot_be_kept_is_asked_for_again() {
    let desk = Desk::with_webhooks();
    let ran = desk.receive(URL, desk.now_ms(), &changed(20));
    assert!(ran.stdout.starts_with("Status: 503 "), "{}", ran.all());
    assert!(ran.stderr.contains("there is no database"), "{}", ran.all());
    desk.sync();
    desk.place.replace("rules.toml", &format!("receive_url = \"{URL}\""), "");
    let ran = desk.receive(URL, desk.now_ms(), &changed(20));
    assert!(ran.stdout.starts_with("Status: 503 ") && ran.stderr.contains("receive_url"), "{}", ran.all());
    let ran = cgi::receive(&desk.place, "chat", &[], "{}");
    assert!(ran.stdout.starts_with("Status: 503 ") && ran.stderr.contains("no [chat"), "{}", ran.all());
}
