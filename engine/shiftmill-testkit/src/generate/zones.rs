//! Zones of generated cards, with their clock changes around the generated years.

use std::sync::OnceLock;

use jiff::tz::TimeZone;
use shiftmill_core::{Timestamp, Zone};

use super::Random;

/// Zones with clock changes, without, by half an hour, and with unusual offsets.
pub const ZONES: [&str; 9] = [
    "America/Los_Angeles",
    "America/New_York",
    "Europe/Berlin",
    "Asia/Shanghai",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Australia/Adelaide",
    "America/St_Johns",
    "Etc/UTC",
];

/// One of the zones.
pub(super) fn pick(random: &mut Random) -> Zone {
    static KNOWN: OnceLock<Vec<Zone>> = OnceLock::new();
    let known = KNOWN.get_or_init(|| ZONES.iter().map(|name| zone(name)).collect());
    random.one_of(known).clone()
}

/// An IANA zone from 2023 to 2028.
pub fn zone(name: &str) -> Zone {
    let from = jiff::Timestamp::from_second(1_672_531_200).expect("a plain instant");
    let until = jiff::Timestamp::from_second(1_861_920_000).expect("a plain instant");
    let tz = TimeZone::get(name).expect("a zone of the bundled data");
    let changes = tz.following(from).take_while(|change| change.timestamp() < until);
    let changes = changes.map(|change| (Timestamp(change.timestamp().as_second()), change.offset().seconds()));
    Zone::new(name.to_owned(), tz.to_offset(from).seconds(), changes.collect()).expect("changes in order")
}
