//! The corpus of guests, each with its expected outcome. A guest misbehaves for marked employees and pays every other
//! employee one meal.

use shiftmill_core::{FailureCode, Hook};

use shiftmill_guests::Guest;

/// The expected outcome of a guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is not loaded. The message contains this text.
    NotLoaded(&'static str),
    /// It is loaded and fails on its configuration.
    NotBound(FailureCode, &'static str),
    /// It fails on the marked employees; the others are paid.
    MarkedFail(FailureCode, &'static str),
    /// It fails on every employee.
    AllFail(FailureCode, &'static str),
    /// Every employee is paid.
    Harmless,
    /// Its answer for one employee depends on others, and the audit finds it.
    NotIndependent,
}
use FailureCode::{BadConfig, BadData, BadEdit, Budget, Memory, Panic, Stack};
use Outcome::{AllFail, Harmless, MarkedFail, NotBound, NotIndependent, NotLoaded};

/// All guests of the corpus.
pub fn guests() -> Vec<(Guest, Outcome)> {
    [in_hooks(), in_tables(), answers(), edits(), around_hooks(), dependent()].concat()
}

/// Misbehaviour while a hook runs.
fn in_hooks() -> Vec<(Guest, Outcome)> {
    let mut cases = Vec::new();
    for hook in Hook::ALL.iter().copied() {
        let endless = Guest::new(&format!("loops in {hook}"), "(loop $again (br $again))").at(hook);
        cases.push((endless, MarkedFail(Budget, "exceeded its fuel budget, in `bad`")));
        let trap = Guest::new(&format!("traps in {hook}"), "unreachable").at(hook);
        cases.push((trap, MarkedFail(Panic, "stopped without a message, in `bad`")));
    }
    let bodies = [
        (
            "panics with words",
            "(call $say (i32.const 3) (i32.const 0x500) (i32.const 35)) unreachable",
            (Panic, "src/lib.rs:15:9: no days for anyone"),
        ),
        (
            "grows its memory page by page",
            "(loop $again (drop (memory.grow (i32.const 1))) (br $again))",
            (Memory, "bytes of memory, the maximum is 16777216, in `bad`"),
        ),
        ("grows its memory at once", "(drop (memory.grow (i32.const 65000)))", (Memory, "bytes of memory")),
        ("goes deep", "(call $bad (local.get $cards) (local.get $employee))", (Stack, "exceeded the stack, in `bad`")),
        (
            "divides by zero",
            "(drop (i32.div_u (i32.const 1) (i32.const 0)))",
            (Panic, "integer divide by zero, in `bad`"),
        ),
        (
            "divides too far",
            "(drop (i32.div_s (i32.const 0x80000000) (i32.const -1)))",
            (Panic, "integer overflow, in `bad`"),
        ),
        ("reads beyond its memory", "(drop (i32.load (i32.const -4)))", (Panic, "out of bounds memory access")),
        (
            "writes far beyond its memory",
            "(i64.store offset=4294967295 (i32.const -1) (i64.const 1))",
            (Panic, "out of bounds memory access"),
        ),
        (
            // Copying costs fuel by the byte, so that a copy of gigabytes ends before it begins.
            "copies gigabytes",
            "(memory.copy (i32.const 0) (i32.const 0) (i32.const -1))",
            (Budget, "exceeded its fuel budget"),
        ),
        (
            "copies beyond its memory",
            "(memory.copy (i32.const 0) (i32.const 0) (i32.const 0x2000000))",
            (Panic, "out of bounds memory access"),
        ),
        (
            "fills beyond its memory",
            "(memory.fill (i32.const 1) (i32.const 0) (i32.const 0x2000000))",
            (Panic, "out of bounds memory access"),
        ),
        (
            "logs without end",
            "(loop $again (call $say (i32.const 0) (i32.const 0x500) (i32.const 35)) (br $again))",
            (Budget, "exceeded its fuel budget"),
        ),
        (
            "logs half a megabyte without end",
            "(loop $again (call $say (i32.const 0) (i32.const 0x180000) (i32.const 0x80000)) (br $again))",
            (Budget, "exceeded its fuel budget"),
        ),
        (
            "logs text from beyond its memory",
            "(call $say (i32.const 0) (i32.const -16) (i32.const 64))",
            (Panic, "out of bounds"),
        ),
        (
            "logs what is no text",
            "(i32.store (i32.const 64) (i32.const -1)) (call $say (i32.const 0) (i32.const 64) (i32.const 4))",
            (Panic, "invalid utf-8"),
        ),
        (
            "logs at no level",
            "(call $say (i32.const 77) (i32.const 0x500) (i32.const 4))",
            (Panic, "violates the plugin contract"),
        ),
    ];
    cases.extend(bodies.map(|(name, body, (code, words))| (Guest::new(name, body), MarkedFail(code, words))));
    cases
}

fn in_tables() -> Vec<(Guest, Outcome)> {
    let bodies = [
        ("calls nothing", "(call_indirect $table (i32.const 0))", (Panic, "uninitialized element")),
        ("calls beyond its table", "(call_indirect $table (i32.const 99))", (Panic, "out of bounds table access")),
        ("calls another type", "(call_indirect $table (i32.const 1))", (Panic, "indirect call type mismatch")),
    ];
    let with_table = |guest: &mut Guest| {
        guest.fields = "(table $table 2 funcref) (elem (i32.const 1) func $answer)".to_owned();
    };
    bodies.map(|(name, body, (code, words))| (Guest::new(name, body).with(with_table), MarkedFail(code, words))).into()
}

/// Answers that cannot be read. Each column of the answer is a pointer and a length, from 0x400 on.
fn answers() -> Vec<(Guest, Outcome)> {
    let answers = [
        (
            "answers one kind too many",
            "(i32.store (i32.const 0x40c) (i32.add (global.get $edits) (i32.const 1)))",
            (BadEdit, "`edits.employee` has 1 rows, `edits.kind` 2"),
        ),
        (
            "answers no rules",
            "(i32.store (i32.const 0x444) (i32.const 0))",
            (BadEdit, "`edits.employee` has 1 rows, `edits.rule` 0"),
        ),
        ("answers four billion rows", "(i32.store (i32.const 0x404) (i32.const -1))", (Panic, "out of bounds")),
        (
            "answers rows from beyond its memory",
            "(i32.store (i32.const 0x400) (i32.const 0x7ffffff0))",
            (Panic, "out of bounds"),
        ),
        ("answers from an odd address", "(i32.store (i32.const 0x420) (i32.const 0x50001))", (Panic, "not aligned")),
        (
            "answers more figures than its rows have",
            "(i32.store (i32.const 0x454) (i32.const 5))",
            (BadEdit, "does not divide its 5 arguments"),
        ),
        (
            "answers figures that are not there",
            "(i32.store (i32.const 0xd0000) (i32.const -1))",
            (BadEdit, "does not divide its 0 arguments"),
        ),
        (
            "answers about a stranger",
            "(i32.store (i32.const 0x10000) (i32.const 4000))",
            (BadEdit, "about employee 4000, where 1 were given"),
        ),
        ("answers all its memory in every column", HUGE_LISTS, (Memory, "its answer exceeds the limit")),
        (
            "complains half a million times",
            "(drop (memory.grow (i32.const 200)))
             (i32.store (i32.const 0x458) (i32.const 0x210000)) (i32.store (i32.const 0x45c) (i32.const 500000))",
            (Memory, "its answer exceeds the limit"),
        ),
        (
            "complains a thousand times",
            "(i32.store (i32.const 0x458) (i32.const 0x8000)) (i32.store (i32.const 0x45c) (i32.const 1000))",
            (BadEdit, "1000 complaints about 1 employees"),
        ),
        (
            "complains about a stranger",
            "(call $complain (i32.const 99) (i32.const 0x500) (i32.const 35))
             (i32.store (i32.const 0x45c) (global.get $complaints))",
            (BadEdit, "about employee 99"),
        ),
        (
            "complains from beyond its memory",
            "(i32.store (i32.const 0x458) (i32.const -8)) (i32.store (i32.const 0x45c) (i32.const 1))",
            (Panic, "out of bounds"),
        ),
        (
            "complains with what is no text",
            "(i32.store (i32.const 64) (i32.const -1)) (call $complain (i32.const 0) (i32.const 64) (i32.const 4))
             (i32.store (i32.const 0x45c) (global.get $complaints))",
            (Panic, "invalid utf-8"),
        ),
    ];
    let spoilt = |(name, answer, (code, words)): (&str, &str, (FailureCode, &'static str))| {
        (Guest::honest(name).with(|guest| guest.answer = answer.to_owned()), MarkedFail(code, words))
    };
    let mut cases: Vec<_> = answers.map(spoilt).into();
    let places = [
        ("answers from beyond its memory", "0x7ffffff0", "out of bounds"),
        ("answers at an odd address", "0x402", "not aligned"),
    ];
    for (name, place, words) in places {
        let place = format!("(select (i32.const {place}) (i32.const 0x400) (global.get $marked))");
        cases.push((Guest::honest(name).with(|guest| guest.answer_at = place), MarkedFail(Panic, words)));
    }
    let complaint = "(call $complain (local.get $employee) (i32.const 0x50c) (i32.const 23))";
    cases.push((Guest::new("complains", complaint), MarkedFail(BadData, "no days for anyone")));
    let twice = format!("{complaint} (call $pay (local.get $cards) (local.get $employee))");
    cases.push((Guest::new("complains and pays", &twice), MarkedFail(BadData, "no days for anyone")));
    cases
}

/// Every column of the answer is the whole memory, after it has grown.
const HUGE_LISTS: &str = "
    (drop (memory.grow (i32.const 200)))
    (global.set $figures (i32.const 0))
    (loop $next
        (i32.store (i32.add (i32.const 0x400) (i32.shl (global.get $figures) (i32.const 3))) (i32.const 0))
        (i32.store (i32.add (i32.const 0x404) (i32.shl (global.get $figures) (i32.const 3))) (i32.const 1800000))
        (global.set $figures (i32.add (global.get $figures) (i32.const 1)))
        (br_if $next (i32.lt_u (global.get $figures) (i32.const 11))))";

/// One edit, as the body of a guest.
#[derive(Clone, Copy)]
struct Edit {
    employee: &'static str,
    kind: u8,
    row: &'static str,
    workday: &'static str,
    start: &'static str,
    end: &'static str,
    code: i32,
    amount: &'static str,
    rule: i32,
}

const FIRST_SPAN: &str = "(call $first_span (local.get $cards) (local.get $employee))";
const FIRST_DAY: &str = "(call $workday (local.get $cards) (call $first_day (local.get $cards) (local.get $employee)))";
const START: &str =
    "(call $span_start_at (local.get $cards) (call $first_span (local.get $cards) (local.get $employee)))";
const END: &str = "(call $span_end_at (local.get $cards) (call $first_span (local.get $cards) (local.get $employee)))";

/// The payment of a meal on the first day.
const MEAL: Edit = Edit {
    employee: "(local.get $employee)",
    kind: 9,
    row: "(i32.const 0)",
    workday: FIRST_DAY,
    start: "(i64.const 0)",
    end: "(i64.const 0)",
    code: 3,
    amount: "(i64.const 1)",
    rule: 0,
};
/// Paying the first span as what it is.
const RECODE: Edit = Edit { kind: 5, row: FIRST_SPAN, start: START, end: END, code: 0, ..MEAL };

impl Edit {
    fn body(self) -> String {
        let Edit { employee, kind, row, workday, start, end, code, amount, rule } = self;
        format!(
            "(call $edit {employee} (i32.const {kind}) {row} {workday} {start} {end} (i32.const {code}) {amount}
                (i32.const {rule}))"
        )
    }
}

/// Edits that the host or the core refuses.
fn edits() -> Vec<(Guest, Outcome)> {
    let edits = [
        ("proposes an unknown kind", Edit { kind: 42, ..MEAL }, "edit 1 of rule `meal`: kind 42 does not exist"),
        ("proposes kind 0", Edit { kind: 0, ..MEAL }, "kind 0 does not exist"),
        ("retimes a punch in days", Edit { kind: 1, ..MEAL }, "`punches`"),
        ("expects in days", Edit { kind: 3, ..MEAL }, "`scheduled`"),
        ("names a rule that it has not", Edit { rule: 7, ..MEAL }, "its rule 7 is none of the 2 of the manifest"),
        ("gives a reason without its figures", Edit { rule: 1, ..MEAL }, "figures"),
        ("pays a code that is not there", Edit { code: 999, ..MEAL }, "999"),
        ("pays a premium as a quantity", Edit { code: 2, ..MEAL }, "`night`"),
        ("pays less than nothing", Edit { amount: "(i64.const -1)", ..MEAL }, "its amount -1 is negative or too large"),
        (
            "pays more than can be counted",
            Edit { amount: "(i64.const 9223372036854775807)", ..MEAL },
            "its amount 9223372036854775807 is negative or too large",
        ),
        ("pays on a day that never was", Edit { workday: "(i32.const 0x80000000)", ..MEAL }, "edit 1"),
        ("pays on a day long after", Edit { workday: "(i32.const 0x7fffffff)", ..MEAL }, "edit 1"),
        ("marks with no exception", Edit { kind: 10, code: 255, ..MEAL }, "exception 255 does not exist"),
        ("marks with far too large a code", Edit { kind: 10, code: 65535, ..MEAL }, "exception 65535 does not exist"),
        (
            "marks at the end of time",
            Edit { kind: 10, code: 27, start: "(i64.const 9223372036854775807)", ..MEAL },
            "edit 1",
        ),
        ("carries what it has not declared", Edit { kind: 11, code: 5, ..MEAL }, "its key 5 is none of the 1 carried"),
        (
            "recodes a row that is not there",
            Edit { row: "(i32.const 100000)", ..RECODE },
            "a row of `spans` that the employee does not have",
        ),
        ("recodes backwards", Edit { start: END, end: START, ..RECODE }, "edit 1"),
        (
            "recodes from the beginning to the end of time",
            Edit { start: "(i64.const 0x8000000000000000)", end: "(i64.const 9223372036854775807)", ..RECODE },
            "edit 1",
        ),
        ("recodes to a quantity", Edit { code: 3, ..RECODE }, "`meal`"),
        ("resizes to the end of time", Edit { kind: 6, end: "(i64.const 9223372036854775807)", ..RECODE }, "edit 1"),
        ("resizes to nothing", Edit { kind: 6, end: START, ..RECODE }, "edit 1"),
        ("splits at its end", Edit { kind: 7, start: END, ..RECODE }, "edit 1"),
        (
            "splits at the beginning of time",
            Edit { kind: 7, start: "(i64.const 0x8000000000000000)", ..RECODE },
            "edit 1",
        ),
        ("adds over what is there", Edit { kind: 4, amount: "(i64.const 0)", ..RECODE }, "edit 1"),
        ("adds what is neither work nor break", Edit { kind: 4, ..RECODE }.with_amount("(i64.const 7)"), "neither 0"),
        (
            "pays a premium beyond the span",
            Edit { kind: 8, code: 2, end: "(i64.const 9223372036854775807)", ..RECODE },
            "edit 1",
        ),
    ];
    let mut cases = Vec::new();
    for (name, edit, words) in edits {
        cases.push((Guest::new(name, &edit.body()), MarkedFail(BadEdit, words)));
    }
    // The edit before the bad one is not applied either.
    let second = format!("{} {}", MEAL.body(), Edit { kind: 42, ..MEAL }.body());
    cases.push((Guest::new("proposes badly at last", &second), MarkedFail(BadEdit, "edit 2 of rule `meal`")));
    let neighbour = Edit { employee: "(i32.xor (local.get $employee) (i32.const 1))", ..RECODE };
    cases.push((Guest::new("proposes for its neighbour", &neighbour.body()), NotIndependent));
    let many = format!(
        "(local $left i32) (local.set $left (i32.const 5000))
         (loop $again {} (local.set $left (i32.sub (local.get $left) (i32.const 1))) (br_if $again (local.get $left)))",
        MEAL.body(),
    );
    cases.push((Guest::new("proposes five thousand edits", &many), MarkedFail(Memory, "answers 5000 edits")));
    cases
}

impl Edit {
    fn with_amount(self, amount: &'static str) -> Edit {
        Edit { amount, ..self }
    }
}

/// Misbehaviour outside of hooks.
fn around_hooks() -> Vec<(Guest, Outcome)> {
    let endless = "(loop $again (br $again)) unreachable";
    let described =
        |name: &str, body: &str, outcome| (Guest::honest(name).with(|guest| guest.describe = body.to_owned()), outcome);
    let configured = |name: &str, body: &str, outcome| {
        (Guest::honest(name).with(|guest| guest.configure = body.to_owned()), outcome)
    };
    let allocated =
        |name: &str, body: &str, outcome| (Guest::honest(name).with(|guest| guest.realloc = body.to_owned()), outcome);
    let after =
        |name: &str, body: &str, outcome| (Guest::honest(name).with(|guest| guest.after = body.to_owned()), outcome);
    let started = |name: &str, body: &str, outcome| {
        let start = format!("(func $begin {body}) (start $begin)");
        (Guest::honest(name).with(|guest| guest.fields = start), outcome)
    };
    vec![
        described("loops in describe", endless, NotLoaded("exceeded its fuel budget")),
        described("traps in describe", "unreachable", NotLoaded("stopped without a message")),
        described("describes itself from beyond", "(i32.const -64)", NotLoaded("out of bounds")),
        described("describes itself at an odd address", "(i32.const 0x1001)", NotLoaded("not aligned")),
        described(
            "has four billion settings",
            "(i32.store (i32.const 0x102c) (i32.const -1)) (i32.const 0x1000)",
            NotLoaded("out of bounds"),
        ),
        described(
            "has a name of two megabytes",
            "(i32.store (i32.const 0x1004) (i32.const 0x1f0000)) (i32.const 0x1000)",
            NotLoaded("its answer exceeds the limit"),
        ),
        described(
            "has a name that is no text",
            "(i32.store (i32.const 64) (i32.const -1)) (i32.store (i32.const 0x1000) (i32.const 64)) (i32.const 0x1000)",
            NotLoaded("invalid utf-8"),
        ),
        described(
            "has no version",
            "(i32.store (i32.const 0x100c) (i32.const 0)) (i32.const 0x1000)",
            NotLoaded("its version `` is not a version"),
        ),
        (
            Guest::honest("reads a column of the future").with(|guest| guest.columns.push("span.wage".to_owned())),
            NotLoaded("there is no column `span.wage`; the plugin may need a newer Shiftmill"),
        ),
        configured("loops in configure", endless, NotBound(Budget, "exceeded its fuel budget")),
        configured("traps in configure", "unreachable", NotBound(Panic, "stopped without a message")),
        configured(
            "refuses its configuration",
            "(i32.store8 (i32.const 0x480) (i32.const 1)) (i32.store (i32.const 0x484) (i32.const 0x511))
             (i32.store (i32.const 0x488) (i32.const 7)) (i32.const 0x480)",
            NotBound(BadConfig, "no days"),
        ),
        configured(
            "refuses with what is no text",
            "(i32.store8 (i32.const 0x480) (i32.const 1)) (i32.store (i32.const 0x484) (i32.const 0x480))
             (i32.store8 (i32.const 0x481) (i32.const 255)) (i32.store (i32.const 0x488) (i32.const 7))
             (i32.const 0x480)",
            NotBound(Panic, "invalid utf-8"),
        ),
        configured(
            "answers its configuration with neither yes nor no",
            "(i32.store8 (i32.const 0x480) (i32.const 9)) (i32.const 0x480)",
            NotBound(Panic, "violates the plugin contract"),
        ),
        allocated("loops in realloc", endless, NotBound(Budget, "exceeded its fuel budget")),
        allocated("traps in realloc", "unreachable", NotBound(Panic, "stopped without a message")),
        allocated("allocates at odd addresses", "(i32.const 0x100001)", NotBound(Panic, "not aligned")),
        allocated("allocates beyond its memory", "(i32.const 0x7ffffff8)", NotBound(Panic, "beyond end of memory")),
        // All inputs are at the same address, so that it reads other values for one employee than for many.
        allocated("allocates everything at 0", "(i32.const 0)", NotIndependent),
        after("loops after its answer", "(loop $again (br $again))", AllFail(Budget, "exceeded its fuel budget")),
        after("traps after its answer", "unreachable", AllFail(Panic, "stopped without a message")),
        after(
            "logs after its answer",
            "(call $say (i32.const 0) (i32.const 0x500) (i32.const 35))",
            AllFail(Panic, "cannot leave component instance"),
        ),
        started("begins at once", "(global.set $marked (i32.const 0))", Harmless),
        started("loops from the start", "(loop $again (br $again))", NotLoaded("exceeded its fuel budget")),
        started("traps from the start", "unreachable", NotLoaded("stopped without a message")),
        (Guest::honest("is honest"), Harmless),
    ]
}

/// Guests that let one employee's edits depend on others.
fn dependent() -> Vec<(Guest, Outcome)> {
    let pays = |name: &str, amount: &str| {
        let body = format!(
            "(call $edit (local.get $employee) (i32.const 9) (i32.const 0) {FIRST_DAY} (i64.const 0) (i64.const 0)
                (i32.const 3) (i64.extend_i32_u {amount}) (i32.const 0))"
        );
        let counter = "(global $count (mut i32) (i32.const 0))
            (func $next (result i32)
                (global.set $count (i32.add (global.get $count) (i32.const 1))) (global.get $count))";
        (
            Guest::new(name, &body).with(|guest| {
                guest.good = body.clone();
                guest.fields = counter.to_owned();
            }),
            NotIndependent,
        )
    };
    vec![
        pays("counts its employees", "(call $next)"),
        pays("pays by how many employees there are", "(call $employees (local.get $cards))"),
        pays(
            "pays by where its memory lies",
            "(i32.and (i32.shr_u (global.get $heap) (i32.const 6)) (i32.const 1023))",
        ),
        pays("pays by the days of the first employee", "(call $days (local.get $cards) (i32.const 0))"),
        pays("pays by its number", "(local.get $employee)"),
        pays("pays by the edits before", "(global.get $edits)"),
    ]
}
