//! The one table of settings: what may be written, what it means, its default and its bounds.
//!
//! Checking, the JSON Schema, the reference and "did you mean" come from here.

use shiftmill_core::open::correction_policy::{CorrectedAs, CorrectionAction};
use shiftmill_core::open::dedupe::DedupeKeep;
use shiftmill_core::open::normalise::{Granularity, NeedsApproval};
use shiftmill_core::open::restriction::RestrictionOutcome;
use shiftmill_core::pay::combine::CombineKind;
use shiftmill_core::pay::holiday_average::{AverageKind, AverageUnit};
use shiftmill_core::pay::holiday_eligibility::{DaysAround, OnHoliday};
use shiftmill_core::pay::holiday_pay::{BesideLeave, HolidayAmountKind};
use shiftmill_core::pay::holidays::HolidayBasis;
use shiftmill_core::pay::overtime_approval::{ApprovalMode, CompensationMode};
use shiftmill_core::pay::premium_limits::{MinimumThen, PremiumPer};
use shiftmill_core::pay::premiums::{OverKind, PremiumMode, PremiumZone};
use shiftmill_core::pay::tiers::{ConsecutiveMode, ConsecutiveReset, CountsKind, TierScopeKind};
use shiftmill_core::shape::attendance::{Compared, EarlyTier, GraceMode, LateDeductKind, LateTier, Measured};
use shiftmill_core::shape::breaks::{BreakBasis, BreakPlacement, Compare};
use shiftmill_core::shape::calendar::{StatutoryRestKind, SubstituteDay, UnrosteredDay};
use shiftmill_core::shape::day_tolerance::ComparedEdges;
use shiftmill_core::shape::expectation::WorkThatCounts;
use shiftmill_core::shape::half_day::HalfDaySplitKind;
use shiftmill_core::shape::leave::{LeaveDays, LeaveVersusWork};
use shiftmill_core::shape::length_rounding::RoundedLength;
use shiftmill_core::shape::matching::{GapBasis, MatchBy, ShiftStart};
use shiftmill_core::shape::meal_requirement::JudgedBy;
use shiftmill_core::shape::pairing::{Adjacency, ImputedKind, PairingMode, RepeatIn};
use shiftmill_core::shape::rounding::{Anchor, DirectionKind, RoundingPosition, Tie};
use shiftmill_core::shape::schedule::LateMaxKind;
use shiftmill_core::shape::workdays::Attribution;
use shiftmill_core::watch::WatcherKind;
use shiftmill_core::watch::days_in_a_row::RunReset;
use shiftmill_core::watch::hours::{CountedTimeKind, HoursScopeKind};
use shiftmill_core::watch::limit::PassedWhen;
use shiftmill_core::watch::rest_between_shifts::RestBetween;
use shiftmill_core::watch::weekly_rest::RestPer;
use shiftmill_core::{Coded, DayType, Hook, Isolation, Layer, OnFailure, Severity, Unit};

/// A table of the document.
#[derive(Debug, PartialEq)]
pub(crate) struct Section {
    /// Its content, in a few words.
    pub title: &'static str,
    groups: &'static [&'static [Setting]],
}

/// One setting.
#[derive(Debug, PartialEq)]
pub(crate) struct Setting {
    /// Its key.
    pub name: &'static str,
    /// What may be written.
    pub kind: Kind,
    /// The default, in the words of the document; `None`: there is none.
    pub default: Option<&'static str>,
    /// Whether it must be written.
    pub required: bool,
    /// What it means.
    pub meaning: &'static str,
}

/// What may be written for a setting.
#[derive(Debug, PartialEq)]
pub(crate) enum Kind {
    /// Any text of at most this many characters.
    Text(usize),
    /// A list of texts.
    Texts,
    /// A name: lower case letters, digits, `-` and `_`.
    Name,
    /// A list of names of rules.
    Names,
    /// `true` or `false`.
    Flag,
    /// `true` or `false`, or one of them for each block of a shift.
    FlagOrFlags,
    /// A whole number within bounds.
    Integer { least: i64, most: i64 },
    /// A length within bounds, in seconds.
    Length { least: u32, most: u32 },
    /// A length within bounds, or `off`.
    LengthOrOff { least: u32, most: u32 },
    /// One of these words, or a length up to a bound.
    WordOrLength { words: &'static [&'static str], most: u32 },
    /// A time of day up to 48:00.
    Time,
    /// One of these words, or a time of day up to 48:00.
    WordOrTime(&'static [&'static str]),
    /// A time of day before 24:00.
    Clock,
    /// A daily window by the clock.
    Window,
    /// Windows within a shift, which may pass 24:00.
    Windows,
    /// A date.
    Date,
    /// Dates.
    Dates,
    /// A weekday.
    Weekday,
    /// A weekday, `none`, or one of these words.
    WeekdayOrWord(&'static [&'static str]),
    /// Weekdays: one, a list, a run such as `Mon-Fri`, or `none`.
    Weekdays,
    /// Day types: one, a list, or `all`.
    DayTypes,
    /// One of these words.
    Word(&'static [&'static str]),
    /// Some of these words, or `all`.
    Words(&'static [&'static str]),
    /// The rate of a code relative to the plain rate.
    Multiplier,
    /// A pay code that fits.
    PayCode(Fits),
    /// One of these words, or a list of pay codes.
    WordOrPayCodes(&'static [&'static str]),
    /// A table whose settings have defaults.
    Table(&'static Section),
    /// A table that exists only when written.
    OptionalTable(&'static Section),
    /// A table written as one value: it replaces an inherited one whole.
    Whole(&'static Section),
    /// `off`, or a table written as one value.
    OffOrWhole(&'static Section),
    /// Rules with names.
    Rules(&'static Section),
    /// Entries without names: they replace inherited ones whole.
    Items(&'static Section),
    /// Tables by name.
    Named(&'static Section),
    /// Names of tags, each with the values that fit, or with those that do not.
    Tags,
    /// A table whose settings a plugin declares.
    OfPlugin,
    /// The shift of each weekday.
    Pattern,
    /// The severity of each exception.
    Severities,
    /// Rules from a date on.
    Changes,
}

/// Which pay codes fit a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fits {
    /// The layer.
    pub layer: Layer,
    /// The unit.
    pub unit: Unit,
}

const BASE: Fits = Fits { layer: Layer::Base, unit: Unit::Second };
const PREMIUM: Fits = Fits { layer: Layer::Premium, unit: Unit::Second };
const TIME: Fits = Fits { layer: Layer::Quantity, unit: Unit::Second };
const COUNT: Fits = Fits { layer: Layer::Quantity, unit: Unit::Count };

/// The most entries of one list or table.
pub(crate) const ENTRIES_MAX: usize = 1_024;
/// The most dates of one list.
pub(crate) const DATES_MAX: usize = 4_096;
/// The most letters of a text in a list.
pub(crate) const TEXT_MAX: usize = 1_000;
/// The most letters of a name.
pub(crate) const NAME_MAX: usize = 64;

const MINUTE: u32 = 60;
const HOUR: u32 = 3_600;

/// Settings known in the field that are planned: answered by "not supported yet" everywhere.
pub(crate) const NOT_YET: [&str; 10] = [
    "guarantees",
    "attributes",
    "geo_policy",
    "fix_quota",
    "callback",
    "split_shift",
    "spread_of_hours",
    "bank",
    "compensation",
    "balancing",
];

impl Setting {
    /// The settings of a table below it.
    pub fn inner(&self) -> Option<&'static Section> {
        match &self.kind {
            Kind::Table(section)
            | Kind::OptionalTable(section)
            | Kind::Whole(section)
            | Kind::OffOrWhole(section)
            | Kind::Rules(section)
            | Kind::Items(section)
            | Kind::Named(section) => Some(section),
            Kind::Text(_)
            | Kind::Texts
            | Kind::Name
            | Kind::Names
            | Kind::Flag
            | Kind::FlagOrFlags
            | Kind::Integer { .. }
            | Kind::Length { .. }
            | Kind::LengthOrOff { .. }
            | Kind::WordOrLength { .. }
            | Kind::Time
            | Kind::WordOrTime(_)
            | Kind::Clock
            | Kind::Window
            | Kind::Windows
            | Kind::Date
            | Kind::Dates
            | Kind::Weekday
            | Kind::WeekdayOrWord(_)
            | Kind::Weekdays
            | Kind::DayTypes
            | Kind::Word(_)
            | Kind::Words(_)
            | Kind::Multiplier
            | Kind::PayCode(_)
            | Kind::WordOrPayCodes(_)
            | Kind::Tags
            | Kind::OfPlugin
            | Kind::Pattern
            | Kind::Severities
            | Kind::Changes => None,
        }
    }
}

impl Section {
    /// All settings in the order of the reference.
    pub fn settings(&self) -> impl Iterator<Item = &'static Setting> + use<> {
        self.groups.iter().flat_map(|group| group.iter())
    }

    /// The setting of this name.
    pub fn setting(&self, name: &str) -> Option<&'static Setting> {
        self.settings().find(|setting| setting.name == name)
    }
}

const fn setting(name: &'static str, kind: Kind, default: &'static str, meaning: &'static str) -> Setting {
    Setting { name, kind, default: Some(default), required: false, meaning }
}

const fn required(name: &'static str, kind: Kind, meaning: &'static str) -> Setting {
    Setting { name, kind, default: None, required: true, meaning }
}

const fn optional(name: &'static str, kind: Kind, meaning: &'static str) -> Setting {
    Setting { name, kind, default: None, required: false, meaning }
}

const fn up_to(most: u32) -> Kind {
    Kind::Length { least: 0, most }
}

const fn off_or_up_to(most: u32) -> Kind {
    Kind::LengthOrOff { least: 0, most }
}

/// One value of a closed set.
const fn one_of<T: Coded>() -> Kind {
    Kind::Word(T::CODES)
}

/// Some values of a closed set.
const fn some_of<T: Coded>() -> Kind {
    Kind::Words(T::CODES)
}

/// One value of a closed set, or a length.
const fn word_or_up_to<T: Coded>(most: u32) -> Kind {
    Kind::WordOrLength { words: T::CODES, most }
}

const RULE_NAME: Setting = required("name", Kind::Name, "The name of the rule in explanations; unique in the ruleset.");
const WHERE: Setting = optional(
    "where",
    Kind::Tags,
    "Only work with these tags: `{ job = [\"welder\", \"fitter\"], site = \"!north\" }`.",
);
const ONLY_CALLBACKS: Setting = optional(
    "callback",
    Kind::Flag,
    "`true`: only the work of call-backs; `false`: only other work. Both when left out.",
);
const PUNCHES_WHERE: Setting = required("where", Kind::Tags, "The punches, by their tags: `{ device = \"gate-2\" }`.");
const RULE_SOURCE: Setting =
    optional("source", Kind::Text(400), "Where the rule is written down; shown in explanations.");

/// No settings at all.
pub(crate) static NOTHING: Section = Section { title: "nothing", groups: &[] };
/// The document.
pub(crate) static DOCUMENT: Section = Section { title: "the ruleset", groups: &[&HEAD, &RULES, &TAIL] };
/// `[[change]]`.
pub(crate) static CHANGE: Section = Section { title: "rules from a date on", groups: &[&CHANGE_HEAD, &RULES] };

static HEAD: [Setting; 8] = [
    required("name", Kind::Name, "The name of the ruleset."),
    setting("version", Kind::Text(100), "", "Free text, shown beside the hash."),
    setting("description", Kind::Text(1_000), "", "The employees that it is for."),
    optional(
        "extends",
        Kind::Text(200),
        "A preset such as `us-california@2`, or a file beside this one, that the ruleset extends.",
    ),
    optional("remove", Kind::Names, "Inherited rules to drop, by their names."),
    setting(
        "shared",
        Kind::Flag,
        "false",
        "In the folder of a service: whether rulesets that callers send may extend this one. It is not inherited.",
    ),
    setting("source", Kind::Text(400), "", "Where the rules are written down."),
    setting(
        "not_covered",
        Kind::Texts,
        "[]",
        "What a reader might expect and the ruleset does not cover; inherited entries stay.",
    ),
];

static CHANGE_HEAD: [Setting; 2] = [
    required("from", Kind::Date, "The first workday of the change."),
    optional("remove", Kind::Names, "Rules to drop from this date on, by their names."),
];

static RULES: [Setting; 27] = [
    setting("punches", Kind::Table(&PUNCHES), "", "How raw punches are read."),
    setting(
        "clock_offset",
        Kind::Rules(&CLOCK_OFFSET),
        "",
        "Clocks that were off; of those that fit a punch the first holds.",
    ),
    setting("corrections", Kind::Table(&CORRECTIONS), "", "Which corrections of punches count."),
    setting(
        "punch_restriction",
        Kind::Rules(&PUNCH_RESTRICTION),
        "",
        "Punches that do not count, or that somebody should look at; the first rule that fits holds.",
    ),
    setting(
        "calendar",
        Kind::Table(&CALENDAR),
        "",
        "Which days are not ordinary, and what the roster says about them.",
    ),
    setting(
        "calendars",
        Kind::Named(&NAMED_CALENDAR),
        "",
        "Calendars by name, for places whose holidays differ from those of `[calendar]`; at most 64. An assignment chooses one for an employee.",
    ),
    setting("shifts", Kind::Named(&SHIFT), "", "Shifts by name."),
    setting("schedule", Kind::Table(&SCHEDULE), "", "When shifts are worked without being scheduled one by one."),
    setting(
        "matching",
        Kind::Table(&MATCHING),
        "",
        "Which punches form one worked shift, and which scheduled shift it is.",
    ),
    setting("pairing", Kind::Table(&PAIRING), "", "Which in punch belongs to which out punch."),
    setting("rounding", Kind::Rules(&ROUNDING), "", "The first rule whose targets and condition fit a punch applies."),
    setting(
        "length_rounding",
        Kind::Rules(&LENGTH_ROUNDING),
        "",
        "Work is paid in whole units, and punches stay as they are.",
    ),
    setting("workdays", Kind::Table(&WORKDAYS), "", "To which workday each worked second belongs."),
    setting("breaks", Kind::Table(&BREAKS), "", "Gaps that are paid and breaks that are deducted."),
    setting("meal_requirement", Kind::Rules(&MEAL_REQUIREMENT), "", "Meals that a long workday must have."),
    setting("rest_requirement", Kind::Rules(&REST_REQUIREMENT), "", "Rests that employees attest."),
    setting("attestation", Kind::Rules(&ATTESTATION), "", "Questions that employees may be asked about a workday."),
    setting("leave", Kind::Table(&LEAVE), "", "Leave, and what happens when leave and work overlap."),
    setting("employment", Kind::Table(&EMPLOYMENT), "", "Work of people who are not employed on its day."),
    setting("attendance", Kind::Table(&ATTENDANCE), "", "Late, early, absent, unscheduled."),
    setting(
        "expectation",
        Kind::Table(&EXPECTATION),
        "",
        "The time that a workday expects, with or without clock times.",
    ),
    setting(
        "holidays",
        Kind::Table(&HOLIDAYS),
        "",
        "Which seconds are on a holiday, and what a holiday not worked pays.",
    ),
    setting(
        "overtime_approval",
        Kind::Rules(&OVERTIME_APPROVAL),
        "",
        "Which work outside the scheduled shifts counts as overtime; the first rule that fits the day type decides.",
    ),
    setting("overtime", Kind::Table(&OVERTIME), "", "Overtime tiers and how they combine."),
    setting("premiums", Kind::Rules(&PREMIUM_RULE), "", "Pay on top, over the same seconds."),
    setting(
        "watchers",
        Kind::Rules(&WATCHER),
        "",
        "Limits that raise an exception when they are passed and never change what is paid; at most 64.",
    ),
    setting("plugin", Kind::Rules(&PLUGIN), "", "Your own rules as plugins, called in this order; at most 16."),
];

static TAIL: [Setting; 3] = [
    setting("exceptions", Kind::Severities, "", "The severity of each exception, or `off`."),
    setting("pay_codes", Kind::Named(&PAY_CODE), "", "Pay codes besides the built-in ones."),
    optional("change", Kind::Changes, "Effective dates: from a date on, these settings over those above."),
];

static PUNCHES: Section = Section {
    title: "how raw punches are read",
    groups: &[&[
        setting("granularity", one_of::<Granularity>(), "second", "With `minute`, seconds are dropped on the way in."),
        setting(
            "future_skew",
            up_to(24 * HOUR),
            "5m",
            "A punch later than `as_of`, or than it was recorded, by more than this is left out: `future_punch`.",
        ),
        setting(
            "recorded_late_after",
            off_or_up_to(400 * 24 * HOUR),
            "off",
            "A punch that was recorded later than this after it happened is `late_recorded_punch`. It counts all the same.",
        ),
        setting(
            "offsite",
            one_of::<NeedsApproval>(),
            "count",
            "Punches made outside of the site: with `approved`, one that no approval of kind `outing` or `trip` covers is left out: `unapproved_offsite_punch`.",
        ),
        setting(
            "callback",
            one_of::<NeedsApproval>(),
            "count",
            "Call-backs: with `approved`, one that no approval of kind `callback` covers is `unapproved_callback`. It counts all the same.",
        ),
        setting(
            "dedupe_window",
            off_or_up_to(HOUR),
            "60s",
            "A punch of the same kind at most this long after the one before repeats it.",
        ),
        setting(
            "dedupe_keep",
            one_of::<DedupeKeep>(),
            "by_direction",
            "Which of repeated punches stays; `by_direction`: the first in, the last out.",
        ),
    ]],
};

static CLOCK_OFFSET: Section = Section {
    title: "a clock that was off",
    groups: &[&[
        RULE_NAME,
        PUNCHES_WHERE,
        optional(
            "add",
            Kind::Length { least: 1, most: 24 * HOUR },
            "The clock was slow: this is added to what it showed.",
        ),
        optional(
            "subtract",
            Kind::Length { least: 1, most: 24 * HOUR },
            "The clock was fast: this is taken off what it showed.",
        ),
        optional("from", Kind::Date, "The first date, as the clock showed it, on which it was off."),
        optional("until", Kind::Date, "The last one."),
        RULE_SOURCE,
    ]],
};

static PUNCH_RESTRICTION: Section = Section {
    title: "a restriction of punches",
    groups: &[&[
        RULE_NAME,
        PUNCHES_WHERE,
        setting(
            "then",
            one_of::<RestrictionOutcome>(),
            "mark",
            "With `mark` the punch counts and has `marked_punch`; with `ignore` it does not count: `ignored_punch`.",
        ),
        RULE_SOURCE,
    ]],
};

static CORRECTIONS: Section = Section {
    title: "which corrections of punches count",
    groups: &[&[
        setting("accept", some_of::<CorrectionAction>(), "all", "The kinds that are accepted."),
        optional(
            "quota",
            Kind::Integer { least: 0, most: 999 },
            "How many corrections that add or retime a punch are accepted in a cycle; the first recorded ones count.",
        ),
        setting(
            "cycle_opens",
            Kind::Integer { least: 1, most: 28 },
            "1",
            "The day of the month on which a cycle opens.",
        ),
        optional(
            "within_days",
            Kind::Integer { least: 1, most: 400 },
            "A correction must be recorded within these days; 1: on the day of its punch.",
        ),
        optional(
            "closes_after",
            Kind::Integer { least: 0, most: 400 },
            "The corrections of a cycle must be recorded at most so many days after its last day.",
        ),
        setting(
            "mark",
            Kind::Flag,
            "false",
            "Accepted corrections raise `corrected_punch`, so that a person sees them.",
        ),
        setting(
            "counts_as",
            one_of::<CorrectedAs>(),
            "normal",
            "What a corrected punch is for attendance; with `still_late` latenesses and missing punches stay, and the time is paid.",
        ),
    ]],
};

static CALENDAR: Section = Section {
    title: "days that are not ordinary",
    groups: &[
        &[
            setting("rest_days", Kind::Weekdays, "none", "Weekdays off."),
            setting(
                "statutory_rest_day",
                Kind::WeekdayOrWord(StatutoryRestKind::CODES),
                "none",
                "The weekly day of rest that the law requires, where it differs from other days off (Japan). Only a day row moves it. `last_worked`: of the rest days of a workweek, when all were worked, the last one.",
            ),
            optional(
                "four_weeks_from",
                Kind::Date,
                "With `last_worked`: four rest days in four workweeks are enough, counted from the workweek of this date.",
            ),
            setting(
                "roster_decides",
                Kind::Flag,
                "false",
                "Whether a shift to work on a rest day makes it a workday. Otherwise the day keeps its type, and work on it is paid as such.",
            ),
            setting(
                "unrostered_day",
                one_of::<UnrosteredDay>(),
                "by_pattern",
                "What a day without a roster row is, for employees who have rows in that workweek.",
            ),
        ],
        &SPECIAL_DATES,
    ],
};

/// The dates that are not ordinary, in whichever calendar.
static SPECIAL_DATES: [Setting; 5] = [
    setting("statutory_holidays", Kind::Dates, "[]", "Public holidays by law."),
    setting("company_holidays", Kind::Dates, "[]", "Holidays that the company grants."),
    setting("makeup_workdays", Kind::Dates, "[]", "Days off turned into working days by decree."),
    setting("shifted_rest", Kind::Dates, "[]", "Working days turned into days off by decree."),
    setting("half_day", Kind::Items(&HALF_DAY), "[]", "Parts of days with a type of their own."),
];

static NAMED_CALENDAR: Section = Section {
    title: "the calendar of a place",
    groups: &[
        &SPECIAL_DATES,
        &[setting("remove", Kind::Dates, "[]", "Dates of `[calendar]` that are not special here.")],
    ],
};

static HALF_DAY: Section = Section {
    title: "a part of a day with a type of its own, such as a half-day holiday",
    groups: &[&[
        required("date", Kind::Date, "The day; one part of each."),
        setting("from", Kind::Time, "00:00", "The start of the part."),
        setting("to", Kind::Time, "24:00", "The end of the part, at 24:00 at the latest."),
        required("day_type", one_of::<DayType>(), "The type of the part."),
    ]],
};

static SHIFT: Section = Section {
    title: "a named shift",
    groups: &[&[
        optional("start", Kind::Time, "When it starts, by the clock of its workday."),
        optional("end", Kind::Time, "When it ends; at or before the start means the next day."),
        setting(
            "blocks",
            Kind::Windows,
            "[]",
            "Instead of `start` and `end`: the blocks of a split shift, in order, all within 24 hours.",
        ),
        setting("breaks", Kind::Windows, "[]", "Unpaid breaks at fixed times, deducted where worked."),
        setting("earliest_in", up_to(24 * HOUR), "1h", "Punches belong to the shift from this long before its start."),
        setting("latest_out", up_to(24 * HOUR), "4h", "Punches belong to the shift up to this long after its end."),
        setting(
            "late_max",
            word_or_up_to::<LateMaxKind>(24 * HOUR),
            "half_shift",
            "Up to this long after its start a punch may begin the shift although the shift before it was left open.",
        ),
        setting(
            "half_day_split",
            Kind::WordOrTime(HalfDaySplitKind::CODES),
            "midpoint",
            "Where leave of half a day divides it: in the middle, where half of its planned time is over, at a break, or at a clock time.",
        ),
        setting(
            "need_in",
            Kind::FlagOrFlags,
            "true",
            "Whether its start needs a punch; with `false` a missing in is taken as the start. For all blocks of a split shift, or a list with one for each.",
        ),
        setting(
            "need_out",
            Kind::FlagOrFlags,
            "true",
            "Whether its end needs a punch; with `false` a missing out is taken as the end. For all blocks of a split shift, or a list with one for each.",
        ),
        optional(
            "flex_early",
            up_to(12 * HOUR),
            "Who comes up to this much earlier may leave as much earlier; else as `[attendance]` says.",
        ),
        optional(
            "flex_late",
            up_to(12 * HOUR),
            "Who comes up to this much later is on time and leaves as much later; else as `[attendance]` says.",
        ),
        setting(
            "core_hours",
            Kind::Windows,
            "[]",
            "Absence inside these windows of the shift is `core_hours_missed`; else as `[attendance]` says.",
        ),
    ]],
};

static SCHEDULE: Section = Section {
    title: "scheduled shifts",
    groups: &[&[
        optional(
            "pattern",
            Kind::Pattern,
            "The shift of each weekday, for employees without scheduled shifts of their own.",
        ),
        setting("earliest_in", up_to(24 * HOUR), "1h", "For scheduled shifts given by their times only."),
        setting("latest_out", up_to(24 * HOUR), "4h", "For scheduled shifts given by their times only."),
        setting(
            "late_max",
            word_or_up_to::<LateMaxKind>(24 * HOUR),
            "half_shift",
            "For scheduled shifts given by their times only.",
        ),
    ]],
};

static MATCHING: Section = Section {
    title: "worked shifts and their scheduled shifts",
    groups: &[&[
        setting(
            "shift_starts_at",
            one_of::<ShiftStart>(),
            "gap",
            "What starts a worked shift: a gap, or every in punch.",
        ),
        setting(
            "shift_gap_basis",
            one_of::<GapBasis>(),
            "out",
            "What the gap is measured from: the last out, or any punch.",
        ),
        setting(
            "new_shift_gap",
            Kind::Length { least: MINUTE, most: 48 * HOUR },
            "4h",
            "A gap of this length or longer starts a new shift.",
        ),
        setting(
            "shift_length_max",
            Kind::Length { least: HOUR, most: 72 * HOUR },
            "16h",
            "A shift that would become longer starts anew instead.",
        ),
        setting(
            "match_by",
            one_of::<MatchBy>(),
            "cluster",
            "`cluster`: by the greatest overlap; `workday`: the scheduled shift of the date of the first punch.",
        ),
    ]],
};

static PAIRING: Section = Section {
    title: "in and out",
    groups: &[&[
        setting(
            "mode",
            one_of::<PairingMode>(),
            "typed",
            "Whether punches have their own kind, alternate between in and out, or only the first and last count.",
        ),
        setting(
            "adjacency",
            one_of::<Adjacency>(),
            "bridging",
            "Whether an in waits for its out, or pairs only with the very next punch.",
        ),
        setting(
            "repeat_in",
            one_of::<RepeatIn>(),
            "keep_first",
            "An in while the shift is open: it does not count, or the first misses its out.",
        ),
        setting(
            "pair_length_max",
            Kind::LengthOrOff { least: MINUTE, most: 72 * HOUR },
            "16h",
            "An in and an out further apart are not a pair.",
        ),
        setting(
            "missing_out",
            word_or_up_to::<ImputedKind>(24 * HOUR),
            "exception",
            "What an in without an out is worth: nothing, up to the scheduled end, or a length. The exception is raised in every case.",
        ),
        setting(
            "missing_in",
            word_or_up_to::<ImputedKind>(24 * HOUR),
            "exception",
            "What an out without an in is worth.",
        ),
        setting("meal_gap", Kind::OffOrWhole(&MEAL_GAP), "off", "Gaps of this length without meal punches are meals."),
    ]],
};

static MEAL_GAP: Section = Section {
    title: "gaps that are meals",
    groups: &[&[
        required("min", up_to(12 * HOUR), "The shortest; inclusive."),
        required("max", up_to(12 * HOUR), "The longest; inclusive."),
    ]],
};

static ROUNDING: Section = Section {
    title: "a rounding rule",
    groups: &[&[
        RULE_NAME,
        setting("targets", some_of::<RoundingPosition>(), "all", "The punches that it rounds."),
        setting(
            "interval",
            up_to(24 * HOUR),
            "0m",
            "The grid; must divide a day evenly. `0m` does not change instants (grace and strict still apply).",
        ),
        setting("direction", one_of::<DirectionKind>(), "nearest", "The direction of rounding."),
        setting(
            "tie",
            one_of::<Tie>(),
            "partial_minute_down",
            "Where `nearest` changes from down to up. With 15 minutes, `partial_minute_down` rounds 7:59 down and 8:00 up.",
        ),
        setting("anchor", one_of::<Anchor>(), "local_midnight", "Where the grid starts."),
        setting(
            "grace",
            up_to(12 * HOUR),
            "0s",
            "A punch this near to the scheduled time is moved to it, before and instead of the grid.",
        ),
        setting(
            "strict",
            Kind::Flag,
            "false",
            "Never rounds to before the scheduled start or after the scheduled end.",
        ),
        optional("near_schedule", up_to(24 * HOUR), "Only punches this near to the scheduled time."),
        optional("between", Kind::Window, "Only punches in this daily window. At most one of the two conditions."),
        WHERE,
        RULE_SOURCE,
    ]],
};

static LENGTH_ROUNDING: Section = Section {
    title: "a rule that rounds lengths",
    groups: &[&[
        RULE_NAME,
        setting("of", one_of::<RoundedLength>(), "workday", "Which lengths it rounds; one rule for each on a day."),
        required("interval", up_to(24 * HOUR), "Lengths become multiples of it."),
        setting("direction", one_of::<DirectionKind>(), "nearest", "The direction of rounding."),
        setting("tie", one_of::<Tie>(), "partial_minute_down", "Where `nearest` changes from down to up."),
        setting(
            "grace",
            up_to(24 * HOUR),
            "0m",
            "With `down`, a length that lacks at most this much to a multiple becomes it; with `up`, one that is at most this much beyond it.",
        ),
        optional("up_to", up_to(24 * HOUR), "Longer lengths stay as they are."),
        setting("day_types", Kind::DayTypes, "all", "Only on days of these types."),
        setting("off_pay", Kind::PayCode(BASE), "rounded_off", "The pay code of what is rounded off."),
        RULE_SOURCE,
    ]],
};

static WORKDAYS: Section = Section {
    title: "workdays and workweeks",
    groups: &[&[
        setting("overtime", one_of::<Attribution>(), "schedule_label", "The workday that overtime counts by."),
        setting("reporting", one_of::<Attribution>(), "schedule_label", "The workday on which the time is shown."),
        setting("opens_at", Kind::Clock, "00:00", "When the workday opens, for `divide_time` and `divide_time_split`."),
        setting("workweek_opens", Kind::Weekday, "Mon", "The weekday that opens the workweek."),
    ]],
};

static BREAKS: Section = Section {
    title: "breaks",
    groups: &[&[
        optional("paid_gap", Kind::OptionalTable(&PAID_GAP), "Short gaps that are paid."),
        setting("fixed", Kind::Rules(&FIXED_BREAK), "", "Unpaid breaks at fixed times of day, deducted where worked."),
        setting(
            "auto_deduct",
            Kind::Rules(&AUTO_DEDUCT),
            "",
            "Breaks deducted when no punches show them; per workday, of those that trigger, the one that deducts most applies.",
        ),
    ]],
};

static PAID_GAP: Section = Section {
    title: "short gaps that are paid",
    groups: &[&[
        setting("name", Kind::Name, "paid-gap", "The name of the rule in explanations."),
        optional("below", up_to(12 * HOUR), "Gaps inside a worked shift shorter than this are paid."),
        optional("at_most", up_to(12 * HOUR), "Instead of `below`: gaps of this length or shorter are paid."),
        setting("meals_too", Kind::Flag, "false", "Whether meals this short are paid too."),
        WHERE,
        RULE_SOURCE,
    ]],
};

static FIXED_BREAK: Section = Section {
    title: "a break at a fixed time",
    groups: &[&[RULE_NAME, required("between", Kind::Window, "The break, by the clock."), WHERE, RULE_SOURCE]],
};

const COMPARE: Kind = one_of::<Compare>();

static AUTO_DEDUCT: Section = Section {
    title: "a break deducted automatically",
    groups: &[&[
        RULE_NAME,
        setting("after", up_to(48 * HOUR), "5h", "The break is deducted when the basis reaches this."),
        setting("compare", COMPARE, "at_least", "Whether exactly `after` reaches it."),
        setting("basis", one_of::<BreakBasis>(), "worked_gross", "What is measured."),
        setting("amount", up_to(12 * HOUR), "30m", "The whole length of the break."),
        optional(
            "only_if_segments",
            Kind::Integer { least: 1, most: 20 },
            "Only when the workday has exactly this many worked segments; 1: no break was punched.",
        ),
        setting("count_taken", Kind::Flag, "true", "Whether breaks taken count against the amount."),
        setting("min_piece", up_to(12 * HOUR), "0m", "The shortest gap that counts as a break taken."),
        setting("taper", Kind::Flag, "false", "Never takes the net time below `after`."),
        setting("placement", one_of::<BreakPlacement>(), "at_trigger", "Where the break is deducted."),
        WHERE,
        RULE_SOURCE,
    ]],
};

static MEAL_REQUIREMENT: Section = Section {
    title: "a meal that a long workday must have",
    groups: &[&[
        RULE_NAME,
        setting(
            "judged_by",
            one_of::<JudgedBy>(),
            "workday",
            "All work of a workday, cut where the workday changes, or each worked shift as a whole.",
        ),
        setting("ordinal", Kind::Integer { least: 1, most: 9 }, "1", "1 for the first meal of the workday or shift."),
        required("when_worked", up_to(48 * HOUR), "The work time that makes it necessary."),
        setting("compare", COMPARE, "more_than", "Whether exactly `when_worked` makes it necessary."),
        required("start_by", up_to(48 * HOUR), "It must begin before work time passes this."),
        setting("length", up_to(12 * HOUR), "30m", "The shortest gap that is this meal."),
        setting(
            "waivable_up_to",
            off_or_up_to(48 * HOUR),
            "off",
            "A waiver is honoured when the work time is at most this.",
        ),
        setting(
            "waivable_only_if_previous_taken",
            Kind::Flag,
            "false",
            "A waiver is honoured only when the meal before was taken.",
        ),
        optional(
            "attested_by",
            Kind::Name,
            "The attestation that decides: yes, and the meal was taken as it has to be; no, and it was not. Without an answer the punches decide.",
        ),
        setting("pay", Kind::PayCode(COUNT), "meal_premium", "What a violation pays, once per workday."),
        RULE_SOURCE,
    ]],
};

static REST_REQUIREMENT: Section = Section {
    title: "rests that a workday must have",
    groups: &[&[
        RULE_NAME,
        required("attested_by", Kind::Name, "The attestation of whether all rests were taken. Only no pays."),
        setting("when_worked", up_to(48 * HOUR), "3h30m", "The worked time of the workday that makes them necessary."),
        setting("compare", COMPARE, "at_least", "Whether exactly `when_worked` makes them necessary."),
        setting("pay", Kind::PayCode(COUNT), "rest_premium", "What a violation pays, once per workday."),
        RULE_SOURCE,
    ]],
};

static ATTESTATION: Section =
    Section { title: "a question about a workday that the employee answers with yes or no", groups: &[&[RULE_NAME]] };

static LEAVE: Section = Section {
    title: "leave",
    groups: &[&[
        setting(
            "versus_work",
            one_of::<LeaveVersusWork>(),
            "work_wins_flag",
            "Which one wins where leave and work overlap; `leave_worked` is raised unless `work_wins`.",
        ),
        setting(
            "day_length",
            up_to(24 * HOUR),
            "8h",
            "What whole-day leave is worth on a workday without a scheduled shift.",
        ),
        setting(
            "relocates_schedule",
            Kind::Flag,
            "true",
            "Whether leave at the edge of a scheduled shift moves the expected start or end.",
        ),
        setting("codes", Kind::Named(&LEAVE_CODE), "", "The kinds of leave, by the name that facts use."),
    ]],
};

static LEAVE_CODE: Section = Section {
    title: "a kind of leave",
    groups: &[&[
        optional("pay", Kind::PayCode(BASE), "The pay code; by default `leave_` and the name."),
        setting("paid", Kind::Flag, "true", "Whether it is paid; for codes that nothing else declares."),
        setting(
            "counts",
            one_of::<LeaveDays>(),
            "working_days",
            "Which days without a scheduled shift whole-day leave costs: with `calendar_days` also rest days and holidays.",
        ),
    ]],
};

static EMPLOYMENT: Section = Section {
    title: "work of people who are not employed on its day",
    groups: &[&[setting(
        "outside_pay",
        Kind::PayCode(BASE),
        "unapproved",
        "The pay code of work on days outside of employment. No overtime tier counts it, and it earns no premium.",
    )]],
};

static ATTENDANCE: Section = Section {
    title: "late, early, absent",
    groups: &[&[
        setting(
            "late_grace",
            off_or_up_to(12 * HOUR),
            "0m",
            "Lateness up to this is not counted; `off`: lateness is not checked.",
        ),
        setting(
            "early_grace",
            off_or_up_to(12 * HOUR),
            "0m",
            "Leaving up to this early is not counted; `off`: early leaving is not checked.",
        ),
        setting(
            "grace_mode",
            one_of::<GraceMode>(),
            "cliff",
            "Beyond the grace all of it counts, or only what is beyond.",
        ),
        setting(
            "watch_window",
            off_or_up_to(24 * HOUR),
            "off",
            "Only punches this near to the scheduled time are compared; `off`: all.",
        ),
        setting("compared", one_of::<Compared>(), "second", "With `minute`, seconds are cut off before comparing."),
        setting(
            "absence_delay",
            off_or_up_to(48 * HOUR),
            "0m",
            "This long after a scheduled end without any work, the employee is absent; `off`: absence is not checked.",
        ),
        setting("absent_below", off_or_up_to(24 * HOUR), "off", "Less worked on a scheduled workday is absent."),
        setting(
            "half_day_below",
            off_or_up_to(24 * HOUR),
            "off",
            "Less worked on a scheduled workday is absent for half the day.",
        ),
        setting("min_day", off_or_up_to(24 * HOUR), "off", "Less worked on a workday is `under_hours`."),
        setting(
            "early_in_beyond",
            off_or_up_to(24 * HOUR),
            "off",
            "In earlier than this before the scheduled start is `early_in`.",
        ),
        setting(
            "late_out_beyond",
            off_or_up_to(24 * HOUR),
            "off",
            "Out later than this after the scheduled end is `late_out`.",
        ),
        setting(
            "gap_worked_beyond",
            off_or_up_to(24 * HOUR),
            "15m",
            "More work than this in the gap between two blocks of a split shift is `gap_worked`.",
        ),
        setting(
            "flex_early",
            up_to(12 * HOUR),
            "0m",
            "Who comes up to this much before the start of a shift may leave as much before its end.",
        ),
        setting(
            "flex_late",
            up_to(12 * HOUR),
            "0m",
            "Who comes up to this much after the start of a shift is on time, and leaves as much after its end.",
        ),
        setting(
            "late_off_late_on",
            Kind::Items(&LATE_OFF),
            "[]",
            "Who left so long after the end of a shift is expected so much later at the next one; the largest that is reached.",
        ),
        setting(
            "monthly_free_late",
            Kind::OffOrWhole(&FREE_LATENESS),
            "off",
            "The first short latenesses of each calendar month are waived: they raise and deduct nothing.",
        ),
        setting(
            "day_tolerance",
            off_or_up_to(24 * HOUR),
            "off",
            "The graces of a workday hold only while they forgive at most this much together.",
        ),
        setting(
            "edges",
            one_of::<ComparedEdges>(),
            "all",
            "With `outer`, only the start of the first shift of a workday and the end of the last are compared.",
        ),
        setting(
            "core_hours",
            Kind::Windows,
            "[]",
            "Absence inside these windows of the clock of the workday, as far as a shift lies there, is `core_hours_missed`.",
        ),
        setting("unscheduled", Kind::Flag, "true", "Whether work without a scheduled shift is `unscheduled_work`."),
        setting(
            "late_tiers",
            Kind::Items(&LATE_TIER),
            "[]",
            "Steps of lateness; the last that is reached decides the exception.",
        ),
        setting(
            "measured",
            one_of::<Measured>(),
            "clock",
            "With `planned`, breaks of the schedule, and time after the first or before the last leave, are neither late nor early.",
        ),
        setting(
            "early_tiers",
            Kind::Items(&EARLY_TIER),
            "[]",
            "Steps of leaving early; the last that is reached decides the exception.",
        ),
    ]],
};

static LATE_OFF: Section = Section {
    title: "a step of late off, late on",
    groups: &[&[
        required("out_after", up_to(24 * HOUR), "The last out came at least this long after the end of its shift."),
        required("start_later", up_to(24 * HOUR), "The first shift of the next workday starts this much later."),
    ]],
};

static FREE_LATENESS: Section = Section {
    title: "the free latenesses of a month",
    groups: &[&[
        required("times", Kind::Integer { least: 1, most: 31 }, "How many are waived."),
        required("up_to", up_to(12 * HOUR), "How long each of them may be at most."),
    ]],
};

/// What a step of leaving early may be, as written.
static EARLY_OUTCOMES: [&str; EarlyTier::OUTCOMES.len()] = {
    let [a, b, c, d] = EarlyTier::OUTCOMES;
    [a.code(), b.code(), c.code(), d.code()]
};

static EARLY_TIER: Section = Section {
    title: "a step of leaving early",
    groups: &[&[
        required("from", up_to(24 * HOUR), "The step, counted back from the scheduled end."),
        setting("compare", COMPARE, "at_least", "Whether exactly `from` belongs to the step."),
        required("outcome", Kind::Word(&EARLY_OUTCOMES), "What it is."),
    ]],
};

static EXPECTATION: Section = Section {
    title: "the time that a workday expects",
    groups: &[&[
        setting(
            "undertime_beyond",
            off_or_up_to(24 * HOUR),
            "off",
            "Less work than expected by more than this is `undertime`.",
        ),
        setting(
            "over_schedule_beyond",
            off_or_up_to(24 * HOUR),
            "off",
            "More work than expected by more than this is `over_schedule`.",
        ),
        setting(
            "counts",
            one_of::<WorkThatCounts>(),
            "all",
            "Whether work outside the planned time makes up for time that is lacking.",
        ),
        setting(
            "lateness_counts",
            Kind::Flag,
            "true",
            "Whether planned time before the first work or leave of a shift is undertime too.",
        ),
        setting(
            "hours",
            Kind::Items(&EXPECTED_HOURS),
            "[]",
            "What working days without a scheduled shift expect, for employees without schedule facts.",
        ),
    ]],
};

static EXPECTED_HOURS: Section = Section {
    title: "the hours of some weekdays",
    groups: &[&[
        required("days", Kind::Weekdays, "The weekdays."),
        required("length", up_to(24 * HOUR), "What each of them expects."),
    ]],
};

/// What a step of lateness may be, as written.
static LATE_OUTCOMES: [&str; LateTier::OUTCOMES.len()] = {
    let [a, b, c, d, e] = LateTier::OUTCOMES;
    [a.code(), b.code(), c.code(), d.code(), e.code()]
};

static LATE_TIER: Section = Section {
    title: "a step of lateness",
    groups: &[&[
        required("from", up_to(24 * HOUR), "The step, counted from the scheduled time."),
        setting("compare", COMPARE, "at_least", "Whether exactly `from` belongs to the step."),
        required("outcome", Kind::Word(&LATE_OUTCOMES), "What it is."),
        optional("deduct", word_or_up_to::<LateDeductKind>(24 * HOUR), "What is deducted: the lateness, or a length."),
        setting("deduct_pay", Kind::PayCode(TIME), "late_deduct", "The pay code of the deduction."),
    ]],
};

static HOLIDAYS: Section = Section {
    title: "holidays",
    groups: &[&[
        setting(
            "basis",
            one_of::<HolidayBasis>(),
            "calendar_split",
            "How a second gets its day type: by its date where a holiday is involved, by its workday, by the date on which its shift began, or by the date on which most of its shift was worked.",
        ),
        setting(
            "substitute_day",
            one_of::<SubstituteDay>(),
            "none",
            "Where a holiday of a calendar that falls on one of its `rest_days` is observed: nowhere else, on the next or the last working day that is not special itself, or on the nearer of both, of two as near the next.",
        ),
        setting(
            "substitute_keeps_date",
            Kind::Flag,
            "false",
            "Whether the date itself is a holiday beside its substitute day.",
        ),
        optional("not_worked", Kind::OptionalTable(&NOT_WORKED), "What a holiday pays beside the work on it."),
    ]],
};

static NOT_WORKED: Section = Section {
    title: "what a holiday pays beside the work on it",
    groups: &[&[
        setting("name", Kind::Name, "holiday-not-worked", "The name of the rule in explanations."),
        setting("pay", Kind::PayCode(TIME), "holiday_paid", "The pay code."),
        setting(
            "amount",
            word_or_up_to::<HolidayAmountKind>(24 * HOUR),
            "planned",
            "The planned time of the day, nothing, an `average` of work before it, or a length.",
        ),
        optional("average", Kind::Whole(&HOLIDAY_AVERAGE), "For `amount = \"average\"`: which average."),
        optional(
            "eligibility",
            Kind::OptionalTable(&ELIGIBILITY),
            "Who is paid; without it everybody who did not work on the holiday.",
        ),
        setting(
            "beside_leave",
            one_of::<BesideLeave>(),
            "always",
            "Whether it is paid beside leave of the day: always, unless the leave pays to the same pay code, or never where the leave is paid.",
        ),
        setting("counts_toward", Kind::Names, "[]", "The overtime tiers whose counters it fills."),
        RULE_SOURCE,
    ]],
};

static HOLIDAY_AVERAGE: Section = Section {
    title: "the average that a holiday pays",
    groups: &[&[
        required("over", Kind::Integer { least: 1, most: 366 }, "How many."),
        setting(
            "unit",
            one_of::<AverageUnit>(),
            "days",
            "Days right before the holiday, or whole workweeks before its own.",
        ),
        optional(
            "divisor",
            Kind::Integer { least: 1, most: 366 },
            "What the time is divided by; without it the days that have some of it.",
        ),
        setting(
            "counts",
            Kind::WordOrPayCodes(AverageKind::CODES),
            "work",
            "Which time: all work, or certain pay codes.",
        ),
    ]],
};

static ELIGIBILITY: Section = Section {
    title: "who is paid for a holiday",
    groups: &[&[
        setting(
            "employed_for",
            Kind::Integer { least: 0, most: 3_660 },
            "0",
            "For how many days the person must be employed on the holiday, without a break.",
        ),
        optional("worked_before", Kind::Whole(&WORKED_BEFORE), "Days before the holiday that must be worked."),
        optional("worked_after", Kind::Whole(&WORKED_AFTER), "Days after the holiday that must be worked."),
        setting(
            "on_holiday",
            one_of::<OnHoliday>(),
            "must_not_work",
            "What the person must do on the holiday: not work, work, either, work where a shift is scheduled, not work where the roster gives the day off, not work and have the day off by roster, or not work and be in no roster.",
        ),
        setting(
            "forced_overtime",
            Kind::Flag,
            "false",
            "Whether work on the date is on a holiday even for a person who is not employed long enough, or who missed days before or after it. Otherwise it has the type that the day has without the date.",
        ),
    ]],
};

static WORKED_BEFORE: Section = Section {
    title: "days before a holiday that must be worked",
    groups: &[
        &[
            setting("at_least", Kind::Integer { least: 1, most: 366 }, "1", "How many days must be worked."),
            setting("of_last", Kind::Integer { least: 1, most: 366 }, "1", "Of how many of the nearest days."),
        ],
        &DAYS_AROUND,
    ],
};

static WORKED_AFTER: Section = Section {
    title: "days after a holiday that must be worked",
    groups: &[
        &[
            setting("at_least", Kind::Integer { least: 1, most: 366 }, "1", "How many days must be worked."),
            setting("of_next", Kind::Integer { least: 1, most: 366 }, "1", "Of how many of the nearest days."),
        ],
        &DAYS_AROUND,
    ],
};

static DAYS_AROUND: [Setting; 3] = [
    setting(
        "days",
        one_of::<DaysAround>(),
        "calendar",
        "Which days: all, those on which the person is scheduled, or those of the weekday of the holiday. Holidays are passed over.",
    ),
    optional(
        "within",
        Kind::Integer { least: 1, most: 366 },
        "How many days away they may be. When left out 30, or as many as so many days need.",
    ),
    setting("leave_counts", Kind::Flag, "false", "Whether a day of paid leave counts as worked."),
];

static OVERTIME_APPROVAL: Section = Section {
    title: "which overtime counts",
    groups: &[&[
        RULE_NAME,
        setting("day_types", Kind::DayTypes, "all", "The day types of the time that it decides about."),
        setting(
            "mode",
            one_of::<ApprovalMode>(),
            "approval_and_punch",
            "Which part counts: the approved time whether worked or not, the approved time that was worked, the time worked, or the lesser of approved time and time worked.",
        ),
        setting(
            "before_shift",
            Kind::Flag,
            "false",
            "Whether work before the scheduled shifts of the workday may count; otherwise it does not count.",
        ),
        setting(
            "after_shift",
            Kind::Flag,
            "true",
            "Whether work after a scheduled shift may count; otherwise it does not count.",
        ),
        setting(
            "start_offset",
            up_to(12 * HOUR),
            "0m",
            "Work after a scheduled shift may count from this long after its end.",
        ),
        setting(
            "whole_rest_days",
            Kind::Flag,
            "true",
            "Whether all work on a day that is no working day is overtime, whatever is scheduled.",
        ),
        setting(
            "both_punches",
            Kind::Flag,
            "true",
            "Whether nothing counts on a workday on which an in or out is missing, or without a worked shift.",
        ),
        setting(
            "rests",
            Kind::Items(&OVERTIME_REST),
            "[]",
            "Rests taken off the end of the overtime of a workday; the last that it reaches.",
        ),
        setting("minimum", up_to(24 * HOUR), "0m", "Less overtime of a workday does not count."),
        setting("minimum_compare", COMPARE, "at_least", "Whether exactly `minimum` counts."),
        setting(
            "unit",
            off_or_up_to(24 * HOUR),
            "off",
            "Overtime of a workday is rounded down to whole units; what is left does not count.",
        ),
        setting("day_max", off_or_up_to(48 * HOUR), "off", "The most that counts on a workday: `overtime_cap_day`."),
        setting(
            "compensation",
            one_of::<CompensationMode>(),
            "pay",
            "Whether what counts is paid, taken as time off, or as the approval chooses. With `pay`, an approval that chooses time off is `comp_leave_not_allowed`, and is paid.",
        ),
        optional("pay", Kind::PayCode(BASE), "The pay code of what counts; without it, overtime tiers decide."),
        setting("unapproved_pay", Kind::PayCode(BASE), "unapproved", "The pay code of what does not count."),
        setting("excess_pay", Kind::PayCode(BASE), "unapproved", "The pay code of what is beyond `day_max`."),
        setting("bank_pay", Kind::PayCode(BASE), "bank_credit", "The pay code of what is taken as time off."),
        setting(
            "exception_beyond",
            up_to(24 * HOUR),
            "0m",
            "More than this that does not count on a workday is an exception.",
        ),
        RULE_SOURCE,
    ]],
};

static OVERTIME_REST: Section = Section {
    title: "a rest of overtime",
    groups: &[&[
        required("after", up_to(24 * HOUR), "Overtime of this length and longer has it."),
        required("rest", up_to(12 * HOUR), "Its length."),
    ]],
};

static OVERTIME: Section = Section {
    title: "overtime",
    groups: &[&[
        setting(
            "combine",
            one_of::<CombineKind>(),
            "straight_time_only",
            "What happens when several tiers claim the same second.",
        ),
        setting("tiers", Kind::Rules(&TIER), "", "Overtime tiers; at most 64."),
        setting(
            "alternatives",
            Kind::Rules(&ALTERNATIVE),
            "",
            "For `max_of_alternatives`: per workweek the one that pays most is kept.",
        ),
        optional(
            "table",
            Kind::OptionalTable(&COMBINATION),
            "For `table`: what each set of tiers reached together pays.",
        ),
    ]],
};

static TIER: Section = Section {
    title: "an overtime tier",
    groups: &[&[
        RULE_NAME,
        setting("scope", one_of::<TierScopeKind>(), "workday", "The stretch of time over which it counts."),
        setting("after", up_to(9_999 * HOUR), "0h", "The limit: the tier pays the time beyond it."),
        required("pay", Kind::PayCode(BASE), "The pay code of the time beyond the limit."),
        setting("day_types", Kind::DayTypes, "all", "Only on days of these types."),
        setting("weekdays", Kind::Weekdays, "Mon-Sun", "Only on these weekdays."),
        WHERE,
        ONLY_CALLBACKS,
        optional(
            "between",
            Kind::Window,
            "Only time in this daily window is paid so. Time outside it fills the counter too.",
        ),
        optional("consecutive", Kind::Whole(&CONSECUTIVE), "Only on late days of a run of worked days."),
        setting(
            "counts",
            Kind::WordOrPayCodes(CountsKind::CODES),
            "straight_time",
            "What it counts: straight time, all hours, or what narrower tiers have put on certain pay codes.",
        ),
        setting(
            "counts_other_tags",
            Kind::Flag,
            "false",
            "With `where`: whether work with other tags fills the counter too. It is never claimed.",
        ),
        setting(
            "counts_other_day_types",
            Kind::Flag,
            "false",
            "With `day_types`: whether work on other days fills the counter too. It is never claimed.",
        ),
        setting("leave_counts", Kind::Flag, "false", "Whether paid leave fills the counter too."),
        optional("weeks", Kind::Integer { least: 2, most: 26 }, "For `workweeks`: how many."),
        optional("anchor", Kind::Date, "For `workweeks`: a date in the first workweek of a run."),
        setting(
            "priority",
            Kind::Integer { least: -1_000, most: 1_000 },
            "0",
            "Of tiers with equal multiplier and scope, the one with the higher priority wins.",
        ),
        RULE_SOURCE,
    ]],
};

static CONSECUTIVE: Section = Section {
    title: "a condition on the run of worked days",
    groups: &[&[
        required("day", Kind::Integer { least: 2, most: 31 }, "The number of the day in the run."),
        setting("mode", one_of::<ConsecutiveMode>(), "at_least", "Whether later days count too."),
        setting("reset", one_of::<ConsecutiveReset>(), "workweek", "Where a run starts anew, besides after a day off."),
        setting(
            "worked_at_least",
            Kind::Length { least: 1, most: 24 * HOUR },
            "1s",
            "A day with less work breaks the run.",
        ),
    ]],
};

static ALTERNATIVE: Section = Section {
    title: "an alternative",
    groups: &[&[RULE_NAME, required("tiers", Kind::Names, "The tiers that count together."), RULE_SOURCE]],
};

static COMBINATION: Section = Section {
    title: "a table of combinations",
    groups: &[&[
        setting("name", Kind::Name, "combination-table", "The name of the rule in explanations."),
        required("rows", Kind::Items(&ROW), "One row for each set of tiers that can be reached together."),
        RULE_SOURCE,
    ]],
};

static ROW: Section = Section {
    title: "a combination",
    groups: &[&[
        required("when", Kind::Names, "The tiers reached: per scope the highest."),
        required("pay", Kind::PayCode(BASE), "What the second pays."),
        required("counts_toward", Kind::Names, "The tiers whose counters grow by the second."),
    ]],
};

static PREMIUM_HOURS: Section = Section {
    title: "hours worked",
    groups: &[&[
        optional("workday", up_to(72 * HOUR), "In the workday that overtime counts by."),
        optional("workweek", up_to(7 * 24 * HOUR), "In the workweek of this workday. Both: what fits both."),
    ]],
};

static PREMIUM_MINIMUM: Section = Section {
    title: "a minimum of premium time",
    groups: &[&[
        required("of", up_to(7 * 24 * HOUR), "How much."),
        required(
            "then",
            one_of::<MinimumThen>(),
            "Less is raised to it; only what is missing is paid; or what does not pass it is nothing, and what passes it is paid whole, or beyond it.",
        ),
        setting("per", one_of::<PremiumPer>(), "shift", "Whose premium time is taken together."),
    ]],
};

static PREMIUM_MAXIMUM: Section = Section {
    title: "a maximum of premium time",
    groups: &[&[
        required("of", up_to(7 * 24 * HOUR), "How much."),
        setting("per", one_of::<PremiumPer>(), "shift", "Whose premium time is taken together."),
    ]],
};

static PREMIUM_RULE: Section = Section {
    title: "a premium",
    groups: &[&[
        RULE_NAME,
        required("pay", Kind::PayCode(PREMIUM), "The pay code; with `per_shift` one that counts occurrences."),
        optional("between", Kind::Window, "Only in this daily window."),
        setting(
            "weekdays",
            Kind::Weekdays,
            "Mon-Sun",
            "Only on these weekdays: of the date on which the window begins.",
        ),
        setting("day_types", Kind::DayTypes, "all", "Only on days of these types."),
        setting(
            "zone",
            one_of::<PremiumZone>(),
            "home",
            "On whose clock window and weekdays are read: the person's, or that of the `time_zone` in the tag of the work.",
        ),
        setting(
            "mode",
            one_of::<PremiumMode>(),
            "split",
            "The time inside the window, or the whole shift under a condition.",
        ),
        ONLY_CALLBACKS,
        optional(
            "starts_after",
            Kind::Time,
            "Only when the work of the shift began then or later: on the date on which the window begins; without a window, on the date on which the work began.",
        ),
        optional("starts_before", Kind::Time, "Only when the work of the shift began earlier, on the same date."),
        optional("shifts", Kind::Names, "Only worked shifts that match a scheduled shift of these names."),
        setting(
            "over",
            Kind::WordOrPayCodes(OverKind::CODES),
            "all",
            "Only the time that these base codes pay, such as `[\"overtime_1_5\"]`.",
        ),
        optional(
            "after",
            Kind::Whole(&PREMIUM_HOURS),
            "Only what is worked after this much work, such as `{ workday = \"10h\" }`. All work is counted.",
        ),
        optional("before", Kind::Whole(&PREMIUM_HOURS), "Only what is worked before this much work."),
        setting("min", up_to(72 * HOUR), "0m", "Less premium time in a worked shift pays nothing."),
        setting("max", up_to(72 * HOUR), "24h", "The most premium time of a worked shift."),
        optional(
            "minimum",
            Kind::Whole(&PREMIUM_MINIMUM),
            "The least premium time, such as `{ of = \"1h\", then = \"raise\", per = \"workday\" }`.",
        ),
        optional(
            "maximum",
            Kind::Whole(&PREMIUM_MAXIMUM),
            "The most premium time, such as `{ of = \"2h\", per = \"workday\" }`: the first.",
        ),
        optional(
            "group",
            Kind::Name,
            "Of the premiums of a group, the one whose pay code has the highest multiplier pays a second; of equal ones the first.",
        ),
        setting(
            "hour",
            Kind::Length { least: 30 * MINUTE, most: HOUR },
            "60m",
            "How much time is paid as an hour, such as the legal night hour of `52m30s`; to the nearest second of a workday, halves up.",
        ),
        setting("per_shift", Kind::Flag, "false", "Pays one for each shift with premium time, instead of the time."),
        WHERE,
        RULE_SOURCE,
    ]],
};

static WATCHER: Section = Section {
    title: "a watcher",
    groups: &[&[
        RULE_NAME,
        required("kind", one_of::<WatcherKind>(), "What it watches. It decides which of the other settings there are."),
        optional("scope", one_of::<HoursScopeKind>(), "Of `hours`: over which workdays it counts."),
        optional(
            "limit",
            Kind::Length { least: 1, most: 9_999 * HOUR },
            "Of `hours`, `continuous_work`, `spread`: the most there may be.",
        ),
        optional(
            "reached",
            one_of::<PassedWhen>(),
            "Whether the limit is passed by the first second `over` it, as without the setting, or `at` the limit itself.",
        ),
        optional(
            "warn_at",
            Kind::Integer { least: 1, most: 99 },
            "From so many hundredths of the limit on, `limit_near` is raised. Without it, there is no warning.",
        ),
        optional(
            "counts",
            Kind::WordOrPayCodes(CountedTimeKind::CODES),
            "Of `hours`: all work, as without the setting, or what is paid as certain pay codes.",
        ),
        WHERE,
        optional(
            "average",
            Kind::Flag,
            "Of `workweeks`, `rolling` and `month`: whether the limit is for each week or month on average.",
        ),
        optional("weeks", Kind::Integer { least: 2, most: 52 }, "Of `workweeks`: how many."),
        optional("anchor", Kind::Date, "Of `workweeks`: a date in the first workweek of a run."),
        optional(
            "months",
            Kind::Integer { least: 1, most: 12 },
            "Of `month`: how many in all, the month with those before it; 1 without the setting.",
        ),
        optional(
            "month_opens",
            Kind::Integer { least: 1, most: 28 },
            "Of `month` and `year`: the day on which months open; 1 without the setting.",
        ),
        optional(
            "year_opens",
            Kind::Integer { least: 1, most: 12 },
            "Of `year`: the month in which years open; 1 without the setting.",
        ),
        optional("days", Kind::Integer { least: 2, most: 366 }, "Of `rolling`: how many."),
        optional(
            "at_least",
            Kind::Length { least: 1, most: 168 * HOUR },
            "Of rests and `breaks`: the least that is enough.",
        ),
        optional(
            "between",
            one_of::<RestBetween>(),
            "Of `rest_between_shifts`: between any two worked `shifts`, as without the setting, or only between `workdays`.",
        ),
        optional(
            "per",
            one_of::<RestPer>(),
            "Of `weekly_rest`: in each `workweek`, as without the setting, or in any `seven_days`.",
        ),
        optional(
            "callbacks",
            Kind::Flag,
            "Of rests and `spread`: whether call-backs count, as they do without the setting.",
        ),
        optional("at_most", Kind::Integer { least: 1, most: 31 }, "Of `days_in_a_row`: the most there may be."),
        optional(
            "reset",
            one_of::<RunReset>(),
            "Of `days_in_a_row`: whether a run goes on over workweeks (`rolling`, as without the setting) or ends with its `workweek`.",
        ),
        optional(
            "worked_at_least",
            Kind::Length { least: 1, most: 24 * HOUR },
            "Of `days_in_a_row`: a day with less work ends the run; `1s` without the setting.",
        ),
        optional(
            "break_at_least",
            Kind::Length { least: 1, most: 24 * HOUR },
            "Of `continuous_work`: how long a break is, at least.",
        ),
        optional(
            "worked_over",
            Kind::Length { least: 1, most: 24 * HOUR },
            "Of `breaks`: a workday with more work needs them.",
        ),
        optional(
            "piece_at_least",
            Kind::Length { least: 1, most: 24 * HOUR },
            "Of `breaks`: how long each of them is, at least; `1s` without the setting.",
        ),
        optional(
            "severity",
            one_of::<Severity>(),
            "How much it matters that the limit is passed; without it, as `[exceptions]` says.",
        ),
        RULE_SOURCE,
    ]],
};

/// A plugin is named by one of these settings; the one that is written replaces the other that is inherited.
pub(crate) const WHICH_PLUGIN: [&str; 2] = ["file", "hash"];

pub(crate) static PLUGIN: Section = Section {
    title: "a plugin",
    groups: &[&[
        required(
            "name",
            Kind::Name,
            "Its name in explanations; unique among plugins and rules. Its rules are called `name/rule`.",
        ),
        optional("file", Kind::Text(200), "The plugin: a file beside this one."),
        optional(
            "hash",
            Kind::Text(64),
            "Instead of `file`: the SHA-256 of a plugin that the service has, as 64 hexadecimal digits.",
        ),
        optional("hooks", some_of::<Hook>(), "The hooks at which it is called; by default all hooks that it has."),
        setting(
            "isolation",
            one_of::<Isolation>(),
            "chunk",
            "Whether an instance of it serves a chunk of employees or, which is slower, one employee.",
        ),
        setting(
            "on_failure",
            one_of::<OnFailure>(),
            "fail",
            "The effect of a failure: the timecard is an error, or is evaluated without it and marked `plugin_failed`.",
        ),
        setting("config", Kind::OfPlugin, "", "The settings that the plugin declares."),
        RULE_SOURCE,
    ]],
};

static PAY_CODE: Section = Section {
    title: "a pay code",
    groups: &[&[
        setting(
            "layer",
            one_of::<Layer>(),
            "base",
            "Whether the code is base pay, which every second has exactly once, a premium on top, or a quantity.",
        ),
        setting("unit", one_of::<Unit>(), "second", "The unit of amounts; `count` for quantities only."),
        setting("paid", Kind::Flag, "true", "False for time that is shown but not paid."),
        setting("multiplier", Kind::Multiplier, "1", "Its rate relative to the plain rate; decides which tier wins."),
    ]],
};
