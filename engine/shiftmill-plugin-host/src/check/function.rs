//! Measures one function: the properties that decide how long it takes to compile and to run, and its use of floats.

use wasmparser::{BinaryReaderError, BlockType, FunctionBody, Operator};

use crate::limits::{BLOCK_VALUES_MAX, BLOCKS_IN_BLOCKS_MAX, BODY_BYTES_MAX, BRANCH_TARGETS_MAX, LOCALS_MAX};
use crate::module::Arity;
use crate::operator_fuel::{is_allowed, is_float};

/// The measured properties of one function.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Use {
    pub(super) bytes: u64,
    pub(super) locals: u64,
    /// The maximum depth of blocks within blocks.
    pub(super) nesting: u64,
    /// The targets of its largest branch table.
    pub(super) targets: u64,
    /// The values that its largest block takes and gives. A branch moves them all.
    pub(super) block_values: u64,
    pub(super) floats: bool,
    /// The first operator that plugins cannot use.
    pub(super) refused: Option<&'static str>,
}

impl Use {
    /// Measures a function of a module whose types have these `arities`.
    pub(super) fn of(body: &FunctionBody<'_>, arities: &[Arity]) -> Result<Use, BinaryReaderError> {
        let range = body.range();
        let mut found = Use { bytes: range.len() as u64, ..Use::default() };
        for locals in body.get_locals_reader()? {
            found.locals = found.locals.saturating_add(u64::from(locals?.0));
        }
        let mut depth: u64 = 0;
        for operator in body.get_operators_reader()? {
            let operator = operator?;
            match &operator {
                Operator::Block { blockty } | Operator::Loop { blockty } | Operator::If { blockty } => {
                    depth += 1;
                    found.nesting = found.nesting.max(depth);
                    found.block_values = found.block_values.max(values_of(*blockty, arities));
                }
                Operator::End => depth = depth.saturating_sub(1),
                Operator::BrTable { targets } => found.targets = found.targets.max(u64::from(targets.len())),
                _ => {}
            }
            found.floats |= is_float(name(&operator));
            if found.refused.is_none() && !is_allowed(&operator) {
                found.refused = Some(name(&operator));
            }
        }
        Ok(found)
    }

    /// The first property that exceeds its maximum: its name, its value and the maximum.
    pub(super) fn beyond_limits(self) -> Option<(&'static str, u64, u64)> {
        let uses = [
            ("bytes", self.bytes, BODY_BYTES_MAX),
            ("locals", self.locals, LOCALS_MAX),
            ("blocks within blocks", self.nesting, BLOCKS_IN_BLOCKS_MAX),
            ("targets of a branch", self.targets, BRANCH_TARGETS_MAX),
            ("values of a block", self.block_values, BLOCK_VALUES_MAX),
        ];
        uses.into_iter().find(|(_, found, most)| found > most)
    }
}

/// Defines `name`: the name of an operator in the parser's list.
macro_rules! define_name {
    ($(@$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($ann:tt)*))*) => {
        fn name(operator: &Operator<'_>) -> &'static str {
            match operator {
                $(Operator::$op { .. } => stringify!($op),)*
                _ => "",
            }
        }
    };
}

wasmparser::for_each_operator!(define_name);

/// The values that a block takes and gives. The validator reports a type that does not exist.
fn values_of(block: BlockType, arities: &[Arity]) -> u64 {
    match block {
        BlockType::Empty => 0,
        BlockType::Type(_) => 1,
        BlockType::FuncType(index) => {
            arities.get(index as usize).map_or(0, |arity| u64::from(arity.parameters.max(arity.results)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::module::CoreModule;

    fn use_of(body: &str) -> Use {
        let module = wat::parse_str(format!("(module (memory 1) (func (local i32 i32) {body}))")).unwrap();
        let module = CoreModule::read(&module).unwrap();
        Use::of(&module.bodies[0], &module.arities).unwrap()
    }

    #[test]
    fn floats_are_found_in_every_form() {
        for body in [
            "(drop (f64.add (f64.const 1) (f64.const 2)))",
            "(f32.store (i32.const 0) (f32.load (i32.const 4)))",
            "(drop (i64.trunc_sat_f64_s (f64.const 1)))",
            "(drop (f64x2.splat (f64.const 0)))",
            "(drop (i32.reinterpret_f32 (f32.const 0)))",
        ] {
            assert!(use_of(body).floats, "{body}");
        }
        assert!(!use_of("(drop (i64.add (i64.const 1) (i64.const 2))) (drop (i32x4.splat (i32.const 1)))").floats);
    }

    #[test]
    fn what_costs_time_to_compile_is_counted() {
        let found = use_of("(block (block (block))) (block (br_table 0 0 0 0 (i32.const 1)))");
        assert_eq!((found.locals, found.nesting, found.targets), (2, 3, 3));
    }

    #[test]
    fn what_costs_time_and_no_fuel_is_counted() {
        let found = use_of("(drop (drop (block (result i32 i32) (i32.const 1) (i32.const 2))))");
        assert_eq!((found.block_values, found.refused), (2, None));
        assert_eq!(use_of("(drop (ref.is_null (ref.null func)))").refused, Some("RefNull"));
    }
}
