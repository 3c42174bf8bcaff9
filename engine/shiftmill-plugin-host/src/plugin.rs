//! A loaded plugin: checked, compiled, with its manifest, ready to be instantiated.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use shiftmill_core::{ContextDays, FailureCode, Hook, HookSet, Manifest, PluginHash};
use wasmtime::component::{Component, ComponentExportIndex, InstancePre};

use crate::cancellation::Cancellation;
use crate::check::Report;
use crate::columns::Reads;
use crate::contract;
use crate::failure::Fault;
use crate::host::Inner;
use crate::limits::{ANSWER_BYTES_MAX, CONTEXT_DAYS_MAX, FUEL_BASE, FUEL_OF_SLOW, MANIFEST_BYTES_MAX};
use crate::manifest::{Described, ReadsByHook, reads_of};
use crate::places::Places;
use crate::sandbox::{Allowance, Sandbox, Session};
use crate::wire::{Answer, Around, Cards, Value};

/// Bytes of memory of every plugin beside what is counted: types of the contract, bookkeeping.
const OTHER_BYTES: usize = 64 << 10;
/// Bytes of memory for each function, type, import, export, global or segment, in the tables of the engine.
const PART_BYTES: usize = 256;
/// Bytes of memory for what one export repeats of one part.
const REPEATED_BYTES: usize = 16;

/// A plugin, ready to be bound. All its bindings share it; it is compiled once.
pub struct Plugin {
    host: Arc<Inner>,
    manifest: Arc<Manifest>,
    reads: ReadsByHook,
    hash: PluginHash,
    report: Report,
    code_bytes: usize,
    guest: Guest,
    asks_for_facts: bool,
    slow: AtomicBool,
}

impl std::fmt::Debug for Plugin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plugin").field("name", &self.title()).field("hash", &self.hash()).finish_non_exhaustive()
    }
}

impl Plugin {
    pub(crate) fn new(
        host: Arc<Inner>,
        guest: Guest,
        (manifest, reads): (Manifest, ReadsByHook),
        (hash, report): (PluginHash, Report),
        code_bytes: usize,
    ) -> Plugin {
        let slow = AtomicBool::new(false);
        let asks_for_facts = report.imports.iter().any(|import| contract::is_facts(import));
        Plugin { host, manifest: Arc::new(manifest), reads, hash, report, code_bytes, guest, asks_for_facts, slow }
    }

    /// SHA-256 of its component.
    pub fn hash(&self) -> PluginHash {
        self.hash
    }

    /// Its manifest.
    pub fn manifest(&self) -> &Arc<Manifest> {
        &self.manifest
    }

    /// Bytes of its machine code.
    pub fn code_bytes(&self) -> usize {
        self.code_bytes
    }

    /// How many bytes of memory it uses at most while it is loaded: its code, its places in the source, what the engine
    /// keeps of its parts, and its manifest, which is estimated by the length of its debug text.
    pub fn kept_bytes(&self) -> usize {
        let parts = usize::try_from(self.report.parts).unwrap_or(usize::MAX);
        let exports = 1 + self.report.other_exports.len();
        let of_parts = parts.saturating_mul(PART_BYTES + REPEATED_BYTES * exports);
        let counted = [self.code_bytes, self.guest.places.bytes(), of_parts, format!("{:?}", self.manifest).len()];
        counted.into_iter().fold(OTHER_BYTES, usize::saturating_add)
    }

    /// The findings of its check.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// Its name and version, such as `acme-meals 0.3.1`.
    pub fn title(&self) -> String {
        format!("{} {}", self.manifest.name, self.manifest.version)
    }

    /// The names of the columns that a hook reads.
    pub fn columns(&self, hook: Hook) -> Vec<String> {
        self.reads(hook).names()
    }

    /// True when its answer for one employee depended on other employees. The host calls it with one employee at a time
    /// only, also when it is loaded again.
    pub fn is_quarantined(&self) -> bool {
        self.host.quarantine.holds(self.hash())
    }

    pub(crate) fn quarantine(&self) {
        self.host.quarantine.insert(self.hash());
    }

    /// True when an employee took some milliseconds of its last call, on average. Nothing but the place where a new
    /// request begins to run depends on it.
    pub fn is_slow(&self) -> bool {
        self.slow.load(Ordering::Relaxed)
    }

    /// Records the fuel of a call for so many employees.
    pub(crate) fn record_fuel(&self, fuel: u64, employees: usize) {
        let slow = fuel / (employees as u64).max(1) > FUEL_OF_SLOW;
        // Workers share the flag, and it rarely changes.
        if slow != self.is_slow() {
            self.slow.store(slow, Ordering::Relaxed);
        }
    }

    pub(crate) fn host(&self) -> &Inner {
        &self.host
    }

    /// Whether it asks for facts beside the tables that a hook receives.
    pub(crate) fn asks_for_facts(&self) -> bool {
        self.asks_for_facts
    }

    pub(crate) fn reads(&self, hook: Hook) -> Reads {
        reads_of(&self.reads, hook)
    }

    /// A configured instance, and the context days that it needs with this configuration.
    pub(crate) fn configured(
        &self,
        values: &[Value<'_>],
        fuel: u64,
        log_bytes: usize,
        cancellation: &Arc<Cancellation>,
    ) -> Result<(Sandbox<'_>, ContextDays), Fault> {
        let cancellation = Some(Arc::clone(cancellation));
        let allowance = Allowance { fuel, answer_bytes: ANSWER_BYTES_MAX, log_bytes, cancellation };
        let mut sandbox = self.guest.open(&self.host, allowance)?;
        let context = self.guest.configure(&mut sandbox, values)?;
        Ok((sandbox, context))
    }

    /// Calls a hook.
    pub(crate) fn adjust(&self, sandbox: &mut Sandbox<'_>, hook: Hook, cards: Cards<'_>) -> Result<Answer, Fault> {
        self.guest.adjust(sandbox, hook, cards)
    }
}

/// The component and its functions.
pub(crate) struct Guest {
    pre: InstancePre<Session>,
    places: Places,
    describe: ComponentExportIndex,
    configure: ComponentExportIndex,
    adjust: [Option<ComponentExportIndex>; 4],
}

impl Guest {
    /// Finds the functions of the contract.
    ///
    /// # Errors
    /// The function that is missing.
    pub(crate) fn new(component: &Component, pre: InstancePre<Session>, places: Places) -> Result<Guest, String> {
        let find = |interface: String, function: &str| {
            let instance = component.get_export_index(None, &interface);
            let found = instance.and_then(|instance| component.get_export_index(Some(&instance), function));
            found.ok_or_else(|| format!("does not export `{function}` of `{interface}`"))
        };
        let lifecycle = contract::interface("lifecycle");
        let hook = |hook: Hook| find(contract::hook_interface(hook), "adjust").ok();
        Ok(Guest {
            describe: find(lifecycle.clone(), "describe")?,
            configure: find(lifecycle, "configure")?,
            adjust: [hook(Hook::Punches), hook(Hook::Schedule), hook(Hook::Days), hook(Hook::Period)],
            pre,
            places,
        })
    }

    /// A new instance.
    fn open<'p>(&'p self, host: &'p Inner, allowance: Allowance) -> Result<Sandbox<'p>, Fault> {
        Sandbox::open(&self.pre, &self.places, &host.slots, allowance)
    }

    pub(crate) fn hooks(&self) -> HookSet {
        let exported = Hook::ALL.iter().filter(|hook| self.hook(**hook).is_some());
        exported.fold(HookSet::NONE, |set, hook| set.with(*hook))
    }

    fn hook(&self, hook: Hook) -> Option<&ComponentExportIndex> {
        self.adjust.get(hook as usize)?.as_ref()
    }

    /// Reads the manifest of the plugin.
    pub(crate) fn describe(&self, host: &Inner) -> Result<Described, Fault> {
        let allowance = Allowance { fuel: FUEL_BASE, answer_bytes: MANIFEST_BYTES_MAX, ..Allowance::default() };
        let mut sandbox = self.open(host, allowance)?;
        let Sandbox { store, instance, .. } = &mut sandbox;
        let described = instance
            .get_typed_func::<(), (Described,)>(&mut *store, &self.describe)
            .and_then(|describe| describe.call(&mut *store, ()));
        described.map(|answer| answer.0).map_err(|error| sandbox.fault(&error))
    }

    /// Compares the types of the functions with the contract.
    ///
    /// # Errors
    /// What differs.
    pub(crate) fn check_types(&self, host: &Inner) -> Result<Result<(), String>, Fault> {
        let allowance = Allowance { fuel: FUEL_BASE, ..Allowance::default() };
        let Sandbox { mut store, instance, .. } = self.open(host, allowance)?;
        let differs = |what: String| {
            move |error: wasmtime::Error| format!("{what} has another type than in the contract: {error:#}")
        };
        let check = || {
            let describe = instance.get_typed_func::<(), (Described,)>(&mut store, &self.describe);
            describe.map_err(differs("`describe`".to_owned()))?;
            type Configure<'a> = (&'a [Value<'a>],);
            let configure =
                instance.get_typed_func::<Configure<'_>, (Result<Around, String>,)>(&mut store, &self.configure);
            configure.map_err(differs("`configure`".to_owned()))?;
            for hook in Hook::ALL {
                let Some(adjust) = self.hook(*hook) else { continue };
                let adjust = instance.get_typed_func::<(Cards<'_>,), (Answer,)>(&mut store, adjust);
                adjust.map_err(differs(format!("`adjust` of the hook `{hook}`")))?;
            }
            Ok(())
        };
        let mut check = check;
        Ok(check())
    }

    fn configure(&self, sandbox: &mut Sandbox<'_>, values: &[Value<'_>]) -> Result<ContextDays, Fault> {
        let Sandbox { store, instance, .. } = sandbox;
        let configured = instance
            .get_typed_func::<(&[Value<'_>],), (Result<Around, String>,)>(&mut *store, &self.configure)
            .and_then(|configure| configure.call(&mut *store, (values,)));
        match configured {
            Ok((Ok(Around { before, after }),)) if before.max(after) <= CONTEXT_DAYS_MAX => {
                Ok(ContextDays { before, after })
            }
            Ok((Ok(Around { before, after }),)) => {
                let days = before.max(after);
                let message = format!("it needs {days} days beside the pay period, the maximum is {CONTEXT_DAYS_MAX}");
                Err(Fault::of_answer(FailureCode::BadConfig, message))
            }
            Ok((Err(message),)) => Err(Fault::of_answer(FailureCode::BadConfig, crate::limits::shortened(&message))),
            Err(error) => Err(sandbox.fault(&error)),
        }
    }

    fn adjust(&self, sandbox: &mut Sandbox<'_>, hook: Hook, cards: Cards<'_>) -> Result<Answer, Fault> {
        let Some(adjust) = self.hook(hook) else { return Ok(Answer::default()) };
        let Sandbox { store, instance, .. } = sandbox;
        let answer = instance
            .get_typed_func::<(Cards<'_>,), (Answer,)>(&mut *store, adjust)
            .and_then(|adjust| adjust.call(&mut *store, (cards,)));
        answer.map(|answer| answer.0).map_err(|error| sandbox.fault(&error))
    }
}
