use shiftmill_plugin::prelude::*;

/// In punches shortly before an opening time count from it.
#[derive(Config)]
struct Opening {
    /// The opening time.
    #[config(default = "06:30")]
    opens: Clock,
    /// Only in punches up to this long before the opening time are moved.
    #[config(default = "1h", most = "4h")]
    before: Length,
}

#[derive(Reason)]
#[reason("work counts from {opens}", chinese = "工作从{opens}起算")]
struct BeforeOpening {
    opens: Clock,
}

impl Punches for Opening {
    type Why = BeforeOpening;

    fn day(&self, day: &Day, edits: &mut PunchEdits<BeforeOpening>) -> Outcome {
        let opening = day.at(self.opens);
        for punch in day.punches().filter(|punch| punch.kind() == PunchKind::In) {
            if punch.at() < opening && opening.since(punch.at()) <= self.before {
                edits.retime(punch, opening, BeforeOpening { opens: self.opens });
            }
        }
        Ok(())
    }
}

plugin!(Opening: punches);

#[cfg(test)]
mod tests {
    use super::*;
    use shiftmill_plugin::testkit::*;

    #[test]
    fn an_early_in_punch_moves_to_the_opening_time() {
        let week = week!["Mon 06:12-14:30", "Tue 05:00-14:30"];
        let answer = trial::<Opening>().punches(&week);
        assert_edits!(answer, "Mon 2026-06-01 retime 06:12 to 06:30: work counts from 06:30");
    }
}
