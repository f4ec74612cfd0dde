use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use reqwest::header::HeaderMap;

use super::*;
use crate::connector::http::Script;
use crate::connector::pacer::Rate;

const SHORT: Duration = Duration::from_millis(300);
const LONG: Duration = Duration::from_secs(30);

/// A client whose service answers everything with `status`, and how often it was asked.
fn client(status: u16) -> (Client<&'static str>, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let script = Script::new(move |request| {
        counted.fetch_add(1, Ordering::SeqCst);
        let token = request.headers().get("authorization").map(|token| token.to_str().unwrap());
        let said = format!("{} {token:?}", request.url());
        Ok(Answer { status, headers: HeaderMap::new(), body: said.into_bytes() })
    });
    let token = Secret::parse("a-token-of-some-length").unwrap();
    let base = Base::Token { url: "https://api.example".to_owned(), token };
    let pacer = Pacer::new("Acme", |_| Rate::UNLIMITED);
    (Client::new(Http::scripted(script), base, SHORT, pacer), asked)
}

fn request<'a>(keys: &'a [&'static str], within: Duration) -> Request<'a, &'static str> {
    let deadline = Instant::now() + within;
    Request { method: Method::GET, path: "/things", body: None, keys, attempts: 3, deadline }
}

fn again(after: Duration) -> impl FnMut(Attempt) -> Next<u32> {
    move |attempt| Next::Retry { after, otherwise: attempt.number }
}

#[test]
fn attempts_are_bounded() {
    let (client, asked) = client(503);
    assert_eq!(client.send(&request(&["any"], LONG), again(Duration::ZERO)), Ok(3));
    assert_eq!(asked.load(Ordering::SeqCst), 3);
}

#[test]
fn nothing_is_tried_again_past_the_deadline() {
    let (client, asked) = client(503);
    let begun = Instant::now();
    assert_eq!(client.send(&request(&["any"], SHORT), again(LONG)), Ok(1));
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    assert!(begun.elapsed() < LONG);
}

#[test]
fn a_token_that_the_service_repeats_is_taken_out() {
    let (client, _) = client(400);
    let said = client.send(&request(&["any"], LONG), |attempt| {
        Next::Return(String::from_utf8(attempt.answer.unwrap().body).unwrap())
    });
    let said = said.unwrap();
    assert!(said.starts_with("https://api.example/things "), "{said}");
    assert!(said.contains("Bearer …"), "{said}");
}

#[test]
fn what_waits_for_its_turn_does_not_go_out_once_the_service_takes_nothing_more() {
    let (client, asked) = client(429);
    client.pacer.hold(&"slow", Instant::now() + SHORT);
    thread::scope(|scope| {
        let waiting = scope.spawn(|| client.send(&request(&["slow"], LONG), |_| Next::Return(())));
        thread::sleep(SHORT / 3);
        let stop = |_: Attempt| Next::Stop { why: "used up".to_owned(), result: () };
        assert_eq!(client.send(&request(&["quick"], LONG), stop), Ok(()));
        assert_eq!(waiting.join().unwrap(), Err(Unsent::Stopped("used up".to_owned())));
    });
    assert_eq!(client.send(&request(&["quick"], LONG), |_| Next::Return(())).ok(), None);
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}
