//! Effective dates: one merged document per date from which something changes.
//!
//! On each date the documents are merged from the bottom up, each with its own changes up to that date. A setting of a
//! document therefore stays in force when a document below it changes.

use shiftmill_core::{Workday, excerpt};

use crate::check::{self, Table};
use crate::document::{Field, Node, Raw, field};
use crate::extends::Layers;
use crate::merge::{merge, remove_rule, rule_names};
use crate::mistake::{Finder, Place};
use crate::nearest::nearest;
use crate::settings::{CHANGE, DOCUMENT};
use crate::values;

/// The most changes of one document.
const CHANGES_MAX: usize = 64;

/// The whole document in force from a date.
#[derive(Debug)]
pub(crate) struct Version {
    /// The date; `None` for the first.
    pub from: Option<Workday>,
    /// Its settings, checked, with defaults filled in.
    pub table: Table,
}

/// The merged and checked document for the beginning and for each date from which something changes.
pub(crate) fn versions(layers: &Layers, mistakes: &mut Finder) -> Vec<Version> {
    let changes: Vec<Vec<Change<'_>>> = layers.layers.iter().map(|fields| changes(fields, mistakes)).collect();
    let mut dates: Vec<Option<Workday>> = vec![None];
    dates.extend(changes.iter().flatten().map(|change| Some(change.from)));
    dates.sort_unstable();
    dates.dedup();
    let documents: Vec<Document<'_>> = layers
        .layers
        .iter()
        .zip(changes)
        .map(|(fields, changes)| Document { base: without(fields, &["change"]), changes, merged: Vec::new() })
        .collect();
    // Where a missing name of the document being compiled is reported.
    let place = Place { file: layers.sources.len().saturating_sub(1) as u16, offset: 0 };
    Chain { documents, place }.versions(&dates, mistakes)
}

/// A document, merged with all documents below it on the current date.
struct Document<'a> {
    base: Vec<Field>,
    changes: Vec<Change<'a>>,
    merged: Vec<Field>,
}

/// The documents from the bottom up.
struct Chain<'a> {
    documents: Vec<Document<'a>>,
    place: Place,
}

impl Chain<'_> {
    fn versions(mut self, dates: &[Option<Workday>], mistakes: &mut Finder) -> Vec<Version> {
        let mut versions = Vec::new();
        for from in dates {
            self.go_to(*from, mistakes);
            let merged = self.documents.last().map(|top| without(&top.merged, &["extends", "remove", "from"]));
            let fields = merged.unwrap_or_default();
            let table = check::table(&DOCUMENT, &fields, self.place, check::Whole::Yes, mistakes);
            versions.push(Version { from: *from, table });
        }
        versions
    }

    /// Advances all documents to a date. A document is merged again only when one below it changed.
    fn go_to(&mut self, from: Option<Workday>, mistakes: &mut Finder) {
        let mut below: Option<Vec<Field>> = from.is_none().then(Vec::new);
        for document in &mut self.documents {
            let anew = below.take();
            let changed = anew.is_some() || document.changes.iter().any(|change| Some(change.from) == from);
            if let Some(below) = &anew {
                // The name and version of a document below are its own, and whether it is shared.
                document.merged = without(below, &["name", "version", "description", "shared"]);
                lay_over(&mut document.merged, &document.base, mistakes);
            }
            let earlier = anew.is_some();
            for change in &document.changes {
                if Some(change.from) == from || earlier && Some(change.from) < from {
                    lay_over(&mut document.merged, change.fields, mistakes);
                }
            }
            below = changed.then(|| document.merged.clone());
        }
    }
}

fn without(fields: &[Field], names: &[&str]) -> Vec<Field> {
    fields.iter().filter(|field| !names.contains(&field.name.as_str())).cloned().collect()
}

fn lay_over(merged: &mut Vec<Field>, fields: &[Field], mistakes: &mut Finder) {
    let removed = match field(fields, "remove").map(|field| &field.node.raw) {
        Some(Raw::List(names)) => names.as_slice(),
        _ => &[],
    };
    for node in removed {
        if let Raw::Text(name) = &node.raw
            && !remove_rule(&DOCUMENT, merged, name)
        {
            let near = || nearest(name, rule_names(&DOCUMENT, merged)).map(|near| format!("did you mean `{near}`?"));
            let message = format!("there is no inherited rule `{}` to remove", excerpt(name));
            mistakes.add_with(node.place, message, near);
        }
    }
    merge(&DOCUMENT, merged, fields);
}

struct Change<'a> {
    from: Workday,
    fields: &'a [Field],
}

/// The changes of one document by date; mistakes within them are recorded.
fn changes<'a>(fields: &'a [Field], mistakes: &mut Finder) -> Vec<Change<'a>> {
    // Also the keys that are not rules (`extends`, `remove`, `change`) are checked here, once per document.
    check::table(&DOCUMENT, fields, Place::default(), check::Whole::No, mistakes);
    let Some(field) = field(fields, "change") else { return Vec::new() };
    let Raw::List(list) = &field.node.raw else { return Vec::new() };
    if list.len() > CHANGES_MAX {
        mistakes.add(field.place, format!("there are {} changes; the maximum is {CHANGES_MAX}", list.len()), None);
    }
    let mut changes: Vec<Change<'_>> =
        list.iter().take(CHANGES_MAX).filter_map(|node| change(node, mistakes)).collect();
    changes.sort_by_key(|change| change.from);
    changes
}

fn change<'a>(node: &'a Node, mistakes: &mut Finder) -> Option<Change<'a>> {
    let Raw::Table(fields) = &node.raw else { return None };
    let Some(from) = field(fields, "from") else {
        let hint = "write the first workday of the change, such as `from = 2026-07-01`".to_owned();
        mistakes.missing(node.place, "a change needs `from`".into(), Some(hint));
        return None;
    };
    const WHOLE: [&str; 9] =
        ["name", "version", "description", "extends", "shared", "pay_codes", "not_covered", "source", "change"];
    for name in WHOLE {
        if let Some(field) = field(fields, name) {
            let hint = "it belongs to the document as a whole; write it at the top".to_owned();
            mistakes.add(field.place, format!("`{name}` cannot change from a date on"), Some(hint));
        }
    }
    let known: Vec<Field> = fields
        .iter()
        .filter(|field| CHANGE.setting(&field.name).is_some() || DOCUMENT.setting(&field.name).is_none())
        .cloned()
        .collect();
    check::table(&CHANGE, &known, node.place, check::Whole::No, mistakes);
    values::date(&from.node.raw).ok().map(|from| Change { from, fields })
}
