//! Checks a component before it is compiled: its imports, its exports and its size. A local build and an upload to a
//! service have the same check.

mod function;
mod report;

use sha2::{Digest, Sha256};
use shiftmill_core::{Hook, HookSet, PluginHash};
use wasmparser::{
    BinaryReaderError, CanonicalFunction, CanonicalOption, Encoding, Parser, Payload, Validator, WasmFeatures,
};

use crate::contract::InterfaceName;
use crate::limits::{
    COMPONENT_BYTES_MAX, COMPONENT_ITEMS_MAX, CORE_INSTANCES_MAX, FUNCTIONS_MAX, GLOBALS_MAX, MEMORY_BYTES_MAX,
    PARAMETERS_MAX, RESULTS_MAX, SEGMENTS_MAX, TABLE_ELEMENTS_MAX, TABLES_MAX, TYPES_MAX,
};
use crate::module::{Arity, CoreModule};
use function::Use;
pub use report::{Objection, Report};

/// The features of WebAssembly that a plugin may use: those whose results are the same on every machine, and that the host
/// runs.
const FEATURES: WasmFeatures = WasmFeatures::MUTABLE_GLOBAL
    .union(WasmFeatures::SATURATING_FLOAT_TO_INT)
    .union(WasmFeatures::SIGN_EXTENSION)
    .union(WasmFeatures::REFERENCE_TYPES)
    .union(WasmFeatures::MULTI_VALUE)
    .union(WasmFeatures::BULK_MEMORY)
    .union(WasmFeatures::SIMD)
    .union(WasmFeatures::FLOATS)
    .union(WasmFeatures::EXTENDED_CONST)
    .union(WasmFeatures::COMPONENT_MODEL);

/// The maximum number of objections in a report.
const OBJECTIONS_MAX: usize = 50;

/// Checks a component. [`Report::objections`] is empty when it can be used as a plugin.
pub fn check(component: &[u8], floats_allowed: bool) -> Report {
    let mut report =
        Report { hash: PluginHash(Sha256::digest(component).into()), bytes: component.len(), ..Report::default() };
    if let Some(objection) = not_a_component(component) {
        report.objections.push(objection);
        return report;
    }
    let mut checker = Checker { component, report, depth: 0, core_modules: Vec::new(), items: 0 };
    if let Err(error) = checker.read() {
        checker.report.objections.push(Objection::Invalid(error.message().to_owned()));
        return checker.report;
    }
    checker.judge(floats_allowed);
    let Checker { mut report, .. } = checker;
    // Limits come first: a component within them is validated quickly.
    if !report.objections.iter().any(Objection::is_of_size)
        && let Err(error) = Validator::new_with_features(FEATURES).validate_all(component)
    {
        report.objections.push(Objection::Invalid(error.message().to_owned()));
    }
    report
}

/// Why the bytes are not a component that can be read, by their size and header.
fn not_a_component(bytes: &[u8]) -> Option<Objection> {
    if bytes.len() > COMPONENT_BYTES_MAX {
        return Some(Objection::TooLarge { bytes: bytes.len() });
    }
    if Parser::is_core_wasm(bytes) {
        return Some(Objection::CoreModule);
    }
    (!Parser::is_component(bytes)).then_some(Objection::NotWasm)
}

struct Checker<'a> {
    component: &'a [u8],
    report: Report,
    /// The number of open components and modules.
    depth: usize,
    core_modules: Vec<CoreModule<'a>>,
    /// The number of instances, functions, aliases, types and components in it, at any depth.
    items: u32,
}

impl<'a> Checker<'a> {
    fn read(&mut self) -> Result<(), BinaryReaderError> {
        for payload in Parser::new(0).parse_all(self.component) {
            self.take(payload?)?;
        }
        Ok(())
    }

    fn take(&mut self, payload: Payload<'a>) -> Result<(), BinaryReaderError> {
        let outermost = self.depth == 1;
        match payload {
            Payload::Version { encoding, .. } => {
                self.depth += 1;
                self.items += u32::from(encoding == Encoding::Component);
            }
            Payload::End(_) => self.depth = self.depth.saturating_sub(1),
            Payload::ModuleSection { unchecked_range, .. } => {
                let (start, end) = (unchecked_range.start, unchecked_range.end);
                let module = self.component.get(start..end).unwrap_or(&[]);
                // More modules are refused anyway, and each uses memory here.
                if self.core_modules.len() <= CORE_INSTANCES_MAX as usize {
                    self.core_modules.push(CoreModule::read(module)?);
                }
            }
            Payload::ComponentImportSection(imports) if outermost => {
                for import in imports {
                    self.report.imports.push(import?.name.name.to_owned());
                }
            }
            Payload::ComponentExportSection(exports) if outermost => {
                for export in exports {
                    self.take_export(export?.name.name);
                }
            }
            Payload::ComponentCanonicalSection(functions) => {
                self.items = self.items.saturating_add(functions.count());
                for function in functions {
                    self.take_canonical(&function?, outermost);
                }
            }
            Payload::InstanceSection(instances) => self.items = self.items.saturating_add(instances.count()),
            Payload::ComponentInstanceSection(instances) => self.items = self.items.saturating_add(instances.count()),
            Payload::ComponentAliasSection(aliases) => self.items = self.items.saturating_add(aliases.count()),
            Payload::ComponentTypeSection(types) => self.items = self.items.saturating_add(types.count()),
            Payload::ComponentStartSection { .. } => self.object(Objection::Invalid("a component start".to_owned())),
            _ => {}
        }
        Ok(())
    }

    fn take_export(&mut self, name: &str) {
        let Some(interface) = InterfaceName::parse(name) else {
            self.report.other_exports.push(name.to_owned());
            return;
        };
        if let Some(mismatch) = interface.mismatch() {
            self.object(Objection::OtherVersion(mismatch));
            return;
        }
        match (interface.name.as_str(), Hook::from_code(&interface.name)) {
            ("lifecycle", _) => self.report.contract = Some(interface.version.to_string()),
            (_, Some(hook)) => self.report.hooks = self.report.hooks.with(hook),
            (_, None) => self.report.other_exports.push(name.to_owned()),
        }
    }

    /// Accepts what the contract needs: exported and imported functions of the component itself. All others are work of
    /// the host that costs no fuel: resources, and calls between components, whose values the host copies.
    fn take_canonical(&mut self, function: &CanonicalFunction, outermost: bool) {
        let options = match function {
            CanonicalFunction::Lift { options, .. } | CanonicalFunction::Lower { options, .. } if outermost => options,
            _ => return self.object(Objection::BuiltIn),
        };
        let is_wide =
            |option: &CanonicalOption| matches!(option, CanonicalOption::UTF16 | CanonicalOption::CompactUTF16);
        if options.iter().any(is_wide) {
            self.object(Objection::WideText);
        }
    }

    /// Adds an objection once, up to [`OBJECTIONS_MAX`].
    fn object(&mut self, objection: Objection) {
        let objections = &self.report.objections;
        if objections.len() < OBJECTIONS_MAX && !objections.contains(&objection) {
            self.report.objections.push(objection);
        }
    }

    fn demand_most(&mut self, what: &'static str, found: u64, most: u64) {
        if found > most {
            self.object(Objection::TooMany { what, found, most });
        }
    }

    fn judge(&mut self, floats_allowed: bool) {
        self.judge_imports();
        self.judge_exports();
        self.demand_most("core modules", self.core_modules.len() as u64, u64::from(CORE_INSTANCES_MAX));
        self.demand_most("parts", u64::from(self.items), u64::from(COMPONENT_ITEMS_MAX));
        for module in std::mem::take(&mut self.core_modules) {
            self.judge_module(&module);
        }
        if !floats_allowed && !self.report.float_functions.is_empty() {
            self.object(Objection::Floats { functions: self.report.float_functions.clone() });
        }
    }

    /// Accepts only the host interface and its types.
    fn judge_imports(&mut self) {
        for import in self.report.imports.clone() {
            let interface = InterfaceName::parse(&import);
            let own = interface.filter(|interface| matches!(interface.name.as_str(), "host" | "types"));
            match own.as_ref().map(InterfaceName::mismatch) {
                Some(None) => {}
                Some(Some(mismatch)) => self.object(Objection::OtherVersion(mismatch)),
                None => {
                    let ways = self.core_modules.iter().map(|module| module.way_to(&import));
                    let way = ways.into_iter().find(|way| !way.is_empty()).unwrap_or_default();
                    self.object(Objection::ForeignImport { import, way });
                }
            }
        }
    }

    fn judge_exports(&mut self) {
        let has_other_version =
            self.report.objections.iter().any(|objection| matches!(objection, Objection::OtherVersion(_)));
        if has_other_version {
            return;
        }
        if self.report.contract.is_none() {
            self.object(Objection::NoLifecycle);
        }
        if self.report.hooks == HookSet::NONE {
            self.object(Objection::NoHook);
        }
    }

    fn judge_module(&mut self, module: &CoreModule<'_>) {
        let counts = [
            ("functions", module.functions, FUNCTIONS_MAX),
            ("types", u64::from(module.types), TYPES_MAX),
            ("imports", module.imports.len() as u64, TYPES_MAX),
            ("exports", module.exports.len() as u64, TYPES_MAX),
            ("globals", u64::from(module.globals), GLOBALS_MAX),
            ("tables", u64::from(module.tables), u64::from(TABLES_MAX)),
            ("entries of tables", module.table_elements, TABLE_ELEMENTS_MAX as u64),
            ("memories", u64::from(module.memories), 1),
            ("bytes of memory", module.memory_bytes, MEMORY_BYTES_MAX as u64),
            ("segments of data", u64::from(module.data_segments), SEGMENTS_MAX),
            ("segments of tables", u64::from(module.element_segments), SEGMENTS_MAX),
            ("entries of segments of tables", module.elements, TABLE_ELEMENTS_MAX as u64),
            ("parameters of a function", most_of(&module.arities, |arity| arity.parameters), PARAMETERS_MAX),
            ("results of a function", most_of(&module.arities, |arity| arity.results), RESULTS_MAX),
        ];
        for (what, found, most) in counts {
            self.demand_most(what, found, most);
        }
        self.report.functions += module.functions;
        self.report.memory_bytes += module.memory_bytes;
        self.report.has_start |= module.has_start;
        self.report.has_names |= module.has_names();
        self.report.has_lines |= module.custom_sections.contains(&".debug_line");
        for (index, body) in module.bodies.iter().enumerate() {
            let name = || module.name(module.number(index));
            match Use::of(body, &module.arities) {
                Ok(found) => self.judge_function(found, name),
                Err(error) => self.object(Objection::Invalid(error.message().to_owned())),
            }
        }
    }

    fn judge_function(&mut self, found: Use, name: impl Fn() -> String) {
        if let Some((what, found, most)) = found.beyond_limits() {
            self.object(Objection::TooMuchInFunction { function: name(), what, found, most });
        }
        if let Some(operator) = found.refused {
            self.object(Objection::Operator { function: name(), operator });
        }
        if found.floats {
            self.report.float_functions.push(name());
        }
    }
}

fn most_of(arities: &[Arity], values: impl Fn(&Arity) -> u16) -> u64 {
    u64::from(arities.iter().map(values).max().unwrap_or(0))
}
