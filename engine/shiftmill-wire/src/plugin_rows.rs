//! The rows of plugins in results: failures, and the figures of reasons.

use shiftmill_core::{ErrorCode, FailureCode, PluginFailure, PluginReasons, Workday};
use shiftmill_proto::v1;

use crate::numbers::Numbered;

/// The most bytes of the messages of all failures of one answer; later failures have no message.
const MESSAGES_MAX: usize = 1 << 20;

/// Writes failures of plugins. Later messages are left out once all together are long.
pub fn write_failures<'a>(failures: impl Iterator<Item = &'a PluginFailure>) -> Vec<v1::PluginFailure> {
    let mut room = MESSAGES_MAX;
    let mut write = |failure: &PluginFailure| {
        let fits = room.checked_sub(failure.message.len());
        room = fits.unwrap_or(room);
        v1::PluginFailure {
            employee: failure.card,
            binding: failure.binding.clone(),
            plugin: failure.plugin.clone(),
            hook: failure.hook.wire_number(),
            code: failure.code.error_code().to_string(),
            workday: failure.workday.map(|workday| workday.0),
            message: if fits.is_some() { failure.message.clone() } else { String::new() },
            skipped: failure.skipped,
        }
    };
    failures.map(&mut write).collect()
}

/// Reads failures of plugins; `None` when a code has no meaning.
pub(crate) fn read_failures(failures: Vec<v1::PluginFailure>) -> Option<Vec<PluginFailure>> {
    let read = |failure: v1::PluginFailure| {
        let error_code = ErrorCode::from_code(&failure.code)?;
        Some(PluginFailure {
            card: failure.employee,
            hook: Numbered::read(failure.hook)?,
            code: *FailureCode::ALL.iter().find(|code| code.error_code() == error_code)?,
            workday: failure.workday.map(Workday),
            binding: failure.binding,
            plugin: failure.plugin,
            message: failure.message,
            skipped: failure.skipped,
        })
    };
    failures.into_iter().map(read).collect()
}

/// The figures of reasons: how many each has, and all of them.
pub(crate) fn write_reasons(reasons: &PluginReasons) -> (Vec<u32>, Vec<i64>) {
    let (mut counts, mut figures) = (Vec::with_capacity(reasons.len()), Vec::new());
    for number in 0..reasons.len() as u32 {
        let own = reasons.get(number).unwrap_or(&[]);
        counts.push(own.len() as u32);
        figures.extend_from_slice(own);
    }
    (counts, figures)
}

/// `None` when the counts do not add up to the figures.
pub(crate) fn read_reasons(counts: &[u32], figures: &[i64]) -> Option<PluginReasons> {
    let mut reasons = PluginReasons::default();
    let mut rest = figures;
    for count in counts {
        let (own, after) = rest.split_at_checked(*count as usize)?;
        reasons.push(own);
        rest = after;
    }
    rest.is_empty().then_some(reasons)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::UnknownNames;
    use crate::results::tests::chunk;
    use crate::results::{read, write};
    use shiftmill_core::{
        Because, CardResult, CarriedRow, CarryKey, EvaluationError, Evaluations, Hook, PayCode, PremiumSpan, Reason,
        RuleId, Timestamp,
    };

    fn failure(card: u32, code: FailureCode, skipped: bool) -> PluginFailure {
        PluginFailure {
            card,
            binding: "night-meal".to_owned(),
            plugin: "acme-night-meal 0.3.1".to_owned(),
            hook: Hook::Days,
            code,
            workday: Some(Workday(20_514)),
            message: "panicked at src/lib.rs:15:9".to_owned(),
            skipped,
        }
    }

    /// One employee with results of a plugin, one on whom it failed, one with neither.
    fn evaluations() -> Evaluations {
        let mut results = Evaluations::default();
        results.carried.push(CarriedRow { key: CarryKey(2), value: i64::MIN });
        results.reasons.push(&[]);
        results.reasons.push(&[-1, i64::MAX]);
        results.premiums.push(PremiumSpan {
            start: Timestamp(0),
            end: Timestamp(60),
            reporting_workday: Workday(0),
            code: PayCode(2),
            reason: Reason { rule: RuleId(7), because: Because::ByPlugin { reason: 1 } },
        });
        let ends = results.ends();
        let failed = EvaluationError::Plugin { code: FailureCode::Panic };
        results.cards = [None, Some(failed), None].map(|error| CardResult { ends, provisional: false, error }).to_vec();
        results.failures = vec![failure(1, FailureCode::Panic, false), failure(2, FailureCode::BadData, true)];
        results
    }

    #[test]
    fn what_plugins_give_comes_back_as_it_was() {
        let results = evaluations();
        let (written, _) =
            write(5, &chunk(&["E1", "E2", "E3"]), &UnknownNames::default(), &|_, _| None, results.clone());
        assert_eq!(read(written).unwrap(), results);
    }

    #[test]
    fn figures_that_do_not_add_up_are_refused() {
        let (written, _) = write(5, &chunk(&["E1"]), &UnknownNames::default(), &|_, _| None, evaluations());
        type Damage = fn(&mut shiftmill_proto::v1::ChunkResult);
        let damages: [Damage; 5] = [
            |result| result.plugin_figure_count[0] = 3,
            |result| result.plugin_figure.push(0),
            |result| result.carried_value.clear(),
            |result| result.carried_key[0] = 70_000,
            |result| result.plugin_failures[0].code = "SM-NEWER".to_owned(),
        ];
        for damage in damages {
            let mut damaged = written.clone();
            damage(&mut damaged);
            assert!(read(damaged).is_err());
        }
    }

    #[test]
    fn messages_of_failures_are_bounded() {
        let long = PluginFailure { message: "x".repeat(MESSAGES_MAX / 2), ..failure(0, FailureCode::Panic, false) };
        let failures = [long.clone(), long.clone(), long.clone(), failure(1, FailureCode::Panic, false)];
        let lengths: Vec<usize> = write_failures(failures.iter()).iter().map(|failure| failure.message.len()).collect();
        assert_eq!(lengths, [MESSAGES_MAX / 2, MESSAGES_MAX / 2, 0, 0]);
    }
}
