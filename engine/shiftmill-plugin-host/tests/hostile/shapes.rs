//! Invalid components and other bytes: none of them is loaded.

use shiftmill_guests::{Guest, component};
use wit_component::StringEncoding;

/// A name, bytes, and a text that the refusal must contain.
pub type Shape = (&'static str, Vec<u8>, &'static str);

/// All of them.
pub fn shapes() -> Vec<Shape> {
    [no_components(), other_contracts(), foreign_imports(), other_features(), bombs(), crate::bombs::refused()].concat()
}

fn no_components() -> Vec<Shape> {
    let honest = Guest::honest("honest").component();
    let middle = honest.len() / 2;
    let mut flipped = honest.clone();
    flipped[9] ^= 0x40;
    let mut padded = Guest::honest("honest").component();
    padded.extend(custom_section(10 << 20));
    vec![
        ("nothing", Vec::new(), "it is not WebAssembly"),
        ("four bytes", b"\0asm".to_vec(), "it is not WebAssembly"),
        ("a program for Windows", b"MZ\x90\0\x03\0\0\0\x04\0".to_vec(), "it is not WebAssembly"),
        ("text", b"name = \"plugin\"\n".to_vec(), "it is not WebAssembly"),
        ("cut in the middle", honest[..middle].to_vec(), "unexpected end"),
        ("with bytes after its end", [honest.as_slice(), &[99, 0]].concat(), "it is not a valid plugin component"),
        ("with a wrong section", flipped, "it is not a valid plugin component"),
        ("of ten megabytes", padded, "the maximum is 4194304"),
        ("a core module", Guest::honest("honest").module(), "run `shiftmill plugin build`"),
        ("an empty component", wat::parse_str("(component)").unwrap(), "does not export `shiftmill:plugin/lifecycle`"),
    ]
}

/// A custom section with this number of bytes.
fn custom_section(bytes: u32) -> Vec<u8> {
    let mut length = Vec::new();
    let mut left = bytes;
    while left >= 0x80 {
        length.push(left as u8 | 0x80);
        left >>= 7;
    }
    length.push(left as u8);
    let mut section = vec![0];
    section.extend(length);
    section.push(1);
    section.resize(section.len() + bytes as usize - 1, b'x');
    section
}

fn unchanged(text: &str) -> String {
    text.to_owned()
}

const WORLD: &str = "import host; export lifecycle; export days;";

fn other_contracts() -> Vec<Shape> {
    let of_version = |version: &str| {
        let version = version.to_owned();
        let guest = Guest::honest("honest").with(|guest| guest.version.clone_from(&version));
        let change = move |text: &str| text.replace("@1.0.0", &format!("@{version}"));
        component(&guest.module(), &change, "", WORLD, StringEncoding::UTF8)
    };
    let honest = Guest::honest("honest").module();
    let changed = |from: &'static str, to: &'static str| {
        let change = move |text: &str| text.replace(from, to);
        component(&honest, &change, "", WORLD, StringEncoding::UTF8)
    };
    let other_package = Guest::honest("honest").text().replace("shiftmill:plugin/", "acme:plugin/");
    let other_package = component(
        &wat::parse_str(other_package).unwrap(),
        &|text| text.replace("package shiftmill:plugin", "package acme:plugin"),
        "",
        WORLD,
        StringEncoding::UTF8,
    );
    let part = |world: &str| component(&honest, &unchanged, "", world, StringEncoding::UTF8);
    vec![
        ("a newer minor version", of_version("1.7.0"), "this Shiftmill is older and has 1.0.0"),
        ("a newer major version", of_version("2.0.0"), "this Shiftmill is older and has 1.0.0"),
        ("an older major version", of_version("0.9.0"), "the plugin is older"),
        ("another package", other_package, "it imports `acme:plugin/host@1.0.0`"),
        ("without lifecycle", part("import host; export days;"), "does not export `shiftmill:plugin/lifecycle`"),
        ("without a hook", part("import host; export lifecycle;"), "it has none of the hooks"),
        (
            "a hook of another type",
            changed("adjust: func(cards: cards) -> answer;", "adjust: func(cards: answer) -> answer;"),
            "violates the contract",
        ),
        (
            "a column of another type",
            changed("change-at: list<instant>", "change-at: list<s32>"),
            "`adjust` of the hook `days` has another type than in the contract",
        ),
        (
            "a column of another name",
            changed("overtime-workday: list", "workday-of-overtime: list"),
            "`adjust` of the hook `days` has another type than in the contract",
        ),
        (
            "a log of another type",
            changed("workday: option<workday>, message", "workday: option<u32>, message"),
            "violates the contract",
        ),
        (
            "text in UTF-16",
            component(&honest, &unchanged, "", WORLD, StringEncoding::UTF16),
            "it passes text as UTF-16",
        ),
    ]
}

fn foreign_imports() -> Vec<Shape> {
    let random = r#"(import "wasi:random/random@0.2.0" "get-random-u64" (func $random (result i64)))
        (memory (export "memory")"#;
    let text = Guest::new("draws lots", "(call $shuffle)").with(|guest| {
        guest.fields = "(func $shuffle (drop (call $std::hash::random::keys)))
            (func $std::hash::random::keys (result i64) (call $random))"
            .to_owned();
    });
    let text = text.text().replacen("(memory (export \"memory\")", random, 1);
    let wasi = component(
        &wat::parse_str(text).unwrap(),
        &unchanged,
        "package wasi:random@0.2.0 { interface random { get-random-u64: func() -> u64; } }",
        "import wasi:random/random@0.2.0; import host; export lifecycle; export days;",
        StringEncoding::UTF8,
    );
    let wants = r#"(import "shiftmill:plugin/clock@1.0.0" "now" (func $now (result i64)))
        (memory (export "memory")"#;
    let own = Guest::new("wants the time", "(drop (call $now))").text();
    let own = component(
        &wat::parse_str(own.replacen("(memory (export \"memory\")", wants, 1)).unwrap(),
        &unchanged,
        "interface clock { now: func() -> s64; }",
        "import clock; import host; export lifecycle; export days;",
        StringEncoding::UTF8,
    );
    vec![
        (
            "with WASI",
            wasi,
            "it imports `wasi:random/random@0.2.0`, which plugins do not have; it is called by `shuffle` → \
             `std::hash::random::keys`",
        ),
        (
            "with an interface that we do not have",
            own,
            "it imports `shiftmill:plugin/clock@1.0.0`, which plugins do not have; it is called by `bad`",
        ),
    ]
}

/// A component around a module, without the contract.
fn wrapped(fields: &str) -> Vec<u8> {
    wat::parse_str(format!("(component (core module {fields}))")).unwrap()
}

fn with_fields(fields: &str) -> Vec<u8> {
    Guest::honest("honest").with(|guest| guest.fields = fields.to_owned()).component()
}

fn other_features() -> Vec<Shape> {
    let floats = Guest::new("halves", "(call $acme::halved)").with(|guest| {
        guest.fields = "(func $acme::halved (drop (f64.mul (f64.const 0.5) (f64.const 7))))".to_owned();
    });
    let nan = "(func $payload (result i64) (i64.reinterpret_f64 (f64.add (f64.const nan:0x8) (f64.const 1))))";
    let simd = "(func $lanes (drop (f32x4.add (v128.const i32x4 0 0 0 0) (v128.const i32x4 1 1 1 1))))";
    let in_table = |operator: &str| with_fields(&format!("(table $t 8 funcref) (func $acme::meals {operator})"));
    let nested = "(component
        (component (core module $m (func (export \"f\")))
            (core instance $i (instantiate $m)) (func (export \"f\") (canon lift (core func $i \"f\")))))";
    let resource = "(component (type $r (resource (rep i32))) (core func $new (canon resource.new $r)))";
    let values = "(type $v (func (param i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64)))
        (func $acme::meals (param i64) (local.get 0) (local.get 0) (local.get 0) (local.get 0) (local.get 0)
            (local.get 0) (local.get 0) (local.get 0) (local.get 0) (local.get 0) (local.get 0) (local.get 0)
            (local.get 0) (local.get 0) (local.get 0) (local.get 0) (local.get 0)
            (block (type $v) (drop) (drop) (drop) (drop) (drop) (drop) (drop) (drop) (drop) (drop) (drop) (drop) (drop)
                (drop) (drop) (drop) (drop)))";
    let entries = format!("(table 10000 funcref) (elem (i32.const 0) func {})", "$answer ".repeat(10_001));
    vec![
        (
            "writing its table",
            in_table("(table.set $t (i32.const 0) (ref.null func))"),
            "`acme::meals` uses the operator",
        ),
        ("growing its table", in_table("(drop (table.grow $t (ref.null func) (i32.const 1)))"), "the operator RefNull"),
        (
            "filling memory from a segment",
            with_fields("(data $d \"x\") (func (data.drop $d))"),
            "the operator DataDrop",
        ),
        ("with resources", wat::parse_str(resource).unwrap(), "built-in functions of components, such as resources"),
        ("with calls between components", wat::parse_str(nested).unwrap(), "it is composed of several components"),
        ("with seventeen values of a block", with_fields(values), "`acme::meals` has 17 values of a block"),
        ("with many entries of a small table", with_fields(&entries), "10002 entries of segments"),
        ("with floats", floats.component(), "it uses floating point numbers, in `acme::halved`; use whole numbers"),
        ("with the payload of a NaN", with_fields(nan), "it uses floating point numbers, in `payload`"),
        ("with floats in vectors", with_fields(simd), "it uses floating point numbers, in `lanes`"),
        ("with 64-bit memory", wrapped("(memory i64 1)"), "it is not a valid plugin component"),
        ("with shared memory", wrapped("(memory 1 2 shared)"), "it is not a valid plugin component"),
        (
            "with atomics",
            wrapped("(memory 1) (func (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1))))"),
            "it is not a valid plugin component",
        ),
        ("with two memories", wrapped("(memory 1) (memory 1)"), "it has 2 memories, the maximum is 1"),
        ("with tail calls", wrapped("(func $f (return_call $f))"), "it is not a valid plugin component"),
        ("with exceptions", wrapped("(tag $oops) (func (throw $oops))"), "it is not a valid plugin component"),
        ("with garbage collection", wrapped("(type (struct (field i32)))"), "it is not a valid plugin component"),
        (
            "with relaxed vectors",
            wrapped(
                "(func (param v128) (result v128)
                    (i8x16.relaxed_swizzle (local.get 0) (local.get 0)))",
            ),
            "it is not a valid plugin component",
        ),
    ]
}

fn bombs() -> Vec<Shape> {
    let repeated = |what: &str, times: usize| what.repeat(times);
    let branch = format!("(func $jumps (block (br_table {} (i32.const 0))))", repeated("0 ", 50_000));
    let locals = format!("(func $crowded (local {}))", repeated("i64 ", 40_000));
    let nested = format!("(func $nested {} {})", repeated("(block ", 5_000), repeated(")", 5_000));
    let long = format!("(func $long {})", repeated("(drop (i32.const 1))", 150_000));
    let functions = repeated("(func)", 10_001);
    let data = repeated("(data (i32.const 0) \"x\")", 5_000);
    let globals = repeated("(global i32 (i32.const 0))", 2_000);
    let types =
        (0..3_000).map(|index| format!("(type (func {}))", repeated("(param i32)", index % 900))).collect::<String>();
    let modules = format!("(component {})", repeated("(core module)", 100));
    let nested_components = format!("(component {} {})", repeated("(component ", 90), repeated(")", 90));
    let instances = format!("(component (core module $m) {})", repeated("(core instance (instantiate $m))", 9_000),);
    let component = |text: String| wat::parse_str(text).unwrap();
    vec![
        ("a branch to fifty thousand places", with_fields(&branch), "`jumps` has 49999 targets of a branch"),
        ("forty thousand locals", with_fields(&locals), "`crowded` has 40000 locals, the maximum is 1000"),
        ("five thousand blocks in blocks", with_fields(&nested), "`nested` has 5000 blocks within blocks"),
        ("a function without end", with_fields(&long), "`long` has 450002 bytes"),
        ("ten thousand functions", with_fields(&functions), "functions, the maximum is 10000"),
        ("five thousand pieces of data", with_fields(&data), "segments of data, the maximum is 4000"),
        ("two thousand globals", with_fields(&globals), "globals, the maximum is 1000"),
        ("three thousand types", with_fields(&types), "types, the maximum is 2000"),
        ("a table of a million", with_fields("(table 1000000 funcref)"), "1000000 entries of tables"),
        (
            "a memory of twenty megabytes",
            Guest::honest("honest").with(|guest| guest.memory = "320".to_owned()).component(),
            "it has 20971520 bytes of memory, the maximum is 16777216",
        ),
        ("a hundred modules", component(modules), "core modules, the maximum is 8"),
        ("components in components", component(nested_components), "does not export"),
        ("nine thousand instances", component(instances), "9000 parts, the maximum is 4000"),
    ]
}
