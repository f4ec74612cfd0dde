//! A service that loses answers, drops requests and is throttled, at random, and remembers what it really took.

use std::collections::HashMap;

use proptest::prelude::*;

use super::*;

/// What really happens to one attempt, and what the service says of it.
#[derive(Clone, Copy, Debug)]
enum Luck {
    Works,
    WorksUnheard,
    LostUnheard,
    Throttled,
    NotSent,
    Unauthorized,
}

fn luck() -> impl Strategy<Value = Luck> {
    prop_oneof![
        Just(Luck::Works),
        Just(Luck::WorksUnheard),
        Just(Luck::LostUnheard),
        Just(Luck::Throttled),
        Just(Luck::NotSent),
        Just(Luck::Unauthorized),
    ]
}

impl Luck {
    fn is_taken(self) -> bool {
        matches!(self, Self::Works | Self::WorksUnheard)
    }

    fn answer(self) -> Delivery {
        match self {
            Self::Works => done(),
            Self::WorksUnheard | Self::LostUnheard => Delivery::Unknown { why: why() },
            Self::Throttled => Delivery::Throttled { until: None, why: why() },
            Self::NotSent => Delivery::NotSent { why: why() },
            Self::Unauthorized => Delivery::Unauthorized { why: why() },
        }
    }
}

/// How often the service took each key.
#[derive(Default)]
struct Service {
    taken: HashMap<&'static str, u32>,
}

impl Service {
    fn show(&self, key: &str, is_down: bool) -> LookUp {
        match self.taken.get(key) {
            _ if is_down => LookUp::Failed { why: why() },
            Some(_) => LookUp::Found { remote_id: "7".to_owned() },
            None => LookUp::Absent,
        }
    }
}

const KEYS: [&str; 4] = ["a", "b", "c", "d"];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn whatever_a_service_does_it_takes_each_write_once(
        runs in prop::collection::vec((prop::array::uniform4(luck()), any::<bool>()), 0..8),
    ) {
        let mut store = planned(&[&[("a", update()), ("b", reply())], &[("c", update()), ("d", reply())]]);
        let mut service = Service::default();
        // In the end everything works.
        let good = ([Luck::Works; 4], false);
        let runs = runs.into_iter().chain([good, good]).zip(0..);
        for ((lucks, is_down), hour) in runs {
            let mut fake = Fake::default();
            // Each key is sent at most once a run, so what it meets there can be said beforehand.
            for (key, luck) in KEYS.into_iter().zip(lucks) {
                fake.will_show(key, [Some(service.show(key, is_down))]);
                fake.will_answer(key, [Some(luck.answer())]);
            }
            run(&mut store, &mut fake, first() + TimeDelta::hours(hour));
            for (key, luck) in KEYS.into_iter().zip(lucks) {
                if luck.is_taken() && fake.log().contains(&format!("send {key}")) {
                    *service.taken.entry(key).or_default() += 1;
                }
            }
            prop_assert!(service.taken.values().all(|times| *times == 1), "{:?}", service.taken);
        }
        prop_assert_eq!(counts(&store), (0, 0, 0));
        prop_assert_eq!(service.taken.len(), KEYS.len());
    }
}
