//! The tags of a header, in both directions.

use shiftmill_core::{TAG_TOTALS_MAX, Tag, TagDictionary, TagError, excerpt, is_tag_name};
use shiftmill_proto::v1;

/// A mistake in the tags of a header, or in the names by which totals are split.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TagsFault {
    /// A tag that is none.
    #[error("{why}")]
    Tag {
        /// Its position.
        index: usize,
        /// Why.
        why: TagError,
    },
    /// A name that no tag can have.
    #[error("`{}` cannot be the name of a tag", excerpt(.name))]
    Name {
        /// Its position.
        index: usize,
        /// The name.
        name: String,
    },
    /// Totals are split by too many names.
    #[error("totals are split by {found} names; the maximum is {TAG_TOTALS_MAX}")]
    TooManyNames {
        /// How many.
        found: usize,
    },
}

impl TagsFault {
    /// The path of the wrong entry in the header, such as `tags[3]`.
    pub fn path(&self) -> String {
        match self {
            TagsFault::Tag { index, .. } => format!("tags[{index}]"),
            TagsFault::Name { index, .. } => format!("split_totals_by[{index}]"),
            TagsFault::TooManyNames { .. } => "split_totals_by".to_owned(),
        }
    }
}

/// Writes a dictionary.
pub fn write_tags(dictionary: &TagDictionary) -> Vec<v1::Tag> {
    let pair = |(name, value): &(String, String)| v1::TagPair { name: name.clone(), value: value.clone() };
    let tag = |tag: &Tag| v1::Tag { pairs: tag.pairs().iter().map(pair).collect() };
    dictionary.tags().iter().map(tag).collect()
}

/// Reads the tags of a header, and checks the names by which totals are split.
///
/// # Errors
/// The first [`TagsFault`].
pub fn read_tags(tags: Vec<v1::Tag>, split_by: &[String]) -> Result<TagDictionary, TagsFault> {
    let mut dictionary = TagDictionary::default();
    for (index, tag) in tags.into_iter().enumerate() {
        let pairs = tag.pairs.into_iter().map(|pair| (pair.name, pair.value)).collect();
        let pushed = Tag::new(pairs).and_then(|tag| dictionary.push(tag));
        pushed.map_err(|why| TagsFault::Tag { index, why })?;
    }
    check_names(split_by)?;
    Ok(dictionary)
}

/// Checks the names by which totals are split.
fn check_names(names: &[String]) -> Result<(), TagsFault> {
    if names.len() > TAG_TOTALS_MAX {
        return Err(TagsFault::TooManyNames { found: names.len() });
    }
    match names.iter().enumerate().find(|(_, name)| !is_tag_name(name)) {
        Some((index, name)) => Err(TagsFault::Name { index, name: name.clone() }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_come_back_as_they_were_and_at_their_positions() {
        let mut dictionary = TagDictionary::default();
        for text in ["site=north;job=welder", "job=fitter"] {
            dictionary.read(text).unwrap();
        }
        assert_eq!(read_tags(write_tags(&dictionary), &["site".to_owned()]), Ok(dictionary));
    }

    #[test]
    fn mistakes_are_named_with_their_place() {
        let pair = |name: &str, value: &str| v1::TagPair { name: name.to_owned(), value: value.to_owned() };
        let good = v1::Tag { pairs: vec![pair("site", "north")] };
        let path = |tags, names: &[&str]| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            read_tags(tags, &names).unwrap_err().path()
        };
        assert_eq!(path(vec![good.clone(), v1::Tag { pairs: vec![] }], &[]), "tags[1]");
        assert_eq!(path(vec![v1::Tag { pairs: vec![pair("site", "a;b")] }], &[]), "tags[0]");
        assert_eq!(path(vec![good.clone(), good.clone()], &[]), "tags[1]");
        assert_eq!(path(vec![good.clone()], &["site", "="]), "split_totals_by[1]");
        assert_eq!(path(vec![good; 1], &["a"; 9]), "split_totals_by");
    }
}
