//! Overtime bank: overtime of a pay period is paid in whole quarter hours, and the rest is carried to the next.
//! - Takes:  the time that overtime tiers gave an unpaid pay code, and the time carried from the pay period before.
//! - Gives:  whole quarter hours as a quantity on the last day, and the rest to carry over.
//! - Keeps:  the timeline: recorded overtime stays visible and unpaid.
//! - Edges:  a pay period that is not over carries nothing and pays nothing. When the ruleset changes inside the pay period,
//!   the settings that are in force on the last day decide about all of it.
//! - Source: works agreement on flexible working time; its figures are settings.
//! - Shown:  timecards/overtime-bank.md

use shiftmill_plugin::prelude::*;

#[derive(Config)]
struct OvertimeBank {
    /// Overtime is paid in multiples of this.
    #[config(default = "15m", least = "1m", most = "24h")]
    step: Length,
    /// The pay code that overtime tiers give to recorded overtime. The ruleset declares it as not paid.
    recorded: BaseCode,
    /// The pay code of the overtime that is paid.
    code: TimeCode,
}

#[derive(Carried)]
enum Bank {
    /// Overtime that is not paid yet, in seconds.
    Seconds,
}

#[derive(Reason)]
#[reason(
    "{banked} carried in and {recorded} recorded, paid in steps of {step}",
    chinese = "上期结转{banked}，本期{recorded}，按{step}支付"
)]
struct Banked {
    banked: Length,
    recorded: Length,
    step: Length,
}

impl Period for OvertimeBank {
    type Why = Banked;

    fn employee(&self, employee: &Employee, edits: &mut Edits<Banked>) -> Outcome {
        let Some(last) = employee.closing_day() else { return Ok(()) };
        if employee.date_at(employee.as_of()) <= employee.pay_period_last() {
            return Ok(());
        }
        let carried = employee.carried(Bank::Seconds).unwrap_or(0);
        let banked = u32::try_from(carried).ok().map(Length::seconds);
        let banked = banked.or_complain("the carried overtime is not a length of time")?;
        let recorded = employee.total(self.recorded);
        let paid = (banked + recorded).rounded_down(self.step);
        let rest = paid.short_of(banked + recorded);
        let why = || Banked { banked, recorded, step: self.step };
        edits.quantity(last, self.code, paid, why());
        edits.carry(Bank::Seconds, i64::from(rest.in_seconds()), why());
        Ok(())
    }
}

plugin!(OvertimeBank: period(span, quantity, carried); carries Bank);

#[cfg(test)]
mod tests {
    use super::*;
    use shiftmill_plugin::testkit::*;

    fn bank() -> Trial<OvertimeBank> {
        trial::<OvertimeBank>().set("recorded", "overtime_recorded").set("code", "overtime_paid")
    }

    #[test]
    fn whole_quarters_are_paid_and_the_rest_is_carried() {
        let week = week![
            "Sun context 16:00-20:00=overtime_recorded",
            "Mon 08:00-16:00 16:00-16:20=overtime_recorded",
            "Tue 08:00-16:00 16:00-16:14:30=overtime_recorded",
        ];
        assert_edits!(
            bank().period(&week.carried("seconds", 600)),
            "Tue 2026-06-09 quantity overtime_paid 0:30: 0:10 carried in and 0:34:30 recorded, paid in steps of 0:15",
            "carry seconds 870: 0:10 carried in and 0:34:30 recorded, paid in steps of 0:15",
        );
    }

    #[test]
    fn less_than_a_quarter_pays_nothing_and_says_why() {
        assert_edits!(
            bank().period(&week!["Mon 16:00-16:14=overtime_recorded"]),
            "Mon 2026-06-01 quantity overtime_paid 0:00: 0:00 carried in and 0:14 recorded, paid in steps of 0:15",
            "carry seconds 840: 0:00 carried in and 0:14 recorded, paid in steps of 0:15",
        );
    }

    #[test]
    fn a_value_that_is_no_length_is_refused() {
        let answer = bank().period(&week!["Mon 16:00-16:14"].carried("seconds", -1));
        assert_eq!(answer.complaints(), ["the carried overtime is not a length of time"]);
    }

    #[test]
    fn a_change_inside_the_pay_period_pays_once() {
        assert_edits!(bank().period(&week!["Mon 16:00-17:00=overtime_recorded", "Tue not_in_force 08:00-09:00"]));
    }
}
