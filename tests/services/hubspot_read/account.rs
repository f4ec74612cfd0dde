//! A database belongs to one account: the token says which.

use super::desk::Desk;
use crate::support::Ran;

/// A run with this token.
fn run(desk: &Desk, token: &'static str) -> Ran {
    desk.later(1);
    desk.fake.portal().token = token;
    let now = desk.fake.portal().now_ms;
    let now = chrono::DateTime::from_timestamp_millis(now).unwrap().to_rfc3339();
    desk.place.handoff_with(&[("HANDOFF_NOW", &now), ("HANDOFF_HUBSPOT_TOKEN", token)], &["run"])
}

#[test]
fn the_token_of_another_account_is_refused_and_a_new_one_of_the_same_is_not() {
    let desk = Desk::open();
    desk.fill(1, 3);
    for token in ["pat-na1-first-0123456789", "pat-na1-second-0123456789"] {
        let ran = run(&desk, token);
        assert_eq!(ran.status, 0, "{}", ran.all());
    }
    desk.fake.portal().number = 777;
    desk.fake.requests();
    let ran = run(&desk, "pat-na1-third-0123456789");
    assert_eq!(ran.status, 2, "{}", ran.all());
    assert!(
        ran.stderr.contains("belongs to [crm.hubspot] 12345, and this definition reads [crm.hubspot] 777")
    );
    assert_eq!(desk.fake.requests().len(), 1, "nothing else was asked");
}
