//! Two definitions over one catalogue of fields. Each definition counts its fields by itself; conditions can be compared,
//! and one side's be put into the other, only when a field has one number in both.

use super::{Notes, Operand, Rules, arrow, or_none};
use crate::model::{Field, FieldId};
use crate::rules::definition::{Decay, PointSheet};
use crate::rules::fields::Fields;

/// Both sides over the same fields.
pub(super) struct Aligned {
    pub(super) fields: Vec<Field>,
    pub(super) old: Rules,
    pub(super) new: Rules,
    pub(super) new_fields: Vec<String>,
}

pub(super) fn align(old: &Rules, new: &Rules) -> Aligned {
    let before = old.fields.used();
    let mut fields = before.to_vec();
    let mut ids = Vec::new();
    let mut new_fields = Vec::new();
    for field in new.fields.used() {
        let known = fields.iter().position(|known| same_source(known, field));
        let at = known.unwrap_or(fields.len());
        if at == fields.len() {
            new_fields.push(field.name.clone());
            fields.push(field.clone());
        }
        ids.push(FieldId(u16::try_from(at).unwrap_or(u16::MAX)));
    }
    let mut old = old.clone();
    old.fields = catalogue(fields.len(), (0..).map(FieldId).zip(before));
    let mut renumbered = new.clone();
    renumber(&mut renumbered, |id| ids.get(usize::from(id.0)).copied().unwrap_or(id));
    renumbered.fields = catalogue(fields.len(), ids.iter().copied().zip(new.fields.used()));
    Aligned { fields, old, new: renumbered, new_fields }
}

/// Whether two fields are read from the same place as the same type, whatever they are called.
fn same_source(a: &Field, b: &Field) -> bool {
    let derived = |field: &Field| field.name == crate::model::EMAIL_DOMAIN;
    a.property == b.property
        && a.of_company == b.of_company
        && a.reading == b.reading
        && derived(a) == derived(b)
}

/// One side's catalogue: the fields that it does not know have no name there.
fn catalogue<'f>(count: usize, known: impl Iterator<Item = (FieldId, &'f Field)>) -> Fields {
    let unknown = Field::new("", "", crate::model::Kind::Text);
    let mut all = vec![unknown; count];
    for (id, field) in known {
        if let Some(slot) = all.get_mut(usize::from(id.0)) {
            slot.clone_from(field);
        }
    }
    Fields::new(all, count, Vec::new())
}

fn renumber(rules: &mut Rules, id: impl Fn(FieldId) -> FieldId) {
    renumber_judging(rules, &id);
    rules.outcome.reason = rules.outcome.reason.map(&id);
    let routes = rules.routes.iter_mut().map(|route| &mut route.when);
    for condition in rules.outcome.when.values_mut().chain(routes) {
        condition.for_each_leaf(&mut |leaf| renumber_operand(&mut leaf.operand, &id));
    }
}

fn renumber_judging(rules: &mut Rules, id: &impl Fn(FieldId) -> FieldId) {
    for condition in rules.judging_conditions() {
        condition.for_each_leaf(&mut |leaf| renumber_operand(&mut leaf.operand, id));
    }
    let sheets: [&mut Option<PointSheet>; 2] = [&mut rules.score, &mut rules.icp.points];
    for points in sheets.into_iter().flatten().flat_map(|sheet| &mut sheet.points) {
        if let Some(Decay { since, .. }) = &mut points.decay {
            *since = id(*since);
        }
    }
}

fn renumber_operand(operand: &mut Operand, id: &impl Fn(FieldId) -> FieldId) {
    if let Operand::Field(field) = operand {
        *field = id(*field);
    }
}

/// Makes what came from the new side look at the old side's fields wherever those have the same name and type: that a name
/// stands for another property is a change of its own. Names that only the new side knows are added.
pub(super) fn adopt(alone: &mut Rules, old: &Rules, new: &Rules) {
    let named = |rules: &Rules, id| rules.fields.get(id).filter(|field| !field.name.is_empty()).cloned();
    let of_old = |id| {
        let field = named(new, id).filter(|_| named(old, id).is_none())?;
        old.fields
            .find(&field.name)
            .filter(|known| named(old, *known).is_some_and(|old| old.kind() == field.kind()))
    };
    renumber_judging(alone, &|id| of_old(id).unwrap_or(id));
    let ids = || (0..).map(FieldId).take(old.fields.all().len());
    let fresh = ids().filter_map(|id| Some((id, named(new, id)?)));
    let fresh =
        fresh.filter(|(id, field)| named(old, *id).is_none() && old.fields.find(&field.name).is_none());
    let all: Vec<(FieldId, Field)> =
        ids().filter_map(|id| Some((id, named(old, id)?))).chain(fresh).collect();
    alone.fields = catalogue(old.fields.all().len(), all.iter().map(|(id, field)| (*id, field)));
}

/// `[fields]`: a name that stands for another property, or for another type. The properties that come with a CRM of
/// another kind are one change with it.
pub(super) fn mappings(notes: &mut Notes<'_>, old: &Rules, new: &Rules) {
    let same_crm = old.crm.kind == new.crm.kind;
    for before in old.fields.used() {
        let Some(after) = new.fields.used().iter().find(|field| field.name == before.name) else {
            continue;
        };
        let moved = same_crm && before.property != after.property;
        if moved {
            say(notes, "property", before, (&before.property, &after.property), after);
        }
        if before.reading != after.reading {
            let (was, is) = (before.reading.to_string(), after.reading.to_string());
            say(notes, "type", before, (&was, &is), after);
        }
        if before.label != after.label {
            let label = |field: &Field| or_none(field.label.clone());
            notes
                .say("field", arrow(&format!("field {}: label", before.name), &label(before), &label(after)));
        }
    }
}

fn say(notes: &mut Notes<'_>, what: &str, before: &Field, (old, new): (&str, &str), after: &Field) {
    let text = arrow(&format!("field {}: {what}", before.name), old, new);
    let ids = notes.old.fields.find(&before.name).zip(notes.new.fields.find(&before.name));
    let Some((from, to)) = ids else {
        return notes.say("field", text);
    };
    notes.say_exactly("field", text, |rules| {
        renumber_judging(rules, &|id| if id == from { to } else { id });
        let all = rules.fields.all();
        let known = (0..).map(FieldId).zip(all).filter(|(id, field)| *id != from && !field.name.is_empty());
        rules.fields = catalogue(all.len(), known.chain([(to, after)]));
    });
}
