//! What a plugin may use, in one place.

use shiftmill_core::one_line;

/// Fuel of every call, whatever its input: at most about a third of a second. A unit is about one addition; operators that
/// take longer use more (`operator_fuel.rs`).
pub const FUEL_BASE: u64 = 100_000_000;
/// Additional fuel for each day of the employee. Usual rules use about 1 000.
pub const FUEL_PER_DAY: u64 = 100_000;
/// Fuel for one employee from which a plugin counts as slow: some milliseconds.
pub(crate) const FUEL_OF_SLOW: u64 = 10_000_000;
/// Fuel that a plugin may use in one request on employees on whom it fails: about the fuel of a hundred employees on whom
/// it never ends.
pub const FAILED_FUEL_MAX: u64 = 100 * FUEL_BASE;
/// Fuel for starting and configuring an instance. It is small because a ruleset may bind many plugins, and is compiled
/// while its sender waits.
pub const FUEL_TO_CONFIGURE: u64 = 5_000_000;
/// Bytes of linear memory.
pub const MEMORY_BYTES_MAX: usize = 16 << 20;
/// Linear memory that an instance slot keeps for the next instance instead of returning it to the system. Calls for usual
/// groups use less.
pub(crate) const MEMORY_BYTES_KEPT: usize = 2 << 20;
/// The same for tables. A table that is returned costs a page fault, and on several cores more than that.
pub(crate) const TABLE_BYTES_KEPT: usize = 16 << 10;
/// Entries of one table.
pub const TABLE_ELEMENTS_MAX: usize = 10_000;
/// Bytes of an uploaded component.
pub const COMPONENT_BYTES_MAX: usize = 4 << 20;

/// Memory in which a child process compiles a component. An allocator alone may use 40 MiB. Usual plugins use 10 MiB more,
/// ten thousand functions 50 MiB; the largest components of usual functions use 60 bytes for each of their own.
pub fn compile_bytes_max(component_bytes: usize) -> usize {
    (128 << 20) + component_bytes.saturating_mul(64)
}

/// Context days of a plugin, before or after the pay period.
pub(crate) const CONTEXT_DAYS_MAX: u16 = 366;
/// Bytes of the stack of a plugin.
pub(crate) const STACK_BYTES: usize = 512 << 10;
/// The answer of a hook, in bytes of the host's memory.
pub(crate) const ANSWER_BYTES_MAX: usize = 16 << 20;
/// The answer of `describe`, in bytes of the host's memory.
pub(crate) const MANIFEST_BYTES_MAX: usize = 1 << 20;
/// Fuel of a host call, beside one unit for each byte of its text.
pub(crate) const FUEL_PER_HOST_CALL: u64 = 1_000;
/// Bytes of a message for people: of a panic, of a complaint.
pub(crate) const MESSAGE_BYTES_MAX: usize = 1_024;
/// Core instances, memories and tables of one component: those of the plugin and of its adapters to the contract.
pub(crate) const CORE_INSTANCES_MAX: u32 = 8;
/// See [`CORE_INSTANCES_MAX`].
pub(crate) const MEMORIES_MAX: u32 = 2;
/// See [`CORE_INSTANCES_MAX`].
pub(crate) const TABLES_MAX: u32 = 8;

/// Functions of all modules.
pub(crate) const FUNCTIONS_MAX: u64 = 10_000;
/// Types, imports and exports of all modules, each.
pub(crate) const TYPES_MAX: u64 = 2_000;
/// Bytes of the types of all modules. The engine keeps about thirty times as much.
pub(crate) const TYPE_BYTES_MAX: u64 = 32 << 10;
/// Bytes of the names of imports and exports of all modules.
pub(crate) const NAME_BYTES_MAX: u64 = 256 << 10;
/// Bytes of the names of functions that are kept for failures, of one module.
pub(crate) const NAMES_BYTES_MAX: usize = 512 << 10;
/// Bytes of the value of a global or the place of a segment. It is calculated for every instance, without fuel.
pub(crate) const CONSTANT_BYTES_MAX: u64 = 32;
/// Globals of all modules.
pub(crate) const GLOBALS_MAX: u64 = 1_000;
/// Segments of data or of tables of all modules, each.
pub(crate) const SEGMENTS_MAX: u64 = 4_000;
/// Entries of the segments of tables of all modules. An instance copies them without fuel.
pub(crate) const SEGMENT_ENTRIES_MAX: u64 = TABLE_ELEMENTS_MAX as u64;
/// Components, instances, types, functions, imports and exports between the modules of one component, all together.
pub(crate) const COMPONENT_ITEMS_MAX: u64 = 4_000;
/// Bytes of a component beside its modules and custom sections. The contract needs about a sixth.
pub(crate) const INTERFACE_BYTES_MAX: u64 = 128 << 10;
/// Imports of a component. The contract has two.
pub(crate) const IMPORTS_MAX: u64 = 16;
/// Exports of a component. The contract has five.
pub(crate) const EXPORTS_MAX: u64 = 32;
/// Bytes of one function.
pub(crate) const BODY_BYTES_MAX: u64 = 256 << 10;
/// Local variables of one function. Every call sets them to zero.
pub(crate) const LOCALS_MAX: u64 = 1_000;
/// Parameters of a function. The caller pays for each with an operator.
pub(crate) const PARAMETERS_MAX: u64 = 200;
/// Results of a function, which a return moves.
pub(crate) const RESULTS_MAX: u64 = 16;
/// Values that a block takes, or gives, which a branch moves.
pub(crate) const BLOCK_VALUES_MAX: u64 = 16;
/// Blocks within blocks of one function.
pub(crate) const BLOCKS_IN_BLOCKS_MAX: u64 = 1_000;
/// Targets of one branch.
pub(crate) const BRANCH_TARGETS_MAX: u64 = 4_000;

/// The fuel of an employee with this many days.
pub fn fuel_budget(days: u32) -> u64 {
    FUEL_BASE + FUEL_PER_DAY * u64::from(days)
}

/// A text of a plugin as a message: its beginning, on one line.
pub(crate) fn shortened(text: &str) -> String {
    shortened_to(text, MESSAGE_BYTES_MAX)
}

/// The beginning of a text of a plugin: at most about `bytes_max` bytes, its lines joined by ` · `, other hidden
/// characters as escapes.
pub(crate) fn shortened_to(text: &str, bytes_max: usize) -> String {
    // Of what is longer, enough is left to be cut again.
    let beginning = text.get(..text.floor_char_boundary(bytes_max.saturating_mul(2))).unwrap_or_default();
    let lines: Vec<&str> = beginning.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    one_line(&lines.join(" · "), bytes_max)
}
