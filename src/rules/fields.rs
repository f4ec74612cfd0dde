//! The catalogue of fields: standard names, and those that `[fields]` adds or maps.

use std::collections::HashMap;

use crate::model::{Field, FieldId};

/// Every field of a definition. The fields that conditions use come first, so that evaluation can read a contact no
/// further than [`Fields::used`].
#[derive(Clone, Debug, Default)]
pub struct Fields {
    all: Vec<Field>,
    by_name: HashMap<String, FieldId>,
    used: usize,
    /// Looked at for every contact, so not by name.
    score: Option<FieldId>,
    fit: Option<FieldId>,
    /// Mapped in `[fields]` or used by a condition: the source must have these.
    required: Vec<FieldId>,
}

impl Fields {
    /// `all` with the first `used` of them in conditions, and which of them the source must have.
    pub fn new(all: Vec<Field>, used: usize, required: Vec<FieldId>) -> Self {
        let by_name: HashMap<String, FieldId> =
            (0..).zip(&all).map(|(index, field)| (field.name.clone(), FieldId(index))).collect();
        let (score, fit) = (by_name.get("score").copied(), by_name.get("fit").copied());
        Self { all, by_name, used, score, fit, required }
    }

    pub fn all(&self) -> &[Field] {
        &self.all
    }

    /// The fields that conditions, scores and fits look at.
    pub fn used(&self) -> &[Field] {
        self.all.get(..self.used).unwrap_or(&self.all)
    }

    pub fn required(&self) -> impl Iterator<Item = &Field> {
        self.required.iter().filter_map(|id| self.get(*id))
    }

    pub fn get(&self, id: FieldId) -> Option<&Field> {
        self.all.get(usize::from(id.0))
    }

    /// The CRM's engagement score.
    pub fn score(&self) -> Option<FieldId> {
        self.score
    }

    /// The CRM's ICP fit.
    pub fn fit(&self) -> Option<FieldId> {
        self.fit
    }

    pub fn find(&self, name: &str) -> Option<FieldId> {
        self.by_name.get(name).copied()
    }
}
