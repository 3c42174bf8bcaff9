//! What a plugin is given and what becomes of its edits.

use std::sync::Arc;

use shiftmill_core::{Change, FailureCode, Hook, Isolation, PayCode};
use shiftmill_plugin_host::{Bound, Host, HostSettings, Plugin};

use crate::cards::{Cards, MONDAY, binding};
use crate::guest::{Guest, MEAL};

fn load(guest: &Guest) -> Arc<Plugin> {
    Host::new(HostSettings::default()).unwrap().load(&guest.component()).unwrap()
}

#[test]
fn an_honest_plugin_pays_everybody() {
    let plugin = load(&Guest::honest("honest"));
    let binding = binding(&plugin);
    let bound = Bound::new(&plugin, &binding, 0).unwrap();
    let cards = Cards::marked(&binding, 40, &[3], Hook::Days);
    let answers = cards.call(&bound, Hook::Days).unwrap();
    for card in 0..40 {
        let edits = answers.of(card).unwrap();
        let paid = Change::Quantity { workday: MONDAY, code: PayCode(MEAL), amount: 1 };
        assert_eq!(edits.list.iter().map(|edit| edit.change).collect::<Vec<_>>(), [paid]);
        assert_eq!(edits.list[0].rule, binding.rule(0).unwrap());
    }
    let mut alone = binding.clone();
    alone.isolation = Isolation::Employee;
    let bound = Bound::new(&plugin, &alone, 0).unwrap();
    let one_by_one = cards.call(&bound, Hook::Days).unwrap();
    assert!((0..40).all(|card| one_by_one.of(card) == answers.of(card)));
}

/// Whether only employee 3 failed, and how.
fn only_the_marked_fails(guest: &Guest, hook: Hook) -> (FailureCode, String) {
    let plugin = load(guest);
    let binding = binding(&plugin);
    let bound = Bound::new(&plugin, &binding, 0).unwrap();
    let cards = Cards::marked(&binding, 40, &[3], hook);
    let answers = cards.call(&bound, hook).unwrap();
    let failed: Vec<usize> = (0..40).filter(|card| answers.of(*card).is_err()).collect();
    assert_eq!(failed, [3]);
    assert!((0..40).all(|card| card == 3 || answers.of(card).unwrap().list.len() == 1));
    let failure = answers.of(3).unwrap_err();
    (failure.code, failure.message.clone())
}

#[test]
fn one_employee_fails_and_the_others_are_paid_at_every_hook() {
    for hook in Hook::ALL.iter().copied().filter(|hook| *hook != Hook::Punches) {
        let (code, message) = only_the_marked_fails(&Guest::new("stops", "unreachable").at(hook), hook);
        assert_eq!((code, message.as_str()), (FailureCode::Panic, "stopped without a word, in `bad`"));
    }
    let loops = Guest::new("loops", "(loop $again (br $again))").at(Hook::Punches);
    let plugin = load(&loops);
    let binding = binding(&plugin);
    let cards = Cards::marked(&binding, 40, &[3], Hook::Punches);
    let answers = cards.call(&Bound::new(&plugin, &binding, 0).unwrap(), Hook::Punches).unwrap();
    let failures: Vec<_> = (0..40).filter_map(|card| answers.of(card).err()).map(|failure| failure.code).collect();
    assert_eq!(failures, [FailureCode::Budget]);
}
