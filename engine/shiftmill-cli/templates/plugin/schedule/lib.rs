use shiftmill_plugin::prelude::*;

/// Employees who work late are expected later on the day after.
#[derive(Config)]
struct LateNight {
    /// Work past this time of day is late work.
    #[config(default = "21:00")]
    past: Clock,
    /// How much later the day after may begin.
    #[config(default = "1h", most = "8h")]
    later: Length,
}

#[derive(Reason)]
#[reason("worked past {past} the day before: expected {later} later", chinese = "前一日工作超过{past}，可晚到{later}")]
struct WorkedLate {
    past: Clock,
    later: Length,
}

impl Schedule for LateNight {
    type Why = WorkedLate;

    fn day(&self, day: &Day, edits: &mut ScheduleEdits<WorkedLate>) -> Outcome {
        let Some(before) = day.day_before() else { return Ok(()) };
        if !before.works_past(self.past) {
            return Ok(());
        }
        for shift in day.scheduled() {
            let start = shift.expected_start() + self.later;
            if start < shift.expected_end() {
                let why = WorkedLate { past: self.past, later: self.later };
                edits.expect(shift, start, shift.expected_end(), why);
            }
        }
        Ok(())
    }
}

plugin!(LateNight: schedule);

#[cfg(test)]
mod tests {
    use super::*;
    use shiftmill_plugin::testkit::*;

    #[test]
    fn the_day_after_late_work_begins_later() {
        let week = week!["Mon scheduled 09:00-17:00, 09:00-21:30", "Tue scheduled 09:00-17:00, 10:00-17:00"];
        let answer = trial::<LateNight>().schedule(&week);
        let expected = "Tue 2026-06-02 expect 10:00-17:00 for 09:00-17:00: worked past 21:00 the day before: expected 1:00 later";
        assert_edits!(answer, expected);
    }
}
