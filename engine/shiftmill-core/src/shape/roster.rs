//! The roster while punches are gathered: at which punches the next scheduled shift must have begun, so that a forgotten
//! punch never takes its time.
//! - Takes:  kept punches in order, scheduled shifts in order.
//! - Gives:  whether a punch starts a new worked shift because of the schedule, or does not in spite of a gap.
//! - Runs:   inside matching.
//! - Edges:  the *window* of a scheduled shift runs from `earliest_in` before its start, but not before the end of an
//!   earlier scheduled shift (the start of one whose end is free), to `latest_out` after its end; the *start window*
//!   from the same instant to `late_max` after its start. All are inclusive. A scheduled shift is *over* once its
//!   `latest_out` has passed. A worked shift *is of* scheduled shifts when it began before the last of them ended, or
//!   begins with an out before all of them are over. A *pause* lies between a scheduled shift and those before it when
//!   it does not touch them. A worked shift *passes* a pause at a punch when it is of the shifts before the pause, its
//!   last punch came before they were over and before the window after the pause, and they are over at the punch.
//!
//!   A punch starts a new worked shift when the worked shift before it passes a pause between two workdays. Otherwise,
//!   in a window that began after the worked shift did:
//!   1. an in punch in the start window, when the worked shift is of the shifts before; without an open in, only when
//!      nothing was punched after the window began;
//!   2. a punch without direction in the start window, where no in is open, as an in punch. Where one is open: when the
//!      worked shift passes a pause; or it is not of the shifts before, or went on when they were over, and its last punch
//!      lies `new_shift_gap` or longer before the window; or it is of the shifts before and an even number of such punches
//!      is left in the window, so that they are pairs of their own;
//!   3. an out after the start window, when no in is open, the worked shift is of the shifts before, and its last punch
//!      was not after the start window either.
//!
//!   A worked shift that starts so continues the one before, as if it was cut from it (see `coverage`), when no in is open
//!   and less than `new_shift_gap` has passed since the last punch.
//!
//!   A window *holds* its punches without direction: no gap divides two of them when the worked shift began in the window.
//!   An odd number of them would otherwise look like an early out and a stretch of unscheduled work.
//!
//!   After a window, a punch without direction does not close an in of a shift that has been over for `new_shift_gap` or
//!   longer.
//! - Source: employer policy. Time between the last out of one day and the first in of the next was not worked.
//! - Shown:  timecards/matching/forgotten_punches.md

use crate::card::{KeptPunch, ScheduledShift};
use crate::codes::PunchKind;
use crate::plan::Plan;
use crate::shape::matching::Run;
use crate::shape::pairing::PairingMode;
use crate::time::Timestamp;
use crate::timecard::Inputs;

/// The scheduled shifts of a card as its punches pass them.
pub(super) struct Roster<'a> {
    inputs: &'a Inputs<'a>,
    scheduled: &'a [ScheduledShift],
    /// The last window that has begun.
    window: Option<Window>,
    /// When the next one begins.
    next_begins: Timestamp,
    /// The last instant at which its shift is not over.
    next_closes: Timestamp,
    begun: Begun,
}

/// The scheduled shifts whose windows have begun.
#[derive(Clone, Copy, Debug)]
pub(super) struct Begun {
    pub(super) count: usize,
    /// The last end of them.
    end: Timestamp,
    /// Before this no later window begins.
    held_until: Timestamp,
    /// The last instant at which one of them is not over.
    over: Timestamp,
}

/// The window of one scheduled shift.
#[derive(Clone, Copy, Debug)]
struct Window {
    begins: Timestamp,
    closes: Timestamp,
    before: Begun,
}

/// What a worked shift passes at a punch.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Passes {
    NoPause,
    Pause,
    PauseBetweenWorkdays,
}

/// What a punch says of its direction.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Says {
    In,
    Out,
    /// Nothing: it may be either.
    Nothing,
    /// A meal, a break or a transfer: the work of a shift goes on around it.
    Inside,
}

impl<'a> Roster<'a> {
    pub(super) fn new(inputs: &'a Inputs<'a>, scheduled: &'a [ScheduledShift]) -> Roster<'a> {
        let never = Timestamp(i64::MIN);
        let mut roster =
            Roster { inputs, scheduled, window: None, next_begins: never, next_closes: never, begun: Begun::NONE };
        roster.find_next();
        roster
    }

    /// The scheduled shifts whose windows have begun.
    #[inline]
    pub(super) fn begun(&self) -> Begun {
        self.begun
    }

    /// True when no further window begins up to this instant.
    #[inline]
    pub(super) fn is_quiet_until(&self, at: Timestamp) -> bool {
        at < self.next_begins
    }

    /// Opens the windows that begin up to this instant.
    #[inline]
    pub(super) fn advance(&mut self, at: Timestamp) {
        while self.next_begins <= at {
            self.open_next();
        }
    }

    // Kept out of the loop over punches: most of them open no window.
    #[inline(never)]
    fn open_next(&mut self) {
        let Some(shift) = self.scheduled.get(self.begun.count) else { return };
        self.window = Some(Window { begins: self.next_begins, closes: self.next_closes, before: self.begun });
        self.begun = self.begun.with(shift, self.next_closes);
        self.find_next();
    }

    #[inline(always)]
    fn find_next(&mut self) {
        let Some(shift) = self.scheduled.get(self.begun.count) else {
            self.next_begins = Timestamp(i64::MAX);
            return;
        };
        let (begins, closes) = self.inputs.plan_of_scheduled(shift).schedule.punch_window(shift);
        self.next_begins = begins.max(self.begun.held_until);
        self.next_closes = closes;
    }

    /// The last instant at which a scheduled shift is not over.
    fn closes(&self, shift: &ScheduledShift) -> Timestamp {
        self.inputs.plan_of_scheduled(shift).schedule.punch_window(shift).1
    }

    /// Whether the first of these punches, the rest of the card, starts a new worked shift after `run`.
    #[inline]
    pub(super) fn starts_at(&self, run: &Run, rest: &[KeptPunch], plan: &Plan) -> bool {
        let (Some(window), Some(punch)) = (&self.window, rest.first()) else { return false };
        // Most punches end here: their worked shift began in the window that they are in.
        let is_within = window.begins <= run.first_at && punch.at <= window.closes;
        !is_within && self.starts_after(run, window, punch, rest, plan)
    }

    /// Whether the window of a scheduled shift holds a punch together with those before it.
    pub(super) fn holds(&self, run: &Run, punch: &KeptPunch, plan: &Plan) -> bool {
        let is_inside = |window: &Window| window.begins <= run.first_at && punch.at <= window.closes;
        says(punch.kind, plan.pairing.mode) == Says::Nothing && self.window.as_ref().is_some_and(is_inside)
    }

    #[inline(never)]
    fn starts_after(&self, run: &Run, window: &Window, punch: &KeptPunch, rest: &[KeptPunch], plan: &Plan) -> bool {
        let Some(shift) = self.scheduled.get(window.before.count) else { return false };
        let passes = self.passes(run, punch.at);
        if passes == Passes::PauseBetweenWorkdays {
            return true;
        }
        let says = says(punch.kind, plan.pairing.mode);
        let gap = plan.matching.new_shift_gap;
        if punch.at > window.closes {
            let is_of_it = run.first_at < shift.end && run.last_at <= window.closes;
            return says == Says::Nothing && run.is_open() && is_of_it && punch.at.since(window.closes) >= gap;
        }
        if window.begins <= run.first_at {
            return false;
        }
        let late_max = self.inputs.plan_of_scheduled(shift).schedule.late_max(shift);
        let starts_until = shift.start.after(late_max);
        let in_start_window = punch.at <= starts_until;
        let is_of_before = run.is_of(&window.before);
        let untouched = run.last_at <= window.begins;
        match says {
            Says::In => in_start_window && is_of_before && (run.is_open() || untouched),
            Says::Nothing if !run.is_open() => in_start_window && is_of_before && untouched,
            Says::Nothing => {
                let left_alone = || is_of_before && self.even_number_is_left(window, rest, plan.pairing.mode);
                let is_stray = !is_of_before || window.before.over < run.last_at;
                let is_far = || is_stray && window.begins.since(run.last_at) >= gap;
                in_start_window && (passes == Passes::Pause || is_far() || left_alone())
            }
            Says::Out => !in_start_window && is_of_before && !run.is_open() && run.last_at <= starts_until,
            Says::Inside => false,
        }
    }

    /// The pauses that a worked shift passes at an instant.
    fn passes(&self, run: &Run, at: Timestamp) -> Passes {
        let mut before = run.begun;
        let mut passes = Passes::NoPause;
        let workday_before = |count: usize| Some(self.scheduled.get(count.checked_sub(1)?)?.workday);
        // The windows that began after the last punch.
        for shift in self.scheduled.iter().take(self.begun.count).skip(run.begun.count) {
            let is_left = run.is_of(&before) && run.last_at <= before.over && before.over < at;
            if is_left && before.end < shift.start {
                passes = passes.max(match workday_before(before.count) == Some(shift.workday) {
                    true => Passes::Pause,
                    false => Passes::PauseBetweenWorkdays,
                });
            }
            before = before.with(shift, self.closes(shift));
        }
        passes
    }

    /// Whether the punches without direction that are left in a window are even in number.
    fn even_number_is_left(&self, window: &Window, rest: &[KeptPunch], mode: PairingMode) -> bool {
        let inside = |punch: &&KeptPunch| punch.at <= window.closes && punch.at < self.next_begins;
        let left = rest.iter().take_while(inside).filter(|punch| says(punch.kind, mode) == Says::Nothing);
        left.count() % 2 == 0
    }
}

impl Begun {
    const NONE: Begun = {
        let never = Timestamp(i64::MIN);
        Begun { count: 0, end: never, held_until: never, over: never }
    };

    /// One scheduled shift more, which is not over up to `closes`.
    fn with(self, shift: &ScheduledShift, closes: Timestamp) -> Begun {
        Begun {
            count: self.count + 1,
            end: self.end.max(shift.end),
            held_until: self.held_until.max(shift.held_until()),
            over: self.over.max(closes),
        }
    }
}

impl Run {
    /// Whether the worked shift is of some scheduled shifts, those whose windows began first.
    fn is_of(&self, begun: &Begun) -> bool {
        self.first_at < begun.end || self.begins_with_out && self.first_at <= begun.over
    }
}

fn says(kind: PunchKind, mode: PairingMode) -> Says {
    match (mode, kind) {
        // They belong to no shift of the roster.
        (_, PunchKind::CallbackIn | PunchKind::CallbackOut) => Says::Inside,
        (PairingMode::Alternating | PairingMode::FirstLast, _)
        | (PairingMode::Typed, PunchKind::Unknown | PunchKind::Offsite) => Says::Nothing,
        (PairingMode::Typed, PunchKind::In) => Says::In,
        (PairingMode::Typed, PunchKind::Out) => Says::Out,
        (
            PairingMode::Typed,
            PunchKind::MealStart
            | PunchKind::MealEnd
            | PunchKind::BreakStart
            | PunchKind::BreakEnd
            | PunchKind::Transfer,
        ) => Says::Inside,
    }
}
