//! Lengths of pairs, worked shifts and workdays, rounded.

use std::collections::BTreeMap;

use shiftmill_core::shape::length_rounding::{LengthRounding, RoundedLength};
use shiftmill_core::shape::rounding::{Direction, Tie};
use shiftmill_core::{Because, DayType, ExceptionCode, PayCode, Reason, Seconds, SpanState, Timestamp, Workday};

use super::assignments::all_plans;
use super::days::day_type;
use super::moments::{Moment, Timeline, gcd};
use super::shifts::Shift;
use super::{Notice, plan_of};
use crate::engine::Question;

/// A pair by its shift and place, a shift, or a workday.
type Unit = (Option<usize>, Option<usize>, Option<Workday>);

/// Rounds all lengths: pairs, then shifts, then workdays.
///
/// # Errors
/// A length of moments that is fine enough, when a change would end between two of them.
pub(super) fn round(
    length: u32,
    question: &Question,
    shifts: &[Shift],
    timeline: &mut Timeline,
    notices: &mut Vec<Notice>,
) -> Result<(), u32> {
    for of in [RoundedLength::Pair, RoundedLength::Shift, RoundedLength::Workday] {
        let mut plans = all_plans(question);
        if !plans.any(|plan| plan.length_rounding.iter().any(|rule| rule.of == of)) {
            continue;
        }
        let mut units: Vec<(Unit, Vec<Moment>)> = Vec::new();
        let mut places: BTreeMap<Unit, usize> = BTreeMap::new();
        for moment in timeline.values() {
            let Some(unit) = unit_of(of, moment, shifts) else { continue };
            let place = *places.entry(unit).or_insert(units.len());
            if place == units.len() {
                units.push((unit, Vec::new()));
            }
            units[place].1.push(*moment);
        }
        for (_, moments) in units.iter().rev() {
            let plan_day = match of {
                RoundedLength::Pair | RoundedLength::Shift => moments[0].shift.map(|shift| shifts[shift].plan_day),
                RoundedLength::Workday => Some(moments[0].overtime),
            };
            let Some(plan_day) = plan_day else { continue };
            let rules = &plan_of(question, plan_day).length_rounding;
            let on = day_type(question, plan_day);
            if let Some(rule) = rules.iter().find(|rule| rule.of == of && rule.day_types.contains(on)) {
                change(length, rule, moments, shifts, timeline, notices)?;
            }
        }
    }
    Ok(())
}

fn unit_of(of: RoundedLength, moment: &Moment, shifts: &[Shift]) -> Option<Unit> {
    let shift = moment.shift?;
    match of {
        RoundedLength::Pair => {
            let mut pairs = shifts.iter().enumerate().flat_map(|(index, shift)| {
                shift.pairs.iter().enumerate().map(move |(place, pair)| (index, place, pair))
            });
            let holding = pairs.rfind(|(.., pair)| (pair.start..pair.end).contains(&moment.at));
            holding.map(|(index, place, _)| (Some(index), Some(place), None))
        }
        RoundedLength::Shift => Some((Some(shift), None, None)),
        RoundedLength::Workday => Some((None, None, Some(moment.overtime))),
    }
}

fn change(
    length: u32,
    rule: &LengthRounding,
    moments: &[Moment],
    shifts: &[Shift],
    timeline: &mut Timeline,
    notices: &mut Vec<Notice>,
) -> Result<(), u32> {
    let work: Vec<Timestamp> =
        moments.iter().filter(|moment| moment.counts_as_work()).map(|moment| moment.at).collect();
    let worked = work.len() as u32 * length;
    let is_rounded = worked > 0 && rule.up_to.is_none_or(|most| worked <= most.0);
    let rounded = if is_rounded { rounded(rule, worked) } else { worked };
    let differ = worked.abs_diff(rounded);
    if differ % length != 0 {
        return Err(gcd(length, differ % length));
    }
    let count = (differ / length) as usize;
    if rounded < worked {
        for at in work.iter().rev().take(count) {
            let moment = timeline.get_mut(at).expect("it was on the timeline");
            moment.state = SpanState::UnpaidBreak;
            moment.code = rule.off_to;
            moment.reason = Reason { rule: rule.rule, because: Because::LengthRoundedDown { interval: rule.interval } };
        }
        return Ok(());
    }
    let mut last = *moments.last().expect("a unit has moments");
    for added in 0..count {
        let at = last.end();
        if timeline.contains_key(&at) {
            let lacks = (count - added) as u32 * length;
            let workday = last.shift.map_or(last.overtime, |shift| shifts[shift].shown_on);
            let code = ExceptionCode::RoundConflict;
            let at = moments.last().expect("a unit has moments").end();
            notices.push(Notice { code, workday, at, measure: Seconds(lacks) });
            break;
        }
        last = Moment {
            at,
            state: SpanState::Worked,
            day_type: DayType::Workday,
            code: PayCode::REGULAR,
            reason: Reason { rule: rule.rule, because: Because::LengthRoundedUp { interval: rule.interval } },
            ..last
        };
        timeline.insert(at, last);
    }
    Ok(())
}

/// The multiple that a length becomes, tried one after the other.
fn rounded(rule: &LengthRounding, worked: u32) -> u32 {
    let (interval, grace) = (rule.interval.0, rule.grace.0);
    let multiples = || (0..).map(|count| count * interval);
    let below = |length: u32| multiples().take_while(|multiple| *multiple <= length).last().unwrap_or(0);
    match rule.direction {
        Direction::Down => below(worked + grace),
        Direction::Up => multiples().find(|multiple| multiple + grace >= worked).unwrap_or(0),
        Direction::Nearest(tie) => {
            let rest = worked - below(worked);
            let up = match tie {
                Tie::HalfUp => 2 * rest >= interval,
                Tie::HalfDown => 2 * rest > interval,
                Tie::PartialMinuteDown => rest >= (interval / 2 / 60 + 1) * 60,
                Tie::PartialMinuteUp => rest >= interval / 2 / 60 * 60,
            };
            below(worked) + if up && rest > 0 { interval } else { 0 }
        }
    }
}
