//! Several punches in one row: times in columns of their kinds, and several times in one value.

use std::borrow::Cow;

use shiftmill_core::PunchKind;

use super::values::{Values, cleaned};
use crate::clock::{DateOrder, date_and_time_in, time_from_day};
use crate::fields::Field;

/// Words of reports for a punch that did not happen.
const NO_PUNCH: [&str; 7] = ["-", "--", "—", "未打卡", "缺卡", "无", "n/a"];

/// The words before a time that is on the day after the date of its row.
const DAY_AFTER: &str = "次日";

/// Calls `take` for each punch of a row: with the kind and the time of each column. Times of kinds stand in the order of
/// the day: one that is earlier than the one before it is on the day after.
pub fn each_punch<'v>(
    row: &mut Values<'v>,
    columns: &mut dyn Iterator<Item = (Option<PunchKind>, Cow<'v, str>)>,
    take: &mut dyn FnMut(&Values<'v>),
) {
    row.set(Field::At, Cow::Borrowed(""));
    let mut before = None;
    for (kind, value) in columns {
        let Some(kind) = kind else {
            row.punch_kind = None;
            for tap in taps(cleaned(&value)) {
                row.set(Field::Time, Cow::Owned(tap.to_owned()));
                take(row);
            }
            continue;
        };
        let text = cleaned(&value);
        if text.is_empty() || NO_PUNCH.contains(&text) {
            continue;
        }
        row.punch_kind = Some(kind);
        let second = time_from_day(text);
        let turned = second.is_some_and(|second| before.is_some_and(|before| second < before));
        row.set(Field::Time, Cow::Owned(if turned { format!("{DAY_AFTER} {text}") } else { text.to_owned() }));
        // A time that is marked as the day after is not earlier than those of the day.
        before = second.map(|second| if turned { before.unwrap_or(second) } else { second });
        take(row);
    }
    row.punch_kind = None;
}

/// The times in one value, divided by commas, semicolons, bars, ends of lines or blanks.
fn taps(text: &str) -> impl Iterator<Item = &str> {
    let pieces = text.split([',', ';', '、', '，', '；', '|', '\n', '\r', '\t']).map(str::trim);
    pieces.filter(|piece| !piece.is_empty() && !NO_PUNCH.contains(piece)).flat_map(|piece| {
        let whole = is_time(piece).then_some(piece);
        let parts = if whole.is_some() { "" } else { piece };
        whole.into_iter().chain(parts.split_whitespace())
    })
}

/// A time, alone or with a date in any order.
fn is_time(text: &str) -> bool {
    time_from_day(text).is_some()
        || DateOrder::ALL.into_iter().any(|order| date_and_time_in(text, Some(order)).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_holds_several_taps() {
        let all = |text: &str| taps(text).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(all("08:25 12:01,13:00\n17:35"), ["08:25", "12:01", "13:00", "17:35"]);
        assert_eq!(all("2026-03-02 08:25; 2026-03-02 17:35"), ["2026-03-02 08:25", "2026-03-02 17:35"]);
        assert_eq!(all("08:25,次日 00:31"), ["08:25", "次日 00:31"]);
        assert_eq!(all("8:25 AM;5:35 PM"), ["8:25 AM", "5:35 PM"]);
        assert_eq!(all("08:25 noon"), ["08:25", "noon"]);
        assert_eq!(all(" -- "), [] as [&str; 0]);
    }

    #[test]
    fn a_row_runs_over_midnight() {
        let mut row = Values::new();
        let kinds = [PunchKind::In, PunchKind::MealStart, PunchKind::MealEnd, PunchKind::Out];
        let values = ["22:00", "02:00", "02:30", "06:00"].map(Cow::Borrowed);
        let mut seen = Vec::new();
        each_punch(&mut row, &mut kinds.into_iter().map(Some).zip(values), &mut |row| {
            seen.push(row.get(Field::Time).to_owned());
        });
        assert_eq!(seen, ["22:00", "次日 02:00", "次日 02:30", "次日 06:00"]);
    }
}
