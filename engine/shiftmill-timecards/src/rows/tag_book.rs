//! The tags that rows name, and the clocks of the places that these name.

use std::cell::{Ref, RefCell};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use shiftmill_core::{Tag, TagDictionary, TagId, Zone, ZoneTable, excerpt};

use super::{Fault, RowError};
use crate::fields::Field;

/// Where zones are found by their IANA names.
pub trait FindZone: fmt::Debug {
    /// The zone with a name, for the days of the facts.
    ///
    /// # Errors
    /// Why there is none, in words.
    fn find_zone(&self, name: &str) -> Result<Zone, String>;
}

/// The zones of the table alone.
impl FindZone for ZoneTable {
    fn find_zone(&self, name: &str) -> Result<Zone, String> {
        let zone = self.find(name).and_then(|index| self.get(index));
        zone.cloned().ok_or_else(|| format!("unknown time zone `{}`", excerpt(name)))
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
            found.insert(name.to_owned(), Arc::new(places.find_zone(name)?));
        }
        Ok(())
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
