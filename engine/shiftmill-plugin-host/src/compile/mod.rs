//! Compiles components to machine code, in this process or in a child process with limits, and stores the code in a folder.
//! Only code that this program compiled is loaded.

mod admit;
mod cache;
mod child;

use std::panic::{AssertUnwindSafe, catch_unwind};

use shiftmill_core::PluginHash;
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::settings::{Compiler, HostError, HostSettings};
use admit::OwnCode;
use cache::Cache;
pub use child::compile_child;

/// Compiles components and caches their code.
#[derive(Debug)]
pub(crate) struct Compilation {
    compiler: Compiler,
    cache: Option<Cache>,
}

impl Compilation {
    pub(crate) fn new(settings: &HostSettings, engine: &Engine) -> Result<Compilation, HostError> {
        let opened = settings.cache.as_deref().map(|folder| Cache::open(folder, engine)).transpose();
        let cache = if settings.cache_may_fail { opened.unwrap_or(None) } else { opened? };
        Ok(Compilation { compiler: settings.compiler.clone(), cache })
    }

    /// The component, ready to be instantiated, and the size of its code.
    ///
    /// # Errors
    /// Why it cannot be compiled.
    pub(crate) fn component(
        &self,
        engine: &Engine,
        component: &[u8],
        hash: PluginHash,
    ) -> Result<(Component, usize), String> {
        let kept = self.cache.as_ref().and_then(|cache| cache.get(hash));
        // Stored code that cannot be loaded is compiled again, so that the cache never makes loading fail.
        if let Some(admitted) = kept.and_then(|code| admit::admit(engine, &code).ok().map(|it| (it, code.len()))) {
            return Ok(admitted);
        }
        let code = self.compile(engine, component)?;
        if let Some(cache) = &self.cache {
            cache.put(hash, &code);
        }
        let admitted = admit::admit(engine, &code).map_err(|error| format!("{error:#}"))?;
        Ok((admitted, code.len()))
    }

    fn compile(&self, engine: &Engine, component: &[u8]) -> Result<OwnCode, String> {
        match &self.compiler {
            Compiler::ThisProcess => compile_here(engine, component),
            Compiler::Child { program, arguments } => child::compile_in(program, arguments, engine, component),
        }
    }
}

/// Compiles in this process. A panic of the compiler is an error of the component only.
fn compile_here(engine: &Engine, component: &[u8]) -> Result<OwnCode, String> {
    let compiled = catch_unwind(AssertUnwindSafe(|| engine.precompile_component(component)));
    match compiled {
        Ok(Ok(code)) => Ok(OwnCode::compiled_here(code)),
        Ok(Err(error)) => Err(format!("{error:#}")),
        Err(_) => Err("the compiler failed on it".to_owned()),
    }
}
