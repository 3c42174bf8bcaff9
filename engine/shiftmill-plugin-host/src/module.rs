//! Reads a core module: its imports and exports, the names of its functions, and the calls between them.

use std::collections::{HashMap, HashSet, VecDeque};

use wasmparser::{
    BinaryReaderError, ElementItems, FunctionBody, KnownCustom, Name, NameSectionReader, Operator, Parser, Payload,
    TypeRef,
};

use crate::failure::{demangled, is_own};
use crate::limits::{FUNCTIONS_MAX, TYPES_MAX};

/// The parts of a core module that are read. The module is not validated; a part that does not parse is an error.
#[derive(Debug, Default)]
pub(crate) struct CoreModule<'a> {
    /// Imported functions, in the order of their numbers: the module and the name.
    pub(crate) imported: Vec<(&'a str, &'a str)>,
    /// Everything imported, with the module that it is imported from.
    pub(crate) imports: Vec<(&'a str, &'a str)>,
    pub(crate) exports: Vec<&'a str>,
    /// The bodies of its own functions, whose numbers follow those of the imported ones; at most one more than is
    /// allowed.
    pub(crate) bodies: Vec<FunctionBody<'a>>,
    /// The number of its own functions.
    pub(crate) functions: u64,
    pub(crate) custom_sections: Vec<&'a str>,
    pub(crate) has_start: bool,
    pub(crate) tables: u32,
    pub(crate) memories: u32,
    /// The initial bytes of its memories.
    pub(crate) memory_bytes: u64,
    /// The initial entries of its tables.
    pub(crate) table_elements: u64,
    pub(crate) globals: u32,
    pub(crate) data_segments: u32,
    pub(crate) element_segments: u32,
    /// The entries of all segments of tables.
    pub(crate) elements: u64,
    pub(crate) types: u32,
    /// The arities of its types, at most one more than types are allowed.
    pub(crate) arities: Vec<Arity>,
    names: HashMap<u32, &'a str>,
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
                self.types += types.count();
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
                    self.imports.push((import.module, import.name));
                    if let TypeRef::Func(_) | TypeRef::FuncExact(_) = import.ty {
                        self.imported.push((import.module, import.name));
                    }
                }
            }
            Payload::TableSection(tables) => {
                self.tables += tables.count();
                for table in tables {
                    self.table_elements = self.table_elements.saturating_add(table?.ty.initial);
                }
            }
            Payload::MemorySection(memories) => {
                self.memories += memories.count();
                for memory in memories {
                    let bytes = memory?.initial.saturating_mul(65_536);
                    self.memory_bytes = self.memory_bytes.saturating_add(bytes);
                }
            }
            Payload::GlobalSection(globals) => self.globals += globals.count(),
            Payload::ExportSection(exports) => {
                for export in exports {
                    self.exports.push(export?.name);
                }
            }
            Payload::StartSection { .. } => self.has_start = true,
            Payload::ElementSection(segments) => {
                self.element_segments += segments.count();
                for segment in segments {
                    self.elements += u64::from(match segment?.items {
                        ElementItems::Functions(entries) => entries.count(),
                        ElementItems::Expressions(_, entries) => entries.count(),
                    });
                }
            }
            Payload::DataSection(data) => self.data_segments += data.count(),
            Payload::CodeSectionEntry(body) => {
                self.functions += 1;
                if self.functions <= FUNCTIONS_MAX + 1 {
                    self.bodies.push(body);
                }
            }
            Payload::CustomSection(section) => {
                self.custom_sections.push(section.name());
                if let KnownCustom::Name(names) = section.as_known() {
                    self.take_names(names);
                }
            }
            _ => {}
        }
        Ok(())
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
        let callers = self.callers();
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

    fn callers(&self) -> HashMap<u32, Vec<u32>> {
        let mut callers: HashMap<u32, Vec<u32>> = HashMap::new();
        for (index, body) in self.bodies.iter().enumerate() {
            let Ok(operators) = body.get_operators_reader() else { continue };
            for operator in operators.into_iter().map_while(Result::ok) {
                if let Operator::Call { function_index } | Operator::RefFunc { function_index } = operator {
                    callers.entry(function_index).or_default().push(self.number(index));
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
