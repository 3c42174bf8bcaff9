//! Filters on tags: the same filter in several rules is one, so that it costs one bit of each tag.

use shiftmill_core::{FilterId, RuleId, TAG_FILTERS_MAX, TagFilter};

use super::Compiler;
use crate::check::Table;

/// The filters of all versions.
#[derive(Default)]
pub(super) struct Filters {
    /// Each filter once, by [`FilterId`].
    pub list: Vec<TagFilter>,
    /// The rules that have one. Another version of a rule may have another.
    of_rules: Vec<(RuleId, FilterId)>,
}

impl Filters {
    /// The filters of rules in words, by the number of the rule. A rule whose versions have different filters has none
    /// here, because its words would be wrong for some days.
    pub fn words(&self) -> Vec<(RuleId, String)> {
        let mut rules = self.of_rules.clone();
        rules.sort_unstable_by_key(|rule| (rule.0, rule.1.0));
        rules.dedup();
        let of_rule = rules.chunk_by(|one, next| one.0 == next.0);
        let words =
            |(rule, filter): (RuleId, FilterId)| Some((rule, self.list.get(usize::from(filter.0))?.to_string()));
        of_rule.filter_map(|own| if let [only] = own { words(*only) } else { None }).collect()
    }
}

impl Compiler<'_> {
    /// The filter of a rule; more different ones than a tag has bits are a mistake.
    pub(super) fn filter(&mut self, rule: RuleId, table: &Table) -> Option<FilterId> {
        let filter = table.tags("where")?;
        let known = self.filters.list.iter().position(|other| other == filter);
        let position = known.unwrap_or(self.filters.list.len());
        if position >= TAG_FILTERS_MAX {
            let message = format!("there are more than {TAG_FILTERS_MAX} different filters on tags");
            self.mistakes.add(table.place("where"), message, None);
            return None;
        }
        if known.is_none() {
            self.filters.list.push(filter.clone());
        }
        let id = FilterId(position as u8);
        self.filters.of_rules.push((rule, id));
        Some(id)
    }
}
