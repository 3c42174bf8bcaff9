//! The self-test of a host: runs plugins that exceed the limits of the sandbox, and checks how they end. A limit that is set
//! and not enforced is worse than none.

use std::sync::Arc;

use shiftmill_core::{
    CardState, CarryKey, ContextDays, EvaluationWindow, FailureCode, Hook, HookSet, Inputs, Isolation, NO_TAGS, Names,
    OnFailure, Plan, PlanTimeline, PluginBinding, PunchColumns, RuleId, ScheduleColumns, TagId, Timecard, Timestamp,
    Workday, WorkdayRange, Zone,
};

use crate::bound::{Bound, CallScratch};
use crate::cancellation::Cancellation;
use crate::componentise::componentise;
use crate::encode::HookCard;
use crate::host::Host;

/// One way to exceed a limit.
struct Trial {
    name: &'static str,
    /// The plugin that does it: `self_test/plugin.wat` with a body, assembled. A test compares the two.
    module: &'static [u8],
    /// The expected failure.
    expected: FailureCode,
}

const TRIALS: [Trial; 4] = [
    Trial {
        name: "an endless loop",
        module: include_bytes!("self_test/endless_loop.wasm"),
        expected: FailureCode::Budget,
    },
    Trial { name: "taking all memory", module: include_bytes!("self_test/memory.wasm"), expected: FailureCode::Memory },
    Trial {
        name: "endless recursion",
        module: include_bytes!("self_test/recursion.wasm"),
        expected: FailureCode::Stack,
    },
    Trial { name: "a panic", module: include_bytes!("self_test/panic.wasm"), expected: FailureCode::Panic },
];

/// A limit of the sandbox is not enforced on this machine.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("plugins cannot be run safely here: {trial} ended with {found}")]
pub struct SelfTestError {
    /// The way that was tried.
    pub trial: &'static str,
    /// How it ended instead.
    pub found: String,
}

impl Host {
    /// Runs plugins that loop, use too much memory, recurse and panic, and checks that each ends with its failure. A server
    /// calls this at its start. It takes about as long as the whole fuel budget of one call.
    ///
    /// # Errors
    /// The first limit that is not enforced.
    pub fn self_test(&self) -> Result<(), SelfTestError> {
        for Trial { name: trial, module, expected } in TRIALS {
            match self.try_out(module) {
                Ok(code) if code == expected => {}
                Ok(code) => return Err(SelfTestError { trial, found: format!("`{code}` and not `{expected}`") }),
                Err(found) => return Err(SelfTestError { trial, found }),
            }
        }
        Ok(())
    }

    /// The failure of the hook of a plugin.
    fn try_out(&self, module: &[u8]) -> Result<FailureCode, String> {
        let component = componentise(module).map_err(|error| error.to_string())?;
        let plugin = self.load(&component).map_err(|error| error.to_string())?;
        let binding = PluginBinding {
            name: plugin.manifest().name.clone(),
            plugin: plugin.hash(),
            manifest: plugin.manifest().clone(),
            hooks: HookSet::NONE.with(Hook::Days),
            values: Vec::new(),
            isolation: Isolation::Employee,
            on_failure: OnFailure::Fail,
            first_rule: RuleId(4),
            carried_keys: Vec::<CarryKey>::new(),
            context: ContextDays::default(),
        };
        let bound =
            Bound::new(&plugin, &binding, 0, &Arc::<Cancellation>::default()).map_err(|error| error.to_string())?;
        let answers = with_empty_card(|card| bound.call(Hook::Days, &[card], &mut CallScratch::default()));
        let answers = answers.ok_or("no answer")?.map_err(|error| error.to_string())?;
        answers.of(0).map_or_else(|failure| Ok(failure.code), |_| Err("an answer".to_owned()))
    }
}

/// Calls `run` with a timecard without facts.
fn with_empty_card<R>(run: impl FnOnce(HookCard<'_>) -> R) -> Option<R> {
    let names = Names { rules: Names::BUILT_IN_RULES.map(str::to_owned).to_vec(), ..Names::default() };
    let names = Names { pay_codes: pay_codes(), ..names };
    let timeline = PlanTimeline::new(vec![(Workday(0), Plan::default())], names)?;
    let day = WorkdayRange { first: Workday(0), last: Workday(0) };
    let window = EvaluationWindow { pay_period: day, facts: day, as_of: Timestamp(86_400), require_final: false };
    let zone = Zone::fixed("Etc/UTC", 0);
    let card = Timecard {
        rejected_rows: 0,
        zone: &zone,
        tag: TagId::NONE,
        punches: PunchColumns { base: Timestamp(0), at: &[], kind: &[], id: &[], tag: &[], recorded_at: &[] },
        rare_kinds: false,
        schedule: ScheduleColumns {
            workday: &[],
            start: &[],
            end: &[],
            template: &[],
            kind: &[],
            split: &[],
            hours: &[],
            free_end: &[],
            tag: &[],
        },
        leave: &[],
        corrections: &[],
        waivers: &[],
        day_overrides: &[],
        approvals: &[],
        employment: &[],
        assignments: &[],
        manual_hours: &[],
        attestations: &[],
        overrides: &[],
        opening_balances: &[],
        carried: &[],
    };
    let inputs = Inputs { card, timeline: &timeline, window: &window, tags: &NO_TAGS };
    Some(run(HookCard { key: "self-test", inputs: &inputs, state: &CardState::default() }))
}

/// The two pay codes that every ruleset has.
fn pay_codes() -> Vec<shiftmill_core::PayCodeInfo> {
    use shiftmill_core::{Layer, Multiplier, PayCodeInfo, Unit};
    let code = |name: &str, paid| PayCodeInfo {
        name: name.to_owned(),
        layer: Layer::Base,
        unit: Unit::Second,
        paid,
        multiplier: Multiplier::PLAIN,
    };
    vec![code("regular", true), code("unpaid_break", false)]
}

#[cfg(test)]
mod tests {
    use std::{env, fs};

    use super::*;
    use crate::settings::HostSettings;

    /// The body of the hook in each trial.
    const BODIES: [(&str, &str); 4] = [
        ("endless_loop", "(loop $again (br $again))"),
        ("memory", "(loop $again (drop (memory.grow (i32.const 1))) (br $again))"),
        ("recursion", "(drop (call $adjust (local.get $cards)))"),
        (
            "panic",
            "(call $log (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0x220) \
             (i32.const 10)) unreachable",
        ),
    ];

    /// The program that runs the trials has no assembler, so their modules are checked in. After a change, write them
    /// again with `UPDATE_SELF_TEST=1 cargo test -p shiftmill-plugin-host self_test`.
    #[test]
    fn the_modules_match_their_text() {
        for ((name, body), trial) in BODIES.iter().zip(TRIALS) {
            let module = wat::parse_str(include_str!("self_test/plugin.wat").replace("BODY", body)).unwrap();
            let path = format!("{}/src/self_test/{name}.wasm", env!("CARGO_MANIFEST_DIR"));
            if env::var_os("UPDATE_SELF_TEST").is_some() {
                fs::write(&path, &module).unwrap();
            }
            assert!(fs::read(&path).unwrap() == module, "{name}.wasm does not match plugin.wat, for {}", trial.name);
        }
    }

    #[test]
    fn every_limit_holds() {
        assert_eq!(Host::new(HostSettings::default()).unwrap().self_test(), Ok(()));
    }
}
