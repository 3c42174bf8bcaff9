//! Checks components and compiles them to machine code, in this process or in a child process with limits, and stores the
//! outcome in a folder. Only code that this program compiled is loaded.

mod admit;
mod cache;
mod child;
mod outcome;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::AtomicBool;

use shiftmill_core::PluginHash;
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::check::{Report, check, judge_header, strip};
use crate::host::LoadError;
use crate::limits::shortened;
use crate::places::{self, Places};
use crate::settings::{Compiler, HostError, HostSettings};
use admit::OwnCode;
use cache::Cache;
pub use child::compile_child;
use outcome::Outcome;

/// Compiles components and caches their code.
#[derive(Debug)]
pub(crate) struct Compilation {
    compiler: Compiler,
    floats_allowed: bool,
    cache: Option<Cache>,
}

/// A component, ready to be instantiated.
pub(crate) struct Compiled {
    pub(crate) component: Component,
    /// The findings of its check.
    pub(crate) report: Report,
    /// The places of its code in its source.
    pub(crate) places: Places,
    /// Bytes of its code.
    pub(crate) code_bytes: usize,
}

impl Compilation {
    pub(crate) fn new(settings: &HostSettings, engine: &Engine) -> Result<Compilation, HostError> {
        let HostSettings { compiler, floats_allowed, .. } = settings.clone();
        let opened = settings.cache.as_deref().map(|folder| Cache::open(folder, engine, floats_allowed)).transpose();
        let cache = if settings.cache_may_fail { opened.unwrap_or(None) } else { opened? };
        Ok(Compilation { compiler, floats_allowed, cache })
    }

    /// Checks and compiles a component, or finds it in the cache. A child process is ended when `cancelled` is set.
    ///
    /// # Errors
    /// Why it cannot be used or compiled.
    pub(crate) fn component(
        &self,
        engine: &Engine,
        component: &[u8],
        hash: PluginHash,
        cancelled: &AtomicBool,
    ) -> Result<Compiled, LoadError> {
        let header = judge_header(component);
        if !header.objections.is_empty() {
            return Err(LoadError::Refused(Box::new(header)));
        }
        let kept = self.cache.as_ref().and_then(|cache| cache.get(hash));
        // Stored code that cannot be loaded is compiled again, so that the cache never makes loading fail.
        if let Some(compiled) = kept.and_then(|outcome| admitted(engine, outcome).ok()) {
            return Ok(compiled);
        }
        let outcome = self.compile(engine, component, cancelled).map_err(LoadError::Uncompiled)?;
        if let (Some(cache), Some(code)) = (&self.cache, &outcome.code) {
            cache.put(hash, &outcome, code);
        }
        admitted(engine, outcome)
    }

    fn compile(&self, engine: &Engine, component: &[u8], cancelled: &AtomicBool) -> Result<Outcome<OwnCode>, String> {
        match &self.compiler {
            Compiler::ThisProcess => {
                compile_here(engine, component, self.floats_allowed).map(|outcome| outcome.map(OwnCode::compiled_here))
            }
            Compiler::Child { program, arguments } => {
                let input = child::Input { component, floats_allowed: self.floats_allowed };
                child::compile_in(program, arguments, engine, input, cancelled)
            }
        }
    }
}

fn admitted(engine: &Engine, outcome: Outcome<OwnCode>) -> Result<Compiled, LoadError> {
    let Outcome { report, places, code } = outcome;
    let Some(code) = code else { return Err(LoadError::Refused(Box::new(report))) };
    let component = admit::admit(engine, &code).map_err(|error| LoadError::Uncompiled(format!("{error:#}")))?;
    Ok(Compiled { component, report, places, code_bytes: code.len() })
}

/// Checks and compiles in this process. A panic is an error of the component only.
fn compile_here(engine: &Engine, component: &[u8], floats_allowed: bool) -> Result<Outcome<Vec<u8>>, String> {
    let compiled = catch_unwind(AssertUnwindSafe(|| checked_and_compiled(engine, component, floats_allowed)));
    compiled.unwrap_or_else(|_| Err("the compiler failed on it".to_owned()))
}

fn checked_and_compiled(engine: &Engine, component: &[u8], floats_allowed: bool) -> Result<Outcome<Vec<u8>>, String> {
    let checked = check(component, floats_allowed);
    let mut report = checked.report;
    if !report.objections.is_empty() {
        return Ok(Outcome { report, places: Places::default(), code: None });
    }
    let stripped = strip(component, &checked.modules).ok_or("its sections cannot be read")?;
    let code = engine.precompile_component(&stripped.component).map_err(|error| shortened(&format!("{error:#}")))?;
    let (places, lines) = places::read(&checked.modules, &stripped.code_starts);
    report.lines = lines;
    Ok(Outcome { report, places, code: Some(code) })
}
