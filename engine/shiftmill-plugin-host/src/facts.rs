//! The interface `facts` of the contract: facts about the employees of a call that a plugin asks for.
//!
//! They are gathered before a call only for plugins that import the interface. The instance of the call owns them until it
//! ends, so a function sees the employees of its own call and nobody else.

use std::sync::Arc;

use shiftmill_core::shape::attestations::answer;
use shiftmill_core::shape::schedule::roster_rows;
use shiftmill_core::{ApprovalTime, Inputs, RuleId, TagId, TagIndex, Workday};
use wasmtime::component::{ComponentType, Linker, Lower, WasmStr};
use wasmtime::{StoreContextMut, Trap};

use crate::contract;
use crate::limits::FUEL_PER_HOST_CALL;
use crate::sandbox::Session;

/// The facts of the employees of one call. Calls reuse the memory.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// The tags of the evaluation; none when its facts refer to none.
    tags: Option<Arc<TagIndex>>,
    /// The names of rules by their numbers.
    rules: Vec<String>,
    pub(crate) employee_tags: Vec<TagId>,
    pub(crate) punch_tags: Vec<TagId>,
    pub(crate) scheduled_tags: Vec<TagId>,
    pub(crate) span_tags: Vec<TagId>,
    roster: Roster,
    approvals: Approvals,
    /// Employee, rule, seconds.
    balances: Vec<(usize, RuleId, i64)>,
    /// The names of questions by their numbers.
    questions: Vec<String>,
    /// Of each employee, what was attested.
    attested: Vec<Attested>,
}

/// What an employee attested.
#[derive(Clone, Copy, Debug)]
struct Attested {
    employee: usize,
    question: u16,
    workday: Workday,
    answer: bool,
}

impl Facts {
    /// Empties everything and keeps the memory.
    pub(crate) fn clear(&mut self) {
        let Facts { tags, rules, employee_tags, punch_tags, scheduled_tags, span_tags, .. } = self;
        *tags = None;
        rules.clear();
        for list in [employee_tags, punch_tags, scheduled_tags, span_tags] {
            list.clear();
        }
        self.roster.clear();
        self.approvals.clear();
        self.balances.clear();
        self.questions.clear();
        self.attested.clear();
    }

    /// Begins with what all cards of a call share.
    pub(crate) fn begin(&mut self, inputs: &Inputs<'_>) {
        self.tags = inputs.tags.index().cloned();
        let names = inputs.timeline.names();
        self.rules.extend(names.rules.iter().cloned());
        self.questions.extend(names.attestations.iter().cloned());
    }

    /// Adds an employee, apart from the tags of rows.
    pub(crate) fn add(&mut self, inputs: &Inputs<'_>) {
        let employee = self.employee_tags.len();
        self.employee_tags.push(inputs.card.tag);
        self.roster.add(inputs);
        self.approvals.add(inputs);
        self.add_attested(inputs, employee);
        let balances = inputs.card.opening_balances.iter();
        self.balances.extend(balances.map(|balance| (employee, balance.rule, i64::from(balance.amount.0))));
    }

    /// Adds the answers that count.
    fn add_attested(&mut self, inputs: &Inputs<'_>, employee: usize) {
        let mut asked: Vec<(u16, Workday)> =
            inputs.card.attestations.iter().map(|said| (said.question, said.workday)).collect();
        asked.sort_unstable();
        asked.dedup();
        self.attested.extend(asked.into_iter().filter_map(|(question, workday)| {
            let answer = answer(inputs, workday, question)?;
            Some(Attested { employee, question, workday, answer })
        }));
    }

    fn answers(&self, question: &str) -> Answers {
        let named =
            |said: &Attested| self.questions.get(usize::from(said.question)).is_some_and(|name| name == question);
        let mut said = self.attested.iter().filter(|said| named(said)).peekable();
        let mut answers = Answers::default();
        for employee in 0..self.employee_tags.len() {
            while let Some(said) = said.next_if(|said| said.employee == employee) {
                answers.workday.push(said.workday.0);
                answers.answer.push(u8::from(said.answer));
            }
            answers.employee_end.push(answers.workday.len() as u32);
        }
        answers
    }

    /// The values of a name, and the value of each row.
    fn tagged(&self, name: &str) -> Tagged {
        let tags = self.tags.as_ref().map_or(&[][..], |index| index.dictionary().tags());
        let of_tags: Vec<Option<&str>> = tags.iter().map(|tag| tag.value(name)).collect();
        let mut values: Vec<&str> = of_tags.iter().copied().flatten().collect();
        values.sort_unstable();
        values.dedup();
        let place = |value: &str| values.binary_search(&value).map_or(0, |place| place as u32 + 1);
        // For no tag and for each tag.
        let places: Vec<u32> = std::iter::once(0).chain(of_tags.iter().map(|value| value.map_or(0, place))).collect();
        let of_rows = |rows: &[TagId]| -> Vec<u32> {
            rows.iter().map(|tag| places.get(usize::from(tag.0)).copied().unwrap_or(0)).collect()
        };
        Tagged {
            employee: of_rows(&self.employee_tags),
            punch: of_rows(&self.punch_tags),
            scheduled: of_rows(&self.scheduled_tags),
            span: of_rows(&self.span_tags),
            values: values.into_iter().map(str::to_owned).collect(),
        }
    }

    fn opening_balances(&self, rule: &str) -> Vec<i64> {
        let mut held = vec![-1; self.employee_tags.len()];
        let named = |id: &RuleId| self.rules.get(usize::from(id.0)).is_some_and(|name| name == rule);
        for (employee, _, seconds) in self.balances.iter().filter(|(_, id, _)| named(id)) {
            if let Some(place) = held.get_mut(*employee) {
                *place = *seconds;
            }
        }
        held
    }
}

/// Declares a table whose rows belong to employees.
macro_rules! facts {
    ($(#[$meta:meta])* $name:ident { $($field:ident $written:tt: $type:ty,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, ComponentType, Lower)]
        #[component(record)]
        pub(crate) struct $name {
            #[component(name = "employee-end")]
            employee_end: Vec<u32>,
            $(#[component(name = $written)] $field: Vec<$type>,)+
        }

        impl $name {
            fn clear(&mut self) {
                self.employee_end.clear();
                $(self.$field.clear();)+
            }

            /// The bytes that a plugin receives.
            fn bytes(&self) -> usize {
                size_of_val(self.employee_end.as_slice()) $(+ size_of_val(self.$field.as_slice()))+
            }
        }
    };
}

facts! {
    /// What employees were told to do.
    Roster {
        workday "workday": i32,
        kind "kind": u8,
        start "start": i64,
        end "end": i64,
        split "split": u8,
    }
}

facts! {
    /// Approvals known as of the evaluation.
    Approvals {
        kind "kind": u8,
        status "status": u8,
        choice "choice": u8,
        workday "workday": i32,
        start "start": i64,
        end "end": i64,
        amount "amount": u32,
    }
}

/// Answers to one question.
#[derive(Clone, Debug, Default, PartialEq, Eq, ComponentType, Lower)]
#[component(record)]
struct Answers {
    #[component(name = "employee-end")]
    employee_end: Vec<u32>,
    workday: Vec<i32>,
    answer: Vec<u8>,
}

impl Roster {
    fn add(&mut self, inputs: &Inputs<'_>) {
        for row in roster_rows(inputs) {
            let (start, end) = row.times.map_or((0, 0), |(start, end)| (start.0, end.0));
            self.workday.push(row.workday.0);
            self.kind.push(row.kind.number());
            self.start.push(start);
            self.end.push(end);
            self.split.push(row.split);
        }
        self.employee_end.push(self.workday.len() as u32);
    }
}

impl Approvals {
    fn add(&mut self, inputs: &Inputs<'_>) {
        let known = inputs.card.approvals.iter().filter(|approval| approval.recorded_at <= inputs.window.as_of);
        for approval in known {
            let (workday, start, end, amount) = match approval.time {
                ApprovalTime::Span { start, end } => (inputs.card.zone.date_at(start), start.0, end.0, 0),
                ApprovalTime::Workday(workday) => (workday, 0, 0, 0),
                ApprovalTime::Length(workday, length) => (workday, 0, 0, length.0),
            };
            self.kind.push(approval.kind.number());
            self.status.push(approval.status.number());
            self.choice.push(approval.choice.number());
            self.workday.push(workday.0);
            self.start.push(start);
            self.end.push(end);
            self.amount.push(amount);
        }
        self.employee_end.push(self.kind.len() as u32);
    }
}

/// The value of one name of tags for each row.
#[derive(Clone, Debug, Default, PartialEq, Eq, ComponentType, Lower)]
#[component(record)]
struct Tagged {
    values: Vec<String>,
    employee: Vec<u32>,
    punch: Vec<u32>,
    scheduled: Vec<u32>,
    span: Vec<u32>,
}

impl Tagged {
    fn bytes(&self) -> usize {
        let text = self.values.iter().map(|value| size_of::<u64>() + value.len()).sum::<usize>();
        let rows = [&self.employee, &self.punch, &self.scheduled, &self.span];
        text + rows.into_iter().map(|rows| size_of_val(rows.as_slice())).sum::<usize>()
    }
}

/// Adds the functions of the interface.
pub(crate) fn link(linker: &mut Linker<Session>) -> wasmtime::Result<()> {
    let mut facts = linker.instance(contract::FACTS)?;
    facts.func_wrap("tag-values", |mut store: StoreContextMut<'_, Session>, (name,): (WasmStr,)| {
        let name = name.to_str(&store)?.into_owned();
        // What is looked at costs as well as what is returned.
        let looked_at = store.data().facts.tags.as_ref().map_or(0, |index| index.dictionary().len());
        charge(&mut store, looked_at.saturating_mul(8).saturating_add(name.len()))?;
        let tagged = store.data().facts.tagged(&name);
        charge(&mut store, tagged.bytes())?;
        Ok((tagged,))
    })?;
    facts.func_wrap("roster-rows", |mut store: StoreContextMut<'_, Session>, (): ()| {
        let bytes = store.data().facts.roster.bytes();
        charge(&mut store, bytes)?;
        Ok((store.data().facts.roster.clone(),))
    })?;
    facts.func_wrap("approval-rows", |mut store: StoreContextMut<'_, Session>, (): ()| {
        let bytes = store.data().facts.approvals.bytes();
        charge(&mut store, bytes)?;
        Ok((store.data().facts.approvals.clone(),))
    })?;
    facts.func_wrap("attested", |mut store: StoreContextMut<'_, Session>, (question,): (WasmStr,)| {
        let question = question.to_str(&store)?.into_owned();
        let Facts { questions, attested, employee_tags, .. } = &store.data().facts;
        let looked_at = questions.len() + attested.len() + employee_tags.len();
        charge(&mut store, 8 * looked_at + question.len())?;
        Ok((store.data().facts.answers(&question),))
    })?;
    facts.func_wrap("opening-balances", |mut store: StoreContextMut<'_, Session>, (rule,): (WasmStr,)| {
        let rule = rule.to_str(&store)?.into_owned();
        let Facts { rules, balances, employee_tags, .. } = &store.data().facts;
        let looked_at = rules.len() + balances.len() + employee_tags.len();
        charge(&mut store, 8 * looked_at + rule.len())?;
        Ok((store.data().facts.opening_balances(&rule),))
    })?;
    Ok(())
}

/// Takes the fuel of a host call with this many bytes. Endless calls end like an endless loop.
pub(crate) fn charge(store: &mut StoreContextMut<'_, Session>, bytes: usize) -> wasmtime::Result<()> {
    match store.get_fuel()?.checked_sub(FUEL_PER_HOST_CALL.saturating_add(bytes as u64)) {
        Some(left) => store.set_fuel(left),
        None => {
            store.set_fuel(0)?;
            Err(Trap::OutOfFuel.into())
        }
    }
}
