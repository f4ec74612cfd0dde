//! Answers as they come over the wire. Ids may be texts or numbers, anything may be null or missing, and what is not known
//! here is ignored: specification and recordings disagree on all three.

use std::collections::HashMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::model::{Kind, one_line};

/// A list of anything; items are read one by one, so that a broken one does not spoil the others.
#[derive(Debug, Deserialize)]
pub(super) struct Listing {
    #[serde(default, deserialize_with = "null_as_default")]
    pub(super) results: Vec<Value>,
    #[serde(default, deserialize_with = "null_as_default")]
    paging: Option<Paging>,
    /// How many a search finds in all.
    #[serde(default)]
    pub(super) total: Option<u64>,
}

#[derive(Debug, Deserialize)]
struct Paging {
    next: Option<Next>,
}

/// `link` is left aside: recorded ones point at paths of another style.
#[derive(Debug, Deserialize)]
struct Next {
    #[serde(default, deserialize_with = "text_or_number")]
    after: Option<String>,
}

impl Listing {
    /// Where the list goes on; opaque.
    pub(super) fn after(self) -> Option<String> {
        self.paging?.next?.after.filter(|after| !after.is_empty())
    }
}

/// That something cannot be read, and why: the reason repeats what was not expected, however long that is.
pub(super) fn unread(what: &str, error: &serde_json::Error) -> String {
    one_line(&format!("{what} cannot be read: {error}"), 300)
}

/// A contact, a company, a task.
#[derive(Debug, Deserialize)]
pub(super) struct Object {
    #[serde(default, deserialize_with = "text_or_number")]
    id: Option<String>,
    #[serde(default, deserialize_with = "null_as_default")]
    properties: HashMap<String, Value>,
    #[serde(default, rename = "updatedAt")]
    updated_at: Option<String>,
    #[serde(default, deserialize_with = "null_as_default")]
    pub(super) archived: bool,
}

impl Object {
    /// Reads one item of a list; the error says what is wrong with it.
    pub(super) fn read(item: Value) -> Result<Self, String> {
        let object: Self = serde_json::from_value(item).map_err(|error| unread("it", &error))?;
        if object.id().is_empty() { Err("it has no id".to_owned()) } else { Ok(object) }
    }

    pub(super) fn id(&self) -> &str {
        self.id.as_deref().unwrap_or_default()
    }

    /// A property as text; `None` when it is not set.
    pub(super) fn property(&self, name: &str) -> Option<String> {
        self.properties.get(name).and_then(as_text)
    }

    /// When it last changed, milliseconds since 1970.
    pub(super) fn modified_ms(&self) -> Option<i64> {
        let raw = self.property("lastmodifieddate").or_else(|| self.updated_at.clone())?;
        Kind::DateTime.read(&raw).as_time().map(|time| time.timestamp_millis())
    }
}

/// What an object is associated with.
#[derive(Debug, Deserialize)]
pub(super) struct Associated {
    from: From,
    #[serde(default, deserialize_with = "null_as_default")]
    to: Vec<To>,
}

#[derive(Debug, Deserialize)]
struct From {
    #[serde(default, deserialize_with = "text_or_number")]
    id: Option<String>,
}

#[derive(Debug, Deserialize)]
struct To {
    #[serde(default, rename = "toObjectId", alias = "id", deserialize_with = "text_or_number")]
    id: Option<String>,
    #[serde(default, rename = "associationTypes", deserialize_with = "null_as_default")]
    types: Vec<AssociationType>,
}

#[derive(Debug, Deserialize)]
struct AssociationType {
    #[serde(default, rename = "typeId", deserialize_with = "text_or_number")]
    type_id: Option<String>,
}

impl Associated {
    pub(super) fn from(&self) -> &str {
        self.from.id.as_deref().unwrap_or_default()
    }

    /// The one associated with this type, else the first.
    pub(super) fn preferred(&self, type_id: &str) -> Option<&str> {
        let has_type = |to: &&To| to.types.iter().any(|kind| kind.type_id.as_deref() == Some(type_id));
        self.to.iter().find(has_type).or_else(|| self.to.first())?.id.as_deref()
    }
}

/// A user who may own records.
#[derive(Debug, Deserialize)]
pub(super) struct Owner {
    #[serde(default, deserialize_with = "text_or_number")]
    pub(super) id: Option<String>,
    #[serde(default)]
    pub(super) email: Option<String>,
}

/// The definition of a property.
#[derive(Debug, Deserialize)]
pub(super) struct Property {
    pub(super) name: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub(super) options: Vec<PropertyOption>,
    #[serde(default, rename = "modificationMetadata", deserialize_with = "null_as_default")]
    pub(super) modification: Modification,
}

#[derive(Debug, Deserialize)]
pub(super) struct PropertyOption {
    #[serde(default, deserialize_with = "text_or_number")]
    pub(super) value: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Modification {
    #[serde(default, rename = "readOnlyValue", deserialize_with = "null_as_default")]
    pub(super) is_read_only: bool,
}

/// The account behind a token.
#[derive(Debug, Deserialize)]
pub(super) struct Account {
    #[serde(default, rename = "portalId", deserialize_with = "text_or_number")]
    pub(super) portal: Option<String>,
}

fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => (!text.is_empty()).then(|| text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn text_or_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(as_text(&Value::deserialize(deserializer)?))
}

fn null_as_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn case_22_numeric_and_string_ids_null_labels_null_properties_unknown_fields_are_accepted() {
        for (item, id) in [
            (json!({"id": 51, "properties": null, "archived": null, "unknown": {"deep": [1]}}), "51"),
            (json!({"id": "51", "properties": {"email": null, "score": 12.5, "optout": true}}), "51"),
        ] {
            assert_eq!(Object::read(item).unwrap().id(), id);
        }
        let object = Object::read(json!({"id": "1", "properties": {"score": 12.5, "optout": true}})).unwrap();
        assert_eq!(object.property("score").as_deref(), Some("12.5"));
        assert_eq!(object.property("optout").as_deref(), Some("true"));
        let linked = json!({"from": {"id": 7}, "to": [
            {"toObjectId": 21451, "associationTypes": [{"category": "HUBSPOT_DEFINED", "typeId": 279, "label": null}]},
            {"toObjectId": "21501", "associationTypes": [{"typeId": 1, "label": "Primary"}]},
        ]});
        let linked: Associated = serde_json::from_value(linked).unwrap();
        assert_eq!((linked.from(), linked.preferred("1")), ("7", Some("21501")));
        assert_eq!(linked.preferred("99"), Some("21451"));
    }

    #[test]
    fn an_item_without_an_id_is_told_apart() {
        assert!(Object::read(json!({"properties": {}})).is_err());
        assert!(Object::read(json!("nonsense")).is_err());
    }

    #[test]
    fn an_empty_page_may_still_go_on() {
        let page: Listing =
            serde_json::from_value(json!({"results": [], "paging": {"next": {"after": "x", "link": "y"}}}))
                .unwrap();
        assert_eq!(page.after().as_deref(), Some("x"));
        let last: Listing = serde_json::from_value(json!({"results": [], "paging": null})).unwrap();
        assert_eq!(last.after(), None);
    }
}
