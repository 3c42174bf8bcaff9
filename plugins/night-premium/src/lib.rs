//! Night premium: work at night earns a premium. Rulesets have this rule built in; as a plugin it shows how to write a rule
//! for every span of work, and what a plugin costs.
//! - Takes:  the work of one workday.
//! - Gives:  premium time over the part of it inside the window of the night.
//! - Keeps:  the timeline.
//! - Edges:  the window is in wall-clock time, the pay is for elapsed time: a night when clocks go back has one more hour.
//! - Source: Japan Labour Standards Act art. 37(4) has 22:00 to 05:00; employer policy elsewhere.
//! - Shown:  timecards/night-premium.md

use shiftmill_plugin::prelude::*;

#[derive(Config)]
struct NightPremium {
    /// The time at which the night begins.
    #[config(default = "22:00")]
    from: Clock,
    /// The time at which the night ends.
    #[config(default = "06:00")]
    to: Clock,
    /// The pay code of the premium.
    #[config(default = "night")]
    code: PremiumCode,
}

#[derive(Reason)]
#[reason("between {from} and {to}", chinese = "{from}至{to}之间")]
struct AtNight {
    from: Clock,
    to: Clock,
}

impl Days for NightPremium {
    type Why = AtNight;

    fn day(&self, day: &Day, edits: &mut Edits<AtNight>) -> Outcome {
        for part in day.work_within(self.from, self.to) {
            edits.premium(part, self.code, AtNight { from: self.from, to: self.to });
        }
        Ok(())
    }
}

plugin!(NightPremium: days(span.start, span.end, span.state));

#[cfg(test)]
mod tests {
    use super::*;
    use shiftmill_plugin::testkit::*;

    #[test]
    fn only_what_lies_in_the_night_is_paid() {
        let week = week!["Mon 05:00-07:00 21:59:59-22:00:01", "Tue 06:00-22:00", "Wed 20:00-02:00 03:00-08:00"];
        assert_edits!(
            trial::<NightPremium>().days(&week),
            "Mon 2026-06-01 premium night over 05:00-06:00: between 22:00 and 06:00",
            "Mon 2026-06-01 premium night over 22:00-22:00:01: between 22:00 and 06:00",
            "Wed 2026-06-03 premium night over 22:00-02:00: between 22:00 and 06:00",
            "Wed 2026-06-03 premium night over 03:00-06:00: between 22:00 and 06:00",
        );
    }

    #[test]
    fn nights_when_clocks_change_are_as_long_as_they_are() {
        let paid = |line: &str| {
            let answer = trial::<NightPremium>()
                .set("from", "01:00")
                .set("to", "03:00")
                .days(&week![line].zone("America/New_York"));
            answer.edits().to_vec()
        };
        assert_eq!(
            paid("Sat 2026-03-07 22:00-06:00"),
            ["Sat 2026-03-07 premium night over 01:00-03:00: between 01:00 and 03:00"]
        );
        assert_eq!(paid("Sat 2026-10-31 22:00-06:00").len(), 1);
    }
}
