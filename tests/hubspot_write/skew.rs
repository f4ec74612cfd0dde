//! A machine whose clock is wrong blames nobody by it.

use chrono::TimeDelta;

use crate::portal::TOKEN;
use crate::scene::Scene;
use crate::support::Ran;

/// The next run, on a machine whose clock is so many minutes ahead of the portal's.
fn run_ahead(scene: &Scene, minutes: i64) -> Ran {
    let now = scene.now();
    scene.fake.portal().now_ms = now.timestamp_millis();
    let ours = (now + TimeDelta::minutes(minutes)).to_rfc3339();
    let variables = [("HANDOFF_NOW", ours.as_str()), ("HANDOFF_HUBSPOT_TOKEN", TOKEN)];
    scene.place.handoff_with(&variables, &["run", "--format", "json"])
}

#[test]
fn nobody_is_escalated_by_a_clock_that_is_not_the_crm_s() {
    let mut scene = Scene::new(true, &["101"]);
    scene.place.replace(
        "rules.toml",
        "respond_within = \"1h\"",
        "respond_within = \"1h\"\nstep = [{ at = \"50%\", do = \"remind\" }]",
    );
    assert_eq!(scene.run().status, 0);
    scene.wait(5);
    for (minutes, which) in [(180, "180 minutes ahead of"), (-3, "3 minutes behind")] {
        let ran = run_ahead(&scene, minutes);
        assert_eq!(ran.status, 1, "{}", ran.all());
        assert!(ran.json()["escalated"].as_array().unwrap().is_empty(), "{}", ran.all());
        assert!(ran.all().contains(&format!("clock is {which} the CRM's")), "{}", ran.all());
    }
    let ran = run_ahead(&scene, 1);
    assert_eq!(ran.status, 0, "a minute is no matter: {}", ran.all());
    // When it is that late by both clocks, the step is done.
    scene.wait(30);
    let ran = run_ahead(&scene, 0);
    assert_eq!(ran.json()["escalated"].as_array().unwrap().len(), 1, "{}", ran.all());
}
