//! How many seconds the fuel of a whole call lasts, for each kind of operator that plugins may use.

use std::time::Instant;

use shiftmill_core::Hook;
use shiftmill_guests::Guest;
use shiftmill_plugin_host::{Host, HostSettings};

use crate::cards::{Cards, bind, binding};
use crate::processor_nanoseconds;

/// What an endless loop does.
struct Case {
    name: String,
    /// Local variables.
    locals: String,
    /// What is done once, before the loop.
    first: String,
    body: String,
    /// How many times the body stands in the loop.
    times: usize,
    fields: String,
    /// Pages of memory.
    pages: u32,
}

fn case(name: &str, body: &str) -> Case {
    Case {
        name: name.to_owned(),
        locals: "(local $i i32) (local $j i64) (local $f f32) (local $g f64) (local $v v128) (local $w v128)"
            .to_owned(),
        first: "(local.set $j (i64.const -77777)) (local.set $g (f64.const 1.5)) (local.set $f (f32.const 1.5))
            (local.set $v (v128.const i64x2 123456789 987654321)) (local.set $w (local.get $v))"
            .to_owned(),
        body: body.to_owned(),
        times: 200,
        fields: String::new(),
        pages: 32,
    }
}

impl Case {
    fn with(mut self, change: impl FnOnce(&mut Case)) -> Case {
        change(&mut self);
        self
    }

    fn guest(&self) -> Guest {
        let Case { locals, first, body, times, .. } = self;
        let bad = format!("{locals} {first} (loop $again {} (br $again))", body.repeat(*times));
        Guest::new("amplifier", &bad).with(|guest| {
            guest.fields.clone_from(&self.fields);
            guest.memory = self.pages.to_string();
        })
    }
}

/// Prints a line for each case whose name contains `filter`.
pub fn amplify(filter: &str) {
    let settings = HostSettings { floats_allowed: true, ..HostSettings::default() };
    let host = Host::new(settings).unwrap();
    println!("{:>36} {:>10} {:>10}", "", "seconds", "of clock");
    let mut cases = cases();
    cases.retain(|case| case.name.contains(filter));
    for case in cases {
        let component = case.guest().component();
        let plugin = match host.load(&component) {
            Ok(plugin) => plugin,
            Err(error) => {
                println!("{:>36} {error}", case.name);
                continue;
            }
        };
        let bound = bind(&plugin, &binding(&plugin)).unwrap();
        let cards = Cards::marked(&binding(&plugin), 1, &[0], Hook::Days);
        let (clock, before) = (Instant::now(), processor_nanoseconds());
        let ended = match cards.call(&bound, Hook::Days) {
            Ok(answers) => {
                answers.of(0).map_or_else(|failure| failure.code.code().to_owned(), |_| "answers".to_owned())
            }
            Err(error) => error.to_string(),
        };
        let seconds = (processor_nanoseconds() - before) as f64 / 1e9;
        println!("{:>36} {seconds:>10.3} {:>10.3} {ended}", case.name, clock.elapsed().as_secs_f64());
    }
}

fn cases() -> Vec<Case> {
    [numbers(), vectors(), memory(), control(), moves()].concat_all()
}

/// Joins lists of cases.
trait ConcatAll {
    fn concat_all(self) -> Vec<Case>;
}

impl<const N: usize> ConcatAll for [Vec<Case>; N] {
    fn concat_all(self) -> Vec<Case> {
        self.into_iter().flatten().collect()
    }
}

/// Chains of one operator, each of which needs the result of the one before.
fn chains(kind: &str, variable: &str, unary: &str, binary: &str) -> Vec<Case> {
    let one = |operator: &str| {
        let body = format!("(local.set {variable} ({kind}.{operator} (local.get {variable})))");
        case(&format!("{kind}.{operator}"), &body)
    };
    let two = |operator: &str| {
        let other = if kind.contains('x') { "(local.get $w)".to_owned() } else { format!("({kind}.const 7)") };
        let body = format!("(local.set {variable} ({kind}.{operator} (local.get {variable}) {other}))");
        case(&format!("{kind}.{operator}"), &body)
    };
    unary.split_whitespace().map(one).chain(binary.split_whitespace().map(two)).collect()
}

fn numbers() -> Vec<Case> {
    let binary = "add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr";
    let floats = "add sub mul div min max copysign";
    let rounded = "abs neg ceil floor trunc nearest sqrt";
    let compared = |kind: &str, variable: &str, operator: &str| {
        let body = format!(
            "(local.set $i (i32.add (local.get $i) ({kind}.{operator} (local.get {variable}) ({kind}.const 7))))
             (local.set {variable} ({kind}.add (local.get {variable}) ({kind}.const 1)))"
        );
        case(&format!("{kind}.{operator}"), &body)
    };
    let converted = |name: &str, body: &str| case(name, body);
    [
        chains("i32", "$i", "clz ctz popcnt extend8_s extend16_s", binary),
        chains("i64", "$j", "clz ctz popcnt extend8_s extend16_s extend32_s", binary),
        chains("f32", "$f", rounded, floats),
        chains("f64", "$g", rounded, floats),
        vec![
            compared("i64", "$j", "lt_s"),
            compared("f32", "$f", "lt"),
            compared("f64", "$g", "lt"),
            converted("select", "(local.set $j (select (local.get $j) (i64.const 3) (i32.wrap_i64 (local.get $j))))"),
            converted("f64 and i64", "(local.set $g (f64.convert_i64_u (i64.trunc_sat_f64_u (local.get $g))))"),
            converted("f64 and i64 or a trap", "(local.set $g (f64.convert_i64_u (i64.trunc_f64_u (local.get $g))))"),
            converted("f32 and i64", "(local.set $f (f32.convert_i64_u (i64.trunc_sat_f32_u (local.get $f))))"),
            converted("f32 and f64", "(local.set $f (f32.demote_f64 (f64.promote_f32 (local.get $f))))"),
            converted("reinterpret", "(local.set $g (f64.reinterpret_i64 (i64.reinterpret_f64 (local.get $g))))"),
        ],
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn vectors() -> Vec<Case> {
    let bytes = "add sub add_sat_s sub_sat_u min_s max_u avgr_u swizzle eq lt_u ge_s narrow_i16x8_s";
    let shifts = |kind: &str| {
        let shift = |operator: &str| {
            let body =
                format!("(local.set $v ({kind}.{operator} (local.get $v) (i32x4.extract_lane 0 (local.get $v))))");
            case(&format!("{kind}.{operator}"), &body)
        };
        ["shl", "shr_s", "shr_u"].map(shift)
    };
    let floats = "add sub mul div min max pmin pmax eq lt";
    let rounded = "abs neg ceil floor trunc nearest sqrt";
    [
        chains("i8x16", "$v", "abs neg popcnt", bytes),
        chains(
            "i16x8",
            "$v",
            "abs neg extend_low_i8x16_s extadd_pairwise_i8x16_u",
            "mul q15mulr_sat_s extmul_high_i8x16_u",
        ),
        chains(
            "i32x4",
            "$v",
            "abs extadd_pairwise_i16x8_s trunc_sat_f32x4_s trunc_sat_f32x4_u trunc_sat_f64x2_u_zero",
            "mul dot_i16x8_s extmul_low_i16x8_s max_u",
        ),
        chains("i64x2", "$v", "abs neg", "mul extmul_low_i32x4_u eq lt_s"),
        chains("f32x4", "$v", &format!("{rounded} convert_i32x4_u demote_f64x2_zero"), floats),
        chains("f64x2", "$v", &format!("{rounded} convert_low_i32x4_u promote_low_f32x4"), floats),
        ["i8x16", "i16x8", "i32x4", "i64x2"].into_iter().flat_map(shifts).collect(),
        vec![
            case(
                "i8x16.shuffle",
                "(local.set $v (i8x16.shuffle 3 9 17 20 1 2 31 30 5 6 7 8 9 10 0 1 (local.get $v) (local.get $w)))",
            ),
            case("v128.bitselect", "(local.set $v (v128.bitselect (local.get $v) (local.get $w) (local.get $v)))"),
            case("i8x16.bitmask", "(local.set $v (i8x16.splat (i8x16.bitmask (local.get $v))))"),
            case("i64x2.all_true", "(local.set $v (i8x16.splat (i64x2.all_true (local.get $v))))"),
            case("v128.any_true", "(local.set $v (i64x2.splat (i64.extend_i32_u (v128.any_true (local.get $v)))))"),
            case(
                "i8x16 lanes",
                "(local.set $v (i8x16.replace_lane 3 (local.get $v) (i8x16.extract_lane_s 5 (local.get $v))))",
            ),
        ],
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Fills memory from 1 MiB to 9 MiB with addresses in it, in no order.
const CHASE: &str = "
    (local.set $i (i32.const 0))
    (loop $fill
        (i32.store offset=0x100000 (i32.and (i32.mul (local.get $i) (i32.const 64)) (i32.const 0x7fffc0))
            (i32.and (i32.mul (i32.add (i32.mul (local.get $i) (i32.const 48271)) (i32.const 12345)) (i32.const 64))
                (i32.const 0x7fffc0)))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $fill (i32.lt_u (local.get $i) (i32.const 131072))))";

fn memory() -> Vec<Case> {
    let large = |case: Case| case.with(|case| case.pages = 200);
    let mut cases = vec![
        large(case("load of load", "(local.set $i (i32.load offset=0x100000 (local.get $i)))"))
            .with(|case| case.first = CHASE.to_owned()),
        large(case(
            "load of load, bare",
            &format!("(local.set $i {} (local.get $i) {})", "(i32.load offset=0x100000 ".repeat(50), ")".repeat(50)),
        ))
        .with(|case| {
            case.first = CHASE.to_owned();
            case.times = 4;
        }),
        case(
            "load8 beside store8",
            "(i32.store8 (i32.const 0x80000) (i32.add (i32.load8_u (i32.const 0x80000)) (i32.const 1)))",
        ),
        case(
            "load that spans stores",
            "(i32.store8 (i32.const 0x80000) (i32.const 1)) (local.set $j (i64.add (local.get $j) (i64.load (i32.const 0x7ffff))))",
        ),
        case("across pages", "(i64.store offset=0x20003c (i32.const 0) (i64.load offset=0x20107c (i32.const 0)))")
            .with(|case| case.pages = 64),
        case(
            "v128 across pages",
            "(v128.store offset=0x200ff8 (i32.const 0) (v128.load offset=0x201ff9 (i32.const 0)))",
        )
        .with(|case| case.pages = 64),
        large(case(
            "strided store",
            "(i32.store offset=0x100000 (local.tee $i (i32.and (i32.add (local.get $i) (i32.const 0x11040)) (i32.const 0xbfffc0))) (i32.const 1))",
        )),
        case("fill 0", "(memory.fill (i32.const 0x100000) (i32.const 1) (i32.and (local.get $i) (i32.const 0)))"),
        case("fill of 3, known", "(memory.fill (i32.const 0x100000) (i32.const 1) (i32.const 3))"),
        case("copy 0", "(memory.copy (i32.const 0x100000) (i32.const 0x100001) (local.get $i))"),
        case("copy of 1, known", "(memory.copy (i32.const 0x100000) (i32.const 0x100001) (i32.const 1))"),
        case("copy of 127, known", "(memory.copy (i32.const 0x100000) (i32.const 0x100001) (i32.const 127))"),
        case(
            "copy of 64",
            "(local.set $i (i32.const 64)) (memory.copy (i32.const 0x100000) (i32.const 0x100001) (local.get $i))",
        ),
        large(case("copy of 8 MiB", "(memory.copy (i32.const 0x100000) (i32.const 0x100001) (i32.const 0x800000))")),
        large(case("fill of 8 MiB", "(memory.fill (i32.const 0x100000) (i32.const 1) (i32.const 0x800000))")),
        case("grow 0", "(drop (memory.grow (i32.const 0)))"),
        case("size", "(local.set $i (i32.add (local.get $i) (memory.size)))"),
        case("global", "(global.set $n (i64.add (global.get $n) (i64.const 1)))")
            .with(|case| case.fields = "(global $n (mut i64) (i64.const 0))".to_owned()),
        case("log", "(call $say (i32.const 0) (i32.const 0x500) (i32.const 35))"),
        case("log of half a MiB", "(call $say (i32.const 0) (i32.const 0x180000) (i32.const 0x80000))"),
    ];
    // Each at an address of its own, with the machine code of each.
    for (name, what) in [
        ("store everywhere", "(i32.store offset=ADDRESS (i32.const 0) (i32.const 1))"),
        ("load everywhere", "(drop (i32.load offset=ADDRESS (i32.const 0)))"),
    ] {
        let function = |number: usize| {
            let body: String = (0..20_000)
                .map(|at| {
                    let address = 0x10_0000 + ((number * 20_000 + at) * 4_160) % 0xb0_0000;
                    what.replace("ADDRESS", &address.to_string())
                })
                .collect();
            format!("(func $f{number} {body})")
        };
        let calls: String = (0..16).map(|number| format!("(call $f{number})")).collect();
        cases.push(large(case(name, &calls)).with(|case| {
            case.times = 1;
            case.fields = (0..16).map(function).collect();
        }));
    }
    cases
}

/// A random number in `$i`.
const RANDOM: &str = "(local.set $i (i32.add (i32.mul (local.get $i) (i32.const 1103515245)) (i32.const 12345)))";

fn control() -> Vec<Case> {
    let empties = |what: &str, count: usize| format!("(func $f {})", what.repeat(count));
    let many = (0..9_000)
        .map(|number| {
            format!("(func $f{number} (param i32) (result i32) (i32.add (local.get 0) (i32.const {number})))")
        })
        .collect::<String>();
    let table = (0..9_000).map(|number| format!("$f{number} ")).collect::<String>();
    let in_table = format!(
        "(type $t (func (param i32) (result i32))) (table $table 9000 funcref) (elem (i32.const 0) func {table}) {many}"
    );
    let targets = (0..200).map(|target| format!("{target} ")).collect::<String>();
    let blocks = (0..200)
        .map(|number| format!("(local.set $j (i64.add (local.get $j) (i64.const {number})))) "))
        .collect::<String>();
    vec![
        case("nothing", "").with(|case| case.times = 1),
        case("empty loops", "(call $f)").with(|case| { case.times = 1; case.fields = empties("(loop)", 20_000); }),
        case("loops once", "(loop $x (br_if $x (i32.const 0)))"),
        case("loops not left", "(loop $x (br_if $x (local.get $i)))"),
        case("empty blocks", "(call $f)").with(|case| { case.times = 1; case.fields = empties("(block)", 20_000); }),
        case("br_if forward", "(block $x (br_if $x (local.get $i)) (local.set $j (i64.add (local.get $j) (i64.const 1))))"),
        case("if else", "(if (local.get $i) (then (local.set $j (i64.add (local.get $j) (i64.const 1)))) (else (local.set $j (i64.add (local.get $j) (i64.const 2)))))"),
        case("random br_if", &format!("{RANDOM} (block $x (br_if $x (i32.lt_s (local.get $i) (i32.const 0))) (call $f))")).with(|case| case.fields = "(func $f)".to_owned()),
        case("random br_if by memory", "(block $x (br_if $x (i32.load8_u offset=0x100000 (i32.and (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 0xfff)))) (call $f))")
            .with(|case| { case.fields = "(func $f)".to_owned(); case.first = "(loop $fill (i32.store8 offset=0x100000 (local.get $i) (i32.and (i32.shr_u (i32.mul (i32.mul (local.get $i) (local.get $i)) (i32.const 40503)) (i32.const 9)) (i32.const 1))) (local.set $i (i32.add (local.get $i) (i32.const 1))) (br_if $fill (i32.lt_u (local.get $i) (i32.const 4096))))".to_owned(); }),
        case("random br_table", &format!("{RANDOM} {} (br_table {targets} (i32.rem_u (i32.shr_u (local.get $i) (i32.const 8)) (i32.const 200))) {blocks}", "(block ".repeat(200))).with(|case| case.times = 1),
        case("call", "(call $f)").with(|case| case.fields = "(func $f)".to_owned()),
        case("call with parameters", "(local.set $i (call $f (local.get $i) (i32.const 1) (i32.const 2)))").with(|case| case.fields = "(func $f (param i32 i32 i32) (result i32) (local.get 0))".to_owned()),
        case("call_indirect", "(local.set $i (call_indirect $table (type $t) (local.get $i) (i32.const 7)))").with(|case| case.fields = in_table.clone()),
        case("random call_indirect", &format!("{RANDOM} (drop (call_indirect $table (type $t) (local.get $i) (i32.rem_u (i32.shr_u (local.get $i) (i32.const 8)) (i32.const 9000))))")).with(|case| case.fields = in_table.clone()),
        case("calls of all", &(0..9_000).map(|number| format!("(local.set $i (call $f{number} (local.get $i)))")).collect::<String>()).with(|case| { case.times = 1; case.fields = many.clone(); }),
        case("recursion", "(call $f (i32.const 5000))").with(|case| case.fields = "(func $f (param i32) (if (local.get 0) (then (call $f (i32.sub (local.get 0) (i32.const 1))))))".to_owned()),
    ]
}

/// Code in which values are moved without an operator: between variables that meet at the end of a branch, and variables
/// that start with zero.
fn moves() -> Vec<Case> {
    let mut cases = Vec::new();
    for count in [16, 100, 250, 500, 990] {
        let locals = format!("(local {})", "i64 ".repeat(count));
        let uses = (1..=count)
            .map(|local| format!("(global.set $n (i64.xor (global.get $n) (local.get {local})))"))
            .collect::<String>();
        let swaps = (1..count)
            .step_by(2)
            .map(|local| {
                format!("(local.get {local}) (local.set {local} (local.get {})) (local.set {})", local + 1, local + 1)
            })
            .collect::<String>();
        let shifted =
            (1..count).map(|local| format!("(local.set {local} (local.get {}))", local + 1)).collect::<String>();
        let sets = (1..=count)
            .map(|local| format!("(local.set {local} (i64.add (global.get $n) (i64.const {local})))"))
            .collect::<String>();
        let global = "(global $n (mut i64) (i64.const 1)) (global $never (mut i32) (i32.const 0))";
        let fits = |function: String| {
            move |case: &mut Case| {
                case.fields = format!("{global} {function}");
                case.times = 1;
            }
        };
        // Each call begins with so many zeros.
        let zeros = format!(
            "(func $f (param i32) {locals} (loop $x (if (local.get 0) (then {sets} (br $x)))) (if (global.get $never) (then {uses})))"
        );
        cases.push(
            case(&format!("zeros of {count}"), "(call $f (i32.const 0))")
                .with(fits(zeros))
                .with(|case| case.times = 100),
        );
        // An arm that is never taken swaps, or shifts, variables.
        let jumps = |arm: &str, times: usize| {
            format!(
                "(func $f (param i32) {locals} {sets} (loop $x {} (br_if $x (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) {uses})",
                format!("(if (global.get $never) (then {arm}))").repeat(times)
            )
        };
        cases.push(case(&format!("swaps of {count}"), "(call $f (i32.const 100000))").with(fits(jumps(&swaps, 1))));
        cases.push(case(&format!("shifts of {count}"), "(call $f (i32.const 100000))").with(fits(jumps(&shifted, 1))));
        if count <= 250 {
            cases.push(
                case(&format!("many swaps of {count}"), "(call $f (i32.const 100000))").with(fits(jumps(&swaps, 20))),
            );
        }
        // Left behind by a loop that goes on with the values above them.
        let values = "i64 ".repeat(count);
        let pushed = (0..count).map(|value| format!("i64.const {value} ")).collect::<String>();
        if count > 16 {
            continue;
        }
        let back = format!(
            "(type $v (func (param {values}) (result {values}))) (func $f (param i32) {pushed} loop $x (type $v) local.get 0 i64.extend_i32_u br $x end {} )",
            "drop ".repeat(count)
        );
        cases.push(case(&format!("values of {count}"), "(call $f (i32.const 1))").with(fits(back)));
    }
    cases
}
