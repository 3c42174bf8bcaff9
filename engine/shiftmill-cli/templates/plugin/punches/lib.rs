use shiftmill_plugin::prelude::*;

/// In punches before the doors open count from the opening.
#[derive(Config)]
struct Doors {
    /// The time at which the doors open.
    #[config(default = "06:30")]
    open: Clock,
    /// Only in punches up to this long before the opening are moved.
    #[config(default = "1h", most = "4h")]
    before: Length,
}

#[derive(Reason)]
#[reason("the doors open at {open}", chinese = "{open}开门")]
struct BeforeTheDoorsOpen {
    open: Clock,
}

impl Punches for Doors {
    type Why = BeforeTheDoorsOpen;

    fn day(&self, day: &Day, edits: &mut PunchEdits<BeforeTheDoorsOpen>) -> Outcome {
        let opening = day.at(self.open);
        for punch in day.punches().filter(|punch| punch.kind() == PunchKind::In) {
            if punch.at() < opening && opening.since(punch.at()) <= self.before {
                edits.retime(punch, opening, BeforeTheDoorsOpen { open: self.open });
            }
        }
        Ok(())
    }
}

plugin!(Doors: punches);

#[cfg(test)]
mod tests {
    use super::*;
    use shiftmill_plugin::testkit::*;

    #[test]
    fn an_early_in_punch_moves_to_the_opening() {
        let week = week!["Mon 06:12-14:30", "Tue 05:00-14:30"];
        let answer = trial::<Doors>().punches(&week);
        assert_edits!(answer, "Mon 2026-06-01 retime 06:12 to 06:30: the doors open at 06:30");
    }
}
