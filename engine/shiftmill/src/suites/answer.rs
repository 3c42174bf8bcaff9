//! The results of one claim, in the words of a suite.

use shiftmill_core::{
    Because, BecauseKind, CarriedRow, DayType, ErrorCode, Evaluations, ExceptionRow, Fold, Names, OverrideRow,
    PluginReasons, Reason, RuleId, Seconds, TagDictionary, Timestamp, TotalScope, Unit, Workday, WorkdayRow, Zone,
};
use shiftmill_timecards::suite::{ClockTime, Overridden};

use crate::words::{Language, Listener, failure};

/// The rows of one evaluated card, with names for numbers.
pub(super) struct Answer<'a> {
    /// Pay lines.
    pub lines: Vec<Line>,
    /// Totals.
    pub totals: Vec<Total>,
    /// Workdays.
    pub workdays: Vec<WorkdayRow>,
    /// Exceptions.
    pub exceptions: Vec<ExceptionRow>,
    /// Overridden lines.
    pub overridden: Vec<Overridden>,
    /// What is carried over, by the names of the keys.
    pub carried: Vec<(String, i64)>,
    /// How plugins failed.
    pub failures: Vec<String>,
    /// The code of the error, when the card could not be evaluated.
    pub error: Option<ErrorCode>,
    /// Whether the figures may still change.
    pub provisional: bool,
    names: &'a Names,
    zone: &'a Zone,
}

/// A pay line with the grounds in full.
pub(super) struct Line {
    pub workday: Workday,
    pub pay_code: String,
    pub paid: bool,
    pub unit: Unit,
    pub amount: u32,
    pub rule: String,
    /// [`Because::number`].
    pub number: u8,
    /// The grounds with their figures, from the spans of the line. Several when its spans differ in their figures.
    pub grounds: Vec<Grounds>,
}

/// The grounds of a pay line.
#[derive(PartialEq)]
pub(super) struct Grounds {
    /// In the words of suites; for a plugin, its own text.
    pub text: String,
    /// The length that the words name.
    pub limit: Option<Seconds>,
}

/// A total.
pub(super) struct Total {
    pub scope: TotalScope,
    pub from: Workday,
    /// A name of tags and its value, for a part of the pay period.
    pub tag: Option<(String, String)>,
    pub pay_code: String,
    pub unit: Unit,
    pub amount: u32,
}

impl<'a> Answer<'a> {
    /// The answer about one card, evaluated with its spans.
    pub fn new(results: &Evaluations, names: &'a Names, zone: &'a Zone) -> Answer<'a> {
        let card = results.cards.first().copied().unwrap_or_default();
        let rows = 0..results.lines.len();
        let lines = results.lines.rows(rows).map(|row| {
            let info = names.pay_code(row.code);
            let of_line = |workday, code, rule, because: Because| {
                (workday, code, rule, because.number()) == (row.workday, row.code, row.rule, row.because)
            };
            let spans = results.spans.iter().map(|span| (span.reporting_workday, span.code, span.reason));
            let premiums = results.premiums.iter().map(|span| (span.reporting_workday, span.code, span.reason));
            let quantities =
                results.quantities.iter().map(|quantity| (quantity.workday, quantity.code, quantity.reason));
            let listener = Listener { names, zone, workday: Some(row.workday), language: Language::English };
            let mut grounds: Vec<Grounds> = spans
                .chain(premiums)
                .chain(quantities)
                .filter(|(workday, code, reason)| of_line(*workday, *code, reason.rule, reason.because))
                .map(|(_, _, reason)| Grounds::of(reason, &results.reasons, &listener))
                .collect();
            if row.because == BecauseKind::Override.number() {
                grounds.push(Grounds { text: words(Because::Override), limit: None });
            }
            grounds.dedup();
            Line {
                workday: row.workday,
                pay_code: info.map(|info| info.name.clone()).unwrap_or_default(),
                paid: info.is_none_or(|info| info.paid),
                unit: info.map_or(Unit::Second, |info| info.unit),
                amount: row.amount,
                rule: names.rule(row.rule).to_owned(),
                number: row.because,
                grounds,
            }
        });
        let totals = results.totals.rows(0..results.totals.len()).map(|row| {
            let info = names.pay_code(row.code);
            Total {
                scope: row.scope,
                from: row.from,
                tag: None,
                pay_code: info.map(|info| info.name.clone()).unwrap_or_default(),
                unit: info.map_or(Unit::Second, |info| info.unit),
                amount: row.amount,
            }
        });
        let overridden = |row: OverrideRow| Overridden {
            workday: row.workday,
            pay_code: names.pay_code(row.code).map(|info| info.name.clone()).unwrap_or_default(),
            amount: row.amount,
            computed: row.computed,
            computed_before: row.computed_before,
        };
        let carried = |row: CarriedRow| {
            let name = names.carried.get(usize::from(row.key.0));
            (name.cloned().unwrap_or_default(), row.value)
        };
        Answer {
            lines: lines.collect(),
            totals: totals.collect(),
            workdays: results.workdays.rows(0..results.workdays.len()).collect(),
            exceptions: results.exceptions.rows(0..results.exceptions.len()).collect(),
            overridden: results.overrides.rows(0..results.overrides.len()).map(overridden).collect(),
            carried: results.carried.rows(0..results.carried.len()).map(carried).collect(),
            failures: results.failures.iter().map(failure).collect(),
            error: card.error.map(|error| error.code()),
            provisional: card.provisional,
            names,
            zone,
        }
    }

    /// The answer with the totals that are split by the values of tags.
    pub fn with_splits(mut self, results: &Evaluations, names: &[String], tags: &TagDictionary) -> Answer<'a> {
        for row in results.splits.rows(0..results.splits.len()) {
            let info = self.names.pay_code(row.code);
            let name = names.get(usize::from(row.name)).cloned().unwrap_or_default();
            let value = tags.get(row.tag).and_then(|tag| tag.value(&name)).unwrap_or_default().to_owned();
            self.totals.push(Total {
                scope: TotalScope::PayPeriod,
                from: Workday::default(),
                tag: Some((name, value)),
                pay_code: info.map(|info| info.name.clone()).unwrap_or_default(),
                unit: info.map_or(Unit::Second, |info| info.unit),
                amount: row.amount,
            });
        }
        self
    }

    /// The name of a rule.
    pub fn rule(&self, rule: RuleId) -> &str {
        self.names.rule(rule)
    }

    /// The zone of the card.
    pub fn zone(&self) -> &Zone {
        self.zone
    }

    /// True when the ruleset has a pay code of this name.
    pub fn has_pay_code(&self, name: &str) -> bool {
        self.names.pay_codes.iter().any(|info| info.name == name)
    }
}

impl Grounds {
    fn of(reason: Reason, said: &PluginReasons, listener: &Listener<'_>) -> Grounds {
        let text = if let Because::ByPlugin { reason: number } = reason.because {
            listener.reason(reason.rule, said.get(number).unwrap_or(&[]))
        } else {
            Some(words(reason.because))
        };
        Grounds { text: text.unwrap_or_default(), limit: limit(reason.because) }
    }
}

impl Line {
    /// The line as a row of a table.
    pub fn row(&self) -> String {
        let (amount, grounds) = (amount(self.unit, self.amount), self.grounds());
        format!("| {} | {} | {amount} | {} | {grounds} |", day(self.workday), self.pay_code, self.rule)
    }

    /// The grounds as a cell of a table.
    pub fn grounds(&self) -> String {
        let texts: Vec<&str> = self.grounds.iter().map(|grounds| grounds.text.as_str()).collect();
        texts.join(" and ")
    }
}

impl Total {
    /// The total as a row of a table.
    pub fn row(&self) -> String {
        let over = match self.scope {
            TotalScope::Workweek => format!("workweek {}", self.from),
            TotalScope::PayPeriod => over_pay_period(self.tag.as_ref()),
        };
        format!("| {over} | {} | {} |", self.pay_code, amount(self.unit, self.amount))
    }
}

/// The pay period, or the part of it with one value of a tag.
pub(super) fn over_pay_period(tag: Option<&(String, String)>) -> String {
    match tag {
        Some((name, value)) if value.is_empty() => format!("{name}=-"),
        Some((name, value)) => format!("{name}={value}"),
        None => "pay period".to_owned(),
    }
}

/// `Mon 2026-06-01`
pub(super) fn day(workday: Workday) -> String {
    format!("{} {workday}", workday.weekday().short())
}

/// `8:00`, or `1` for occurrences.
fn amount(unit: Unit, amount: u32) -> String {
    match unit {
        Unit::Second => Seconds(amount).to_string(),
        Unit::Count => amount.to_string(),
    }
}

/// A workday as a row of a table.
pub(super) fn workday_row(row: &WorkdayRow) -> String {
    format!("| {} | {} | {} |", day(row.workday), row.worked, row.day_type.code())
}

/// An exception as the statement that would expect it.
pub(super) fn exception(row: &ExceptionRow, answer: &Answer<'_>) -> String {
    let (code, state, rule) = (row.code.code(), row.state.code(), answer.rule(row.rule));
    let at = clock(row.at, row.workday, answer.zone());
    format!("Exception: {}, {code} at {at} of {} {state} by {rule}", day(row.workday), row.measure)
}

/// `+1 06:00`: the clock time of an instant, relative to a workday.
fn clock(at: Timestamp, workday: Workday, zone: &Zone) -> ClockTime {
    let wall = zone.wall_at(at);
    let second_showing = zone.instant(wall, Fold::Earlier) != at;
    ClockTime { days: wall.date().0 - workday.0, second: wall.second_of_day(), second_showing }
}

/// Grounds in the words of suites.
fn words(because: Because) -> String {
    let beyond = |limit: Seconds| if limit.is_zero() { String::new() } else { format!(", beyond {limit}") };
    match because {
        Because::Worked => "worked".to_owned(),
        Because::Imputed => "missing punch filled in".to_owned(),
        Because::ShortGapPaid { limit } => format!("gap shorter than {limit}"),
        Because::AutoDeducted { .. } => "taken off automatically".to_owned(),
        Because::FixedBreak => "fixed break".to_owned(),
        Because::OutsideSchedule => "outside the schedule".to_owned(),
        Because::OnLeave => "on leave".to_owned(),
        Because::BeyondShift { limit } => format!("beyond {limit} in the shift"),
        Because::BeyondDay { limit } => format!("beyond {limit} in the workday"),
        Because::BeyondWeek { limit } => format!("beyond {limit} in the workweek"),
        Because::BeyondWeeks { weeks, limit } => format!("beyond {limit} in {weeks} workweeks"),
        Because::BeyondMonth { limit } => format!("beyond {limit} in the month"),
        Because::BeyondPayPeriod { limit } => format!("beyond {limit} in the pay period"),
        Because::ConsecutiveDay { number, limit } => format!("day {number} in a row{}", beyond(limit)),
        Because::DayTypeIs { day_type, limit } => format!("day type {}{}", DayType::code(day_type), beyond(limit)),
        Because::Combination { .. } => "combination".to_owned(),
        Because::HolidayNotWorked => "holiday not worked".to_owned(),
        Because::HolidayWorkedToo => "holiday beside work".to_owned(),
        Because::InClockWindow => "in the clock window".to_owned(),
        Because::ShiftInClockWindow => "shift in the clock window".to_owned(),
        Because::DayPremium => "day premium".to_owned(),
        Because::MealRequirement { ordinal } => format!("meal {ordinal}"),
        Because::Lateness => "lateness".to_owned(),
        Because::ByPlugin { .. } => "plugin".to_owned(),
        Because::Unapproved => "not approved".to_owned(),
        Because::PunchMissing => "punch missing".to_owned(),
        Because::BelowMinimum { limit } => format!("below the minimum of {limit}"),
        Because::RoundedDown { unit } => format!("rounded down to {unit}"),
        Because::BeyondMaximum { limit } => format!("above the maximum of {limit}"),
        Because::OvertimeRest => "overtime rest".to_owned(),
        Because::Banked => "taken as time off".to_owned(),
        Because::ApprovedOnly => "approved, not punched".to_owned(),
        Because::OutsideShift => "outside the shift".to_owned(),
        Because::LengthRoundedDown { interval } => format!("length rounded down to {interval}"),
        Because::LengthRoundedUp { interval } => format!("length rounded up to {interval}"),
        Because::OutsideEmployment => "outside employment".to_owned(),
        Because::ManualHours => "manual hours".to_owned(),
        Because::Override => "overridden".to_owned(),
        Because::RestRequirement => "rest not taken".to_owned(),
        Because::RaisedToMinimum { minimum } => format!("raised to the minimum of {minimum}"),
        Because::ShortHour { hour } => format!("short hours of {hour}"),
        Because::PerShift => "per shift".to_owned(),
    }
}

/// The length that the words of some grounds name.
fn limit(because: Because) -> Option<Seconds> {
    match because {
        Because::ShortGapPaid { limit }
        | Because::BeyondShift { limit }
        | Because::BeyondDay { limit }
        | Because::BeyondWeek { limit }
        | Because::BeyondWeeks { limit, .. }
        | Because::BeyondMonth { limit }
        | Because::BeyondPayPeriod { limit }
        | Because::ConsecutiveDay { limit, .. }
        | Because::DayTypeIs { limit, .. }
        | Because::BelowMinimum { limit }
        | Because::RoundedDown { unit: limit }
        | Because::LengthRoundedDown { interval: limit }
        | Because::LengthRoundedUp { interval: limit }
        | Because::RaisedToMinimum { minimum: limit }
        | Because::ShortHour { hour: limit }
        | Because::BeyondMaximum { limit } => Some(limit),
        Because::Worked
        | Because::Imputed
        | Because::AutoDeducted { .. }
        | Because::FixedBreak
        | Because::OutsideSchedule
        | Because::OnLeave
        | Because::Combination { .. }
        | Because::HolidayNotWorked
        | Because::HolidayWorkedToo
        | Because::InClockWindow
        | Because::ShiftInClockWindow
        | Because::DayPremium
        | Because::MealRequirement { .. }
        | Because::Lateness
        | Because::Unapproved
        | Because::PunchMissing
        | Because::OvertimeRest
        | Because::Banked
        | Because::ApprovedOnly
        | Because::OutsideShift
        | Because::OutsideEmployment
        | Because::ManualHours
        | Because::Override
        | Because::RestRequirement
        | Because::PerShift
        | Because::ByPlugin { .. } => None,
    }
}
