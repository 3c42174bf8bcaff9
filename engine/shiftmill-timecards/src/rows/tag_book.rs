//! The tags that rows name, and the clocks of the places that these name.

use std::cell::{Ref, RefCell};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use shiftmill_core::{Tag, TagDictionary, TagId, Zone, ZoneTable, excerpt};

use super::{Fault, RowError};
use crate::fields::Field;

/// Most zones that the tags of one evaluation may name. There are fewer, but a name may be written in several ways.
const PLACES_MAX: usize = 1_000;
/// How many unknown zones are told with the name that was probably meant, which takes long to find.
const HINTS_MAX: usize = 32;

/// Where zones are found by their IANA names.
pub trait FindZone: fmt::Debug {
    /// The zone with a name, for the days of the facts.
    fn find_zone(&self, name: &str) -> Option<Zone>;

    /// Why there is no zone with a name. May take a millisecond.
    fn why_not(&self, name: &str) -> String {
        unknown(name)
    }
}

fn unknown(name: &str) -> String {
    format!("unknown time zone `{}`", excerpt(name))
}

/// The zones of the table alone.
impl FindZone for ZoneTable {
    fn find_zone(&self, name: &str) -> Option<Zone> {
        self.find(name).and_then(|index| self.get(index)).cloned()
    }
}

/// The tags of an evaluation so far. New ones are added as rows name them.
///
/// With [`TagBook::with_places`], the local time of a punch whose tag has the pair `time_zone` is on the clock of that zone.
/// Otherwise all times are on the employee's clock.
#[derive(Debug, Default)]
pub struct TagBook<'z> {
    dictionary: RefCell<TagDictionary>,
    places: Option<&'z dyn FindZone>,
    /// The zones found so far, by name.
    found: RefCell<BTreeMap<String, Arc<Zone>>>,
    /// Why others were not found: the first of them.
    not_found: RefCell<BTreeMap<String, String>>,
}

impl<'z> TagBook<'z> {
    /// These tags, and those that rows add.
    pub fn new(dictionary: TagDictionary) -> TagBook<'z> {
        TagBook { dictionary: RefCell::new(dictionary), ..TagBook::default() }
    }

    /// The same, with the clocks of places.
    #[must_use]
    pub fn with_places(self, places: &'z dyn FindZone) -> TagBook<'z> {
        TagBook { places: Some(places), ..self }
    }

    /// The number of a tag as it is written; none for an empty text.
    ///
    /// # Errors
    /// [`RowError`] for a text that is no tag, and, with places, for a tag whose zone is not known.
    pub fn read(&self, text: &str) -> Result<TagId, RowError> {
        if text.trim().is_empty() {
            return Ok(TagId::NONE);
        }
        let wrong = |fault| RowError { field: Field::Tag, fault };
        let tag: Tag = text.parse().map_err(|why| wrong(Fault::NotATag(why)))?;
        if let (Some(name), Some(places)) = (tag.time_zone(), self.places) {
            self.learn(name, places).map_err(|why| wrong(Fault::PlaceWithoutZone(why)))?;
        }
        self.dictionary.borrow_mut().number(tag).map_err(|why| wrong(Fault::NotATag(why)))
    }

    fn learn(&self, name: &str, places: &dyn FindZone) -> Result<(), String> {
        let mut found = self.found.borrow_mut();
        if !found.contains_key(name) {
            if found.len() >= PLACES_MAX {
                return Err(format!("the tags name more than {PLACES_MAX} time zones"));
            }
            let zone = places.find_zone(name).ok_or_else(|| self.why_not(name, places))?;
            found.insert(name.to_owned(), Arc::new(zone));
        }
        Ok(())
    }

    fn why_not(&self, name: &str, places: &dyn FindZone) -> String {
        let mut not_found = self.not_found.borrow_mut();
        match not_found.get(name) {
            Some(why) => why.clone(),
            None if not_found.len() < HINTS_MAX => {
                not_found.entry(name.to_owned()).or_insert(places.why_not(name)).clone()
            }
            None => unknown(name),
        }
    }

    /// The zone by whose clock local times with a tag are written; `None`: the employee's.
    pub(super) fn place(&self, tag: TagId) -> Option<Arc<Zone>> {
        let dictionary = self.dictionary.borrow();
        self.found.borrow().get(dictionary.get(tag)?.time_zone()?).cloned()
    }

    /// The tags so far.
    pub fn dictionary(&self) -> Ref<'_, TagDictionary> {
        self.dictionary.borrow()
    }

    /// The tags.
    pub fn into_dictionary(self) -> TagDictionary {
        self.dictionary.into_inner()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// Knows one zone, and counts how often it says why it does not know another.
    #[derive(Debug, Default)]
    struct Utc {
        asked: Cell<usize>,
    }

    impl FindZone for Utc {
        fn find_zone(&self, name: &str) -> Option<Zone> {
            (name == "Etc/UTC").then(|| Zone::fixed(name, 0))
        }

        fn why_not(&self, name: &str) -> String {
            self.asked.set(self.asked.get() + 1);
            format!("no zone {name}")
        }
    }

    #[test]
    fn a_file_of_wrong_zones_costs_no_more_than_its_first_ones() {
        let zones = Utc::default();
        let book = TagBook::default().with_places(&zones);
        let why = |name: &str| book.read(&format!("time_zone={name}")).unwrap_err().to_string();
        for _ in 0..2 {
            (0..1_000).for_each(|number| assert!(why(&format!("Mars/{number}")).contains("Mars/")));
        }
        assert_eq!(zones.asked.get(), HINTS_MAX);
        assert_eq!(why("Mars/0"), "the tag has no clock: no zone Mars/0");
        assert_eq!(why("Mars/999"), "the tag has no clock: unknown time zone `Mars/999`");
        assert!(book.dictionary().is_empty());
        assert_eq!(book.read("time_zone=Etc/UTC"), Ok(TagId(1)));
        assert!(book.place(TagId(1)).is_some() && book.place(TagId::NONE).is_none());
    }
}
