//! Tags: what a punch, a roster row and a person carry besides their times, as pairs of a name and a value: the site,
//! the job, the department, the terminal.
//!
//! Facts name a tag by its position in a dictionary. The filters of a ruleset are compared with the dictionary once for
//! each request: then a filter costs one bit test for a span.
//!
//! The pair [`TIME_ZONE`] says on whose clock the work is done, for people who travel.
//!
//! A span has the tag of the punch that opened it, else of its roster row, else of the person. One tag counts as a whole:
//! a punch that names only a job has no site, whatever the person has. A stretch that was filled in has the tag of its
//! only punch, a paid gap that of the work before it, and leave that of the person.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

use crate::text::{excerpt, is_plain};
use crate::zone::Zone;

/// The name of the pair whose value is the IANA zone of the place where the work is done.
pub const TIME_ZONE: &str = "time_zone";
/// Most tags of one dictionary.
pub const TAGS_MAX: usize = 16_384;
/// Most pairs of one tag.
pub const PAIRS_PER_TAG_MAX: usize = 16;
/// Most bytes of the name of a pair.
pub const TAG_NAME_BYTES_MAX: usize = 64;
/// Most bytes of the value of a pair.
pub const TAG_VALUE_BYTES_MAX: usize = 200;
/// Most different filters of one ruleset.
pub const TAG_FILTERS_MAX: usize = 64;
/// Most names that totals may be split by.
pub const TAG_TOTALS_MAX: usize = 8;

/// A tag by its position in the dictionary, counted from 1; 0 is no tag.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TagId(pub u16);

impl TagId {
    /// No tag.
    pub const NONE: TagId = TagId(0);

    /// This tag, or the other where there is none.
    #[inline]
    #[must_use]
    pub const fn or(self, other: TagId) -> TagId {
        if self.0 == 0 { other } else { self }
    }
}

impl From<TagId> for i64 {
    fn from(tag: TagId) -> i64 {
        i64::from(tag.0)
    }
}

/// Pairs of a name and a value, each name once, in the order of the names.
///
/// ```
/// use shiftmill_core::Tag;
/// let tag: Tag = "site=north; job=welder".parse()?;
/// assert_eq!(tag.value("job"), Some("welder"));
/// assert_eq!(tag.to_string(), "job=welder;site=north");
/// # Ok::<(), shiftmill_core::TagError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag {
    pairs: Vec<(String, String)>,
}

/// Why pairs are no tag.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TagError {
    /// A part that is no pair.
    #[error("`{}` is not a pair such as `site=north`", excerpt(.0))]
    NotAPair(String),
    /// A text that may not be a name.
    #[error(
        "`{}` cannot be the name of a tag: it is empty, has more than {TAG_NAME_BYTES_MAX} bytes, blanks at an end, or a \
         character that has a meaning of its own",
        excerpt(.0)
    )]
    Name(String),
    /// A text that may not be a value.
    #[error(
        "`{}` cannot be the value of a tag: it is empty, has more than {TAG_VALUE_BYTES_MAX} bytes, blanks at an end, or a \
         character that has a meaning of its own",
        excerpt(.0)
    )]
    Value(String),
    /// A name that comes twice.
    #[error("the tag has two values for `{}`", excerpt(.0))]
    NameTwice(String),
    /// Too many pairs, or none.
    #[error("the tag has {0} pairs; it needs 1 to {PAIRS_PER_TAG_MAX}")]
    Pairs(usize),
    /// A tag that the dictionary has already.
    #[error("an earlier tag has the same pairs")]
    Twice,
    /// The dictionary is full.
    #[error("there are more than {TAGS_MAX} different tags")]
    TooMany,
}

/// True for a text that may be the name of a pair: short, without hidden characters, and without `=`, `;`, `[` and `]`,
/// which divide pairs.
pub fn is_tag_name(text: &str) -> bool {
    text.len() <= TAG_NAME_BYTES_MAX && is_part(text) && !text.contains('=')
}

/// True for a text that may be the value of a pair: as a name, longer, and not with `!` in front, by which filters
/// exclude a value.
pub fn is_tag_value(text: &str) -> bool {
    text.len() <= TAG_VALUE_BYTES_MAX && is_part(text) && !text.starts_with('!')
}

fn is_part(text: &str) -> bool {
    !text.is_empty() && text.trim() == text && is_plain(text) && !text.contains([';', '[', ']'])
}

impl Tag {
    /// A tag of these pairs, in any order.
    ///
    /// # Errors
    /// The first [`TagError`].
    pub fn new(mut pairs: Vec<(String, String)>) -> Result<Tag, TagError> {
        if pairs.is_empty() || pairs.len() > PAIRS_PER_TAG_MAX {
            return Err(TagError::Pairs(pairs.len()));
        }
        for (name, value) in &pairs {
            if !is_tag_name(name) {
                return Err(TagError::Name(name.clone()));
            }
            if !is_tag_value(value) {
                return Err(TagError::Value(value.clone()));
            }
        }
        pairs.sort_unstable();
        match pairs.windows(2).find(|two| matches!(two, [(name, _), (next, _)] if name == next)) {
            Some([(name, _), ..]) => Err(TagError::NameTwice(name.clone())),
            _ => Ok(Tag { pairs }),
        }
    }

    /// The pairs, in the order of their names.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }

    /// The value of a name.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|pair| pair.0 == name).map(|pair| pair.1.as_str())
    }

    /// The name of the zone on whose clock the work is done; `None`: the person's.
    pub fn time_zone(&self) -> Option<&str> {
        self.value(TIME_ZONE)
    }
}

/// Read as it is written in files: `site=north;job=welder`, with blanks around the parts.
impl FromStr for Tag {
    type Err = TagError;

    fn from_str(text: &str) -> Result<Tag, TagError> {
        let parts = text.split(';').map(str::trim).filter(|part| !part.is_empty());
        let pair = |part: &str| match part.split_once('=') {
            Some((name, value)) => Ok((String::from(name.trim()), String::from(value.trim()))),
            None => Err(TagError::NotAPair(part.into())),
        };
        // One beyond the most is enough to see that there are too many.
        Tag::new(parts.take(PAIRS_PER_TAG_MAX + 1).map(pair).collect::<Result<Vec<_>, _>>()?)
    }
}

/// Written as in files: `job=welder;site=north`.
impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, (name, value)) in self.pairs.iter().enumerate() {
            write!(f, "{}{name}={value}", if number == 0 { "" } else { ";" })?;
        }
        Ok(())
    }
}

/// The tags that the facts of a request refer to by position.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagDictionary {
    tags: Vec<Tag>,
    /// The positions of the tags, in the order of their content.
    order: Vec<u16>,
}

impl TagDictionary {
    /// How many tags there are.
    pub fn len(&self) -> usize {
        self.tags.len()
    }

    /// True when there is no tag.
    pub fn is_empty(&self) -> bool {
        self.tags.is_empty()
    }

    /// The tags, by position.
    pub fn tags(&self) -> &[Tag] {
        &self.tags
    }

    /// The names of the zones that its tags name, each once, in the order of their first tags, each with that tag.
    pub fn time_zones(&self) -> Vec<(&str, TagId)> {
        let mut seen = BTreeSet::new();
        let named = (1..).zip(&self.tags).filter_map(|(number, tag)| Some((tag.time_zone()?, TagId(number))));
        named.filter(|(name, _)| seen.insert(*name)).collect()
    }

    /// The tag with a number; `None` for no tag.
    pub fn get(&self, tag: TagId) -> Option<&Tag> {
        self.tags.get(usize::from(tag.0).checked_sub(1)?)
    }

    /// Adds a tag that is not there yet.
    ///
    /// # Errors
    /// [`TagError::Twice`], [`TagError::TooMany`].
    pub fn push(&mut self, tag: Tag) -> Result<TagId, TagError> {
        match self.place(&tag) {
            Ok(_) => Err(TagError::Twice),
            Err(place) => self.insert(place, tag),
        }
    }

    /// The number of a tag, which is added when it is not there.
    ///
    /// # Errors
    /// [`TagError::TooMany`].
    pub fn number(&mut self, tag: Tag) -> Result<TagId, TagError> {
        match self.place(&tag) {
            Ok(place) => Ok(self.order.get(place).map_or(TagId::NONE, |position| TagId(position.saturating_add(1)))),
            Err(place) => self.insert(place, tag),
        }
    }

    /// The number of a tag as files write it; none for an empty text.
    ///
    /// # Errors
    /// [`TagError`].
    pub fn read(&mut self, text: &str) -> Result<TagId, TagError> {
        if text.trim().is_empty() { Ok(TagId::NONE) } else { self.number(text.parse()?) }
    }

    fn place(&self, tag: &Tag) -> Result<usize, usize> {
        self.order.binary_search_by(|position| self.tags.get(usize::from(*position)).cmp(&Some(tag)))
    }

    fn insert(&mut self, place: usize, tag: Tag) -> Result<TagId, TagError> {
        if self.tags.len() >= TAGS_MAX {
            return Err(TagError::TooMany);
        }
        let position = self.tags.len() as u16;
        self.tags.push(tag);
        self.order.insert(place, position);
        Ok(TagId(position + 1))
    }
}

/// A filter of a ruleset, by its position among [`crate::PlanTimeline::filters`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FilterId(pub u8);

impl FilterId {
    /// The bit of the filter in the masks of tags.
    #[inline]
    pub(crate) const fn bit(self) -> u64 {
        1 << (self.0 & 63)
    }
}

/// Which tags a rule is for: all conditions must hold. No tag at all is as a tag without pairs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TagFilter {
    /// The conditions, in the order of their names, each name once.
    pub conditions: Vec<TagCondition>,
}

/// A condition on the value of one name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TagCondition {
    /// The name.
    pub name: String,
    /// What is asked of its value.
    pub values: TagValues,
}

/// What a condition asks of a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TagValues {
    /// It is one of these. A tag without the name does not fit.
    OneOf(BTreeSet<String>),
    /// It is none of these. A tag without the name fits.
    NoneOf(BTreeSet<String>),
}

impl TagCondition {
    fn holds(&self, tag: Option<&Tag>) -> bool {
        let value = tag.and_then(|tag| tag.value(&self.name));
        match &self.values {
            TagValues::OneOf(values) => value.is_some_and(|value| values.contains(value)),
            TagValues::NoneOf(values) => value.is_none_or(|value| !values.contains(value)),
        }
    }
}

impl TagFilter {
    /// Whether a tag, or none, fits.
    pub fn holds(&self, tag: Option<&Tag>) -> bool {
        self.conditions.iter().all(|condition| condition.holds(tag))
    }
}

/// In words, for explanations: `job is welder or fitter, site is not north`.
impl fmt::Display for TagFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, TagCondition { name, values }) in self.conditions.iter().enumerate() {
            let (values, is, or) = match values {
                TagValues::OneOf(values) => (values, "is", "or"),
                TagValues::NoneOf(values) => (values, "is not", "nor"),
            };
            write!(f, "{}{name} {is} ", if number == 0 { "" } else { ", " })?;
            for (number, value) in values.iter().enumerate() {
                if number > 0 {
                    write!(f, " {or} ")?;
                }
                f.write_str(value)?;
            }
        }
        Ok(())
    }
}

/// What the evaluation of a card needs of tags: for each tag of the request, which filters of the ruleset it fits, where
/// it comes in an order of all tags, and how totals are split by it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagTable {
    /// For no tag and for each tag: the bits of the filters that fit. Empty when the ruleset has no filter.
    fits: Vec<u64>,
    index: Option<Arc<TagIndex>>,
}

/// No tags, no filters, no split totals.
pub static NO_TAGS: TagTable = TagTable { fits: Vec::new(), index: None };

impl TagTable {
    /// Compares the filters of a ruleset with all tags.
    pub fn new(filters: &[TagFilter], index: &Arc<TagIndex>) -> TagTable {
        let dictionary = index.dictionary();
        let index = Some(Arc::clone(index));
        if filters.is_empty() {
            return TagTable { fits: Vec::new(), index };
        }
        let mask = |tag: Option<&Tag>| {
            let fitting = (0..).zip(filters).filter(|(_, filter)| filter.holds(tag));
            fitting.fold(0, |mask, (number, _)| mask | FilterId(number).bit())
        };
        let fits = core::iter::once(None).chain(dictionary.tags.iter().map(Some)).map(mask).collect();
        TagTable { fits, index }
    }

    /// The tags; none when the facts refer to none.
    pub fn index(&self) -> Option<&Arc<TagIndex>> {
        self.index.as_ref()
    }

    /// Whether the ruleset has a filter.
    #[inline]
    pub(crate) fn has_filters(&self) -> bool {
        !self.fits.is_empty()
    }

    /// The bits of the filters that a tag fits.
    #[inline]
    pub(crate) fn mask(&self, tag: TagId) -> u64 {
        self.fits.get(usize::from(tag.0)).copied().unwrap_or(0)
    }

    /// Whether a tag fits a filter; without a filter every tag does.
    #[inline]
    pub(crate) fn fits(&self, filter: Option<FilterId>, tag: TagId) -> bool {
        filter.is_none_or(|filter| self.mask(tag) & filter.bit() != 0)
    }

    /// The place of a tag in an order that depends on its pairs only, not on the dictionary.
    pub(crate) fn rank(&self, tag: TagId) -> u16 {
        let ranks = self.index.as_ref().map_or(&[][..], |index| &index.ranks);
        ranks.get(usize::from(tag.0)).copied().unwrap_or(0)
    }

    /// The zone of the place that a tag names; `None` where it names none.
    pub(crate) fn zone(&self, tag: TagId) -> Option<&Zone> {
        let index = self.index.as_ref()?;
        let number = index.zone_of.get(usize::from(tag.0)).copied().flatten()?;
        index.zones.get(usize::from(number))
    }

    /// Whether a tag has all pairs of another one.
    pub(crate) fn has_pairs_of(&self, tag: TagId, other: TagId) -> bool {
        let dictionary = self.index.as_ref().map(|index| index.dictionary());
        let get = |tag| dictionary.and_then(|dictionary| dictionary.get(tag));
        let (Some(tag), Some(other)) = (get(tag), get(other)) else { return false };
        other.pairs.iter().all(|pair| tag.pairs.contains(pair))
    }

    /// For each name that totals are split by, for no tag and for each tag: the first tag with its value; none where it
    /// has no value.
    pub fn splits(&self) -> &[Vec<TagId>] {
        self.index.as_ref().map_or(&[], |index| &index.splits)
    }
}

/// What holds for the tags of a request under every ruleset.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagIndex {
    dictionary: TagDictionary,
    /// For no tag and for each tag: its place in the order of pairs.
    ranks: Vec<u16>,
    splits: Vec<Vec<TagId>>,
    /// The zones that tags name.
    zones: Vec<Zone>,
    /// For no tag and for each tag: its zone among these. Empty when no tag names one.
    zone_of: Vec<Option<u16>>,
}

impl TagIndex {
    /// The index of a dictionary, for totals split by these names. `zones` are those that its tags name.
    pub fn new(dictionary: TagDictionary, split_by: &[String], zones: Vec<Zone>) -> TagIndex {
        let mut ranks = alloc::vec![0; dictionary.len() + 1];
        for (rank, position) in (1..).zip(&dictionary.order) {
            if let Some(place) = ranks.get_mut(usize::from(*position) + 1) {
                *place = rank;
            }
        }
        let splits = split_by.iter().map(|name| split(name, &dictionary)).collect();
        let zone_of = zones_of(&dictionary, &zones);
        TagIndex { dictionary, ranks, splits, zones, zone_of }
    }

    /// The tags.
    pub fn dictionary(&self) -> &TagDictionary {
        &self.dictionary
    }
}

/// For no tag and for each tag: the position of the zone that it names.
fn zones_of(dictionary: &TagDictionary, zones: &[Zone]) -> Vec<Option<u16>> {
    if zones.is_empty() {
        return Vec::new();
    }
    let by_name: BTreeMap<&str, u16> = zones.iter().map(Zone::name).zip(0..).collect();
    let zone_of = |tag: &Tag| by_name.get(tag.time_zone()?).copied();
    core::iter::once(None).chain(dictionary.tags.iter().map(zone_of)).collect()
}

/// For no tag and for each tag: the first tag with its value of a name.
fn split(name: &str, dictionary: &TagDictionary) -> Vec<TagId> {
    let mut firsts: BTreeMap<&str, TagId> = BTreeMap::new();
    let mut split = Vec::with_capacity(dictionary.len() + 1);
    split.push(TagId::NONE);
    for (number, tag) in (1..).zip(&dictionary.tags) {
        let first = tag.value(name).map(|value| *firsts.entry(value).or_insert(TagId(number)));
        split.push(first.unwrap_or(TagId::NONE));
    }
    split
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn dictionary(texts: &[&str]) -> TagDictionary {
        let mut dictionary = TagDictionary::default();
        texts.iter().for_each(|text| assert!(dictionary.read(text).is_ok(), "{text}"));
        dictionary
    }

    fn condition(name: &str, values: &[&str], wanted: bool) -> TagCondition {
        let values = values.iter().map(|value| (*value).to_string()).collect();
        let values = if wanted { TagValues::OneOf(values) } else { TagValues::NoneOf(values) };
        TagCondition { name: name.to_string(), values }
    }

    #[test]
    fn a_tag_is_the_same_in_any_order_and_counted_once() {
        let mut dictionary = dictionary(&["site=north;job=welder", "job=fitter"]);
        assert_eq!(dictionary.read(" job = welder ; site=north;"), Ok(TagId(1)));
        assert_eq!(dictionary.read("job=fitter"), Ok(TagId(2)));
        assert_eq!(dictionary.read("  "), Ok(TagId::NONE));
        assert_eq!(dictionary.get(TagId(2)).map(ToString::to_string).as_deref(), Some("job=fitter"));
        assert_eq!(dictionary.push("job=fitter".parse().unwrap()), Err(TagError::Twice));
    }

    #[test]
    fn what_is_no_tag_is_refused_with_its_reason() {
        let read = |text: &str| text.parse::<Tag>();
        assert_eq!(read("north"), Err(TagError::NotAPair("north".into())));
        assert_eq!(read("=north"), Err(TagError::Name("".into())));
        assert_eq!(read("site="), Err(TagError::Value("".into())));
        assert_eq!(read("site=!north"), Err(TagError::Value("!north".into())));
        assert_eq!(read("site=a;site=b"), Err(TagError::NameTwice("site".into())));
        assert_eq!(read(";"), Err(TagError::Pairs(0)));
        let many: Vec<String> = (0..17).map(|number| alloc::format!("n{number}=v")).collect();
        assert_eq!(read(&many.join(";")), Err(TagError::Pairs(17)));
        assert!(read(&alloc::format!("{}=v", "n".repeat(65))).is_err());
        assert!(read(&alloc::format!("n={}", "v".repeat(201))).is_err());
        assert!(read("site=a\u{202e}b").is_err());
    }

    #[test]
    fn a_dictionary_has_a_most() {
        let mut dictionary = TagDictionary::default();
        for number in 0..TAGS_MAX {
            assert!(dictionary.read(&alloc::format!("n={number}")).is_ok());
        }
        assert_eq!(dictionary.read("n=0"), Ok(TagId(1)));
        assert_eq!(dictionary.read("n=other"), Err(TagError::TooMany));
    }

    #[test]
    fn a_name_that_no_tag_has_fits_no_wanted_value_and_every_excluded_one() {
        let dictionary = dictionary(&["site=north;job=welder", "job=fitter", "site=south"]);
        let filters = [
            TagFilter { conditions: alloc::vec![condition("job", &["welder", "fitter"], true)] },
            TagFilter { conditions: alloc::vec![condition("site", &["north"], false)] },
            TagFilter {
                conditions: alloc::vec![condition("job", &["fitter"], true), condition("site", &["north"], false)],
            },
            TagFilter { conditions: alloc::vec![condition("colour", &["red"], true)] },
            TagFilter { conditions: alloc::vec![condition("colour", &["red"], false)] },
        ];
        let table = TagTable::new(&filters, &Arc::new(TagIndex::new(dictionary, &[], Vec::new())));
        let masks: Vec<u64> = (0..4).map(|tag| table.mask(TagId(tag))).collect();
        assert_eq!(masks, [0b10010, 0b10001, 0b10111, 0b10010]);
        assert!(table.fits(None, TagId(9)) && !table.fits(Some(FilterId(0)), TagId::NONE));
        assert_eq!(filters[2].to_string(), "job is fitter, site is not north");
        assert_eq!(filters[0].to_string(), "job is fitter or welder");
    }

    #[test]
    fn values_are_represented_by_their_first_tag() {
        let dictionary = dictionary(&["site=north;job=welder", "job=fitter", "site=north"]);
        let index = Arc::new(TagIndex::new(dictionary, &["site".to_string(), "job".to_string()], Vec::new()));
        let table = TagTable::new(&[], &index);
        let numbers = |split: &Vec<TagId>| split.iter().map(|tag| tag.0).collect::<Vec<_>>();
        assert_eq!(table.splits().iter().map(numbers).collect::<Vec<_>>(), [[0, 1, 0, 1], [0, 1, 2, 0]]);
        assert!(NO_TAGS.splits().is_empty());
    }

    #[test]
    fn a_tag_may_name_the_zone_of_a_place() {
        let dictionary = dictionary(&["site=x", "site=a;time_zone=Asia/Tokyo", "time_zone=Asia/Tokyo"]);
        assert_eq!(dictionary.time_zones(), [("Asia/Tokyo", TagId(2))]);
        let zones = alloc::vec![Zone::fixed("Asia/Tokyo", 32_400)];
        let table = TagTable::new(&[], &Arc::new(TagIndex::new(dictionary, &[], zones)));
        let named = [0, 1, 2, 3, 4].map(|tag| table.zone(TagId(tag)).map(Zone::first_offset));
        assert_eq!(named, [None, None, Some(32_400), Some(32_400), None]);
    }

    #[test]
    fn the_order_of_tags_is_that_of_their_pairs() {
        let texts = ["site=b", "job=x", "site=a"];
        let ranks = |texts: &[&str]| {
            let dictionary = dictionary(texts);
            let table = TagTable::new(&[], &Arc::new(TagIndex::new(dictionary, &[], Vec::new())));
            let rank = |text: &&str| {
                let place = texts.iter().position(|other| other == text).unwrap();
                table.rank(TagId(place as u16 + 1))
            };
            ["job=x", "site=a", "site=b"].iter().map(rank).collect::<Vec<_>>()
        };
        assert_eq!(ranks(&texts), [1, 2, 3]);
        assert_eq!(ranks(&[texts[1], texts[0], texts[2]]), [1, 2, 3]);
    }
}
