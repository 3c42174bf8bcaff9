//! Premiums: every moment of work is checked against the window.

use std::collections::BTreeMap;

use shiftmill_core::pay::premiums::{Premium, PremiumMode, PremiumZone};
use shiftmill_core::{Because, Reason, TagId, Timestamp, Workday, Zone};

use super::assignments::plan_for;
use super::callbacks::is_in_callback;
use super::days::Duty;
use super::moments::{DailyWindow, Moment, daily_windows};
use super::overtime::{Extra, week_of};
use super::premium_limits::{self, Due};
use super::shifts::{Shift, whole_of};
use super::{Amount, clock, plan_of, tags};
use crate::engine::Question;

/// What was worked before a moment, in its workday and in its workweek.
type WorkedBefore = BTreeMap<Timestamp, (u32, u32)>;

/// All premiums of all shifts. What they pay beside time is added to the amounts.
pub(crate) fn all(
    question: &Question,
    moments: &[Moment],
    shifts: &[Shift],
    duties: &[Duty],
    amounts: &mut Vec<Amount>,
) -> Vec<Extra> {
    let worked = worked_before(question, moments);
    let mut extras = Vec::new();
    let mut dues = Vec::new();
    for (number, run) in runs(moments, shifts).into_iter().enumerate() {
        let plan_day = run[0].shift.map_or(run[0].overtime, |shift| shifts[shift].plan_day);
        let tag = run[0].tag;
        let of_callback = is_in_callback(shifts, run[0]);
        let premiums = plan_for(question, plan_day, tag).premiums.iter();
        let duty = run[0].shift.and_then(|shift| shifts[shift].duty).map(|duty| &duties[duty]);
        let template = duty.and_then(|duty| duty.template);
        let work: Vec<&Moment> = run.into_iter().filter(|moment| !moment.is_left_out()).collect();
        for premium in premiums.filter(|premium| premium.callback.is_none_or(|only| only == of_callback)) {
            let named = |these: &Vec<u16>| template.is_some_and(|own| these.contains(&own));
            if !premium.shifts.as_ref().is_none_or(named) {
                continue;
            }
            let found = of_shift(question, premium, &work, &worked);
            if premium_limits::has_none(premium) {
                extras.extend(found);
            } else {
                dues.extend(found.into_iter().map(|extra| Due {
                    extra,
                    premium,
                    shift: number,
                    pair: pair_of(shifts, extra.at),
                    week: week_of(plan_of(question, extra.reporting), extra.reporting),
                }));
            }
        }
    }
    extras.extend(premium_limits::settle(dues, amounts));
    extras
}

/// Counts all work in order of time.
fn worked_before(question: &Question, moments: &[Moment]) -> WorkedBefore {
    let mut days: BTreeMap<Workday, u32> = BTreeMap::new();
    let mut weeks: BTreeMap<Workday, u32> = BTreeMap::new();
    let mut before = WorkedBefore::new();
    for moment in moments.iter().filter(|moment| moment.counts_as_work() && !moment.is_left_out()) {
        let day = days.entry(moment.overtime).or_default();
        let week = weeks.entry(week_of(plan_of(question, moment.overtime), moment.overtime)).or_default();
        before.insert(moment.at, (*day, *week));
        *day += moment.length;
        *week += moment.length;
    }
    before
}

/// The last pair that has begun by then, by its place among all pairs that begin with a punch; before all of them the
/// first.
fn pair_of(shifts: &[Shift], at: Timestamp) -> usize {
    let pairs = shifts.iter().flat_map(|shift| &shift.pairs);
    pairs.filter(|pair| !pair.starts_at_cut && pair.start <= at).count().max(1)
}

/// The work of each shift. Work that belongs to no shift is one of its own as far as it is not interrupted.
fn runs<'a>(moments: &'a [Moment], shifts: &[Shift]) -> Vec<Vec<&'a Moment>> {
    let whole = |moment: &Moment| moment.shift.map(|shift| whole_of(shifts, shift));
    let mut runs: Vec<Vec<&Moment>> = Vec::new();
    for moment in moments.iter().filter(|moment| moment.counts_as_work()) {
        let goes_on = |run: &&mut Vec<&'a Moment>| {
            let last = run[run.len() - 1];
            whole(last) == whole(moment) && (moment.shift.is_some() || last.end() == moment.at)
        };
        match runs.last_mut().filter(goes_on) {
            Some(run) => run.push(moment),
            None => runs.push(vec![moment]),
        }
    }
    runs
}

fn of_shift(question: &Question, premium: &Premium, work: &[&Moment], worked: &WorkedBefore) -> Vec<Extra> {
    let (Some(first), Some(last)) = (work.first(), work.last()) else { return Vec::new() };
    let began = first.at;
    let mut windows: BTreeMap<TagId, Vec<DailyWindow>> = BTreeMap::new();
    if let Some(window) = premium.window {
        for tag in work.iter().map(|moment| moment.tag) {
            let zone = zone_of(question, premium, tag);
            windows.entry(tag).or_insert_with(|| daily_windows(zone, first.at, last.at, window.from, window.to));
        }
    }
    let inside: Vec<bool> = work
        .iter()
        .map(|moment| is_inside(question, premium, windows.get(&moment.tag).map(Vec::as_slice), began, moment))
        .collect();
    let (Some(first), Some(last)) = (inside.first(), inside.last()) else { return Vec::new() };
    let count = inside.iter().filter(|inside| **inside).count();
    let whole = match premium.mode {
        PremiumMode::Split => None,
        PremiumMode::WholeIfStartsIn => Some(*first),
        PremiumMode::WholeIfEndsIn => Some(*last),
        PremiumMode::WholeIfWithin => Some(count == inside.len()),
        PremiumMode::WholeIfMajority => Some(2 * count > inside.len() || 2 * count == inside.len() && *first),
    };
    let because = match (whole, premium.window) {
        (_, None) => match (premium.after.workday, premium.after.workweek) {
            (Some(limit), _) => Because::BeyondDay { limit },
            (None, Some(limit)) => Because::BeyondWeek { limit },
            (None, None) => Because::DayPremium,
        },
        (None, _) => Because::InClockWindow,
        (Some(_), _) => Because::ShiftInClockWindow,
    };
    let mut paid: Vec<Extra> = Vec::new();
    for (moment, inside) in work.iter().zip(inside) {
        let fits = premium.day_types.contains(moment.day_type) && tags::fits(question, premium.tags, moment.tag);
        let over = premium.over.as_ref().is_none_or(|codes| codes.contains(moment.code));
        if whole.unwrap_or(inside) && fits && over && is_in_hours(premium, worked[&moment.at]) {
            let reason = Reason { rule: premium.rule, because };
            let Moment { at, length, reporting, tag, .. } = **moment;
            paid.push(Extra { at, length, reporting, tag, code: premium.pays_to, reason });
        }
    }
    let total: u32 = paid.iter().map(|extra| extra.length).sum();
    if total < premium.min.0 {
        return Vec::new();
    }
    let mut so_far = 0;
    paid.retain(|extra| {
        so_far += extra.length;
        so_far <= premium.max.0
    });
    paid
}

/// The zone on whose clock a premium is read for work with a tag.
fn zone_of<'q>(question: &'q Question, premium: &Premium, tag: TagId) -> &'q Zone {
    let named = tags::value(question, tag, "time_zone");
    let place = question.places.iter().find(|zone| Some(zone.name()) == named.as_deref());
    match premium.zone {
        PremiumZone::Home => &question.zone,
        PremiumZone::Punch => place.unwrap_or(&question.zone),
    }
}

/// Whether enough has been worked, and not too much.
fn is_in_hours(premium: &Premium, (workday, workweek): (u32, u32)) -> bool {
    let (after, before) = (premium.after, premium.before);
    after.workday.is_none_or(|limit| workday >= limit.0)
        && after.workweek.is_none_or(|limit| workweek >= limit.0)
        && before.workday.is_none_or(|limit| workday < limit.0)
        && before.workweek.is_none_or(|limit| workweek < limit.0)
}

fn is_inside(
    question: &Question,
    premium: &Premium,
    windows: Option<&[DailyWindow]>,
    began: Timestamp,
    moment: &Moment,
) -> bool {
    let zone = zone_of(question, premium, moment.tag);
    let on = |date: Workday| premium.weekdays.contains(date.weekday());
    let began_in_time = |date: Workday| {
        let shown = |second: u32| clock::first_shown(zone, date, second as i32);
        premium.starts_after.is_none_or(|second| shown(second) <= began)
            && premium.starts_before.is_none_or(|second| began < shown(second))
    };
    let in_time = match windows {
        Some(windows) => windows.iter().any(|window| {
            window.start <= moment.at && moment.at < window.end && on(window.date) && began_in_time(window.date)
        }),
        None => on(clock::date_at(zone, moment.at)) && began_in_time(clock::date_at(zone, began)),
    };
    in_time && premium.day_types.contains(moment.day_type) && tags::fits(question, premium.tags, moment.tag)
}
