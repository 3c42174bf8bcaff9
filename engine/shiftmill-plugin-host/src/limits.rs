//! What a plugin may use, in one place.

/// Fuel that every call has, whatever it is given. A unit is about one instruction.
pub const FUEL_BASE: u64 = 100_000_000;
/// Fuel that comes to it for each day of the employee. Usual rules use 3 000 to 5 000.
pub const FUEL_PER_DAY: u64 = 100_000;
/// Fuel that a plugin may use in one request on employees on whom it fails: about as much as a hundred of them take on
/// whom it never comes to an end.
pub const FUEL_IN_VAIN_MAX: u64 = 100 * FUEL_BASE;
/// Fuel in which an instance begins and takes its configuration: a ruleset may bind many plugins, and is compiled while
/// its sender waits.
pub const FUEL_TO_CONFIGURE: u64 = 5_000_000;
/// Linear memory.
pub const MEMORY_BYTES_MAX: usize = 16 << 20;
/// How much of it a place for instances keeps from one to the next, rather than giving it back to the system. Calls of
/// usual pieces use less.
pub(crate) const MEMORY_BYTES_KEPT: usize = 2 << 20;
/// The same for tables. A table that is given back costs a page fault, and on several cores more than that.
pub(crate) const TABLE_BYTES_KEPT: usize = 16 << 10;
/// Entries of one table.
pub const TABLE_ELEMENTS_MAX: usize = 10_000;
/// A component as it is uploaded.
pub const COMPONENT_BYTES_MAX: usize = 4 << 20;

/// Memory in which a component is compiled, by a child that is watched. An allocator alone may take 40 MiB. Usual plugins
/// take 10 MiB more, ten thousand functions 50 MiB; the largest components of usual functions take 60 bytes for each of
/// theirs.
pub fn compile_bytes_max(component_bytes: usize) -> usize {
    (128 << 20) + component_bytes.saturating_mul(64)
}

/// Days before or after the pay period that a plugin may look at.
pub(crate) const CONTEXT_DAYS_MAX: u16 = 366;
/// The stack of a plugin.
pub(crate) const STACK_BYTES: usize = 512 << 10;
/// What a hook may answer, in bytes of the host's memory.
pub(crate) const ANSWER_BYTES_MAX: usize = 16 << 20;
/// What `describe` may answer, in bytes of the host's memory.
pub(crate) const MANIFEST_BYTES_MAX: usize = 1 << 20;
/// What a host call costs in fuel, beside one unit a byte of its text.
pub(crate) const FUEL_PER_HOST_CALL: u64 = 1_000;
/// Bytes of a message for people: last words, complaints.
pub(crate) const MESSAGE_BYTES_MAX: usize = 1_024;
/// Core instances, memories and tables of one component: the plugin itself, and what adapts it to the contract.
pub(crate) const CORE_INSTANCES_MAX: u32 = 8;
/// See [`CORE_INSTANCES_MAX`].
pub(crate) const MEMORIES_MAX: u32 = 2;
/// See [`CORE_INSTANCES_MAX`].
pub(crate) const TABLES_MAX: u32 = 8;

/// Functions of one module.
pub(crate) const FUNCTIONS_MAX: u64 = 10_000;
/// Types, imports and exports of one module, each.
pub(crate) const TYPES_MAX: u64 = 2_000;
/// Globals of one module.
pub(crate) const GLOBALS_MAX: u64 = 1_000;
/// Segments of data or of tables of one module, each.
pub(crate) const SEGMENTS_MAX: u64 = 4_000;
/// Components, instances, types and functions between the modules of one component, all together.
pub(crate) const COMPONENT_ITEMS_MAX: u32 = 4_000;
/// Bytes of one function.
pub(crate) const BODY_BYTES_MAX: u64 = 256 << 10;
/// Local variables of one function.
pub(crate) const LOCALS_MAX: u64 = 2_000;
/// Blocks within blocks of one function.
pub(crate) const BLOCKS_IN_BLOCKS_MAX: u64 = 1_000;
/// Targets of one branch.
pub(crate) const BRANCH_TARGETS_MAX: u64 = 4_000;

/// The fuel of an employee with this many days.
pub fn fuel_budget(days: u32) -> u64 {
    FUEL_BASE + FUEL_PER_DAY * u64::from(days)
}

/// The beginning of a text that is too long for a message.
pub(crate) fn shortened(text: &str) -> String {
    let text = text.trim();
    match text.len() <= MESSAGE_BYTES_MAX {
        true => text.to_owned(),
        false => format!("{} …", text.get(..text.floor_char_boundary(MESSAGE_BYTES_MAX)).unwrap_or_default()),
    }
}
