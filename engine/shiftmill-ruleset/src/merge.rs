//! Merges a document over the document that it extends.
//!
//! Tables merge key by key, lists of named rules by the rules' names (known ones are changed in place, new ones come
//! after), texts of `not_covered` add up; everything else is replaced whole. The settings of a plugin stay when another
//! plugin replaces it under its name.

use crate::document::{Field, Node, Raw, field, text};
use crate::settings::{ENTRIES_MAX, Kind, NOTHING, PLUGIN, Section, WHICH_PLUGIN};

/// Longer lists are not merged: every document with such a list is refused anyway.
const MERGED_MAX: usize = 2 * ENTRIES_MAX;

/// Writes `over` over `under`, both of one section.
pub(crate) fn merge(section: &Section, under: &mut Vec<Field>, over: &[Field]) {
    if under.len() + over.len() > MERGED_MAX {
        *under = over.to_vec();
        return;
    }
    if *section == PLUGIN && over.iter().any(names_plugin) {
        under.retain(|lower| !names_plugin(lower));
    }
    for upper in over {
        match under.iter_mut().find(|lower| lower.name == upper.name) {
            Some(lower) => merge_field(section, lower, upper),
            None => under.push(upper.clone()),
        }
    }
}

fn names_plugin(field: &Field) -> bool {
    WHICH_PLUGIN.contains(&field.name.as_str())
}

fn merge_field(section: &Section, lower: &mut Field, upper: &Field) {
    let kind = section.setting(&upper.name).map(|setting| &setting.kind);
    match (kind, &mut lower.node.raw, &upper.node.raw) {
        (Some(Kind::Table(inner) | Kind::OptionalTable(inner)), Raw::Table(under), Raw::Table(over)) => {
            merge(inner, under, over);
        }
        (Some(Kind::Rules(inner)), Raw::List(under), Raw::List(over)) => merge_rules(inner, under, over),
        (Some(Kind::Named(inner)), Raw::Table(under), Raw::Table(over)) => merge_named(inner, under, over),
        (Some(Kind::OfPlugin), Raw::Table(under), Raw::Table(over)) => merge(&NOTHING, under, over),
        (Some(Kind::Severities), Raw::Table(under), Raw::Table(over)) => merge(section, under, over),
        (Some(Kind::Texts), Raw::List(under), Raw::List(over)) => merge_texts(under, over),
        _ => lower.node.raw = upper.node.raw.clone(),
    }
    lower.place = upper.place;
    lower.node.place = upper.node.place;
}

fn merge_rules(section: &Section, under: &mut Vec<Node>, over: &[Node]) {
    if under.len() + over.len() > MERGED_MAX {
        under.extend_from_slice(over);
        return;
    }
    // Two rules of one name in the same document are a mistake, not one rule.
    let inherited = under.len();
    for upper in over {
        let name = rule_name(upper);
        let same = under.iter_mut().take(inherited).find(|lower| name.is_some() && rule_name(lower) == name);
        match (same, &upper.raw) {
            (Some(Node { raw: Raw::Table(lower), place }), Raw::Table(fields)) => {
                merge(section, lower, fields);
                *place = upper.place;
            }
            _ => under.push(upper.clone()),
        }
    }
}

fn merge_named(section: &Section, under: &mut Vec<Field>, over: &[Field]) {
    if under.len() + over.len() > MERGED_MAX {
        under.extend_from_slice(over);
        return;
    }
    for upper in over {
        match under.iter_mut().find(|lower| lower.name == upper.name) {
            Some(lower) => match (&mut lower.node.raw, &upper.node.raw) {
                (Raw::Table(lower), Raw::Table(fields)) => merge(section, lower, fields),
                _ => *lower = upper.clone(),
            },
            None => under.push(upper.clone()),
        }
    }
}

fn merge_texts(under: &mut Vec<Node>, over: &[Node]) {
    let inherited = under.len().min(ENTRIES_MAX);
    let fresh = over.iter().filter(|node| !under.iter().take(inherited).any(|other| other.raw == node.raw));
    let fresh: Vec<Node> = fresh.cloned().collect();
    under.extend(fresh);
}

/// Removes the rule of this name; false when there is none.
pub(crate) fn remove_rule(section: &Section, fields: &mut Vec<Field>, name: &str) -> bool {
    let mut removed = false;
    for setting in section.settings() {
        let Some(position) = fields.iter().position(|field| field.name == setting.name) else { continue };
        let Some(field) = fields.get_mut(position) else { continue };
        match (&setting.kind, &mut field.node.raw) {
            (Kind::Rules(_), Raw::List(rules)) => {
                let before = rules.len();
                rules.retain(|rule| rule_name(rule) != Some(name));
                removed |= rules.len() < before;
            }
            (Kind::OptionalTable(inner), Raw::Table(table)) => {
                let standard = inner.setting("name").and_then(|setting| setting.default);
                if text(table, "name").map(|name| name.0).or(standard) == Some(name) {
                    fields.remove(position);
                    removed = true;
                }
            }
            (Kind::Table(inner), Raw::Table(table)) => removed |= remove_rule(inner, table, name),
            _ => {}
        }
    }
    removed
}

/// The names of all rules that could be removed.
pub(crate) fn rule_names<'a>(section: &'a Section, fields: &'a [Field]) -> Vec<&'a str> {
    let mut names = Vec::new();
    for setting in section.settings() {
        let Some(field) = field(fields, setting.name) else { continue };
        match (&setting.kind, &field.node.raw) {
            (Kind::Rules(_), Raw::List(rules)) => names.extend(rules.iter().filter_map(rule_name)),
            (Kind::OptionalTable(inner), Raw::Table(table)) => {
                let standard = inner.setting("name").and_then(|setting| setting.default);
                names.extend(text(table, "name").map(|name| name.0).or(standard));
            }
            (Kind::Table(inner), Raw::Table(table)) => names.extend(rule_names(inner, table)),
            _ => {}
        }
    }
    names
}

fn rule_name(node: &Node) -> Option<&str> {
    let Raw::Table(fields) = &node.raw else { return None };
    text(fields, "name").map(|name| name.0)
}
