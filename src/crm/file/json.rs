//! JSON that forgets nothing: a member that is there twice stays there twice.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Number;

/// A value.
#[derive(Debug, PartialEq)]
pub(super) enum Json {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Self>),
    Object(Vec<(String, Self)>),
}

impl Json {
    /// The member of this name, else the one at this path.
    ///
    /// # Errors
    /// It is there twice, so that nobody knows which counts.
    pub(super) fn member(&self, name: &str) -> Result<Option<&Self>, String> {
        let Self::Object(members) = self else { return Ok(None) };
        let mut same = members.iter().filter(|(known, _)| known == name);
        if let Some((_, value)) = same.next() {
            return match same.next() {
                Some(_) => Err(format!("'{name}' is there twice")),
                None => Ok(Some(value)),
            };
        }
        for (at, _) in name.match_indices('.') {
            let (parent, rest) = name.split_at(at);
            let parent = members.iter().any(|(known, _)| known == parent).then(|| self.member(parent));
            if let Some(found) = parent.transpose()?.flatten()
                && let Some(value) = found.member(rest.trim_start_matches('.'))?
            {
                return Ok(Some(value));
            }
        }
        Ok(None)
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reading)
    }
}

struct Reading;

impl<'de> Visitor<'de> for Reading {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Json, E> {
        Ok(Json::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json, E> {
        Ok(Json::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
        Ok(Json::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Json, E> {
        Ok(Number::from_f64(number).map_or(Json::Null, Json::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
        let mut object = Vec::new();
        while let Some(member) = members.next_entry()? {
            object.push(member);
        }
        Ok(Json::Object(object))
    }
}
