//! The SDK for plugins repeats the contract and the vocabulary of the core, because it has no dependencies. These tests
//! compare the repetitions.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that fails may say so")]

use std::mem::{offset_of, size_of};
use std::path::Path;

use shiftmill_core as core;
use shiftmill_plugin as sdk;
use shiftmill_plugin::contract as glue;
use wit_parser::{Resolve, SizeAlign, Type, TypeDefKind, TypeId};

/// The text of the contract.
struct Contract {
    resolve: Resolve,
    sizes: SizeAlign,
}

impl Contract {
    fn read() -> Contract {
        let mut resolve = Resolve::default();
        for package in ["v1", "facts"] {
            resolve.push_dir(repository().join("plugin-sdk/wit").join(package)).unwrap();
        }
        let mut sizes = SizeAlign::default();
        sizes.fill(&resolve);
        Contract { resolve, sizes }
    }

    fn find(&self, interface: &str, name: &str) -> TypeId {
        let named = |found: &Option<String>| found.as_deref() == Some(interface);
        let (_, interface) = self.resolve.interfaces.iter().find(|(_, found)| named(&found.name)).unwrap();
        interface.types[name]
    }

    fn kind(&self, id: TypeId) -> &TypeDefKind {
        &self.resolve.types[id].kind
    }

    /// The fields with their offsets, for addresses of the length of this machine.
    fn fields(&self, id: TypeId) -> Vec<(String, usize)> {
        let TypeDefKind::Record(record) = self.kind(id) else { panic!("no record") };
        let offsets = self.sizes.field_offsets(record.fields.iter().map(|field| &field.ty));
        let names = record.fields.iter().map(|field| field.name.clone());
        names.zip(offsets.iter().map(|(offset, _)| offset.size_wasm64())).collect()
    }

    fn size(&self, id: TypeId) -> usize {
        self.sizes.size(&Type::Id(id)).size_wasm64()
    }

    /// The type of the numbers of each column of a table.
    fn columns(&self, id: TypeId) -> Vec<(String, String)> {
        let TypeDefKind::Record(record) = self.kind(id) else { panic!("no record") };
        record.fields.iter().map(|field| (field.name.clone(), self.number(&field.ty))).collect()
    }

    fn number(&self, kind: &Type) -> String {
        let number = match kind {
            Type::Id(id) => match self.kind(*id) {
                TypeDefKind::List(inner) | TypeDefKind::Type(inner) => return self.number(inner),
                other => panic!("no number: {other:?}"),
            },
            Type::U8 => "u8",
            Type::U16 => "u16",
            Type::U32 => "u32",
            Type::S32 => "i32",
            Type::S64 => "i64",
            other => panic!("no number: {other:?}"),
        };
        number.to_owned()
    }

    fn cases(&self, id: TypeId) -> Vec<String> {
        match self.kind(id) {
            TypeDefKind::Enum(cases) => cases.cases.iter().map(|case| case.name.clone()).collect(),
            TypeDefKind::Variant(cases) => cases.cases.iter().map(|case| case.name.clone()).collect(),
            _ => panic!("no enum"),
        }
    }
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().parent().unwrap()
}

/// Compares a record with the struct of the SDK: the same fields at the same offsets, and nothing behind them.
macro_rules! same_layout {
    ($contract:ident, $interface:literal, $name:literal, $type:ident { $($field:ident),* }) => {
        let id = $contract.find($interface, $name);
        let fields: Vec<(String, usize)> =
            vec![$((stringify!($field).replace('_', "-"), offset_of!(glue::$type, $field))),*];
        assert_eq!($contract.fields(id), fields, $name);
        assert_eq!($contract.size(id), size_of::<glue::$type>(), $name);
    };
}

/// Compares a table with the struct of the SDK: the same columns in the same order, of the same numbers.
macro_rules! same_columns {
    ($contract:ident, $($name:literal $type:ident),* $(,)?) => {$(
        let id = $contract.find("types", $name);
        let columns: Vec<(String, String)> = glue::$type::COLUMNS
            .iter()
            .map(|(column, number)| (column.replace('_', "-"), (*number).to_owned()))
            .collect();
        assert_eq!($contract.columns(id), columns, $name);
        assert_eq!($contract.size(id), size_of::<glue::$type>(), $name);
    )*};
}

#[test]
fn records_lie_in_memory_as_the_contract_says() {
    let contract = Contract::read();
    same_layout!(
        contract,
        "types",
        "cards",
        Cards {
            window,
            pay_codes,
            zones,
            employees,
            days,
            punches,
            shifts,
            scheduled,
            spans,
            quantities,
            exceptions,
            premiums,
            carried
        }
    );
    same_layout!(contract, "types", "window", Window { pay_period_first, pay_period_last, as_of });
    same_layout!(contract, "types", "answer", Answer { edits, complaints });
    same_layout!(contract, "types", "complaint", Complaint { employee, workday, message });
    same_layout!(
        contract,
        "lifecycle",
        "manifest",
        Manifest { name, version, description, made_with, reads, settings, rules, carried }
    );
    same_layout!(contract, "lifecycle", "hook-columns", HookColumns { hook, columns });
    same_layout!(
        contract,
        "lifecycle",
        "setting",
        Setting { key, meaning, kind, default, least, most, choices, fields }
    );
    same_layout!(contract, "lifecycle", "field", Field { key, meaning, kind, default, least, most, choices });
    same_layout!(contract, "lifecycle", "rule", Rule { key, english, chinese, arguments });
    same_layout!(contract, "lifecycle", "argument", Argument { name, kind });
    same_layout!(contract, "lifecycle", "carried-key", CarriedKey { key, meaning });
    assert_eq!(contract.size(contract.find("lifecycle", "value")), size_of::<glue::Value>());
    assert_eq!(contract.cases(contract.find("lifecycle", "value")), ["number", "text", "rows"]);
    same_layout!(contract, "lifecycle", "context-days", ContextDays { before, after });
    same_layout!(contract, "facts", "tagged", Tagged { values, employee, punch, scheduled, span });
    same_layout!(contract, "facts", "roster", Roster { employee_end, workday, kind, start, end, split });
    same_layout!(contract, "facts", "answers", Answers { employee_end, workday, answer });
    same_layout!(
        contract,
        "facts",
        "approvals",
        Approvals { employee_end, kind, status, choice, workday, start, end, amount }
    );
}

#[test]
fn tables_have_the_columns_of_the_contract() {
    let contract = Contract::read();
    same_columns!(
        contract,
        "pay-codes" PayCodes,
        "zones" Zones,
        "employees" Employees,
        "days" Days,
        "punches" Punches,
        "shifts" Shifts,
        "scheduled" Scheduled,
        "spans" Spans,
        "quantities" Quantities,
        "exceptions" Exceptions,
        "premiums" Premiums,
        "carried" Carried,
        "edits" Edits,
    );
}

#[test]
fn columns_are_named_as_the_contract_names_them() {
    let text = std::fs::read_to_string(repository().join("plugin-sdk/wit/v1/types.wit")).unwrap();
    let named = |text: &str| -> Vec<String> {
        let after = text.split("Filled when listed as `").skip(1);
        after.filter_map(|rest| rest.split_once('`')).map(|(name, _)| name.to_owned()).collect()
    };
    let mut documented = named(&text);
    let known = sdk::columns::of_hook("days").concat();
    let mut known: Vec<String> = known.iter().map(|column| column.name().to_owned()).collect();
    documented.sort();
    known.sort();
    assert_eq!(documented, known);
}

#[test]
fn numbers_mean_what_they_mean_to_the_core() {
    let contract = Contract::read();
    let kebab = |name: String| -> String {
        let mut words = String::new();
        for letter in name.chars() {
            if letter.is_ascii_uppercase() && !words.is_empty() {
                words.push('-');
            }
            words.push(letter.to_ascii_lowercase());
        }
        words
    };
    let sdk_kinds: Vec<String> = glue::ValueKind::ALL.iter().map(|kind| kebab(format!("{kind:?}"))).collect();
    assert_eq!(contract.cases(contract.find("lifecycle", "value-kind")), sdk_kinds);
    let core_kinds: Vec<String> = core::ValueKind::ALL.iter().map(|kind| kebab(format!("{kind:?}"))).collect();
    assert_eq!(core_kinds, sdk_kinds);
    assert_eq!(contract.cases(contract.find("host", "level")), ["debug", "info", "warn", "panic"]);

    let edits: Vec<(u8, String)> = glue::EditKind::ALL.iter().map(|kind| (*kind as u8, format!("{kind:?}"))).collect();
    let core_edits: Vec<(u8, String)> =
        core::EditKind::ALL.iter().map(|kind| (*kind as u8, format!("{kind:?}"))).collect();
    assert_eq!(edits, core_edits);
}

#[test]
fn codes_are_spelled_as_the_core_spells_them() {
    let spelled = |list: &[(u8, &str)]| -> Vec<(u8, String)> {
        list.iter().map(|(number, code)| (*number, (*code).to_owned())).collect()
    };
    macro_rules! same_codes {
        ($($name:ident),*) => {$(
            let ours: Vec<(u8, &str)> = sdk::$name::ALL.iter().map(|code| (code.number(), code.code())).collect();
            let theirs: Vec<(u8, &str)> = core::$name::ALL.iter().map(|code| (*code as u8, code.code())).collect();
            assert_eq!(spelled(&ours), spelled(&theirs));
        )*};
    }
    same_codes!(
        ExceptionCode,
        DayType,
        PunchRole,
        SpanState,
        Layer,
        RosterKind,
        ApprovalKind,
        ApprovalStatus,
        Compensation
    );
}

#[test]
fn kinds_of_punches_that_the_contract_has_are_spelled_as_the_core_spells_them() {
    for kind in sdk::PunchKind::ALL {
        assert_eq!(core::PunchKind::from_code(kind.code()).map(|known| known as u8), Some(kind.number()));
    }
    // The others came later: the host shows them as one of these.
    let later =
        core::PunchKind::ALL.iter().filter(|kind| sdk::PunchKind::ALL.iter().all(|it| it.code() != kind.code()));
    assert!(later.copied().all(core::PunchKind::is_rare));
}

#[test]
fn the_handbook_lists_every_exception() {
    let text = std::fs::read_to_string(repository().join("plugin-sdk/README.md")).unwrap();
    for code in core::ExceptionCode::ALL {
        let row = format!("| {} | `{}` |", *code as u8, code.code());
        assert!(text.contains(&row), "the README of the SDK has no row `{row}`");
    }
}
