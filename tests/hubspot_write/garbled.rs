//! A HubSpot whose answers arrive spoilt: no body makes the binary panic, hang, or create a task twice, and none of it is
//! left behind when the answers are right again.

use serde_json::json;

use crate::proxy::Proxy;
use crate::scene::Scene;

const LEADS: [&str; 4] = ["101", "102", "103", "104"];

/// Runs in a row against one portal, each of which may leave things half done for the next.
const RUNS: usize = 12;

fn runs_through_spoilt_answers(seed: u64) {
    let mut scene = Scene::new(true, &LEADS);
    let proxy = Proxy::start(scene.fake.url(), seed, 3);
    scene.place.replace("rules.toml", &scene.fake.url(), &proxy.url());
    // What the portal has is said, lest a spoilt answer say otherwise.
    scene.place.replace("rules.toml", "portal = ", "handoff_key = \"property\"\nportal = ");
    for _ in 0..RUNS {
        // `command` fails the test on a panic.
        scene.command(&["run", "--include-existing", "--deadline", "2", "-vv"]);
        for lead in LEADS {
            scene.fake.portal().put("contacts", lead, &json!({"hs_analytics_num_page_views": "1"}));
            let tasks = scene.fake.tasks(lead).len();
            assert!(tasks <= 1, "seed {seed}: {tasks} tasks of {lead}");
        }
    }
    assert!(proxy.be_honest() > 0, "seed {seed}: nothing was spoilt");
    scene.fake.portal().put(
        "contacts",
        "900",
        &json!({"email": "new@lead.example", "hubspotscore": "70", "lifecyclestage": "lead"}),
    );
    scene.wait(30);
    scene.command(&["retry"]);
    scene.settle();
    for lead in LEADS {
        assert!(scene.fake.tasks(lead).len() <= 1, "seed {seed}: {lead} has two tasks in the end");
    }
    assert_eq!(scene.fake.tasks("900").len(), 1, "seed {seed}: the next lead is handed off as ever");
    scene.fake.requests();
}

#[test]
fn no_answer_of_hubspot_breaks_a_run() {
    (1..=4).for_each(runs_through_spoilt_answers);
}
