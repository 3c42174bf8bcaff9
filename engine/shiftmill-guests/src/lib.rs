//! Plugins written by hand, in WebAssembly text: each does one thing that a plugin should not do to employees with
//! exactly three days, and pays every other employee one `meal` on the first day.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test code: a guest that cannot be made is a failing test"
)]

mod component;
pub mod debug;

pub use component::component;
use shiftmill_core::Hook;
use wit_component::StringEncoding;

/// The employees that a guest treats badly have so many days.
pub const MARKED_DAYS: usize = 3;
/// The pay code that every other employee is paid once, by rule 0.
pub const MEAL: u16 = 3;

/// Uses nearly all the fuel that an employee has, and comes to its end.
pub const SLOW: &str = "(local $left i32) (local.set $left (i32.const 11500000))
    (loop $again (local.set $left (i32.sub (local.get $left) (i32.const 1))) (br_if $again (local.get $left)))";
/// Uses all the fuel that an employee has and comes to no end. Most of its instructions cost fuel and no time.
pub fn endless() -> String {
    format!("(loop $again {} (br $again))", "(drop (i32.const 0))".repeat(1_000))
}

/// Where the columns of the answer stand in the guest's memory, with the size of an entry.
const COLUMNS: [(u32, u32); 11] = [
    (0x10000, 4), // employee
    (0x20000, 1), // kind
    (0x30000, 4), // row
    (0x40000, 4), // workday
    (0x50000, 8), // start
    (0x70000, 8), // end
    (0x90000, 2), // code
    (0xa0000, 8), // amount
    (0xc0000, 2), // rule
    (0xd0000, 4), // argument-end
    (0xe0000, 8), // arguments
];
/// Where complaints stand; those of an answer come after its columns.
const COMPLAINTS: u32 = 0xf0000;
const ANSWER: u32 = 0x400;
const CONFIGURED: u32 = 0x480;
/// 35 bytes of last words.
pub const WORDS: u32 = 0x500;
const MANIFEST: u32 = 0x1000;
const HEAP: u32 = 0x10_0000;

/// What a guest is made of. Every part can be replaced.
#[derive(Clone, Debug)]
pub struct Guest {
    /// Its name.
    pub name: String,
    /// Where it is called.
    pub hooks: Vec<Hook>,
    /// The columns that each hook reads.
    pub columns: Vec<String>,
    /// What is done with a marked employee: `$cards` and `$employee` are at hand.
    pub bad: String,
    /// What is done with the others.
    pub good: String,
    /// What is done when a hook is entered, before any employee: `$cards` is at hand.
    pub entry: String,
    /// The body of `describe`, which leaves a pointer to the manifest.
    pub describe: String,
    /// The body of `configure`, which leaves a pointer to its result. `$values` and `$count` are at hand.
    pub configure: String,
    /// The body of `cabi_realloc`.
    pub realloc: String,
    /// What is done to the answer once it is written, when a marked employee was among them: it begins at 0x400, a
    /// pointer and a length for each column.
    pub answer: String,
    /// What is left of the answer's place for the caller.
    pub answer_at: String,
    /// The body of what is called after an answer has been read; empty: there is none.
    pub after: String,
    /// More imports.
    pub imports: String,
    /// More fields of the module.
    pub fields: String,
    /// The memory that it has at first, and at most, in pages.
    pub memory: String,
    /// The version of the contract in the names of its functions.
    pub version: String,
}

impl Guest {
    /// A guest of the hook `days` that does `bad` to marked employees.
    pub fn new(name: &str, bad: &str) -> Guest {
        Guest {
            name: name.to_owned(),
            hooks: vec![Hook::Days],
            columns: ["day.workday", "span.start", "span.end"].map(str::to_owned).to_vec(),
            bad: bad.to_owned(),
            good: "(call $pay (local.get $cards) (local.get $employee))".to_owned(),
            entry: String::new(),
            describe: format!("i32.const {MANIFEST}"),
            configure: format!("i32.const {CONFIGURED}"),
            realloc: REALLOC.to_owned(),
            answer: String::new(),
            answer_at: format!("i32.const {ANSWER}"),
            after: String::new(),
            imports: String::new(),
            fields: String::new(),
            memory: "32".to_owned(),
            version: "1.0.0".to_owned(),
        }
    }

    /// A guest that treats everybody well.
    pub fn honest(name: &str) -> Guest {
        Guest::new(name, "(call $pay (local.get $cards) (local.get $employee))")
    }

    /// The guest with something changed.
    pub fn with(mut self, change: impl FnOnce(&mut Guest)) -> Guest {
        change(&mut self);
        self
    }

    /// The guest at another hook.
    pub fn at(self, hook: Hook) -> Guest {
        self.with(|guest| {
            guest.hooks = vec![hook];
            if hook == Hook::Punches {
                guest.columns = ["day.workday", "punch.at"].map(str::to_owned).to_vec();
                guest.good = "(nop)".to_owned();
            }
        })
    }

    /// The module as text.
    pub fn text(&self) -> String {
        let Guest { bad, good, entry, describe, configure, realloc, answer, answer_at, after, .. } = self;
        let Guest { imports, fields, memory, version, .. } = self;
        let mut manifest = Manifest::new();
        let data = manifest.write(self);
        let hooks: String = self.hooks.iter().map(|hook| hook_functions(*hook, version, after)).collect();
        let columns: String = COLUMNS.iter().zip(0..).map(|(column, index)| answer_column(*column, index)).collect();
        format!(
            r#"(module
            (import "shiftmill:plugin/host@{version}" "log"
                (func $log (param i32 i32 i32 i32 i32 i32 i32)))
            {imports}
            (memory (export "memory") {memory})
            (global $heap (mut i32) (i32.const {HEAP}))
            (global $edits (mut i32) (i32.const 0))
            (global $figures (mut i32) (i32.const 0))
            (global $complaints (mut i32) (i32.const 0))
            (global $marked (mut i32) (i32.const 0))
            (data (i32.const {MANIFEST}) "{data}")
            (data (i32.const {WORDS}) "src/lib.rs:15:9: no days for anyone")
            {HELPERS}
            {fields}
            (func (export "cabi_realloc") (param $old i32) (param $old_size i32) (param $align i32) (param $size i32)
                (result i32) (local $at i32)
                {realloc})
            (func (export "shiftmill:plugin/lifecycle@{version}#describe") (result i32) {describe})
            (func (export "shiftmill:plugin/lifecycle@{version}#configure") (param $values i32) (param $count i32)
                (result i32)
                {configure})
            (func $bad (param $cards i32) (param $employee i32) {bad})
            (func $good (param $cards i32) (param $employee i32) {good})
            (func $answer (result i32)
                {columns}
                (i32.store (i32.const {arguments}) (global.get $figures))
                (i32.store (i32.const {complaints}) (i32.const {COMPLAINTS}))
                (i32.store offset=4 (i32.const {complaints}) (global.get $complaints))
                (if (global.get $marked) (then {answer}))
                {answer_at})
            (func $adjust (param $cards i32) (result i32) (local $employee i32)
                {entry}
                (block $done (loop $next
                    (br_if $done (i32.ge_u (local.get $employee) (call $employees (local.get $cards))))
                    (if (i32.eq (call $days (local.get $cards) (local.get $employee)) (i32.const {MARKED_DAYS}))
                        (then (global.set $marked (i32.const 1))
                            (call $bad (local.get $cards) (local.get $employee)))
                        (else (call $good (local.get $cards) (local.get $employee))))
                    (local.set $employee (i32.add (local.get $employee) (i32.const 1)))
                    (br $next)))
                call $answer)
            {hooks})"#,
            arguments = ANSWER + 10 * 8 + 4,
            complaints = ANSWER + 11 * 8,
        )
    }

    /// The core module.
    pub fn module(&self) -> Vec<u8> {
        let text = self.text();
        wat::parse_str(&text).unwrap_or_else(|error| panic!("{}: {error}\n{text}", self.name))
    }

    /// The component, as it is pushed to a service.
    pub fn component(&self) -> Vec<u8> {
        self.component_of(&self.module())
    }

    /// The component of its module with something added.
    pub fn component_of(&self, module: &[u8]) -> Vec<u8> {
        let hooks: String = self.hooks.iter().map(|hook| format!(" export {hook};")).collect();
        let world = format!("import host; export lifecycle;{hooks}");
        component(module, &|text| text.to_owned(), "", &world, StringEncoding::UTF8)
    }
}

fn hook_functions(hook: Hook, version: &str, after: &str) -> String {
    let name = format!("shiftmill:plugin/{hook}@{version}#adjust");
    let after = match after {
        "" => String::new(),
        body => format!("(func (export \"cabi_post_{name}\") (param $answer i32) {body})"),
    };
    format!("(func (export \"{name}\") (param $cards i32) (result i32) (call $adjust (local.get $cards))) {after}")
}

fn answer_column((address, _): (u32, u32), index: u32) -> String {
    let pair = ANSWER + index * 8;
    let length = pair + 4;
    format!(
        "(i32.store (i32.const {pair}) (i32.const {address})) (i32.store (i32.const {length}) (global.get $edits))\n"
    )
}

const REALLOC: &str = "
    (local.set $at (i32.and (i32.add (global.get $heap) (i32.sub (local.get $align) (i32.const 1)))
        (i32.sub (i32.const 0) (local.get $align))))
    (global.set $heap (i32.add (local.get $at) (local.get $size)))
    (block $fits (loop $grow
        (br_if $fits (i32.le_u (global.get $heap) (i32.mul (memory.size) (i32.const 65536))))
        (if (i32.eq (memory.grow (i32.const 16)) (i32.const -1)) (then unreachable))
        (br $grow)))
    local.get $at";

/// Reading cards, and writing edits.
const HELPERS: &str = "
    (func $employees (param $cards i32) (result i32) (i32.load offset=84 (local.get $cards)))
    (func $day_end (param $cards i32) (param $employee i32) (result i32)
        (if (result i32) (i32.lt_s (local.get $employee) (i32.const 0)) (then i32.const 0)
            (else (i32.load (i32.add (i32.load offset=88 (local.get $cards))
                (i32.shl (local.get $employee) (i32.const 2)))))))
    (func $first_day (param $cards i32) (param $employee i32) (result i32)
        (call $day_end (local.get $cards) (i32.sub (local.get $employee) (i32.const 1))))
    (func $days (param $cards i32) (param $employee i32) (result i32)
        (i32.sub (call $day_end (local.get $cards) (local.get $employee))
            (call $first_day (local.get $cards) (local.get $employee))))
    (func $workday (param $cards i32) (param $day i32) (result i32)
        (i32.load (i32.add (i32.load offset=128 (local.get $cards)) (i32.shl (local.get $day) (i32.const 2)))))
    (func $span_end (param $cards i32) (param $day i32) (result i32)
        (if (result i32) (i32.lt_s (local.get $day) (i32.const 0)) (then i32.const 0)
            (else (i32.load (i32.add (i32.load offset=184 (local.get $cards))
                (i32.shl (local.get $day) (i32.const 2)))))))
    (func $first_span (param $cards i32) (param $employee i32) (result i32)
        (call $span_end (local.get $cards)
            (i32.sub (call $first_day (local.get $cards) (local.get $employee)) (i32.const 1))))
    (func $span_start_at (param $cards i32) (param $span i32) (result i64)
        (i64.load (i32.add (i32.load offset=288 (local.get $cards)) (i32.shl (local.get $span) (i32.const 3)))))
    (func $span_end_at (param $cards i32) (param $span i32) (result i64)
        (i64.load (i32.add (i32.load offset=296 (local.get $cards)) (i32.shl (local.get $span) (i32.const 3)))))
    (func $edit (param $employee i32) (param $kind i32) (param $row i32) (param $workday i32) (param $start i64)
        (param $end i64) (param $code i32) (param $amount i64) (param $rule i32) (local $at i32)
        (local.set $at (global.get $edits))
        (i32.store offset=0x10000 (i32.shl (local.get $at) (i32.const 2)) (local.get $employee))
        (i32.store8 offset=0x20000 (local.get $at) (local.get $kind))
        (i32.store offset=0x30000 (i32.shl (local.get $at) (i32.const 2)) (local.get $row))
        (i32.store offset=0x40000 (i32.shl (local.get $at) (i32.const 2)) (local.get $workday))
        (i64.store offset=0x50000 (i32.shl (local.get $at) (i32.const 3)) (local.get $start))
        (i64.store offset=0x70000 (i32.shl (local.get $at) (i32.const 3)) (local.get $end))
        (i32.store16 offset=0x90000 (i32.shl (local.get $at) (i32.const 1)) (local.get $code))
        (i64.store offset=0xa0000 (i32.shl (local.get $at) (i32.const 3)) (local.get $amount))
        (i32.store16 offset=0xc0000 (i32.shl (local.get $at) (i32.const 1)) (local.get $rule))
        (i32.store offset=0xd0000 (i32.shl (local.get $at) (i32.const 2)) (global.get $figures))
        (global.set $edits (i32.add (local.get $at) (i32.const 1))))
    (func $figure (param $value i64)
        (i64.store offset=0xe0000 (i32.shl (global.get $figures) (i32.const 3)) (local.get $value))
        (global.set $figures (i32.add (global.get $figures) (i32.const 1))))
    (func $complain (param $employee i32) (param $text i32) (param $length i32) (local $at i32)
        (local.set $at (i32.mul (global.get $complaints) (i32.const 20)))
        (i32.store offset=0xf0000 (local.get $at) (local.get $employee))
        (i32.store offset=0xf000c (local.get $at) (local.get $text))
        (i32.store offset=0xf0010 (local.get $at) (local.get $length))
        (global.set $complaints (i32.add (global.get $complaints) (i32.const 1))))
    (func $say (param $level i32) (param $text i32) (param $length i32)
        (call $log (local.get $level) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
            (local.get $text) (local.get $length)))
    (func $pay (param $cards i32) (param $employee i32)
        (call $edit (local.get $employee) (i32.const 9) (i32.const 0)
            (call $workday (local.get $cards) (call $first_day (local.get $cards) (local.get $employee)))
            (i64.const 0) (i64.const 0) (i32.const 3) (i64.const 1) (i32.const 0)))";

/// Lays a manifest out in memory, as the canonical ABI has it.
struct Manifest {
    bytes: Vec<u8>,
}

impl Manifest {
    fn new() -> Manifest {
        // The record comes first, what it points at after it.
        Manifest { bytes: vec![0; 64] }
    }

    fn write(&mut self, guest: &Guest) -> String {
        let reads: Vec<_> = guest.hooks.iter().map(|hook| self.hook_columns(*hook, &guest.columns)).collect();
        let rules = [self.rule("meal", "has a meal"), self.rule_with_figures()];
        let carried = [[self.text("points"), self.text("Points.")].concat()];
        let record = [
            self.text(&guest.name.replace(' ', "-")),
            self.text("0.1.0"),
            self.text("A guest of the tests."),
            self.text("hand"),
            self.list(&reads),
            self.list(&[]),
            self.list(&rules),
            self.list(&carried),
        ];
        self.bytes[..64].copy_from_slice(&record.concat());
        self.bytes.iter().map(|byte| format!("\\{byte:02x}")).collect()
    }

    fn hook_columns(&mut self, hook: Hook, columns: &[String]) -> Vec<u8> {
        let columns: Vec<_> = columns.iter().map(|column| self.text(column)).collect();
        [self.text(hook.code()), self.list(&columns)].concat()
    }

    fn rule(&mut self, key: &str, english: &str) -> Vec<u8> {
        [self.text(key), self.text(english), self.text(""), self.list(&[])].concat()
    }

    fn rule_with_figures(&mut self) -> Vec<u8> {
        let mut argument = |name: &str| [self.text(name), vec![0; 4]].concat();
        let arguments = [argument("a"), argument("b")];
        [self.text("figures"), self.text("{a} and {b}"), self.text(""), self.list(&arguments)].concat()
    }

    fn text(&mut self, text: &str) -> Vec<u8> {
        let at = self.place(text.as_bytes());
        pair(at, text.len())
    }

    fn list(&mut self, entries: &[Vec<u8>]) -> Vec<u8> {
        let at = self.place(&entries.concat());
        pair(at, entries.len())
    }

    fn place(&mut self, bytes: &[u8]) -> u32 {
        self.bytes.resize(self.bytes.len().next_multiple_of(8), 0);
        let at = MANIFEST + self.bytes.len() as u32;
        self.bytes.extend_from_slice(bytes);
        at
    }
}

fn pair(at: u32, length: usize) -> Vec<u8> {
    [at.to_le_bytes(), (length as u32).to_le_bytes()].concat()
}
