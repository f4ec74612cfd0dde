//! `when = { … }`: a table of fields and operators -> a [`Condition`].

use std::ops;

use super::argument::Operation;
use super::catalogue::Catalogue;
use super::codes::{BAD_VALUE, CIRCULAR, IMPOSSIBLE};
use super::condition::{Condition, Leaf, Operand};
use super::finding::{Finding, Findings};
use super::item::{Entry, Item, Node, Table};
use super::keys::operator_names;
use super::lists::Lists;
use super::operator::{compile_operation, unknown_operator};
use super::reason::{self, Conflict, Range, Ranges};
use super::values::wrong_type;
use crate::model::Kind;

/// What conditions can name, and what may be said where.
pub(super) struct Names {
    pub(super) fields: Catalogue,
    pub(super) lists: Lists,
    /// The score is the sum of `[[score.points]]`, not a field of the CRM.
    pub(super) score_from_points: bool,
    /// The fit is the sum of `[[icp.points]]`.
    pub(super) fit_from_points: bool,
}

/// Where a condition stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    Plain,
    /// Points cannot look at the sums that points make.
    Points,
    /// Here `before` and `after` may say `"handoff"`.
    Outcome,
}

/// Stands for a condition with a finding: it takes nobody, so no later check mistakes it for one that takes everybody.
pub(super) fn never() -> Condition {
    Condition::Any(Vec::new())
}

/// Whether a condition stands for one with a finding.
pub(super) fn is_never(condition: &Condition) -> bool {
    matches!(condition, Condition::Any(parts) if parts.is_empty())
}

/// Compiles one condition; every test in it must hold.
pub(super) fn compile(table: &Table, scope: Scope, names: &mut Names, findings: &mut Findings) -> Condition {
    let found_before = findings.errors();
    let mut parts = Vec::with_capacity(table.entries.len());
    let mut compiler = Compiler { scope, names, findings, is_broken: false };
    for entry in &table.entries {
        compiler.entry(entry, &mut parts);
    }
    if compiler.is_broken || findings.errors() > found_before {
        return never();
    }
    let condition = match <[Condition; 1]>::try_from(parts) {
        Ok([only]) => only,
        Err(parts) => Condition::All(parts),
    };
    let is_possible = may_hold(std::slice::from_ref(&condition), table.span.clone(), findings);
    if is_possible { condition } else { never() }
}

/// Notes conditions that must hold at once and exclude each other.
fn may_hold(conditions: &[Condition], span: ops::Range<usize>, findings: &mut Findings) -> bool {
    let Some(conflict) = reason::conflict(conditions, &Ranges::default()) else {
        return true;
    };
    findings.add(impossible(&conflict, span));
    false
}

/// What to say of conditions that never hold.
pub(super) fn impossible(conflict: &Conflict, span: ops::Range<usize>) -> Finding {
    let mut words = match conflict.words.split_last() {
        None => return Finding::error(IMPOSSIBLE, span, "impossible: this condition never holds"),
        Some((only, [])) => only.clone(),
        Some((last, others)) => format!("{}, and {last}", others.join(", ")),
    };
    let mut help = "these must hold at once: loosen one, or write `any` where either will do";
    if let Some(Range { least, most }) = conflict.range {
        words = format!("{words}, when all points together make at least {least} and at most {most}");
        help = "change the test, or the points";
    }
    let message = if conflict.is_first_of_several {
        format!("impossible whichever branch is taken; the first asks for {words}")
    } else {
        format!("impossible: {words}")
    };
    Finding::error(IMPOSSIBLE, span, message).help(help)
}

struct Compiler<'a> {
    scope: Scope,
    names: &'a mut Names,
    findings: &'a mut Findings,
    /// A part could not be compiled, and what is wrong was noted where it is to blame.
    is_broken: bool,
}

impl Compiler<'_> {
    fn entry(&mut self, entry: &Entry, parts: &mut Vec<Condition>) {
        match (entry.key.as_str(), &entry.item.node) {
            ("all", _) => parts.push(Condition::All(self.branches(entry))),
            ("any", _) => {
                let branches = self.branches(entry);
                if matches!(&entry.item.node, Node::List(items) if items.is_empty()) {
                    let message = "`any` of nothing never holds";
                    self.findings.error(IMPOSSIBLE, entry.item.span.clone(), message);
                }
                parts.push(Condition::Any(branches));
            }
            ("not", Node::Table(table)) => {
                let inner = self.nested(table);
                parts.push(Condition::Not(Box::new(inner)));
            }
            ("not", _) => self.findings.add(wrong_type("not", "a table", &entry.item)),
            ("company", Node::Table(company)) => {
                for inner in &company.entries {
                    let name = format!("company.{}", inner.key);
                    let span = dotted(&entry.key_span, &inner.key_span);
                    self.field(&name, span, &inner.item, parts);
                }
            }
            (name, _) => self.field(name, entry.key_span.clone(), &entry.item, parts),
        }
    }

    fn nested(&mut self, table: &Table) -> Condition {
        let condition = compile(table, self.scope, self.names, self.findings);
        self.is_broken |= is_never(&condition);
        condition
    }

    /// The tables of `all` and `any`.
    fn branches(&mut self, entry: &Entry) -> Vec<Condition> {
        let Node::List(items) = &entry.item.node else {
            self.findings.add(wrong_type(&entry.key, "a list of tables", &entry.item));
            return Vec::new();
        };
        let mut branches = Vec::with_capacity(items.len());
        for item in items {
            if let Node::Table(table) = &item.node {
                branches.push(self.nested(table));
            } else {
                self.findings.add(wrong_type(&entry.key, "a list of tables", item));
            }
        }
        branches
    }

    /// Every test of one field.
    fn field(&mut self, name: &str, span: ops::Range<usize>, item: &Item, parts: &mut Vec<Condition>) {
        let Some((operand, kind)) = self.operand(name, &span) else {
            return;
        };
        let mut leaves = Vec::new();
        let Node::Table(operators) = &item.node else {
            leaves.extend(self.test(name, operand, kind, "equals", item));
            parts.extend(leaves.into_iter().map(|leaf| leaf.on(operand)));
            return;
        };
        if operators.entries.is_empty() {
            let finding = Finding::error(BAD_VALUE, item.span.clone(), format!("`{name}` has no operator"));
            self.findings
                .add(finding.help(format!("operators: {}", operator_names().collect::<Vec<_>>().join(", "))));
        }
        for operator in &operators.entries {
            if operator_names().any(|name| name == operator.key) {
                leaves.extend(self.test(name, operand, kind, &operator.key, &operator.item));
            } else {
                self.findings.add(unknown_operator(name, operator));
            }
        }
        let leaves: Vec<Condition> = leaves.into_iter().map(|leaf| leaf.on(operand)).collect();
        may_hold(&leaves, span, self.findings);
        parts.extend(leaves);
    }

    fn test(
        &mut self,
        name: &str,
        operand: Operand,
        kind: Kind,
        operator: &str,
        item: &Item,
    ) -> Option<Untied> {
        let reading = match operand {
            Operand::Field(id) => self.names.fields.reading(id),
            Operand::Score | Operand::Fit => None,
        };
        let may_say_handoff = self.scope == Scope::Outcome;
        let operation = Operation { field: name, kind, operator, item, reading, may_say_handoff };
        let compiled = compile_operation(&operation, &mut self.names.lists, self.findings);
        self.is_broken |= compiled.is_none();
        let (test, words) = compiled?;
        Some(Untied { test, text: format!("{name} {words}"), span: item.span.clone() })
    }

    fn operand(&mut self, name: &str, span: &ops::Range<usize>) -> Option<(Operand, Kind)> {
        let operand = match name {
            "score" if self.names.score_from_points => Operand::Score,
            "fit" if self.names.fit_from_points => Operand::Fit,
            // The CRM's own score is a field like any other: one that cannot be read says so in the trace.
            _ => {
                let id = self.names.fields.require(name, span, self.findings)?;
                return Some((Operand::Field(id), self.names.fields.kind(id)));
            }
        };
        if self.scope == Scope::Points {
            let message = format!("points cannot depend on `{name}`, which is itself a sum of points");
            self.findings.error(CIRCULAR, span.clone(), message);
            return None;
        }
        Some((operand, Kind::Number))
    }
}

/// A test before it is tied to its operand.
struct Untied {
    test: super::condition::Test,
    text: String,
    span: ops::Range<usize>,
}

impl Untied {
    fn on(self, operand: Operand) -> Condition {
        Condition::Leaf(Box::new(Leaf { operand, test: self.test, text: self.text, span: self.span }))
    }
}

/// The span of `company.employees` when it is written in one piece, else that of its last part.
fn dotted(outer: &ops::Range<usize>, inner: &ops::Range<usize>) -> ops::Range<usize> {
    if inner.start == outer.end + 1 { outer.start..inner.end } else { inner.clone() }
}
