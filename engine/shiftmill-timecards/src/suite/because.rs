//! The words in which a suite states the grounds of a pay line.

use shiftmill_core::Seconds;

use super::ExpectedBecause;
use crate::clock;

/// Reads grounds such as `worked` or `beyond 8:00 in the workday`. `None` when the words are not known.
pub fn because(text: &str) -> Option<ExpectedBecause> {
    let words = text.trim().to_ascii_lowercase();
    let number = if words.starts_with("beyond ") { beyond(&words)? } else { plain(&words)? };
    Some(ExpectedBecause { text: text.trim().to_owned(), number, limit: limit(&words) })
}

fn beyond(words: &str) -> Option<u8> {
    let scopes = [
        (" in the shift", 7),
        (" in the workday", 8),
        (" in the workweek", 9),
        (" workweeks", 10),
        (" in the month", 11),
        (" in the pay period", 12),
    ];
    scopes.into_iter().find(|(ending, _)| words.ends_with(ending)).map(|(_, number)| number)
}

fn plain(words: &str) -> Option<u8> {
    let openings = [
        ("worked", 0),
        ("missing punch filled in", 1),
        ("gap shorter than ", 2),
        ("taken off automatically", 3),
        ("fixed break", 4),
        ("outside the schedule", 5),
        ("on leave", 6),
        ("day in a row", 13),
        ("day type ", 14),
        ("combination", 15),
        ("holiday not worked", 16),
        ("in the clock window", 17),
        ("shift in the clock window", 18),
        ("day premium", 19),
        ("meal ", 20),
        ("lateness", 21),
    ];
    let consecutive = words.strip_prefix("day ").filter(|rest| rest.starts_with(|first: char| first.is_ascii_digit()));
    if consecutive.is_some_and(|rest| rest.contains(" in a row")) {
        return Some(13);
    }
    openings.into_iter().find(|(opening, _)| words.starts_with(opening)).map(|(_, number)| number)
}

/// The first length that the words hold.
fn limit(words: &str) -> Option<Seconds> {
    words.split([' ', ',']).find_map(|word| if word.contains(':') { clock::length(word) } else { None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grounds_are_known_by_their_words() {
        let read = |text| because(text).map(|because| (because.number, because.limit));
        assert_eq!(read("worked"), Some((0, None)));
        assert_eq!(read("Beyond 8:00 in the workday"), Some((8, Some(Seconds::hours(8)))));
        assert_eq!(read("beyond 80:00 in 2 workweeks"), Some((10, Some(Seconds::hours(80)))));
        assert_eq!(read("day 7 in a row, beyond 8:00"), Some((13, Some(Seconds::hours(8)))));
        assert_eq!(read("day type rest_day"), Some((14, None)));
        assert_eq!(read("because of the moon"), None);
    }
}
