//! Vendors' words for the kinds of punches.

use std::collections::BTreeMap;

use shiftmill_core::PunchKind;

/// Which kind a vendor's word or number means.
///
/// Knows our own codes, `IN`, `OUT`, `MEAL_OUT`, `LUNCH_IN`, `C/In` and the like, and the numbers of ZK terminals:
/// 0 in, 1 out, 2 break out, 3 break in, 4 overtime in (an in), 5 overtime out (an out), 255 none. Entries of the
/// caller come first.
///
/// ```
/// use shiftmill_core::PunchKind;
/// use shiftmill_timecards::read::StatusMap;
/// let map = StatusMap::parse("2=meal_start, 3=meal_end, Kommt=in").unwrap();
/// assert_eq!(map.kind("kommt"), Some(PunchKind::In));
/// assert_eq!(map.kind("2"), Some(PunchKind::MealStart));
/// assert_eq!(map.kind("MEAL_OUT"), Some(PunchKind::MealStart));
/// assert_eq!(map.kind("lunch?"), None);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatusMap {
    own: BTreeMap<String, PunchKind>,
}

impl StatusMap {
    /// Reads `word=kind` entries that commas divide.
    ///
    /// # Errors
    /// The mistake in the first entry that cannot be read.
    pub fn parse(text: &str) -> Result<StatusMap, String> {
        let mut own = BTreeMap::new();
        for entry in text.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
            let (word, kind) = entry.split_once('=').ok_or_else(|| format!("`{entry}` is not word=kind"))?;
            let kind = PunchKind::from_code(kind.trim())
                .ok_or_else(|| format!("`{}` is not a kind of punch such as `in`", kind.trim()))?;
            own.insert(plain(word), kind);
        }
        Ok(StatusMap { own })
    }

    /// The kind that a word means. No word at all is a punch without direction.
    pub fn kind(&self, word: &str) -> Option<PunchKind> {
        // The common words, without making a copy of each.
        if self.own.is_empty() {
            match word {
                "IN" | "in" | "0" => return Some(PunchKind::In),
                "OUT" | "out" | "1" => return Some(PunchKind::Out),
                _ => {}
            }
        }
        let word = plain(word);
        self.own.get(&word).copied().or_else(|| known(&word))
    }
}

fn plain(word: &str) -> String {
    word.trim().to_lowercase().replace(['-', ' ', '/'], "_")
}

fn known(word: &str) -> Option<PunchKind> {
    let kind = match word {
        "in" | "i" | "0" | "4" | "clock_in" | "clockin" | "check_in" | "checkin" | "punch_in" | "c_in"
        | "overtime_in" | "ot_in" | "start" => PunchKind::In,
        "out" | "o" | "1" | "5" | "clock_out" | "clockout" | "check_out" | "checkout" | "punch_out" | "c_out"
        | "overtime_out" | "ot_out" | "end" => PunchKind::Out,
        "meal_out" | "lunch_out" | "lunch_start" | "meal_begin" => PunchKind::MealStart,
        "meal_in" | "lunch_in" | "lunch_end" => PunchKind::MealEnd,
        "2" | "break_out" | "break_begin" => PunchKind::BreakStart,
        "3" | "break_in" => PunchKind::BreakEnd,
        "" | "255" | "none" => PunchKind::Unknown,
        code => return PunchKind::from_code(code),
    };
    Some(kind)
}
