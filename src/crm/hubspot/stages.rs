//! The order of lifecycle stages: by API a contact only ever moves forward.
//!
//! <https://developers.hubspot.com/docs/api-reference/crm-contacts-v3/guide>

use std::cmp::Ordering;

use serde_json::Value;

use super::record::id_text;
use crate::connector::property::Options;

/// The property that holds the stage.
pub(super) const STAGE_PROPERTY: &str = "lifecyclestage";

/// HubSpot's own stages that follow each other in every portal.
const KNOWN: [&str; 6] =
    ["subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity", "customer"];

/// From the definition of a property; of the stage, with the account's own stages among them. An option without a place comes
/// last.
pub(super) fn options_of(definition: &Value) -> Options {
    let options = definition.get("options").and_then(Value::as_array).into_iter().flatten();
    let mut options: Vec<(i64, String)> = options
        .filter_map(|option| {
            let place = option.get("displayOrder").and_then(Value::as_i64);
            Some((place.unwrap_or(i64::MAX), option.get("value").and_then(id_text)?))
        })
        .collect();
    options.sort();
    Options(options.into_iter().map(|(_, option)| option).collect())
}

/// Whether `wanted` lies before `present`. `None`: HubSpot's own order does not say, and the portal's is needed.
pub(super) fn is_backward(present: &str, wanted: &str) -> Option<bool> {
    let place = |stage: &str| KNOWN.iter().position(|known| *known == stage);
    Some(place(wanted)? < place(present)?)
}

/// The same by the portal's order; a stage that is not in it is written as it was asked for.
pub(super) fn is_backward_in(stages: &Options, present: &str, wanted: &str) -> bool {
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
        let stages = options_of(&definition);
        assert!(is_backward_in(&stages, "981", "lead"));
        assert!(!is_backward_in(&stages, "981", "customer"));
        assert!(!is_backward_in(&stages, "elsewhere", "lead"));
        assert!(stages.takes("981") && stages.takes("broken") && !stages.takes("evangelist"));
        assert!(options_of(&json!({"options": null})).takes("anything"));
    }
}
