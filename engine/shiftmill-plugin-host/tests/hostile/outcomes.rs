//! Runs the corpus: every guest must have its expected outcome.

use shiftmill_core::{CardState, FailureCode, Hook, Proposal, Scratch, Silent, apply};
use shiftmill_plugin_host::{Answers, BindError, CallError, Host, HostSettings};

use crate::bombs::{Bomb, bombs};
use crate::cards::{Cards, bind, binding};
use crate::corpus::{Outcome, guests};
use crate::shapes::shapes;
use shiftmill_guests::Guest;

const EMPLOYEES: usize = 12;
const MARKED: [usize; 2] = [3, 8];
/// Bytes of the message of a refusal, with all its objections.
const MESSAGE_BYTES_MAX: usize = 20_000;

/// The outcome of a guest.
#[derive(Debug, PartialEq, Eq)]
enum Found {
    NotLoaded(String),
    NotBound(FailureCode, String),
    NotIndependent,
    CallFailed(String),
    /// How each employee ended: with an edit applied, or a failure.
    Answered(Vec<Result<usize, (FailureCode, String)>>),
}

/// A host that audits every employee.
fn host() -> Host {
    Host::new(HostSettings { audit_one_in: 1, ..HostSettings::default() }).unwrap()
}

fn run(host: &Host, component: &[u8], hook: Hook) -> Found {
    let plugin = match host.load(component) {
        Ok(plugin) => plugin,
        Err(error) => return Found::NotLoaded(error.to_string()),
    };
    let binding = binding(&plugin);
    let bound = match bind(&plugin, &binding) {
        Ok(bound) => bound,
        Err(BindError::Refused { failure, .. }) => return Found::NotBound(failure.code, failure.message),
        Err(other) => panic!("{other}"),
    };
    let cards = Cards::marked(&binding, EMPLOYEES, &MARKED, hook);
    match cards.call(&bound, hook) {
        Ok(answers) => Found::Answered((0..EMPLOYEES).map(|card| outcome(&cards, &answers, card, hook)).collect()),
        Err(CallError::NotIndependent { .. }) => Found::NotIndependent,
        Err(other) => Found::CallFailed(other.to_string()),
    }
}

/// How many edits of a card are applied, or how the plugin fails on it.
fn outcome(cards: &Cards, answers: &Answers, card: usize, hook: Hook) -> Result<usize, (FailureCode, String)> {
    let edits = answers.of(card).map_err(|failure| (failure.code, failure.message.clone()))?;
    let mut state: CardState = cards.state_of(card);
    let (inputs, mut scratch) = (cards.inputs(card), Scratch::default());
    let proposal = Proposal { hook, binding: 0, edits: edits.list, arguments: edits.arguments };
    let applied = apply(&inputs, &mut state, &mut scratch, proposal, &mut Silent);
    applied.map(|()| edits.list.len()).map_err(|refused| (FailureCode::BadEdit, refused.to_string()))
}

/// The difference from the expected outcome.
fn judge(expected: Outcome, found: &Found) -> Result<(), String> {
    let holds = match (expected, found) {
        (Outcome::NotLoaded(words), Found::NotLoaded(message)) => message.contains(words),
        (Outcome::NotBound(code, words), Found::NotBound(failed, message)) => {
            code == *failed && message.contains(words)
        }
        (Outcome::NotIndependent, Found::NotIndependent) => true,
        (Outcome::MarkedFail(code, words), Found::Answered(employees)) => {
            employees.iter().enumerate().all(|(index, employee)| match (MARKED.contains(&index), employee) {
                (true, Err((failed, message))) => *failed == code && message.contains(words),
                (false, Ok(edits)) => *edits <= 1,
                _ => false,
            })
        }
        (Outcome::AllFail(code, words), Found::Answered(employees)) => employees.iter().all(|employee| {
            employee.as_ref().is_err_and(|(failed, message)| *failed == code && message.contains(words))
        }),
        (Outcome::Harmless, Found::Answered(employees)) => employees.iter().all(|employee| *employee == Ok(1)),
        _ => false,
    };
    if holds { Ok(()) } else { Err(format!("expected {expected:?}, found {found:?}")) }
}

fn hook_of(guest: &Guest) -> Hook {
    guest.hooks[0]
}

#[test]
fn every_guest_has_its_expected_outcome() {
    let host = host();
    let mut wrong = Vec::new();
    let guests = guests();
    for (guest, expected) in &guests {
        let found = run(&host, &guest.component(), hook_of(guest));
        if let Err(problem) = judge(*expected, &found) {
            wrong.push(format!("{}: {problem}", guest.name));
        }
    }
    assert!(wrong.is_empty(), "{} of {} guests:\n{}", wrong.len(), guests.len(), wrong.join("\n"));
}

#[test]
fn no_odd_shape_is_loaded() {
    let host = host();
    let mut wrong = Vec::new();
    for (name, bytes, words) in shapes() {
        match host.load(&bytes).map_err(|error| error.to_string()) {
            Err(message) if message.len() > MESSAGE_BYTES_MAX => {
                wrong.push(format!("{name}: a message of {} bytes", message.len()));
            }
            Err(message) if message.contains(words) => {}
            Err(message) => wrong.push(format!("{name}: expected `{words}`, found `{message}`")),
            Ok(plugin) => wrong.push(format!("{name}: loaded as {}", plugin.title())),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn bombs_in_what_only_messages_use_cost_the_messages() {
    let host = host();
    let mut wrong = Vec::new();
    for Bomb { name, component, lines, words } in bombs() {
        let plugin = host.load(&component).unwrap_or_else(|error| panic!("{name}: {error}"));
        if plugin.report().lines != lines {
            wrong.push(format!("{name}: expected lines {lines:?}, found {:?}", plugin.report().lines));
        }
        let found = run(&host, &component, Hook::Days);
        if let Err(problem) = judge(Outcome::MarkedFail(FailureCode::Panic, words), &found) {
            wrong.push(format!("{name}: {problem}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
