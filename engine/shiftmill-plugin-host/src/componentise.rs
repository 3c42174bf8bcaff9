//! Converts the core module of a compiler to a component of the contract.

use shiftmill_core::{Hook, excerpt};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::{Resolve, SourceMap, WorldId};

use crate::contract::{self, InterfaceName};
use crate::limits::shortened;
use crate::module::CoreModule;

/// Why a core module cannot be converted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ComponentiseError {
    /// It is already a component.
    #[error("it is already a component")]
    Component,
    /// It is not WebAssembly.
    #[error("it does not start like a WebAssembly file")]
    OtherFile,
    /// It starts like a WebAssembly file, and cannot be read.
    #[error("it is not a WebAssembly module: {0}")]
    NotWasm(String),
    /// It has no function of the contract.
    #[error("it exports no function of the plugin contract; does its source have `plugin!(…)`?")]
    NoPlugin,
    /// It has `describe` and `configure`, and no hook.
    #[error("it has no hook: name at least one in `plugin!(…: days)`")]
    NoHook,
    /// It is built for another version of the contract.
    #[error("{0}")]
    OtherVersion(String),
    /// It imports something that plugins cannot have.
    #[error(
        "it imports `{}` from `{}`, which plugins do not have{}",
        excerpt(.name),
        excerpt(.module),
        shortened(&way_text(.way))
    )]
    ForeignImport {
        /// The module of the import.
        module: String,
        /// The name of the import.
        name: String,
        /// The chain of calls that leads to the import; may be empty.
        way: String,
    },
    /// A function is missing or has another type.
    #[error("it violates the plugin contract: {0}")]
    Unlike(String),
}

pub(crate) fn way_text(way: &str) -> String {
    match way {
        "" => String::new(),
        way => format!("; it is called by {way}"),
    }
}

/// Converts a core module to a component: adds the contract, with the hooks for which the module has functions.
///
/// # Errors
/// See [`ComponentiseError`].
pub fn componentise(module: &[u8]) -> Result<Vec<u8>, ComponentiseError> {
    if wasmparser::Parser::is_component(module) {
        return Err(ComponentiseError::Component);
    }
    if !module.starts_with(b"\0asm") {
        return Err(ComponentiseError::OtherFile);
    }
    let parsed = CoreModule::read(module).map_err(|error| ComponentiseError::NotWasm(error.message().to_owned()))?;
    check_imports(&parsed)?;
    let mut module = module.to_vec();
    let described = parsed.custom_sections.iter().any(|(name, _)| name.starts_with("component-type"));
    if !described {
        let asks = parsed.imports.iter().any(|(from, _)| contract::is_facts(from));
        embed_contract(&mut module, &hooks(&parsed)?, asks)?;
    }
    let encoded = ComponentEncoder::default().validate(true).module(&module).and_then(|mut encoder| encoder.encode());
    encoded.map_err(|error| ComponentiseError::Unlike(format!("{error:#}")))
}

/// The hooks for which the module has functions.
fn hooks(module: &CoreModule<'_>) -> Result<Vec<Hook>, ComponentiseError> {
    let functions = module.exports.iter().filter_map(|export| export.split_once('#'));
    let named: Vec<InterfaceName> = functions.filter_map(|(name, _)| InterfaceName::parse(name)).collect();
    if let Some(mismatch) = named.iter().find_map(InterfaceName::mismatch) {
        return Err(ComponentiseError::OtherVersion(mismatch));
    }
    let has = |name: &str| named.iter().any(|interface| interface.name == name);
    let hooks: Vec<Hook> = Hook::ALL.iter().copied().filter(|hook| has(hook.code())).collect();
    match (hooks.is_empty(), has("lifecycle")) {
        (false, _) => Ok(hooks),
        (true, true) => Err(ComponentiseError::NoHook),
        (true, false) => Err(ComponentiseError::NoPlugin),
    }
}

fn check_imports(module: &CoreModule<'_>) -> Result<(), ComponentiseError> {
    for (from, name) in module.imports.iter().filter(|(from, _)| !contract::is_facts(from)) {
        let interface = InterfaceName::parse(from).filter(|interface| interface.name == "host");
        match interface {
            Some(host) => host.mismatch().map_or(Ok(()), |other| Err(ComponentiseError::OtherVersion(other)))?,
            None => {
                let (module_name, name) = ((*from).to_owned(), (*name).to_owned());
                let way = module.way_to(from);
                return Err(ComponentiseError::ForeignImport { module: module_name, name, way });
            }
        }
    }
    Ok(())
}

fn embed_contract(module: &mut Vec<u8>, hooks: &[Hook], asks: bool) -> Result<(), ComponentiseError> {
    let unlike = |error: String| ComponentiseError::Unlike(error);
    let (resolve, world) = contract_with(hooks, asks).map_err(unlike)?;
    embed_component_metadata(module, &resolve, world, StringEncoding::UTF8)
        .map_err(|error| unlike(format!("{error:#}")))
}

/// The contract, with a world of these hooks, which may ask for facts.
fn contract_with(hooks: &[Hook], asks: bool) -> Result<(Resolve, WorldId), String> {
    let exports: String = hooks.iter().map(|hook| format!(" export {hook};")).collect();
    let asked = if asks { format!(" import {};", contract::FACTS) } else { String::new() };
    let world = format!(
        "package {}@{};\nworld made {{ include plugin;{asked}{exports} }}",
        contract::PACKAGE,
        contract::VERSION
    );
    let mut sources = SourceMap::new();
    for (name, text) in contract::TEXT {
        sources.push_str(name, text);
    }
    sources.push_str("made.wit", world);
    let mut resolve = Resolve::default();
    if asks {
        let mut facts = SourceMap::new();
        facts.push_str("facts.wit", contract::FACTS_TEXT);
        let group = facts.parse().map_err(|(sources, error)| error.render(&sources))?;
        resolve.push_group(group).map_err(|error| error.to_string())?;
    }
    let group = sources.parse().map_err(|(sources, error)| error.render(&sources))?;
    let package = resolve.push_group(group).map_err(|error| error.to_string())?;
    let world = resolve.select_world(&[package], Some("made")).map_err(|error| error.to_string())?;
    Ok((resolve, world))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contract_has_a_world_for_every_set_of_hooks() {
        for hooks in [&[Hook::Days][..], &[Hook::Punches, Hook::Period], Hook::ALL] {
            contract_with(hooks, false).unwrap();
            contract_with(hooks, true).unwrap();
        }
    }

    #[test]
    fn a_module_that_is_not_a_plugin_is_refused_with_its_reason() {
        let module = |text: &str| componentise(&wat::parse_str(text).unwrap()).unwrap_err();
        assert_eq!(module("(module)"), ComponentiseError::NoPlugin);
        assert_eq!(module("(component)"), ComponentiseError::Component);
        let lifecycle =
            "(module (func (export \"shiftmill:plugin/lifecycle@1.0.0#describe\") (result i32) i32.const 0))";
        assert_eq!(module(lifecycle), ComponentiseError::NoHook);
        let newer = "(module (func (export \"shiftmill:plugin/days@1.4.0#adjust\")))";
        assert!(module(newer).to_string().contains("this Shiftmill is older"));
        assert_eq!(componentise(b"MZ"), Err(ComponentiseError::OtherFile));
        assert!(matches!(componentise(b"\0asm\x01\0\0\0\xff"), Err(ComponentiseError::NotWasm(_))));
    }

    #[test]
    fn a_foreign_import_is_named_with_the_calls_that_lead_to_it() {
        let text = r#"(module
            (import "env" "now" (func $now (result i64)))
            (func $std::time::Instant::now (result i64) call $now)
            (func $acme::late (result i64) call $std::time::Instant::now)
            (func (export "shiftmill:plugin/days@1.0.0#adjust") call $acme::late drop))"#;
        let error = componentise(&wat::parse_str(text).unwrap()).unwrap_err().to_string();
        assert!(error.contains("`now` from `env`"), "{error}");
        assert!(error.contains("`acme::late` → `std::time::Instant::now`"), "{error}");
    }
}
