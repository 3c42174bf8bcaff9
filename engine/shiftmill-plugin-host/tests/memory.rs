//! Memory comes back: after the first rounds of loading, calling, failing and dropping plugins of all kinds, nothing
//! more is resident than before. A program of its own, so that other tests do not count.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on fails")]

#[path = "hostile/bombs.rs"]
#[allow(dead_code, reason = "other tests use more of it")]
mod bombs;
#[path = "hostile/cards.rs"]
#[allow(dead_code, reason = "other tests use more of it")]
mod cards;
#[path = "hostile/corpus.rs"]
#[allow(dead_code, reason = "other tests use more of it")]
mod corpus;
#[path = "hostile/shapes.rs"]
#[allow(dead_code, reason = "other tests use more of it")]
mod shapes;

use cards::{Cards, bind, binding};
use corpus::Outcome;
use shiftmill_core::{FailureCode, Hook};
use shiftmill_guests::Guest;
use shiftmill_plugin_host::{CallScratch, Host, HostSettings};

/// KiB that a round may leave: allocators keep some memory, and not always the same amount.
const LEFT_BEHIND_MAX: u64 = 48 << 10;

/// Resident memory of this process; `None` where the system does not provide it.
fn resident_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Loads, binds, calls and drops every plugin once.
fn round(host: &Host, components: &[(Vec<u8>, Hook)]) {
    for (component, hook) in components {
        let Ok(plugin) = host.load(component) else { continue };
        let Ok(bound) = bind(&plugin, &binding(&plugin)) else { continue };
        let cards = Cards::marked(&binding(&plugin), 6, &[3], *hook);
        let _whatever = cards.call(&bound, *hook);
    }
}

/// One test, because two at once would count each other's memory.
#[test]
fn memory_comes_back() {
    after_every_round_of_the_corpus();
    after_thousands_of_instances();
}

fn after_every_round_of_the_corpus() {
    let host = Host::new(HostSettings { audit_one_in: 1, ..HostSettings::default() }).unwrap();
    // Plugins that only use fuel need time and no memory. Half of the others is enough.
    let burns = |outcome: &Outcome| {
        let code = match outcome {
            Outcome::NotBound(code, _) | Outcome::MarkedFail(code, _) | Outcome::AllFail(code, _) => Some(*code),
            Outcome::NotLoaded("exceeded its fuel budget") => Some(FailureCode::Budget),
            _ => None,
        };
        code == Some(FailureCode::Budget)
    };
    let guests = corpus::guests().into_iter().filter(|(_, outcome)| !burns(outcome)).step_by(2);
    let mut components: Vec<_> = guests.map(|(guest, _)| (guest.component(), guest.hooks[0])).collect();
    components.extend(shapes::shapes().into_iter().map(|(_, bytes, _)| (bytes, Hook::Days)));
    round(&host, &components);
    let Some(before) = resident_kib() else { return };
    for _ in 0..2 {
        round(&host, &components);
    }
    let after = resident_kib().unwrap();
    assert!(after < before + LEFT_BEHIND_MAX, "{before} KiB before two rounds, {after} KiB after them");
}

fn after_thousands_of_instances() {
    let host = Host::new(HostSettings::default()).unwrap();
    let body = "(drop (memory.grow (i32.const 20)))
        (memory.fill (i32.const 0x200000) (i32.const 1) (i32.const 0x140000)) unreachable";
    let guest = Guest::new("takes much", body);
    let plugin = host.load(&guest.component()).unwrap();
    let bound = bind(&plugin, &binding(&plugin)).unwrap();
    let cards = Cards::marked(&binding(&plugin), 2, &[1], Hook::Days);
    let mut scratch = CallScratch::default();
    let mut calls = |count: usize| {
        cards.all(|cards| (0..count).for_each(|_| drop(bound.call(Hook::Days, cards, &mut scratch).unwrap())));
    };
    calls(50);
    let Some(before) = resident_kib() else { return };
    calls(1_000);
    let after = resident_kib().unwrap();
    assert!(after < before + LEFT_BEHIND_MAX, "{before} KiB before 3 000 instances, {after} KiB after them");
}
