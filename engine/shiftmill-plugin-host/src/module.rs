//! Reads a core module: its imports and exports, the names of its functions, and the calls between them.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet, VecDeque};

use wasmparser::{
    BinaryReaderError, ConstExpr, CustomSectionReader, Data, DataKind, Element, ElementItems, ElementKind,
    FunctionBody, KnownCustom, Name, NameSectionReader, Operator, Parser, Payload, Table, TableInit, TypeRef,
};

use crate::failure::{demangled, is_own};
use crate::limits::{FUNCTIONS_MAX, TYPES_MAX};

/// Custom sections that are kept; a module has about ten of debug information.
const CUSTOM_SECTIONS_MAX: usize = 64;

/// The parts of a core module that are read. The module is not validated; a part that does not parse is an error.
///
/// Reading takes time and memory in proportion to the bytes of the module. Numbers that the module only claims are kept
/// and not believed: the check compares them with their limits before anything of that size is made.
#[derive(Debug, Default)]
pub(crate) struct CoreModule<'a> {
    /// Imported functions, in the order of their numbers: the module and the name.
    pub(crate) imported: Vec<(&'a str, &'a str)>,
    /// Everything imported, with the module that it is imported from.
    pub(crate) imports: Vec<(&'a str, &'a str)>,
    pub(crate) exports: Vec<&'a str>,
    /// The bytes of the names of imports and exports.
    pub(crate) name_bytes: u64,
    /// The bodies of its own functions, whose numbers follow those of the imported ones; at most one more than is
    /// allowed.
    pub(crate) bodies: Vec<FunctionBody<'a>>,
    /// The number of its own functions.
    pub(crate) functions: u64,
    /// Its custom sections of debug information and of the contract: the name and the content.
    pub(crate) custom_sections: Vec<(&'a str, &'a [u8])>,
    pub(crate) tables: u64,
    pub(crate) memories: u64,
    /// The initial bytes of its memories.
    pub(crate) memory_bytes: u64,
    /// The initial entries of its tables.
    pub(crate) table_elements: u64,
    pub(crate) globals: u64,
    pub(crate) data_segments: u64,
    pub(crate) element_segments: u64,
    /// The entries of its segments of tables.
    pub(crate) segment_entries: u64,
    /// The bytes of its longest constant expression: the value of a global, the place of a segment.
    pub(crate) constant_bytes: u64,
    pub(crate) types: u64,
    /// The bytes of its types, which grow with their parameters.
    pub(crate) type_bytes: u64,
    /// The arities of its types, at most one more than types are allowed.
    pub(crate) arities: Vec<Arity>,
    names: HashMap<u32, &'a str>,
    /// The functions that call each function. Found once, when it is asked for.
    callers: OnceCell<HashMap<u32, Vec<u32>>>,
}

/// How many values a function or block takes and gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Arity {
    pub(crate) parameters: u16,
    pub(crate) results: u16,
}

impl<'a> CoreModule<'a> {
    pub(crate) fn read(bytes: &'a [u8]) -> Result<CoreModule<'a>, BinaryReaderError> {
        let mut module = CoreModule::default();
        for payload in Parser::new(0).parse_all(bytes) {
            module.take(payload?)?;
        }
        Ok(module)
    }

    fn take(&mut self, payload: Payload<'a>) -> Result<(), BinaryReaderError> {
        match payload {
            Payload::TypeSection(types) => {
                self.types += u64::from(types.count());
                self.type_bytes += types.range().len() as u64;
                for function in types.into_iter_err_on_gc_types().take(TYPES_MAX as usize + 1) {
                    let function = function?;
                    let count = |values: usize| u16::try_from(values).unwrap_or(u16::MAX);
                    let (parameters, results) = (count(function.params().len()), count(function.results().len()));
                    self.arities.push(Arity { parameters, results });
                }
            }
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    let import = import?;
                    self.take_import(import.module, import.name, import.ty);
                }
            }
            Payload::TableSection(tables) => {
                self.tables += u64::from(tables.count());
                for table in tables {
                    self.take_table(&table?);
                }
            }
            Payload::MemorySection(memories) => {
                self.memories += u64::from(memories.count());
                for memory in memories {
                    let bytes = memory?.initial.saturating_mul(65_536);
                    self.memory_bytes = self.memory_bytes.saturating_add(bytes);
                }
            }
            Payload::GlobalSection(globals) => {
                self.globals += u64::from(globals.count());
                for global in globals {
                    self.take_constant(&global?.init_expr);
                }
            }
            Payload::ExportSection(exports) => {
                for export in exports {
                    let name = export?.name;
                    self.name_bytes += name.len() as u64;
                    self.exports.push(name);
                }
            }
            other => self.take_content(other)?,
        }
        Ok(())
    }

    /// Segments, code and custom sections.
    fn take_content(&mut self, payload: Payload<'a>) -> Result<(), BinaryReaderError> {
        match payload {
            Payload::ElementSection(elements) => {
                self.element_segments += u64::from(elements.count());
                for element in elements {
                    self.take_element(element?)?;
                }
            }
            Payload::DataSection(data) => {
                self.data_segments += u64::from(data.count());
                for segment in data {
                    self.take_data(&segment?);
                }
            }
            Payload::CodeSectionEntry(body) => {
                self.functions += 1;
                if self.functions <= FUNCTIONS_MAX + 1 {
                    self.bodies.push(body);
                }
            }
            Payload::CustomSection(section) => self.take_custom(&section),
            _ => {}
        }
        Ok(())
    }

    fn take_import(&mut self, from: &'a str, name: &'a str, kind: TypeRef) {
        self.name_bytes += (from.len() + name.len()) as u64;
        self.imports.push((from, name));
        if let TypeRef::Func(_) | TypeRef::FuncExact(_) = kind {
            self.imported.push((from, name));
        }
    }

    fn take_table(&mut self, table: &Table<'a>) {
        self.table_elements = self.table_elements.saturating_add(table.ty.initial);
        if let TableInit::Expr(constant) = &table.init {
            self.take_constant(constant);
        }
    }

    fn take_element(&mut self, element: Element<'a>) -> Result<(), BinaryReaderError> {
        if let ElementKind::Active { offset_expr, .. } = &element.kind {
            self.take_constant(offset_expr);
        }
        match element.items {
            ElementItems::Functions(functions) => self.segment_entries += u64::from(functions.count()),
            ElementItems::Expressions(_, entries) => {
                self.segment_entries += u64::from(entries.count());
                for entry in entries {
                    self.take_constant(&entry?);
                }
            }
        }
        Ok(())
    }

    fn take_data(&mut self, segment: &Data<'a>) {
        if let DataKind::Active { offset_expr, .. } = &segment.kind {
            self.take_constant(offset_expr);
        }
    }

    fn take_constant(&mut self, constant: &ConstExpr<'a>) {
        let bytes = constant.get_binary_reader().bytes_remaining() as u64;
        self.constant_bytes = self.constant_bytes.max(bytes);
    }

    fn take_custom(&mut self, section: &CustomSectionReader<'a>) {
        let name = section.name();
        let is_used = name.starts_with(".debug_") || name.starts_with("component-type");
        if is_used && self.custom_sections.len() < CUSTOM_SECTIONS_MAX {
            self.custom_sections.push((name, section.data()));
        }
        if let KnownCustom::Name(names) = section.as_known() {
            self.take_names(names);
        }
    }

    /// Reads the names of functions. Names that do not parse are ignored, because only messages use them.
    fn take_names(&mut self, names: NameSectionReader<'a>) {
        for name in names.into_iter().map_while(Result::ok) {
            if let Name::Function(functions) = name {
                let functions = functions.into_iter().map_while(Result::ok);
                let known = functions.filter(|naming| u64::from(naming.index) <= FUNCTIONS_MAX + TYPES_MAX);
                self.names.extend(known.map(|naming| (naming.index, naming.name)));
            }
        }
    }

    /// The custom section with this name, the first one; empty when there is none.
    pub(crate) fn custom_section(&self, name: &str) -> &'a [u8] {
        self.custom_sections.iter().find(|(known, _)| *known == name).map_or(&[], |(_, content)| *content)
    }

    /// The numbers of the functions that have names, in order.
    pub(crate) fn named_functions(&self) -> Vec<u32> {
        let mut numbers: Vec<u32> = self.names.keys().copied().collect();
        numbers.sort_unstable();
        numbers
    }

    /// Whether functions have names.
    pub(crate) fn has_names(&self) -> bool {
        !self.names.is_empty()
    }

    /// The number of the function with this body.
    pub(crate) fn number(&self, body: usize) -> u32 {
        (self.imported.len() + body) as u32
    }

    /// The name of a function.
    pub(crate) fn name(&self, function: u32) -> String {
        self.names.get(&function).map_or_else(|| format!("function {function}"), |name| demangled(name))
    }

    /// The chain of calls from the plugin's own code to an import from `module`, as text. It starts at the last function
    /// outside of libraries. Empty when no function calls the import.
    pub(crate) fn way_to(&self, module: &str) -> String {
        let imported = self.imported.iter().zip(0_u32..).filter(|((from, _), _)| *from == module);
        let imported: Vec<u32> = imported.map(|(_, number)| number).collect();
        let way = self.shortest_way(&imported);
        let names: Vec<String> = way.iter().map(|function| format!("`{}`", self.name(*function))).collect();
        names.join(" → ")
    }

    /// The shortest chain of calls from an own function down to one that calls one of `ends`. When no own function leads
    /// there, the chain starts at a caller of `ends`.
    fn shortest_way(&self, ends: &[u32]) -> Vec<u32> {
        let callers = self.callers.get_or_init(|| self.find_callers());
        let mut seen: HashSet<u32> = ends.iter().copied().collect();
        let mut waiting: VecDeque<Vec<u32>> = ends.iter().map(|end| vec![*end]).collect();
        let mut fallback = Vec::new();
        while let Some(way) = waiting.pop_front() {
            let Some(called) = way.last() else { continue };
            for caller in callers.get(called).into_iter().flatten() {
                if !seen.insert(*caller) {
                    continue;
                }
                let mut longer = way.clone();
                longer.push(*caller);
                if is_own(&self.name(*caller)) {
                    return upwards(longer);
                }
                if fallback.is_empty() {
                    fallback.clone_from(&longer);
                }
                if longer.len() < CHAIN_MAX {
                    waiting.push_back(longer);
                }
            }
        }
        upwards(fallback)
    }

    fn find_callers(&self) -> HashMap<u32, Vec<u32>> {
        let mut callers: HashMap<u32, Vec<u32>> = HashMap::new();
        for (index, body) in self.bodies.iter().enumerate() {
            let Ok(operators) = body.get_operators_reader() else { continue };
            let caller = self.number(index);
            for operator in operators.into_iter().map_while(Result::ok) {
                if let Operator::Call { function_index } | Operator::RefFunc { function_index } = operator {
                    let known = callers.entry(function_index).or_default();
                    // A function that calls another one a million times is one caller.
                    if known.last() != Some(&caller) {
                        known.push(caller);
                    }
                }
            }
        }
        callers
    }
}

/// The maximum length of a chain of calls.
const CHAIN_MAX: usize = 12;

/// A chain from the outermost caller down, without the import itself.
fn upwards(mut way: Vec<u32>) -> Vec<u32> {
    way.reverse();
    way.pop();
    way
}
