//! Components whose cost is many times what their bytes show: refused before it is paid, or loaded without it.

use shiftmill_guests::Guest;
use shiftmill_guests::debug::{DebugInfo, custom_section, name_section, number, section};
use shiftmill_plugin_host::Lines;

use crate::shapes::Shape;

/// A component that is loaded, although a part of it that only messages use is hostile.
pub struct Bomb {
    pub name: &'static str,
    pub component: Vec<u8>,
    /// Whether its failures name lines.
    pub lines: Lines,
    /// What the message of its trap contains.
    pub words: &'static str,
}

/// All that are loaded.
pub fn bombs() -> Vec<Bomb> {
    debug_bombs().into_iter().chain(name_bombs()).collect()
}

/// Traps for marked employees.
fn traps() -> Guest {
    Guest::new("traps", "unreachable")
}

const UNREACHED: &str = "stopped without a message";

fn debug_bombs() -> Vec<Bomb> {
    let file = || DebugInfo::of_file("/home/li/acme/src/lib.rs");
    let bomb = |name, info: DebugInfo, lines, words| {
        let component = traps().component_of(&info.added_to(&traps().module()));
        Bomb { name, component, lines, words }
    };
    let garbage = |name, sections: Vec<u8>| {
        let component = traps().component_of(&[traps().module(), sections].concat());
        Bomb { name, component, lines: Lines::Absent, words: "stopped without a message, in `bad`" }
    };
    let whole = |name: &str| vec![(1, 60_000, name.to_owned())];
    let without = "stopped without a message, in `bad`";
    let noise: Vec<u8> = (0..50_000_u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let sections = [".debug_info", ".debug_abbrev", ".debug_line", ".debug_ranges", ".debug_str"];
    vec![
        bomb("knows its lines", file(), Lines::Known, "stopped without a message, at src/lib.rs:7 in `bad`"),
        bomb(
            "knows its lines and functions",
            DebugInfo { functions: whole("_ZN4acme4late17h0123456789abcdefE"), ..file() },
            Lines::Known,
            "at src/lib.rs:7 in `acme::late`",
        ),
        bomb(
            "was inlined by its own code",
            DebugInfo {
                file: "/rustc/1/library/core/src/option.rs".to_owned(),
                functions: whole("acme::late"),
                inlined: Some("core::option::unwrap".to_owned()),
                ..file()
            },
            Lines::Known,
            "at src/caller.rs:40 in `acme::late`",
        ),
        bomb(
            "has lines of libraries only",
            DebugInfo { file: "/rustc/1/library/core/src/option.rs".to_owned(), ..file() },
            Lines::Absent,
            without,
        ),
        bomb(
            "has six hundred units of a million rows",
            DebugInfo { units: 600, first: 0x4000_0000, rows: 1_000_000, ..file() },
            Lines::TooLarge,
            without,
        ),
        bomb("has ten thousand units", DebugInfo { units: 10_000, ..file() }, Lines::TooLarge, without),
        bomb("has three megabytes of rows", DebugInfo { rows: 3_000_000, ..file() }, Lines::TooLarge, without),
        bomb(
            "has a list of ranges for everyone",
            DebugInfo { ranges: (20_000, 20_000), ..file() },
            Lines::TooLarge,
            without,
        ),
        bomb(
            "has an endless path",
            DebugInfo { file: format!("/src/{}", "deep/".repeat(100_000)), ..file() },
            Lines::Known,
            "at src/deep/deep/",
        ),
        garbage("has noise for debug information", sections.map(|name| custom_section(name, &noise)).concat()),
        garbage("has a hundred thousand sections", custom_section("x", b"").repeat(100_000)),
        garbage("has ten thousand line tables", custom_section(".debug_line", b"").repeat(10_000)),
    ]
}

fn name_bombs() -> Vec<Bomb> {
    let named = |name, names: Vec<(u32, String)>, words| {
        let names = names.iter().map(|(number, name)| (*number, name.as_str()));
        let component = traps().component_of(&[traps().module(), name_section(names)].concat());
        Bomb { name, component, lines: Lines::Absent, words }
    };
    let every = |name: &str| (0..64).map(|number| (number, name.to_owned())).collect::<Vec<_>>();
    let doubled = format!("_R{PATH}{}E", pair_of_pairs(PATH.len(), 40));
    vec![
        named("has a name of a megabyte", every(&"x".repeat(50_000)), "in `xxxx"),
        named("has names that double", every(&doubled), UNREACHED),
        named(
            "has names for functions that it does not have",
            (0..200_000).map(|number| (number + 100_000, "ghost".to_owned())).collect(),
            "in `bad`",
        ),
        named("has names of control characters", every("\u{1b}[2J\u{0}"), UNREACHED),
    ]
}

/// The start of the mangled name of a generic function.
const PATH: &str = "INvC4acme1f";

/// A mangled type at this place of a name: a pair of pairs of pairs. The second half of each refers to the first one, so
/// that every four letters double the text.
fn pair_of_pairs(at: usize, depth: usize) -> String {
    if depth == 0 {
        return "h".to_owned();
    }
    let digits: Vec<char> = ('0'..='9').chain('a'..='z').chain('A'..='Z').collect();
    let place = digits[at % 62];
    assert!(at < 62, "one digit is enough");
    format!("T{}B{place}_E", pair_of_pairs(at + 1, depth - 1))
}

/// All that are refused.
pub fn refused() -> Vec<Shape> {
    [of_components(), of_modules(), of_many_components()].concat()
}

/// A component of these sections. It is judged before it is validated, so that it need not be valid.
fn raw(sections: &[Vec<u8>]) -> Vec<u8> {
    [b"\0asm\x0d\0\x01\0".to_vec(), sections.concat()].concat()
}

/// Imports of a component, each a function.
fn imports(names: &[String]) -> Vec<u8> {
    let import = |name: &String| [&[0][..], &number(name.len() as u32), name.as_bytes(), &[1, 0]].concat();
    section(10, &[number(names.len() as u32), names.iter().flat_map(import).collect()].concat())
}

/// Exports of a component, each a function.
fn exports(names: &[String]) -> Vec<u8> {
    let export = |name: &String| [&[0][..], &number(name.len() as u32), name.as_bytes(), &[1, 0, 0]].concat();
    section(11, &[number(names.len() as u32), names.iter().flat_map(export).collect()].concat())
}

fn of_components() -> Vec<Shape> {
    let names = |count: usize| (0..count).map(|number| format!("x{number}")).collect::<Vec<_>>();
    // A module whose only function calls what it imports half a million times.
    let body = [vec![0], [0x10, 0].repeat(500_000), vec![0x0b]].concat();
    let code = [vec![1], number(body.len() as u32), body].concat();
    let module = [
        b"\0asm\x01\0\0\0".to_vec(),
        section(1, &[1, 0x60, 0, 0]),
        section(2, &[&[1, 2][..], b"x0", &[1], b"f", &[0, 0]].concat()),
        section(3, &[1, 0]),
        section(10, &code),
    ];
    let calls = raw(&[section(1, &module.concat()), imports(&names(1_000))]);
    let one_each = raw(&names(5_000).iter().map(|name| imports(std::slice::from_ref(name))).collect::<Vec<_>>());
    let newer = format!("shiftmill:plugin/days@1.7.0+{}", "a".repeat(90_000));
    let record = (0..900).map(|field| format!("(field \"f{field}\" u8)")).collect::<String>();
    vec![
        ("a thousand foreign imports", calls, "1000 imports of the component, the maximum is 16"),
        ("five thousand sections of imports", one_each, "5000 imports of the component, the maximum is 16"),
        (
            "sixty thousand exports",
            raw(&[exports(&names(60_000))]),
            "60000 exports of the component, the maximum is 32",
        ),
        ("an import with an endless name", raw(&[imports(&["y".repeat(90_000)])]), "it imports `yyyy"),
        ("a version without end", raw(&[exports(&[newer])]), "does not export `shiftmill:plugin/lifecycle`"),
        ("four billion imports", raw(&[section(10, &number(u32::MAX))]), "it is not a valid plugin component"),
        (
            "fifty records of nine hundred fields",
            wat::parse_str(format!("(component {})", format!("(type (record {record}))").repeat(50))).unwrap(),
            "bytes of types and names between its modules, the maximum is 131072",
        ),
    ]
}

fn of_modules() -> Vec<Shape> {
    let with = |fields: String| Guest::honest("honest").with(|guest| guest.fields = fields).component();
    let exports = |count: usize, name: &dyn Fn(usize) -> String| {
        let each = (0..count).map(|number| format!("(export \"{}\" (func $leaf))", name(number)));
        format!("(func $leaf) {}", each.collect::<String>())
    };
    let parameters = (0..100).map(|number| format!("(type (func {}))", "(param i32)".repeat(900 - number)));
    let sum = "(i32.add ".repeat(100) + "(i32.const 1)" + &"(i32.const 1))".repeat(100);
    let entries = format!("(func $leaf) (elem func {})", "$leaf ".repeat(25_000));
    let nulls = format!("(elem funcref {})", "(ref.null func) ".repeat(25_000));
    let imports = "(import \"a\" \"b\" (func))".repeat(3_000);
    let long_names = (0..40).map(|number| format!("(import \"{}\" \"{number}\" (func))", "n".repeat(9_000)));
    let module = |fields: String| wat::parse_str(format!("(component (core module {fields}))")).unwrap();
    vec![
        (
            "sixty thousand exports of its module",
            with(exports(60_000, &|number| format!("x{number}"))),
            "exports, the maximum is 2000",
        ),
        (
            "exports with endless names",
            with(exports(60, &|number| format!("{}{number}", "n".repeat(9_000)))),
            "bytes of names of imports and exports, the maximum is 262144",
        ),
        ("three thousand imports of its module", module(imports), "it has 3000 imports, the maximum is 2000"),
        ("imports with endless names", module(long_names.collect()), "bytes of names of imports and exports"),
        ("ninety thousand parameters", with(parameters.collect()), "bytes of types, the maximum is 32768"),
        ("a constant that is a program", with(format!("(global i32 {sum})")), "bytes of a constant, the maximum is 32"),
        (
            "a place of data that is a program",
            with(format!("(data (offset {sum}) \"x\")")),
            "bytes of a constant, the maximum is 32",
        ),
        ("a segment of many entries", with(entries), "25001 entries of segments, the maximum is 10000"),
        ("a segment of many expressions", with(nulls), "25001 entries of segments, the maximum is 10000"),
        (
            "eight modules of four thousand functions",
            wat::parse_str(format!("(component {})", format!("(core module {})", "(func)".repeat(4_000)).repeat(8)))
                .unwrap(),
            "it has 32000 functions, the maximum is 10000",
        ),
    ]
}

/// Components that consist of components. For some of them the compiler fails.
fn of_many_components() -> Vec<Shape> {
    let component = |text: &str| wat::parse_str(text).unwrap();
    let composed = "it is composed of several components";
    let callers = r#"(component
        (component $inner
            (core module $m (memory (export "memory") 1)
                (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 0)
                (func (export "f") (param i32 i32)))
            (core instance $i (instantiate $m))
            (func (export "f") (param "s" string)
                (canon lift (core func $i "f") (memory (core memory $i "memory")) (realloc (core func $i "realloc")))))
        (instance $inner (instantiate $inner))
        (core module $memory (memory (export "memory") 1))
        (core instance $memory (instantiate $memory))
        (alias core export $memory "memory" (core memory $bytes))
        (alias export $inner "f" (func $f))
        (core func $lowered (canon lower (func $f) (memory $bytes))))"#;
    // Each type has ten times as many parts as the one before.
    let tree = (1..7).map(|depth| {
        let each = (0..10).map(|part| format!("(export \"p{part}\" (instance (type $t)))"));
        format!("(type $t{depth} (instance (alias outer 1 {} (type $t)) {}))", depth - 1, each.collect::<String>())
    });
    let tree = format!("(component (type $t0 (instance)) {})", tree.collect::<String>());
    vec![
        ("components that call each other", component(callers), composed),
        ("instances in instances in instances", component(&tree), composed),
        ("a component with a module within", component("(component (component (core module)))"), composed),
        ("a component type", component("(component (type (component (import \"f\" (func)))))"), composed),
        ("a resource", component("(component (type (resource (rep i32))))"), composed),
        ("a component that it imports", component("(component (import \"c\" (component)))"), "it imports `c`"),
        (
            "an instance of instances",
            component(r#"(component (instance $a) (instance (export "a" (instance $a))))"#),
            composed,
        ),
    ]
}
