//! The order of lifecycle stages: by API a contact only ever moves forward.
//!
//! <https://developers.hubspot.com/docs/api-reference/crm-contacts-v3/guide>

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The property that holds the stage.
pub(super) const STAGE_PROPERTY: &str = "lifecyclestage";

/// HubSpot's own stages that follow each other in every portal.
const KNOWN: [&str; 6] =
    ["subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity", "customer"];

/// A portal's stages in their order, with its own among them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stages(Vec<String>);

impl Stages {
    /// From the definition of the property: its options, each with a place.
    pub(super) fn of_property(definition: &Value) -> Option<Self> {
        let options = definition.get("options")?.as_array()?;
        let mut stages: Vec<(i64, String)> = options
            .iter()
            .filter_map(|option| {
                let place = option.get("displayOrder").and_then(Value::as_i64)?;
                Some((place, option.get("value")?.as_str()?.to_owned()))
            })
            .collect();
        stages.sort();
        Some(Self(stages.into_iter().map(|(_, stage)| stage).collect()))
    }

    fn place(&self, stage: &str) -> Option<usize> {
        self.0.iter().position(|known| known == stage)
    }
}

/// Whether `wanted` lies before `present`. `None`: HubSpot's own order does not say, and the portal's is needed.
pub(super) fn is_backward(present: &str, wanted: &str) -> Option<bool> {
    let place = |stage: &str| KNOWN.iter().position(|known| *known == stage);
    Some(place(wanted)? < place(present)?)
}

/// The same by the portal's order; a stage that is not in it is written as it was asked for.
pub(super) fn is_backward_in(stages: &Stages, present: &str, wanted: &str) -> bool {
    let order = stages.place(wanted).zip(stages.place(present)).map(|(wanted, present)| wanted.cmp(&present));
    order == Some(Ordering::Less)
}

/// Whether a stage is one that sales has taken.
pub(super) fn is_sales(stage: &str) -> bool {
    is_backward(stage, "salesqualifiedlead") == Some(true) || stage == "salesqualifiedlead"
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn hubspots_own_stages_have_their_order() {
        assert_eq!(is_backward("opportunity", "marketingqualifiedlead"), Some(true));
        assert_eq!(is_backward("lead", "marketingqualifiedlead"), Some(false));
        assert_eq!(is_backward("lead", "lead"), Some(false));
        assert_eq!(is_backward("12345", "lead"), None);
        assert!(is_sales("opportunity") && is_sales("salesqualifiedlead") && !is_sales("lead"));
        assert!(!is_sales("12345"));
    }

    #[test]
    fn a_portals_own_stages_are_ordered_by_their_place() {
        let definition = json!({"options": [
            {"value": "customer", "displayOrder": 5}, {"value": "981", "displayOrder": 3},
            {"value": "lead", "displayOrder": 1}, {"value": "broken"},
        ]});
        let stages = Stages::of_property(&definition).unwrap();
        assert!(is_backward_in(&stages, "981", "lead"));
        assert!(!is_backward_in(&stages, "981", "customer"));
        assert!(!is_backward_in(&stages, "elsewhere", "lead"));
    }
}
