//! Filters on tags: each name with the values that fit, or, with `!` in front, with those that do not.

use std::collections::BTreeSet;

use shiftmill_core::{
    PAIRS_PER_TAG_MAX, TAG_NAME_BYTES_MAX, TAG_VALUE_BYTES_MAX, TagCondition, TagFilter, TagValues, excerpt,
    is_tag_name, is_tag_value,
};

use super::Value;
use crate::document::{Field, Node, Raw};
use crate::mistake::{Finder, Place};
use crate::settings::ENTRIES_MAX;

/// Checks a filter. Conditions come in the order of their names, so that the same filter is the same however it is
/// written.
pub(super) fn filter(setting: &str, fields: &[Field], place: Place, mistakes: &mut Finder) -> Value {
    if fields.is_empty() || fields.len() > PAIRS_PER_TAG_MAX {
        let message = format!("`{setting}` has {} names of tags; it needs 1 to {PAIRS_PER_TAG_MAX}", fields.len());
        mistakes.add(place, message, Some("leave it out for a rule that is for all work".to_owned()));
        return Value::Nothing;
    }
    let mut conditions: Vec<TagCondition> = Vec::new();
    for field in fields {
        if !is_tag_name(&field.name) {
            let message = format!("`{}` cannot be the name of a tag", excerpt(&field.name));
            let hint = format!("at most {TAG_NAME_BYTES_MAX} bytes, without `=`, `;`, `[` and `]`");
            mistakes.add(field.place, message, Some(hint));
        }
        let values = values(&field.name, &field.node, mistakes);
        conditions.extend(values.map(|values| TagCondition { name: field.name.clone(), values }));
    }
    conditions.sort();
    Value::Tags(TagFilter { conditions })
}

fn values(name: &str, node: &Node, mistakes: &mut Finder) -> Option<TagValues> {
    let nodes = match &node.raw {
        Raw::Text(_) => std::slice::from_ref(node),
        Raw::List(list) if !list.is_empty() => list.as_slice(),
        Raw::List(_) | Raw::Integer(_) | Raw::Decimal(_) | Raw::Flag(_) | Raw::Date(_) | Raw::Table(_) => {
            let message =
                format!("`{}` must be a value or a list of values, not {}", excerpt(name), node.raw.describe());
            mistakes.add(node.place, message, Some("write values in double quotes".to_owned()));
            return None;
        }
    };
    if nodes.len() > ENTRIES_MAX {
        let message = format!("`{}` has {} values; the maximum is {ENTRIES_MAX}", excerpt(name), nodes.len());
        mistakes.add(node.place, message, None);
    }
    let (mut wanted, mut excluded) = (BTreeSet::new(), BTreeSet::new());
    for node in nodes.iter().take(ENTRIES_MAX) {
        let Raw::Text(text) = &node.raw else {
            let message = format!("`{}` must be a list of values, not of {}", excerpt(name), node.raw.describe());
            mistakes.add(node.place, message, Some("write values in double quotes".to_owned()));
            continue;
        };
        let (value, into) = match text.strip_prefix('!') {
            Some(value) => (value, &mut excluded),
            None => (text.as_str(), &mut wanted),
        };
        if !is_tag_value(value) {
            let hint = format!("at most {TAG_VALUE_BYTES_MAX} bytes, without `;`, `[` and `]`");
            mistakes.add(node.place, format!("`{}` cannot be the value of a tag", excerpt(value)), Some(hint));
        }
        into.insert(value.to_owned());
    }
    if !wanted.is_empty() && !excluded.is_empty() {
        let message = format!("`{}` names values that fit and values that do not", excerpt(name));
        let hint = "write only those that fit, or all of them with `!` in front".to_owned();
        mistakes.add(node.place, message, Some(hint));
    }
    Some(if wanted.is_empty() { TagValues::NoneOf(excluded) } else { TagValues::OneOf(wanted) })
}
