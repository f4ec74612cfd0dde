//! A proxy that the environment names is for services elsewhere: what is on this machine is asked directly, token and all.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::secrets::{TOKEN, place};
use crate::support::http_server::{HttpServer, Reply};

/// A server that counts what it is asked.
fn counting() -> (HttpServer, Arc<AtomicU32>) {
    let asked = Arc::new(AtomicU32::new(0));
    let count = asked.clone();
    let server = HttpServer::start(move |_| {
        count.fetch_add(1, Ordering::SeqCst);
        Reply::json(200, &serde_json::json!({"results": []}))
    });
    (server, asked)
}

#[test]
fn what_is_on_this_machine_is_asked_without_a_proxy() {
    let (service, asked) = counting();
    let (proxy, passed) = counting();
    let place = place(&service.url());
    for variable in ["http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy", "https_proxy"] {
        let variables = [("HANDOFF_HUBSPOT_TOKEN", TOKEN), (variable, &proxy.url())];
        let ran = place.handoff_with(&variables, &["run"]);
        assert_eq!(passed.load(Ordering::SeqCst), 0, "{variable}: {}", ran.all());
    }
    assert!(asked.load(Ordering::SeqCst) >= 5, "the service itself was asked");
}

#[test]
fn a_proxy_is_honoured_for_services_elsewhere() {
    let (proxy, passed) = counting();
    let place = place("https://api.hubapi.invalid");
    let ran =
        place.handoff_with(&[("HANDOFF_HUBSPOT_TOKEN", TOKEN), ("https_proxy", &proxy.url())], &["run"]);
    assert_eq!(ran.status, 1, "{}", ran.all());
    assert!(passed.load(Ordering::SeqCst) > 0, "the proxy was asked for a tunnel: {}", ran.all());
}
