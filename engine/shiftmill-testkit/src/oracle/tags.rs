//! Tags: which tag work has, and whether it fits the filter of a rule.

use shiftmill_core::{FilterId, TagId, TagValues, Workday};

use super::assignments::tag_on;
use super::days::Duty;
use crate::engine::Question;

/// The pairs of a tag; none for no tag.
pub(crate) fn pairs(question: &Question, tag: TagId) -> Vec<(String, String)> {
    match tag.0 {
        0 => Vec::new(),
        number => question.tags.tags()[usize::from(number) - 1].pairs().to_vec(),
    }
}

/// The value of a name.
pub(crate) fn value(question: &Question, tag: TagId, name: &str) -> Option<String> {
    pairs(question, tag).into_iter().find(|pair| pair.0 == name).map(|pair| pair.1)
}

/// Whether a rule with this filter is for work with a tag.
pub(crate) fn fits(question: &Question, filter: Option<FilterId>, tag: TagId) -> bool {
    let Some(filter) = filter else { return true };
    question.timeline.filters()[usize::from(filter.0)].conditions.iter().all(|condition| {
        let found = value(question, tag, &condition.name);
        match &condition.values {
            TagValues::OneOf(values) => values.iter().any(|wanted| found.as_ref() == Some(wanted)),
            TagValues::NoneOf(values) => !values.iter().any(|excluded| found.as_ref() == Some(excluded)),
        }
    })
}

/// The tag of work on a workday: of its punch, else of its roster row, else of the person.
pub(crate) fn of_work(question: &Question, workday: Workday, punch: TagId, row: Option<&Duty>) -> TagId {
    let none = TagId(0);
    if punch != none {
        return punch;
    }
    row.map(|row| row.tag).filter(|tag| *tag != none).unwrap_or(tag_on(question, workday))
}

/// The first tag with the same value of a name; no tag where it has none.
pub(crate) fn same_value(question: &Question, tag: TagId, name: &str) -> TagId {
    let Some(wanted) = value(question, tag, name) else { return TagId(0) };
    let mut numbers = (1..=tag.0).map(TagId);
    numbers.find(|other| value(question, *other, name).as_ref() == Some(&wanted)).unwrap_or(tag)
}
