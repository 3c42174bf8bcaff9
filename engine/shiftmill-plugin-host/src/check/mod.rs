//! Checks a component before it is compiled: its imports, its exports and its size. A local build and an upload to a
//! service have the same check, in a process with limits: see [`crate::Compiler`].
//!
//! A plugin has one simple shape: modules, and the types and adapters of the contract around them. What a component may
//! also be, components that call each other, is refused, because the engine compiles code of its own for it, and keeps
//! much more of it than its bytes show.

mod function;
mod report;
mod strip;

use shiftmill_core::{Hook, HookSet};
use wasmparser::{
    BinaryReaderError, CanonicalFunction, CanonicalOption, ComponentAlias, ComponentExternalKind, ComponentInstance,
    ComponentType, Encoding, InstanceTypeDeclaration, Parser, Payload, Validator, WasmFeatures,
};

use crate::contract::{self, InterfaceName};
use crate::limits::{
    COMPONENT_BYTES_MAX, COMPONENT_ITEMS_MAX, CONSTANT_BYTES_MAX, CORE_INSTANCES_MAX, EXPORTS_MAX, FUNCTIONS_MAX,
    GLOBALS_MAX, IMPORTS_MAX, INTERFACE_BYTES_MAX, MEMORY_BYTES_MAX, NAME_BYTES_MAX, PARAMETERS_MAX, RESULTS_MAX,
    SEGMENT_ENTRIES_MAX, SEGMENTS_MAX, TABLE_ELEMENTS_MAX, TABLES_MAX, TYPE_BYTES_MAX, TYPES_MAX, shortened_to,
};
use crate::module::{Arity, CoreModule};
use function::Use;
use report::Objection;
pub use report::{Lines, Report};
pub(crate) use strip::strip;

/// The sources that decide what a plugin may be. Findings of other sources are not used again: see `code_version`.
pub(crate) const SOURCES: [&[u8]; 8] = [
    include_bytes!("mod.rs"),
    include_bytes!("function.rs"),
    include_bytes!("report.rs"),
    include_bytes!("strip.rs"),
    include_bytes!("../module.rs"),
    include_bytes!("../limits.rs"),
    include_bytes!("../places/mod.rs"),
    include_bytes!("../places/debug_info.rs"),
];

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
/// The maximum number of functions with floats that a report names.
const FLOAT_FUNCTIONS_MAX: usize = 50;
/// Bytes of a name in a report.
const REPORTED_BYTES_MAX: usize = 200;

/// A checked component.
pub(crate) struct Checked<'a> {
    /// The findings. Without objections it can be used as a plugin.
    pub(crate) report: Report,
    /// Its core modules, in order.
    pub(crate) modules: Vec<CoreModule<'a>>,
}

/// Checks a component.
pub(crate) fn check(component: &[u8], floats_allowed: bool) -> Checked<'_> {
    let report = judge_header(component);
    let is_component = report.objections.is_empty();
    let mut checker = Checker::new(component, report);
    if is_component {
        checker.check(floats_allowed);
    }
    let Checker { mut report, objections, modules, .. } = checker;
    report.objections.extend(objections.iter().map(ToString::to_string));
    Checked { report, modules }
}

/// The report of a component by its size and header alone, which costs nothing to find: why it is none that can be read.
pub(crate) fn judge_header(component: &[u8]) -> Report {
    let objections = not_a_component(component).iter().map(ToString::to_string).collect();
    Report { bytes: component.len(), objections, ..Report::default() }
}

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
    objections: Vec<Objection>,
    /// The open components and modules.
    open: Vec<Encoding>,
    modules: Vec<CoreModule<'a>>,
    /// The number of its imports.
    imports: u64,
    /// The number of its exports.
    exports: u64,
    /// The number of instances, functions, aliases, types, imports, exports and components in it, at any depth.
    items: u64,
    /// Bytes beside core modules and custom sections: types, adapters and names between the modules.
    interface_bytes: u64,
}

impl<'a> Checker<'a> {
    fn new(component: &'a [u8], report: Report) -> Checker<'a> {
        Checker {
            component,
            report,
            objections: Vec::new(),
            open: Vec::new(),
            modules: Vec::new(),
            imports: 0,
            exports: 0,
            items: 0,
            interface_bytes: component.len() as u64,
        }
    }

    fn check(&mut self, floats_allowed: bool) {
        if let Err(error) = self.read() {
            self.object_invalid(&error);
            return;
        }
        self.judge(floats_allowed);
        // Limits come first: a component within them is validated quickly.
        if !self.objections.iter().any(Objection::is_of_size)
            && let Err(error) = Validator::new_with_features(FEATURES).validate_all(self.component)
        {
            self.object_invalid(&error);
        }
    }

    fn read(&mut self) -> Result<(), BinaryReaderError> {
        for payload in Parser::new(0).parse_all(self.component) {
            self.take(payload?)?;
        }
        Ok(())
    }

    fn take(&mut self, payload: Payload<'a>) -> Result<(), BinaryReaderError> {
        match (&payload, self.open.as_slice()) {
            (Payload::Version { encoding, .. }, _) => self.open.push(*encoding),
            (Payload::End(_), _) => drop(self.open.pop()),
            // Modules are read as a whole.
            (_, [.., Encoding::Module]) => {}
            (Payload::CustomSection(section), _) => self.leave_out(section.range().len()),
            (_, [_]) => self.take_outermost(payload)?,
            _ => self.take_nested(payload)?,
        }
        Ok(())
    }

    fn take_outermost(&mut self, payload: Payload<'a>) -> Result<(), BinaryReaderError> {
        match payload {
            Payload::ModuleSection { unchecked_range, .. } => {
                let (start, end) = (unchecked_range.start, unchecked_range.end);
                let module = self.component.get(start..end).unwrap_or(&[]);
                self.leave_out(module.len());
                // More modules are refused anyway, and each uses memory here.
                if self.modules.len() <= CORE_INSTANCES_MAX as usize {
                    self.modules.push(CoreModule::read(module)?);
                }
            }
            Payload::ComponentSection { .. } => self.items += 1,
            Payload::ComponentImportSection(imports) => {
                self.count(imports.count());
                self.imports += u64::from(imports.count());
                let left = (IMPORTS_MAX as usize).saturating_sub(self.report.imports.len());
                for import in imports.into_iter().take(left) {
                    self.report.imports.push(reported(import?.name.name));
                }
            }
            Payload::ComponentExportSection(exports) => {
                self.count(exports.count());
                self.exports += u64::from(exports.count());
                let left = EXPORTS_MAX.saturating_sub(self.exports - u64::from(exports.count()));
                for export in exports.into_iter().take(left as usize) {
                    self.take_export(reported(export?.name.name));
                }
            }
            Payload::ComponentCanonicalSection(functions) => {
                self.count(functions.count());
                for function in functions {
                    self.take_canonical(&function?);
                }
            }
            Payload::InstanceSection(instances) => self.count(instances.count()),
            Payload::ComponentInstanceSection(instances) => {
                self.count(instances.count());
                for instance in instances {
                    self.take_instance(&instance?);
                }
            }
            other => self.take_interface(other)?,
        }
        Ok(())
    }

    /// Components within it only give types to functions, as the tools that make components write them.
    fn take_nested(&mut self, payload: Payload<'a>) -> Result<(), BinaryReaderError> {
        match payload {
            Payload::ComponentImportSection(imports) => {
                self.count(imports.count());
                for import in imports {
                    self.demand_plain(import?.ty.kind());
                }
            }
            Payload::ComponentExportSection(exports) => {
                self.count(exports.count());
                for export in exports {
                    self.demand_plain(export?.kind);
                }
            }
            other => self.take_interface(other)?,
        }
        Ok(())
    }

    /// Types and aliases, which may be at any depth. Nothing else may.
    fn take_interface(&mut self, payload: Payload<'a>) -> Result<(), BinaryReaderError> {
        match payload {
            Payload::ComponentAliasSection(aliases) => {
                self.count(aliases.count());
                for alias in aliases {
                    if let ComponentAlias::InstanceExport { kind, .. } = alias? {
                        self.demand_plain(kind);
                    }
                }
            }
            Payload::ComponentTypeSection(types) => {
                self.count(types.count());
                for ty in types {
                    self.take_type(&ty?);
                }
            }
            Payload::CoreTypeSection(types) => self.count(types.count()),
            _ => self.object(Objection::Composed),
        }
        Ok(())
    }

    fn take_type(&mut self, ty: &ComponentType<'_>) {
        match ty {
            ComponentType::Defined(_) | ComponentType::Func(_) => {}
            ComponentType::Component(_) | ComponentType::Resource { .. } => self.object(Objection::Composed),
            ComponentType::Instance(declarations) => {
                self.items += declarations.len() as u64;
                for declaration in declarations {
                    match declaration {
                        InstanceTypeDeclaration::Export { ty, .. } => self.demand_plain(ty.kind()),
                        InstanceTypeDeclaration::Type(ComponentType::Defined(_) | ComponentType::Func(_))
                        | InstanceTypeDeclaration::Alias(_) => {}
                        InstanceTypeDeclaration::Type(_) | InstanceTypeDeclaration::CoreType(_) => {
                            self.object(Objection::Composed);
                        }
                    }
                }
            }
        }
    }

    fn take_instance(&mut self, instance: &ComponentInstance<'_>) {
        match instance {
            ComponentInstance::Instantiate { args, .. } => self.items += args.len() as u64,
            ComponentInstance::FromExports(exports) => {
                self.items += exports.len() as u64;
                for export in exports {
                    self.demand_plain(export.kind);
                }
            }
        }
    }

    /// Instances have functions and types. With instances in instances a few bytes would stand for millions of parts.
    fn demand_plain(&mut self, kind: ComponentExternalKind) {
        if !matches!(kind, ComponentExternalKind::Func | ComponentExternalKind::Type) {
            self.object(Objection::Composed);
        }
    }

    fn count(&mut self, items: u32) {
        self.items += u64::from(items);
    }

    fn leave_out(&mut self, bytes: usize) {
        self.interface_bytes = self.interface_bytes.saturating_sub(bytes as u64);
    }

    fn take_export(&mut self, name: String) {
        let Some(interface) = InterfaceName::parse(&name) else {
            self.report.other_exports.push(name);
            return;
        };
        if let Some(mismatch) = interface.mismatch() {
            self.object(Objection::OtherVersion(mismatch));
            return;
        }
        match (interface.name.as_str(), Hook::from_code(&interface.name)) {
            ("lifecycle", _) => self.report.contract = Some(interface.version.to_string()),
            (_, Some(hook)) => self.report.hooks = self.report.hooks.with(hook),
            (_, None) => self.report.other_exports.push(name),
        }
    }

    /// Accepts what the contract needs: exported and imported functions of the component itself. All others are work of
    /// the host that costs no fuel: resources, and calls between components, whose values the host copies.
    fn take_canonical(&mut self, function: &CanonicalFunction) {
        let options = match function {
            CanonicalFunction::Lift { options, .. } | CanonicalFunction::Lower { options, .. } => options,
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
        if self.objections.len() < OBJECTIONS_MAX && !self.objections.contains(&objection) {
            self.objections.push(objection);
        }
    }

    fn object_invalid(&mut self, error: &BinaryReaderError) {
        self.object(Objection::Invalid(shortened_to(error.message(), REPORTED_BYTES_MAX)));
    }

    fn demand_most(&mut self, what: &'static str, found: u64, most: u64) {
        if found > most {
            self.object(Objection::TooMany { what, found, most });
        }
    }

    fn judge(&mut self, floats_allowed: bool) {
        let modules = std::mem::take(&mut self.modules);
        self.judge_imports(&modules);
        self.judge_exports();
        self.judge_sizes(&modules);
        for module in &modules {
            self.judge_module(module);
        }
        self.modules = modules;
        if !floats_allowed && self.report.float_function_count > 0 {
            let (functions, count) = (self.report.float_functions.clone(), self.report.float_function_count);
            self.object(Objection::Floats { functions, count });
        }
    }

    /// Accepts only the host interface and its types, and the interface of facts.
    fn judge_imports(&mut self, modules: &[CoreModule<'_>]) {
        for import in self.report.imports.clone() {
            if contract::is_facts(&import) {
                continue;
            }
            let interface = InterfaceName::parse(&import);
            let own = interface.filter(|interface| matches!(interface.name.as_str(), "host" | "types"));
            match own.as_ref().map(InterfaceName::mismatch) {
                Some(None) => {}
                Some(Some(mismatch)) => self.object(Objection::OtherVersion(mismatch)),
                None => {
                    let ways = modules.iter().map(|module| module.way_to(&import));
                    let way = ways.into_iter().find(|way| !way.is_empty()).unwrap_or_default();
                    self.object(Objection::ForeignImport { import, way });
                }
            }
        }
    }

    fn judge_exports(&mut self) {
        let has_other_version = self.objections.iter().any(|objection| matches!(objection, Objection::OtherVersion(_)));
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

    /// Judges the sizes of all modules together, by what the engine keeps of them.
    fn judge_sizes(&mut self, modules: &[CoreModule<'_>]) {
        self.demand_most("core modules", modules.len() as u64, u64::from(CORE_INSTANCES_MAX));
        self.demand_most("imports of the component", self.imports, IMPORTS_MAX);
        self.demand_most("exports of the component", self.exports, EXPORTS_MAX);
        self.demand_most("parts", self.items, COMPONENT_ITEMS_MAX);
        self.demand_most("bytes of types and names between its modules", self.interface_bytes, INTERFACE_BYTES_MAX);
        let sum = |of: fn(&CoreModule<'_>) -> u64| modules.iter().map(of).fold(0, u64::saturating_add);
        let most = |of: fn(&CoreModule<'_>) -> u64| modules.iter().map(of).max().unwrap_or(0);
        let parts = [
            ("functions", sum(|it| it.functions), FUNCTIONS_MAX),
            ("types", sum(|it| it.types), TYPES_MAX),
            ("imports", sum(|it| it.imports.len() as u64), TYPES_MAX),
            ("exports", sum(|it| it.exports.len() as u64), TYPES_MAX),
            ("globals", sum(|it| it.globals), GLOBALS_MAX),
            ("segments of data", sum(|it| it.data_segments), SEGMENTS_MAX),
            ("segments of tables", sum(|it| it.element_segments), SEGMENTS_MAX),
        ];
        let sizes = [
            ("entries of segments", sum(|it| it.segment_entries), SEGMENT_ENTRIES_MAX),
            ("bytes of types", sum(|it| it.type_bytes), TYPE_BYTES_MAX),
            ("bytes of names of imports and exports", sum(|it| it.name_bytes), NAME_BYTES_MAX),
            ("bytes of a constant", most(|it| it.constant_bytes), CONSTANT_BYTES_MAX),
            ("tables", most(|it| it.tables), u64::from(TABLES_MAX)),
            ("entries of tables", most(|it| it.table_elements), TABLE_ELEMENTS_MAX as u64),
            ("parameters of a function", most(|it| most_of(&it.arities, |arity| arity.parameters)), PARAMETERS_MAX),
            ("results of a function", most(|it| most_of(&it.arities, |arity| arity.results)), RESULTS_MAX),
            ("memories", most(|it| it.memories), 1),
            ("bytes of memory", most(|it| it.memory_bytes), MEMORY_BYTES_MAX as u64),
        ];
        for (what, found, most) in parts.into_iter().chain(sizes) {
            self.demand_most(what, found, most);
        }
        // What is kept as much of as of one part: parts between the modules count twice, types by their bytes, because they
        // grow with their parameters and fields.
        let others = [self.items * 2, sum(|it| it.type_bytes) / 8, self.interface_bytes / 32];
        let entries = sum(|it| it.segment_entries) / 8;
        let parts = parts.iter().map(|(_, found, _)| *found).chain(others).chain([entries]);
        self.report.parts = parts.fold(0, u64::saturating_add);
    }

    fn judge_module(&mut self, module: &CoreModule<'_>) {
        self.report.functions += module.functions;
        self.report.memory_bytes = self.report.memory_bytes.saturating_add(module.memory_bytes);
        self.report.has_names |= module.has_names();
        for (index, body) in module.bodies.iter().enumerate() {
            let name = || module.name(module.number(index));
            match Use::of(body, &module.arities) {
                Ok(found) => self.judge_function(found, name),
                Err(error) => self.object_invalid(&error),
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
            self.report.float_function_count += 1;
            if self.report.float_functions.len() < FLOAT_FUNCTIONS_MAX {
                self.report.float_functions.push(reported(&name()));
            }
        }
    }
}

/// A name as a report has it.
fn reported(name: &str) -> String {
    shortened_to(name, REPORTED_BYTES_MAX)
}

fn most_of(arities: &[Arity], values: impl Fn(&Arity) -> u16) -> u64 {
    u64::from(arities.iter().map(values).max().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contract_needs_a_small_part_of_what_is_allowed() {
        let every_hook = shiftmill_guests::Guest::honest("every").with(|guest| guest.hooks = Hook::ALL.to_vec());
        let component = every_hook.component();
        let mut checker = Checker::new(&component, Report::default());
        checker.check(false);
        assert_eq!(checker.objections, []);
        let (bytes, items) = (checker.interface_bytes, checker.items);
        assert!(bytes < INTERFACE_BYTES_MAX / 3, "{bytes} bytes between its modules");
        assert!(items < COMPONENT_ITEMS_MAX / 3, "{items} parts");
        let types = checker.modules.iter().map(|module| module.type_bytes).sum::<u64>();
        assert!(types < TYPE_BYTES_MAX / 8, "{types} bytes of types");
    }

    #[test]
    fn every_source_of_the_check_is_among_its_sources() {
        let folder = |name: &str| std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(name);
        for entry in ["check", "places"].iter().flat_map(|name| std::fs::read_dir(folder(name)).unwrap()) {
            let file = entry.unwrap().path();
            let is_test = file.file_name().is_some_and(|name| name == "tests.rs");
            let text = std::fs::read(&file).unwrap();
            assert!(is_test || SOURCES.iter().any(|source| *source == text), "{}", file.display());
        }
    }
}
