//! Random tags and filters: a few names and values, so that filters and tags meet.

use shiftmill_core::{FilterId, TIME_ZONE, Tag, TagCondition, TagDictionary, TagFilter, TagId, TagValues};

use super::{Random, ZONES};

/// The names, each with its values.
const NAMES: [(&str, [&str; 3]); 3] = [
    ("site", ["north", "south", "east"]),
    ("job", ["welder", "fitter", "clerk"]),
    ("device", ["gate", "phone", "kiosk"]),
];

/// A dictionary, which half of all questions have, and names by which totals are split.
pub(super) fn dictionary(random: &mut Random) -> (TagDictionary, Vec<String>) {
    let mut dictionary = TagDictionary::default();
    if random.chance(50) {
        return (dictionary, Vec::new());
    }
    for _ in 0..1 + random.below(6) {
        let pairs = NAMES.iter().filter(|_| random.chance(60)).map(|(name, _)| (*name).to_owned());
        let names: Vec<String> = pairs.collect();
        let pair = |name: String| {
            let values = NAMES.iter().find(|known| known.0 == name).map_or(&NAMES[0].1, |known| &known.1);
            let value = (*random.one_of(values)).to_owned();
            (name, value)
        };
        let mut pairs: Vec<(String, String)> = names.into_iter().map(pair).collect();
        if random.chance(20) {
            pairs.push((TIME_ZONE.to_owned(), (*random.one_of(&ZONES)).to_owned()));
        }
        if let Ok(tag) = Tag::new(pairs) {
            // One that is there already stays once.
            let _number = dictionary.number(tag);
        }
    }
    let names = NAMES.iter().map(|known| known.0).chain(["colour"]).filter(|_| random.chance(40));
    let split_by = names.map(str::to_owned).collect();
    (dictionary, split_by)
}

/// Mostly no tag.
pub(super) fn tag(random: &mut Random, tags: usize, percent: u64) -> TagId {
    if tags > 0 && random.chance(percent) { TagId(1 + random.below(tags as u64) as u16) } else { TagId::NONE }
}

/// A few filters, which half of all plans have.
pub(super) fn filters(random: &mut Random) -> Vec<TagFilter> {
    let count = *random.one_of(&[0, 0, 0, 1, 2, 4]);
    (0..count).map(|_| filter(random)).collect()
}

fn filter(random: &mut Random) -> TagFilter {
    let mut conditions = Vec::new();
    while conditions.is_empty() {
        for (name, values) in NAMES {
            if random.chance(40) {
                let some = (0..1 + random.below(2)).map(|_| (*random.one_of(&values)).to_owned()).collect();
                let values = if random.chance(60) { TagValues::OneOf(some) } else { TagValues::NoneOf(some) };
                conditions.push(TagCondition { name: name.to_owned(), values });
            }
        }
    }
    conditions.sort();
    TagFilter { conditions }
}

/// One of a number of filters, or none.
pub(super) fn one_of(random: &mut Random, filters: usize) -> Option<FilterId> {
    (filters > 0 && random.chance(40)).then(|| FilterId(random.below(filters as u64) as u8))
}
