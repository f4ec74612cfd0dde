//! Which parts of a definition its examples reach: an untested tier is an agreement nobody has looked at.

use serde_json::{Value, json};

use crate::assign::Routing;
use crate::qualify::{PartKind, Trace};
use crate::rules::Rules;

/// Parts of the definition, and which way the examples saw them come out.
#[derive(Clone, Debug)]
pub(super) struct Coverage {
    parts: Vec<Covered>,
}

#[derive(Clone, Debug)]
struct Covered {
    of: Of,
    name: String,
    reached: bool,
    missed: bool,
    /// A route is chosen or not; that it was not says nothing about it.
    needs_miss: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    Part(PartKind),
    Route(usize),
}

/// A part's name for people.
pub(super) fn name(rules: &Rules, kind: PartKind) -> String {
    match kind {
        PartKind::Disqualifier(at) => rules
            .disqualifiers
            .get(at)
            .map_or_else(String::new, |rule| format!("disqualifier '{}'", rule.name)),
        PartKind::Tier(at) => {
            rules.tiers.get(at).map_or_else(String::new, |tier| format!("tier '{}'", tier.name))
        }
        PartKind::Icp => "ICP requirements".to_owned(),
        PartKind::Fit => "ICP minimum fit".to_owned(),
    }
}

impl Coverage {
    pub(super) fn new(rules: &Rules) -> Self {
        let mut kinds: Vec<PartKind> = (0..rules.disqualifiers.len()).map(PartKind::Disqualifier).collect();
        kinds.extend((0..rules.tiers.len()).map(PartKind::Tier));
        kinds.extend((!rules.icp.when.is_always()).then_some(PartKind::Icp));
        kinds.extend(rules.icp.minimum_fit.map(|_| PartKind::Fit));
        let parts = kinds.into_iter().map(|kind| (Of::Part(kind), name(rules, kind), true));
        let routes = rules.routes.iter().enumerate();
        let routes = routes.map(|(at, route)| (Of::Route(at), format!("route '{}'", route.name), false));
        let covered = parts.chain(routes).map(|(of, name, needs_miss)| Covered {
            of,
            name,
            reached: false,
            missed: false,
            needs_miss,
        });
        Self { parts: covered.collect() }
    }

    /// Takes in what one example came to.
    pub(super) fn see(&mut self, traced: &Trace<'_>, routing: Option<&Routing>) {
        for part in &traced.parts {
            self.mark(Of::Part(part.kind), part.holds);
        }
        let chosen = routing.map(|routing| match routing {
            Routing::Assigned(assignment) => assignment.route,
            Routing::Waiting(waiting) => waiting.route,
        });
        if let Some(route) = chosen {
            self.mark(Of::Route(route), true);
        }
    }

    fn mark(&mut self, of: Of, holds: bool) {
        for part in self.parts.iter_mut().filter(|part| part.of == of) {
            part.reached |= holds;
            part.missed |= !holds;
        }
    }

    /// Of everything that should be reached, and missed, how much is; a definition without parts is covered.
    pub(super) fn percent(&self) -> u32 {
        let wanted: usize = self.parts.iter().map(|part| 1 + usize::from(part.needs_miss)).sum();
        let got: usize = self
            .parts
            .iter()
            .map(|part| usize::from(part.reached) + usize::from(part.needs_miss && part.missed))
            .sum();
        (got * 100).checked_div(wanted).and_then(|percent| u32::try_from(percent).ok()).unwrap_or(100)
    }

    pub(super) fn rows(&self) -> Vec<[String; 3]> {
        let mark = |is: bool| if is { "✓" } else { "✗" }.to_owned();
        self.parts
            .iter()
            .map(|part| {
                let missed = if part.needs_miss { mark(part.missed) } else { String::new() };
                [part.name.clone(), mark(part.reached), missed]
            })
            .collect()
    }

    pub(super) fn as_json(&self) -> Value {
        let rows = self.parts.iter().map(|part| {
            let missed = part.needs_miss.then_some(part.missed);
            json!({ "part": part.name, "reached": part.reached, "missed": missed })
        });
        Value::from(rows.collect::<Vec<_>>())
    }
}
