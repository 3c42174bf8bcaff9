//! Calls: the same answer for each employee in any group, with the same fuel in every run.

use std::sync::Arc;
use std::thread;
use std::time::Instant;

use shiftmill_core::{Change, ErrorCode, FailureCode, Hook, Isolation, PayCode, Workday};
use shiftmill_plugin_host::{
    Answers, BindError, Bound, CallError, CallScratch, Cancellation, FAILED_FUEL_MAX, FUEL_PER_DAY, FUEL_TO_CONFIGURE,
    FuelBudget, Host, HostSettings, LogLevel, Plugin, componentise, fuel_budget,
};

use crate::cards::{Cards, MONDAY, bind, binding};
use shiftmill_guests::{Guest, MARKED_DAYS, MEAL, SLOW, endless};

fn load(guest: &Guest) -> Arc<Plugin> {
    host().load(&guest.component()).unwrap()
}

fn host() -> Host {
    Host::new(HostSettings::default()).unwrap()
}

/// A guest, bound, and cards of which some are marked.
struct Trial {
    host: Host,
    plugin: Arc<Plugin>,
    bound: Bound,
    cancellation: Arc<Cancellation>,
    cards: Cards,
}

impl Trial {
    fn new(guest: &Guest, employees: usize, marked: &[usize]) -> Trial {
        let host = host();
        let plugin = host.load(&guest.component()).unwrap();
        let hook = guest.hooks[0];
        let cancellation = Arc::default();
        let bound = Bound::new(&plugin, &binding(&plugin), 0, &cancellation).unwrap();
        let cards = Cards::marked(&binding(&plugin), employees, marked, hook);
        Trial { host, plugin, bound, cancellation, cards }
    }

    fn call(&self) -> Answers {
        self.cards.call(&self.bound, Hook::Days).unwrap()
    }
}

/// Whether two answers are the same for one card, at its position in each.
fn same(one: &Answers, at: usize, other: &Answers, there: usize) -> bool {
    one.of(at) == other.of(there)
}

#[test]
fn an_honest_plugin_pays_everybody() {
    let trial = Trial::new(&Guest::honest("honest"), 40, &[3]);
    let answers = trial.call();
    let paid = Change::Quantity { workday: MONDAY, code: PayCode(MEAL), amount: 1 };
    for card in 0..40 {
        let edits = answers.of(card).unwrap();
        assert_eq!(edits.list.iter().map(|edit| edit.change).collect::<Vec<_>>(), [paid]);
        assert_eq!(edits.list[0].rule, trial.bound.binding().rule(0).unwrap());
    }
    assert_eq!(answers.days(), 39 * 5 + 3);
    assert!(answers.of(40).unwrap().list.is_empty(), "there is no such card");
}

#[test]
fn neither_order_nor_company_changes_an_answer() {
    // Every third employee is marked.
    let fails = "(call $complain (local.get $employee) (i32.const 0x500) (i32.const 35))";
    let marked: Vec<usize> = (0..30).step_by(3).collect();
    let trial = Trial::new(&Guest::new("odd", fails), 30, &marked);
    let all = trial.call();
    let mut scratch = CallScratch::default();
    let orders: [Vec<usize>; 4] = [
        (0..30).rev().collect(),
        (0..30).map(|index| index * 7 % 30).collect(),
        (0..30).filter(|index| index % 2 == 1).collect(),
        vec![17],
    ];
    for order in orders {
        let answers =
            trial.cards.some(order.iter().copied(), |cards| trial.bound.call(Hook::Days, cards, &mut scratch));
        let answers = answers.unwrap();
        assert!(order.iter().enumerate().all(|(place, card)| same(&all, *card, &answers, place)));
    }
    let mut apart = binding(&trial.plugin);
    apart.isolation = Isolation::Employee;
    let one_by_one = trial.cards.call(&bind(&trial.plugin, &apart).unwrap(), Hook::Days).unwrap();
    assert!((0..30).all(|card| same(&all, card, &one_by_one, card)));
}

#[test]
fn one_employee_fails_and_the_others_are_paid() {
    for (body, code) in [("unreachable", FailureCode::Panic), ("(loop $again (br $again))", FailureCode::Budget)] {
        for place in [0, 19, 39] {
            let answers = Trial::new(&Guest::new("fails", body), 40, &[place]).call();
            assert_eq!(answers.of(place).unwrap_err().code, code);
            assert!((0..40).all(|card| card == place || answers.of(card).unwrap().list.len() == 1));
        }
    }
}

#[test]
fn fuel_repeats_exactly() {
    let guest = Guest::new("fails", "unreachable");
    let trial = Trial::new(&guest, 40, &[3, 30]);
    let first = trial.call();
    // Another host, reused memory and other calls in between change nothing.
    let again = Trial::new(&guest, 40, &[3, 30]);
    let mut scratch = CallScratch::default();
    for _ in 0..5 {
        let others = again.cards.some(5..20, |cards| again.bound.call(Hook::Days, cards, &mut scratch)).unwrap();
        assert!((0..15).all(|card| same(&others, card, &first, card + 5)));
    }
    let second = again.cards.all(|cards| again.bound.call(Hook::Days, cards, &mut scratch)).unwrap();
    assert_eq!(first.fuel(), second.fuel());
    let one = |trial: &Trial| {
        trial.cards.some(7..8, |cards| trial.bound.call(Hook::Days, cards, &mut CallScratch::default()))
    };
    assert_eq!(one(&trial).unwrap().fuel(), one(&again).unwrap().fuel());
}

#[test]
fn asking_for_facts_without_end_ends_like_any_loop() {
    let endless = [
        "(loop $again (call $tags (i32.const 0x500) (i32.const 3) (i32.const 0x600)) (br $again))",
        "(loop $again (call $roster (i32.const 0x600)) (br $again))",
        "(loop $again (call $attested (i32.const 0x500) (i32.const 3) (i32.const 0x600)) (br $again))",
        "(loop $again (call $approvals (i32.const 0x600)) (br $again))",
        "(loop $again (call $balances (i32.const 0x500) (i32.const 3) (i32.const 0x600)) (br $again))",
    ];
    for bad in endless {
        let answers = call_asking(bad);
        assert_eq!(answers.of(3).unwrap_err().code, FailureCode::Budget, "{bad}");
        assert!((0..20).all(|card| card == 3 || answers.of(card).unwrap().list.len() == 1));
    }
    // A name or a place for the answer that does not lie in its memory.
    for bad in [
        "(call $tags (i32.const -4) (i32.const 64) (i32.const 0x600))",
        "(call $tags (i32.const 0x500) (i32.const -1) (i32.const 0x600))",
        "(call $roster (i32.const -8))",
    ] {
        let answers = call_asking(bad);
        assert!(answers.of(3).is_err(), "{bad}");
        assert!((0..20).all(|card| card == 3 || answers.of(card).unwrap().list.len() == 1));
    }
}

/// The answers of a guest that asks for facts, for 20 employees of whom the fourth is marked.
fn call_asking(bad: &str) -> Answers {
    let guest = Guest::new("asks", bad).with(|guest| {
        let function = |name: &str, id: &str, parameters: &str| {
            format!("(import \"shiftmill:facts/facts@1.1.0\" \"{name}\" (func {id} (param {parameters})))")
        };
        guest.imports = [
            function("tag-values", "$tags", "i32 i32 i32"),
            function("roster-rows", "$roster", "i32"),
            function("attested", "$attested", "i32 i32 i32"),
            function("approval-rows", "$approvals", "i32"),
            function("opening-balances", "$balances", "i32 i32 i32"),
        ]
        .concat();
    });
    let plugin = host().load(&componentise(&guest.module()).unwrap()).unwrap();
    let cards = Cards::marked(&binding(&plugin), 20, &[3], Hook::Days);
    cards.call(&bind(&plugin, &binding(&plugin)).unwrap(), Hook::Days).unwrap()
}

#[test]
fn many_threads_share_a_plugin() {
    let trial = Trial::new(&Guest::new("fails", "unreachable"), 20, &[3]);
    let expected = trial.call();
    thread::scope(|scope| {
        let calls = (0..12).map(|_| scope.spawn(|| trial.call())).collect::<Vec<_>>();
        for call in calls {
            let answers = call.join().unwrap();
            assert!((0..20).all(|card| same(&answers, card, &expected, card)));
        }
    });
}

/// Employees that each use a share of the budget: together they use more than all of it.
#[test]
fn heavy_employees_succeed_in_smaller_groups() {
    let heavy = "(local $left i32) (local.set $left (i32.const 3000000))
        (loop $again (local.set $left (i32.sub (local.get $left) (i32.const 1))) (br_if $again (local.get $left)))
        (call $pay (local.get $cards) (local.get $employee))";
    let guest = Guest::new("heavy", heavy).with(|guest| guest.good = heavy.to_owned());
    let trial = Trial::new(&guest, 40, &[1]);
    for _ in 0..2 {
        let answers = trial.call();
        assert!((0..40).all(|card| answers.of(card).unwrap().list.len() == 1));
        assert!(answers.fuel() > fuel_budget(5), "that is what makes it heavy: {}", answers.fuel());
    }
}

#[test]
fn the_budget_grows_with_the_days() {
    assert_eq!(fuel_budget(31) - fuel_budget(1), 30 * FUEL_PER_DAY);
}

#[test]
fn the_log_is_kept_when_the_call_keeps_it() {
    let says = "(call $log (i32.const 1) (i32.const 1) (local.get $employee) (i32.const 1) (i32.const 20514)
        (i32.const 0x500) (i32.const 10))";
    let fails = format!("{says} (call $say (i32.const 3) (i32.const 0x500) (i32.const 35)) unreachable");
    let guest = Guest::new("talks", &fails).with(|guest| guest.good = says.to_owned());
    let trial = Trial::new(&guest, 8, &[5]);
    let call =
        |scratch: &mut CallScratch| trial.cards.all(|cards| trial.bound.call(Hook::Days, cards, scratch)).unwrap();
    assert!(call(&mut CallScratch::default()).log().is_empty());
    let answers = call(&mut CallScratch::with_log(1 << 16));
    let about: Vec<_> = answers.log().iter().map(|line| (line.level, line.card)).collect();
    let info = |card| (LogLevel::Info, Some(card));
    assert_eq!(
        about,
        [info(0), info(1), info(2), info(3), info(4), info(5), (LogLevel::Panic, None), info(6), info(7)]
    );
    assert_eq!((answers.log()[0].message.as_str(), answers.log()[0].workday), ("src/lib.rs", Some(Workday(20_514))));
    // The log is limited.
    let few = call(&mut CallScratch::with_log(60));
    assert!(few.log().len() < 9, "{:?}", few.log());
}

/// The employee and day of a panic message are used as far as they can be right.
#[test]
fn a_panic_message_leads_to_the_employee() {
    let panics = |employee: &str| {
        format!(
            "(call $log (i32.const 3) (i32.const 1) {employee} (i32.const 1) (i32.const 20515) (i32.const 0x500)
                (i32.const 35)) unreachable"
        )
    };
    for employee in ["(local.get $employee)", "(i32.const 0)", "(i32.const 7)", "(i32.const -1)"] {
        let answers = Trial::new(&Guest::new("panics", &panics(employee)), 30, &[11, 12]).call();
        for card in 0..30 {
            match answers.of(card) {
                Ok(edits) => assert!(edits.list.len() == 1 && card != 11 && card != 12),
                Err(failure) => {
                    assert!(card == 11 || card == 12);
                    assert_eq!(failure.message, "src/lib.rs:15:9: no days for anyone");
                    assert_eq!(failure.workday, Some(Workday(20_515)));
                }
            }
        }
    }
}

/// Cheap failures affect their employees only, however many there are.
#[test]
fn a_plugin_that_fails_for_everybody_fails_for_each() {
    let guest = Guest::new("broken", "unreachable").with(|guest| guest.good = "unreachable".to_owned());
    let answers = Trial::new(&guest, 300, &[]).call();
    assert!((0..300).all(|card| answers.of(card).is_err_and(|failure| failure.code == FailureCode::Panic)));
}

#[test]
fn fuel_used_on_failures_adds_up_until_the_plugin_is_stopped() {
    let guest = Guest::new("endless", &endless());
    let most = (FAILED_FUEL_MAX / fuel_budget(MARKED_DAYS as u32)) as usize;
    let marked: Vec<usize> = (0..=most).collect();
    let trial = Trial::new(&guest, most + 2, &marked);
    let one_by_one = || {
        let mut apart = binding(&trial.plugin);
        apart.isolation = Isolation::Employee;
        bind(&trial.plugin, &apart).unwrap()
    };
    let call = |bound: &Bound, cards: Vec<usize>| {
        trial.cards.some(cards.into_iter(), |cards| bound.call(Hook::Days, cards, &mut CallScratch::default()))
    };
    // The allowed number of employees fails, and the employee without a failure is paid.
    let bound = one_by_one();
    let answers = call(&bound, (2..most + 2).collect()).unwrap();
    assert_eq!((0..most).filter(|card| answers.of(*card).is_err()).count(), most - 1);
    call(&bound, vec![0]).unwrap();
    let stopped = call(&bound, vec![1]).unwrap_err();
    let CallError::Broken { failure, .. } = &stopped else { panic!("{stopped}") };
    assert_eq!(failure.code, FailureCode::Budget);
    assert_eq!(stopped.error_code(), ErrorCode::PluginBroken);
    // All together in reverse order has the same outcome.
    let together = call(&trial.bound, (0..most + 2).rev().collect()).unwrap_err();
    assert_eq!(together, stopped);
}

#[test]
fn a_cancelled_call_makes_no_further_attempt() {
    let guest = Guest::new("slow", SLOW).with(|guest| guest.good = SLOW.to_owned());
    let trial = Trial::new(&guest, 500, &[]);
    let outcome = thread::scope(|scope| {
        let call = scope.spawn(|| trial.cards.call(&trial.bound, Hook::Days));
        trial.cancellation.cancel();
        call.join().unwrap()
    });
    assert_eq!(outcome.unwrap_err(), CallError::Cancelled);
    assert_eq!(trial.cards.call(&trial.bound, Hook::Days).unwrap_err(), CallError::Cancelled, "nor does a later one");
}

#[test]
fn a_cancelled_request_binds_nothing_and_a_late_one_neither() {
    let plugin = load(&Guest::honest("honest"));
    let late = Arc::new(Cancellation::at(Instant::now()));
    assert_eq!(Bound::new(&plugin, &binding(&plugin), 0, &late).unwrap_err(), BindError::Cancelled);
}

#[test]
fn a_plugin_that_mixes_employees_is_quarantined() {
    let dependent = "(call $edit (local.get $employee) (i32.const 9) (i32.const 0) (i32.const 20514) (i64.const 0)
        (i64.const 0) (i32.const 3) (i64.extend_i32_u (call $employees (local.get $cards))) (i32.const 0))";
    let guest = Guest::new("dependent", "nop").with(|guest| guest.good = dependent.to_owned());
    let trial = Trial::new(&guest, 4_000, &[]);
    let found = trial.cards.call(&trial.bound, Hook::Days).unwrap_err();
    assert!(matches!(found, CallError::NotIndependent { .. }), "{found}");
    assert_eq!(found.error_code(), ErrorCode::PluginNotIndependent);
    assert!(trial.plugin.is_quarantined());
    let refused = trial.cards.call(&trial.bound, Hook::Days).unwrap_err();
    assert!(matches!(refused, CallError::Quarantined { .. }), "{refused}");
    // The same bytes stay in quarantine when they are loaded again.
    let again = trial.host.load(&guest.component()).unwrap();
    assert!(again.is_quarantined() && !Arc::ptr_eq(&again, &trial.plugin));
    // With one employee in each call there is nothing that an answer could depend on.
    let plugin = load(&guest);
    let mut apart = binding(&plugin);
    apart.isolation = Isolation::Employee;
    let cards = Cards::marked(&apart, 5, &[], Hook::Days);
    let answers = cards.call(&bind(&plugin, &apart).unwrap(), Hook::Days).unwrap();
    assert!((0..5).all(|card| answers.of(card).is_ok()));
}

#[test]
fn on_trial_nothing_is_compared_once_the_fuel_is_used_up() {
    let trial = Trial::new(&Guest::honest("honest"), 40, &[]);
    let fuel = trial.call().fuel();
    for left in [0, 1, 1_000, fuel / 40] {
        let bound = bind(&trial.plugin, &binding(&trial.plugin)).unwrap();
        let trial_budget = Arc::new(FuelBudget::new(fuel + left));
        let answers = trial.cards.call(&bound.on_trial(&trial_budget, 1), Hook::Days).unwrap();
        assert!(trial_budget.is_empty() && (0..40).all(|card| answers.of(card).is_ok()), "{left}");
    }
}

#[test]
fn a_trial_finds_a_plugin_that_mixes_employees_and_does_not_quarantine_it() {
    let crowd = "(call $edit (local.get $employee) (i32.const 9) (i32.const 0) (i32.const 20514) (i64.const 0)
        (i64.const 0) (i32.const 3) (i64.extend_i32_u (call $employees (local.get $cards))) (i32.const 0))";
    let trial = Trial::new(&Guest::new("crowd", "nop").with(|guest| guest.good = crowd.to_owned()), 40, &[]);
    let bound = bind(&trial.plugin, &binding(&trial.plugin)).unwrap();
    let bound = bound.on_trial(&Arc::new(FuelBudget::new(FAILED_FUEL_MAX)), 1);
    match trial.cards.call(&bound, Hook::Days) {
        Err(CallError::NotIndependent { binding, .. }) => assert_eq!(binding, trial.bound.binding().name),
        other => panic!("{other:?}"),
    }
    assert!(!trial.plugin.is_quarantined());
}

#[test]
fn only_hooks_of_the_binding_are_called() {
    let plugin = load(&Guest::new("stops", "unreachable").with(|guest| guest.good = "unreachable".to_owned()));
    let mut nowhere = binding(&plugin);
    nowhere.hooks = shiftmill_core::HookSet::NONE;
    let cards = Cards::marked(&nowhere, 3, &[], Hook::Days);
    let answers = cards.call(&bind(&plugin, &nowhere).unwrap(), Hook::Days).unwrap();
    assert!(answers.change_nothing() && answers.len() == 3);
}

#[test]
fn cards_of_different_rulesets_are_not_mixed() {
    let trial = Trial::new(&Guest::honest("honest"), 2, &[]);
    let others = Cards::marked(&binding(&trial.plugin), 2, &[], Hook::Days);
    let mixed = trial.cards.all(|ours| {
        others.all(|theirs| trial.bound.call(Hook::Days, &[ours[0], theirs[0]], &mut CallScratch::default()))
    });
    assert_eq!(mixed.unwrap_err(), CallError::Mixed);
}

#[test]
fn a_binding_of_another_plugin_is_refused() {
    let (one, other) = (load(&Guest::honest("one")), load(&Guest::honest("other")));
    let refused = bind(&one, &binding(&other)).unwrap_err();
    assert!(matches!(refused, BindError::Unlike { .. }), "{refused}");
}

#[test]
fn floats_are_allowed_where_the_operator_allows_them() {
    let halves = Guest::honest("halves").with(|guest| {
        guest.fields = "(func (export \"half\") (result f64) (f64.mul (f64.const 0.5) (f64.const 7)))".to_owned();
    });
    let component = halves.component();
    let refused = Host::new(HostSettings::default()).unwrap().load(&component).unwrap_err();
    assert!(refused.to_string().contains("floating point numbers"), "{refused}");
    let host = Host::new(HostSettings { floats_allowed: true, ..HostSettings::default() }).unwrap();
    assert_eq!(host.load(&component).unwrap().report().float_functions.len(), 1);
}

#[test]
fn a_configuration_is_taken_within_a_small_budget() {
    let host = Host::new(HostSettings::default()).unwrap();
    let bound = |rounds: u64| {
        // Each round takes a few units of fuel.
        let configure = format!(
            "(local $round i64)
            (loop $again
                (local.set $round (i64.add (local.get $round) (i64.const 1)))
                (br_if $again (i64.lt_u (local.get $round) (i64.const {rounds}))))
            i32.const 0x480"
        );
        let guest = Guest::honest("slow to configure").with(|guest| guest.configure = configure);
        let plugin = host.load(&guest.component()).unwrap();
        bind(&plugin, &binding(&plugin))
    };
    assert!(bound(FUEL_TO_CONFIGURE / 20).is_ok());
    match bound(FUEL_TO_CONFIGURE) {
        Err(BindError::Refused { failure, .. }) => assert_eq!(failure.code, FailureCode::Budget),
        other => panic!("{other:?}"),
    }
}
