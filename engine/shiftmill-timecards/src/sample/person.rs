//! One person's month: mostly on time, now and then late, forgetful, away or called in.

use shiftmill_core::{
    CardFacts, Fold, Leave, LeaveTime, Punch, PunchKind, ShiftFact, ShiftTimes, TagId, Timestamp, WallTime, Weekday,
    Workday, Zone,
};

use super::dice::Dice;
use super::{Company, Punching, Team};

/// The kind of a generated day.
enum DayOf {
    Off,
    CalledIn,
    Leave,
    Absent,
    Ordinary,
}

/// Fills a card, day by day.
pub fn live(company: &Company, team: Team, mut dice: Dice, zone: &Zone, card: &mut CardFacts) {
    for day in 0..company.days {
        let workday = company.first.plus(day as i32);
        let off = matches!(workday.weekday(), Weekday::Saturday | Weekday::Sunday);
        if !off {
            let times = ShiftTimes::Clock { start: team.start * 60, end: team.end * 60 };
            card.shifts.push(ShiftFact::work(workday, times));
        }
        match day_of(off, company, &mut dice) {
            DayOf::Off | DayOf::Absent => {}
            DayOf::Leave => {
                let code = company.leave.unwrap_or(0);
                card.leave.push(Leave { code, time: LeaveTime::Workday(workday), recorded_at: Timestamp(0) });
            }
            DayOf::CalledIn => {
                // Half a day on a Saturday.
                let team = Team { end: team.start + dice.between(180, 330), ..team };
                work(company.punching, team, workday, &mut dice, zone, card);
            }
            DayOf::Ordinary => work(company.punching, team, workday, &mut dice, zone, card),
        }
    }
}

fn day_of(off: bool, company: &Company, dice: &mut Dice) -> DayOf {
    match off {
        true if dice.per_mille(60) => DayOf::CalledIn,
        true => DayOf::Off,
        false if company.leave.is_some() && dice.per_mille(18) => DayOf::Leave,
        false if dice.per_mille(6) => DayOf::Absent,
        false => DayOf::Ordinary,
    }
}

/// The punches of one shift.
fn work(punching: Punching, team: Team, workday: Workday, dice: &mut Dice, zone: &Zone, card: &mut CardFacts) {
    let mut punches = vec![(arrival(team, dice), PunchKind::In)];
    let long = team.end - team.start > 6 * 60;
    // A few people work through their meal.
    if long && punching == Punching::WithMeals && !dice.per_mille(25) {
        let start = (team.start + (team.end - team.start) / 2 + dice.between(-20, 25)) * 60 + dice.between(0, 59);
        let minutes = if dice.per_mille(40) { dice.between(18, 28) } else { team.meal + dice.between(0, 3) };
        punches.push((start, PunchKind::MealStart));
        punches.push((start + minutes * 60 + dice.between(0, 50), PunchKind::MealEnd));
    }
    punches.push((departure(team, dice), PunchKind::Out));
    forget_one(&mut punches, dice);
    let at = |second: i32| zone.instant(WallTime::on(workday, second), Fold::Earlier);
    for (second, kind) in punches {
        card.punches.push(Punch { at: at(second), kind, id: None, tag: TagId::NONE, recorded_at: None });
        // A repeated punch: the person did not notice that the terminal accepted the first.
        if dice.per_mille(6) {
            card.punches.push(Punch {
                at: at(second + dice.between(4, 45)),
                kind,
                id: None,
                tag: TagId::NONE,
                recorded_at: None,
            });
        }
    }
}

/// Second of the day at which a person comes in.
fn arrival(team: Team, dice: &mut Dice) -> i32 {
    let minutes = match dice.between(0, 99) {
        0..7 => dice.between(6, 42),
        7..14 => dice.between(1, 5),
        _ => -dice.between(1, 11),
    };
    (team.start + minutes) * 60 + dice.between(0, 59)
}

/// Second of the day at which a person goes.
fn departure(team: Team, dice: &mut Dice) -> i32 {
    let minutes = match dice.between(0, 99) {
        0..3 => -dice.between(8, 70),
        3..17 => dice.between(30, 170),
        _ => dice.between(0, 9),
    };
    (team.end + minutes) * 60 + dice.between(0, 59)
}

/// Now and then the first or the last punch is forgotten.
fn forget_one(punches: &mut Vec<(i32, PunchKind)>, dice: &mut Dice) {
    match dice.between(0, 999) {
        0..4 => {
            punches.remove(0);
        }
        4..13 => {
            punches.pop();
        }
        _ => {}
    }
}
