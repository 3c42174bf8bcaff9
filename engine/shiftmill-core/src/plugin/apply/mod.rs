//! Edits applied: what a plugin proposes becomes part of a card, all of it or nothing.
//! - Takes:  a card between two phases, and the edits of one plugin for it, in order.
//! - Gives:  the card as edited, or why one edit is refused; the card is then as it was.
//! - Keeps:  no two spans share a second; seconds come and go only as an edit declares; punches stay in their total
//!   order and repeated ones count once; premiums lie on work, and one rule pays none of its seconds twice; nothing is
//!   outside the days that the facts cover, nothing on a day on which the plugin is not in force.
//! - Runs:   where a hook is called, once for each plugin and card.
//! - Names:  punches, scheduled shifts and spans are named as the hook was given them. An edit of a span is an edit of
//!   all that earlier edits of the same call have made of it.
//! - After:  `punches`: order and repeated punches are determined again. `schedule`: attendance compares with the times
//!   expected then. `days`: new seconds have their day type, workdays their work. `period`: nothing but that.

mod beside;
mod punches;
mod schedule;
mod spans;

#[cfg(test)]
mod tests;

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use crate::card::{CardState, KeptPunch, Noticed, PremiumSpan, Quantity, ScheduledShift, Span};
use crate::codes::{Layer, PayCode, PayCodeInfo, RuleId, Unit};
use crate::open::window;
use crate::pay::holidays;
use crate::plugin::{Change, Edit, EditError, Edits, Hook, PluginBinding, Refusal, edits_per_card_max};
use crate::reason::{Because, Reason};
use crate::record::{Edited, Note, Recorder};
use crate::shape::workdays;
use crate::time::{Seconds, Timestamp, WallTime, Workday};
use crate::timecard::{Carried, Inputs};

/// What a call proposes, until all of it is known to be allowed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scratch {
    /// The figures of the reasons, as positions in the arguments: one reason for each edit.
    figures: Vec<Range<usize>>,
    /// Punches in the order in which the hook was given them; `None` when one is discarded.
    punches: Vec<Option<KeptPunch>>,
    /// Scheduled shifts.
    scheduled: Vec<ScheduledShift>,
    /// Layer A.
    spans: Vec<Span>,
    /// Where each of `spans` comes from: 2 i + 1 for a part of the i-th span that the hook was given, the even number
    /// between its neighbours for what was added. Ascending.
    places: Vec<u32>,
    /// What must be laid out again.
    pieces: Vec<Span>,
    /// New premiums.
    premiums: Vec<PremiumSpan>,
    /// New quantities.
    quantities: Vec<Quantity>,
    /// New exceptions.
    noticed: Vec<Noticed>,
    /// New values to carry.
    carried: Vec<Carried>,
    /// The notes, when there is a recorder.
    notes: Vec<Note>,
    drafted: Drafted,
}

/// Which lists are drafted, and what follows from that.
#[derive(Clone, Copy, Debug, Default)]
struct Drafted {
    punches: bool,
    scheduled: bool,
    spans: bool,
    /// There are seconds without a day type.
    new_seconds: bool,
    /// Workdays have another amount of work.
    work: bool,
}

impl Scratch {
    fn clear(&mut self) {
        self.figures.clear();
        self.punches.clear();
        self.scheduled.clear();
        self.spans.clear();
        self.places.clear();
        self.premiums.clear();
        self.quantities.clear();
        self.noticed.clear();
        self.carried.clear();
        self.notes.clear();
        self.drafted = Drafted::default();
    }
}

/// What one plugin proposes for one card.
#[derive(Clone, Copy, Debug)]
pub struct Proposal<'a> {
    /// The hook at which it was called.
    pub hook: Hook,
    /// The plugin: its number among the bindings of the timeline.
    pub binding: u16,
    /// The edits, in order.
    pub edits: &'a [Edit],
    /// The figures of all reasons, see [`Edit::argument_end`].
    pub arguments: &'a [i64],
}

impl Edits {
    /// These edits as what a plugin proposes at a hook.
    pub fn proposed_at(&self, hook: Hook, binding: u16) -> Proposal<'_> {
        Proposal { hook, binding, edits: &self.list, arguments: &self.arguments }
    }
}

/// Applies what a plugin proposes for a card.
///
/// # Errors
/// The first edit that is refused. No edit is applied then, and the state is exactly as it was.
pub fn apply<R: Recorder>(
    inputs: &Inputs<'_>,
    state: &mut CardState,
    scratch: &mut crate::Scratch,
    proposal: Proposal<'_>,
    recorder: &mut R,
) -> Result<(), EditError> {
    let Proposal { hook, binding, edits, arguments } = proposal;
    if edits.is_empty() {
        return Ok(());
    }
    let bound = inputs.timeline.bindings().get(usize::from(binding)).ok_or(EditError::UnknownPlugin { binding })?;
    let most = edits_per_card_max(inputs.window.facts);
    if edits.len() > most {
        return Err(EditError::TooMany { found: edits.len(), most });
    }
    let crate::Scratch { edits: proposed, spans: spare, .. } = scratch;
    proposed.clear();
    let mut draft = Draft { inputs, state, bound, binding, proposed, listens: R::LISTENS };
    draft.propose_all(hook, edits, arguments)?;
    commit(inputs, state, proposed, spare, arguments, recorder);
    Ok(())
}

/// The card and what is proposed for it.
struct Draft<'a> {
    inputs: &'a Inputs<'a>,
    state: &'a CardState,
    bound: &'a PluginBinding,
    binding: u16,
    proposed: &'a mut Scratch,
    listens: bool,
}

impl Draft<'_> {
    fn propose_all(&mut self, hook: Hook, edits: &[Edit], arguments: &[i64]) -> Result<(), EditError> {
        let mut argument_start = 0;
        for (number, edit) in (1_u32..).zip(edits) {
            let figures = argument_start..edit.argument_end as usize;
            argument_start = figures.end;
            self.propose(hook, edit, figures, arguments).map_err(|why| EditError::Refused {
                number,
                kind: edit.change.kind(),
                rule: self.rule_name(edit.rule),
                workday: self.workday_of(edit.change),
                why,
            })?;
        }
        Ok(())
    }

    fn propose(&mut self, hook: Hook, edit: &Edit, figures: Range<usize>, arguments: &[i64]) -> Result<(), Refusal> {
        if !edit.change.kind().is_allowed_at(hook) {
            return Err(Refusal::NotAtThisHook { hook });
        }
        let number = self.state.reasons.len() as u32 + self.proposed.figures.len() as u32;
        let reason = Reason { rule: edit.rule, because: Because::ByPlugin { reason: number } };
        self.check_figures(edit.rule, arguments.get(figures.clone()).ok_or(Refusal::UnknownRule)?)?;
        self.proposed.figures.push(figures);
        match edit.change {
            Change::Retime { punch, to } => self.retime(punch, to, reason),
            Change::Discard { punch } => self.discard(punch, reason),
            Change::Expect { scheduled, start, end } => self.expect(scheduled, start, end, reason),
            Change::Add { workday, start, end, state, code } => self.add(workday, start, end, state, code, reason),
            Change::Recode { span, start, end, to } => self.recode(span, start, end, to, reason),
            Change::Resize { span, start, end } => self.resize(span, start, end, reason),
            Change::Split { span, at } => self.split(span, at, reason),
            Change::Premium { span, start, end, code } => self.premium(span, start, end, code, reason),
            Change::Quantity { workday, code, amount } => self.quantity(workday, code, amount, reason),
            Change::Mark { workday, code, at, measure } => self.mark(workday, code, at, measure, reason),
            Change::Carry { key, value } => self.carry(key, value, reason),
        }
    }

    /// A reason has the figures that its rule declares, and the rule is one of the plugin's.
    fn check_figures(&self, rule: RuleId, figures: &[i64]) -> Result<(), Refusal> {
        let position = rule.0.checked_sub(self.bound.first_rule.0).ok_or(Refusal::UnknownRule)?;
        let declared = self.bound.manifest.rules.get(usize::from(position)).ok_or(Refusal::UnknownRule)?;
        let (found, expected) = (figures.len(), declared.arguments.len());
        if found == expected { Ok(()) } else { Err(Refusal::Figures { found, expected }) }
    }

    fn rule_name(&self, rule: RuleId) -> String {
        match self.inputs.timeline.names().rule(rule) {
            "" => alloc::format!("{}", rule.0),
            name => name.into(),
        }
    }

    /// The workday that a change is about, as the hook was given it.
    fn workday_of(&self, change: Change) -> Option<Workday> {
        match change {
            Change::Retime { punch, .. } | Change::Discard { punch } => {
                let punch = self.state.punches.get(punch as usize)?;
                Some(self.inputs.card.zone.date_at(punch.at))
            }
            Change::Expect { scheduled, .. } => Some(self.state.scheduled.get(scheduled as usize)?.workday),
            Change::Recode { span, .. }
            | Change::Resize { span, .. }
            | Change::Split { span, .. }
            | Change::Premium { span, .. } => Some(self.state.spans.get(span as usize)?.reporting_workday),
            Change::Add { workday, .. } | Change::Quantity { workday, .. } | Change::Mark { workday, .. } => {
                Some(workday)
            }
            Change::Carry { .. } => None,
        }
    }

    fn check_in_force(&self, workday: Workday) -> Result<(), Refusal> {
        let in_force = self.inputs.timeline.is_in_force(self.binding, workday);
        if in_force { Ok(()) } else { Err(Refusal::NotInForce { workday }) }
    }

    fn check_covered(&self, workday: Workday) -> Result<(), Refusal> {
        let covered = window::covers(self.inputs, workday);
        if covered { Ok(()) } else { Err(Refusal::OutsideWindow { workday }) }
    }

    /// A stretch has a length and lies within the days that the facts cover.
    fn check_stretch(&self, start: Timestamp, end: Timestamp) -> Result<(), Refusal> {
        if end <= start {
            return Err(Refusal::Backwards);
        }
        let zone = self.inputs.card.zone;
        self.check_covered(zone.date_at(start))?;
        self.check_covered(zone.date_at(end.before(Seconds(1))))
    }

    /// What is known of a pay code of this layer and unit.
    fn check_code(&self, code: PayCode, layer: Layer, unit: Option<Unit>) -> Result<&PayCodeInfo, Refusal> {
        let names = self.inputs.timeline.names();
        let info = names.pay_code(code).ok_or(Refusal::UnknownCode { code: code.0 })?;
        let fits = info.layer == layer && unit.is_none_or(|unit| info.unit == unit);
        if fits {
            return Ok(info);
        }
        let code = info.name.clone();
        Err(Refusal::CodeDoesNotFit { code, layer: info.layer, unit: info.unit, needed: (layer, unit) })
    }

    fn code_name(&self, code: PayCode) -> String {
        self.inputs.timeline.names().pay_code(code).map_or_else(String::new, |info| info.name.clone())
    }

    fn wall(&self, at: Timestamp) -> WallTime {
        self.inputs.card.zone.wall_at(at)
    }

    fn note(&mut self, reason: Reason, edited: impl FnOnce() -> Edited) {
        if self.listens {
            self.proposed.notes.push(Note::ByPlugin { reason, edited: edited() });
        }
    }
}

/// Makes what is proposed part of the card. All of it was checked.
fn commit<R: Recorder>(
    inputs: &Inputs<'_>,
    state: &mut CardState,
    proposed: &mut Scratch,
    spare: &mut Vec<Span>,
    arguments: &[i64],
    recorder: &mut R,
) {
    proposed.notes.drain(..).for_each(|note| recorder.note(note));
    for figures in proposed.figures.drain(..) {
        state.reasons.push(arguments.get(figures).unwrap_or(&[]));
    }
    if proposed.drafted.punches {
        punches::commit(inputs, state, &mut proposed.punches, recorder);
    }
    if proposed.drafted.scheduled {
        core::mem::swap(&mut state.scheduled, &mut proposed.scheduled);
    }
    if proposed.drafted.spans {
        core::mem::swap(&mut state.spans, &mut proposed.spans);
    }
    if proposed.drafted.new_seconds {
        holidays::assign_day_types(inputs, state, spare);
    }
    if proposed.drafted.work {
        workdays::measure_work(inputs, state);
    }
    state.premiums.append(&mut proposed.premiums);
    state.noticed.append(&mut proposed.noticed);
    if !proposed.quantities.is_empty() {
        state.quantities.append(&mut proposed.quantities);
        workdays::add_days_of_quantities(inputs, state);
    }
    for carried in proposed.carried.drain(..) {
        match state.carried.iter_mut().find(|known| known.key == carried.key) {
            Some(known) => known.value = carried.value,
            None => state.carried.push(carried),
        }
    }
}
