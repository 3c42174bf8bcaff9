//! Holidays, and what they pay.

use shiftmill_core::pay::combine::Overtime;
use shiftmill_core::pay::holiday_average::{AverageKind, HolidayAverage};
use shiftmill_core::pay::holiday_eligibility::{DaysAround, HolidayEligibility, WorkedDays};
use shiftmill_core::pay::holiday_pay::{HolidayAmount, HolidayAmountKind, HolidayNotWorked};
use shiftmill_core::pay::holidays::Holidays;
use shiftmill_core::pay::tiers::TierScope;
use shiftmill_core::{DayType, Layer, PayCode, PayCodeSet, Unit};

use super::Compiler;
use crate::check::read::{OneOrLength, OneOrPayCodes};
use crate::check::{Located, Table};
use crate::nearest::nearest;
use crate::settings::Fits;

const BASE: Fits = Fits { layer: Layer::Base, unit: Unit::Second };
const TIME: Fits = Fits { layer: Layer::Quantity, unit: Unit::Second };

/// How far away days are looked at unless the ruleset says so.
const WITHIN: i64 = 30;

impl Compiler<'_> {
    pub(super) fn holidays(&mut self, table: &Table) -> Holidays {
        Holidays {
            basis: table.one_of("basis"),
            not_worked: table.optional("not_worked").map(|inner| self.holiday_pay(inner)),
        }
    }

    fn holiday_pay(&mut self, table: &Table) -> HolidayNotWorked {
        let rule = self.rule(table);
        // A code of the timeline too: leave may pay to it.
        let pays_to = self.pay_code(table, "pay", Some(BASE));
        HolidayNotWorked {
            rule,
            pays_to,
            amount: self.holiday_amount(table, pays_to),
            eligibility: table.optional("eligibility").map(|inner| self.eligibility(inner)),
            beside_leave: table.one_of("beside_leave"),
            counts_toward: 0,
        }
    }

    fn holiday_amount(&mut self, table: &Table, pays_to: PayCode) -> HolidayAmount {
        let average = table.optional("average").map(|inner| self.average(inner, pays_to));
        let amount = match table.one_or_length::<HolidayAmountKind>("amount") {
            Some(OneOrLength::Length(length)) => HolidayAmount::Length(length),
            Some(OneOrLength::One(HolidayAmountKind::Nothing)) => HolidayAmount::Nothing,
            Some(OneOrLength::One(HolidayAmountKind::Planned)) | None => HolidayAmount::Planned,
            Some(OneOrLength::One(HolidayAmountKind::Average)) => {
                let Some(average) = average else {
                    let hint = "such as `average = { over = 4, unit = \"workweeks\", divisor = 20 }`".to_owned();
                    let message = "`amount = \"average\"` needs `average`".to_owned();
                    self.mistakes.missing(table.place("amount"), message, Some(hint));
                    return HolidayAmount::Planned;
                };
                return HolidayAmount::Average(average);
            }
        };
        if average.is_some() {
            let message = "`average` has no effect with this `amount`".to_owned();
            let hint = "write `amount = \"average\"`, or drop it".to_owned();
            self.mistakes.add(table.place("average"), message, Some(hint));
        }
        amount
    }

    fn average(&mut self, table: &Table, pays_to: PayCode) -> HolidayAverage {
        let codes = match table.one_or_pay_codes::<AverageKind>("counts") {
            Some(OneOrPayCodes::One(AverageKind::Work)) | None => None,
            Some(OneOrPayCodes::PayCodes(written)) => Some(self.averaged_codes(table, written, pays_to)),
        };
        HolidayAverage {
            over: table.integer("over").unwrap_or(1) as u16,
            unit: table.one_of("unit"),
            divisor: table.integer("divisor").map(|divisor| divisor as u16),
            codes,
        }
    }

    /// The pay codes of an average. What the holiday pays itself is a mistake: each holiday would depend on others.
    fn averaged_codes(&mut self, table: &Table, written: &[Located], pays_to: PayCode) -> PayCodeSet {
        if written.is_empty() {
            let hint = "name the pay codes whose time it counts, or write \"work\"".to_owned();
            self.mistakes.add(table.place("counts"), "`counts` names no pay code".into(), Some(hint));
        }
        let mut codes = Vec::new();
        for code in written {
            let number = self.named_pay_code(&code.text, &[BASE, TIME], code.place);
            if number == pays_to && number != PayCode::REGULAR {
                let message =
                    format!("the average of a holiday counts `{}`, which holidays pay: it is cyclic", code.text);
                let hint = "leave it out; pay holidays to a pay code of their own where leave must count".to_owned();
                self.mistakes.add(code.place, message, Some(hint));
            }
            codes.push(number);
        }
        PayCodeSet::new(codes)
    }

    fn eligibility(&mut self, table: &Table) -> HolidayEligibility {
        let before = table.optional("worked_before").map(|inner| self.worked_days(inner, "of_last"));
        let after = table.optional("worked_after").map(|inner| self.worked_days(inner, "of_next"));
        HolidayEligibility {
            employed_for: table.integer("employed_for").unwrap_or(0) as u16,
            before,
            after,
            on_holiday: table.one_of("on_holiday"),
            forced_overtime: table.flag("forced_overtime"),
        }
    }

    fn worked_days(&mut self, table: &Table, of: &'static str) -> WorkedDays {
        let (at_least, number) = (table.integer("at_least").unwrap_or(1), table.integer(of).unwrap_or(1));
        if at_least > number {
            let message = format!("{at_least} worked days of {number} are more than there are");
            self.mistakes.add(table.place("at_least"), message, Some(format!("raise `{of}`")));
        }
        let days: DaysAround = table.one_of("days");
        let needed = match days {
            DaysAround::Calendar | DaysAround::Scheduled => number,
            DaysAround::SameWeekday => number * 7,
        };
        let within = table.integer("within").unwrap_or(WITHIN.max(needed));
        if within < needed {
            let message = format!("{number} such days do not lie within {within} days");
            self.mistakes.add(table.place("within"), message, Some(format!("write at least {needed}")));
        }
        let within = within.max(needed).min(i64::from(u16::MAX)) as u16;
        WorkedDays {
            at_least: at_least as u16,
            of: number as u16,
            days,
            within,
            leave_counts: table.flag("leave_counts"),
        }
    }

    /// Lets the pay of holidays fill the counters of the tiers that it names, once they are known.
    pub(super) fn count_holidays(&mut self, table: &Table, holidays: &mut Holidays, overtime: &Overtime) {
        let (Some(table), Some(pay)) = (table.optional("not_worked"), &mut holidays.not_worked) else { return };
        for named in table.texts("counts_toward") {
            let name_of = |tier: &shiftmill_core::pay::tiers::OvertimeTier| self.names.names.rule(tier.rule).to_owned();
            let Some(number) = overtime.tiers.iter().position(|tier| name_of(tier) == named.text) else {
                let names: Vec<String> = overtime.tiers.iter().map(name_of).collect();
                let near = nearest(&named.text, names.iter().map(String::as_str));
                let hint = near.map(|near| format!("did you mean `{near}`?"));
                self.mistakes.add(named.place, format!("there is no overtime tier `{}`", named.text), hint);
                continue;
            };
            let Some(tier) = overtime.tiers.get(number) else { continue };
            let on_holidays = [DayType::StatutoryHoliday, DayType::CompanyHoliday];
            if tier.scope == TierScope::Shift || !on_holidays.iter().any(|it| tier.when.day_types.contains(*it)) {
                let message = format!("the counter of `{}` never counts a holiday", named.text);
                let hint = "name a tier of a workday or longer whose `day_types` have holidays".to_owned();
                self.mistakes.add(named.place, message, Some(hint));
            }
            pay.counts_toward |= 1_u64.unbounded_shl(number as u32);
        }
        let HolidayAmount::Average(HolidayAverage { codes: Some(_), .. }) = &pay.amount else { return };
        if let Some(first) = table.texts("counts_toward").first() {
            let message = format!(
                "the pay of holidays fills `{}`, and their average counts the pay codes that overtime decides: it is cyclic",
                first.text
            );
            let hint = "write `counts = \"work\"` in `average`, or leave `counts_toward` out".to_owned();
            self.mistakes.add(first.place, message, Some(hint));
        }
    }
}
