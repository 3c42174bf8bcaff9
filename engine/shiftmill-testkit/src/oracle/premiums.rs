//! Premiums: every moment of work is checked against the window.

use std::collections::BTreeMap;

use shiftmill_core::pay::premiums::{Premium, PremiumMode, PremiumZone};
use shiftmill_core::{Because, Reason, TagId, Workday, Zone};

use super::assignments::plan_for;
use super::callbacks::is_in_callback;
use super::moments::{DailyWindow, Moment, daily_windows};
use super::overtime::Extra;
use super::shifts::{Shift, whole_of};
use super::{clock, tags};
use crate::engine::Question;

/// All premiums of all shifts.
pub(crate) fn all(question: &Question, moments: &[Moment], shifts: &[Shift]) -> Vec<Extra> {
    let mut extras = Vec::new();
    for run in runs(moments, shifts) {
        let plan_day = run[0].shift.map_or(run[0].overtime, |shift| shifts[shift].plan_day);
        let tag = run[0].tag;
        let of_callback = is_in_callback(shifts, run[0]);
        let premiums = plan_for(question, plan_day, tag).premiums.iter();
        let work: Vec<&Moment> = run.into_iter().filter(|moment| !moment.is_left_out()).collect();
        for premium in premiums.filter(|premium| premium.callback.is_none_or(|only| only == of_callback)) {
            extras.extend(of_shift(question, premium, &work));
        }
    }
    extras
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

fn of_shift(question: &Question, premium: &Premium, work: &[&Moment]) -> Vec<Extra> {
    let (Some(first), Some(last)) = (work.first(), work.last()) else { return Vec::new() };
    let mut windows: BTreeMap<TagId, Vec<DailyWindow>> = BTreeMap::new();
    if let Some(window) = premium.window {
        for tag in work.iter().map(|moment| moment.tag) {
            let zone = zone_of(question, premium, tag);
            windows.entry(tag).or_insert_with(|| daily_windows(zone, first.at, last.at, window.from, window.to));
        }
    }
    let inside: Vec<bool> = work
        .iter()
        .map(|moment| is_inside(question, premium, windows.get(&moment.tag).map(Vec::as_slice), moment))
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
        (_, None) => Because::DayPremium,
        (None, _) => Because::InClockWindow,
        (Some(_), _) => Because::ShiftInClockWindow,
    };
    let mut paid: Vec<Extra> = Vec::new();
    for (moment, inside) in work.iter().zip(inside) {
        let fits = premium.day_types.contains(moment.day_type) && tags::fits(question, premium.tags, moment.tag);
        if whole.unwrap_or(inside) && fits {
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

fn is_inside(question: &Question, premium: &Premium, windows: Option<&[DailyWindow]>, moment: &Moment) -> bool {
    let on = |date: Workday| premium.weekdays.contains(date.weekday());
    let in_time = match windows {
        Some(windows) => {
            windows.iter().any(|window| window.start <= moment.at && moment.at < window.end && on(window.date))
        }
        None => on(clock::date_at(zone_of(question, premium, moment.tag), moment.at)),
    };
    in_time && premium.day_types.contains(moment.day_type) && tags::fits(question, premium.tags, moment.tag)
}
