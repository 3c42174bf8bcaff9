//! Measures one function: the properties that decide how long it takes to compile, and its use of floats.

use wasmparser::{BinaryReaderError, FunctionBody, Operator};

use crate::limits::{BLOCKS_IN_BLOCKS_MAX, BODY_BYTES_MAX, BRANCH_TARGETS_MAX, LOCALS_MAX};

/// The measured properties of one function.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Use {
    pub(super) bytes: u64,
    pub(super) locals: u64,
    /// The maximum depth of blocks within blocks.
    pub(super) nesting: u64,
    /// The targets of its largest branch table.
    pub(super) targets: u64,
    pub(super) floats: bool,
}

impl Use {
    pub(super) fn of(body: &FunctionBody<'_>) -> Result<Use, BinaryReaderError> {
        let range = body.range();
        let mut found = Use { bytes: range.len() as u64, ..Use::default() };
        for locals in body.get_locals_reader()? {
            found.locals = found.locals.saturating_add(u64::from(locals?.0));
        }
        let mut depth: u64 = 0;
        for operator in body.get_operators_reader()? {
            let operator = operator?;
            match &operator {
                Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => {
                    depth += 1;
                    found.nesting = found.nesting.max(depth);
                }
                Operator::End => depth = depth.saturating_sub(1),
                Operator::BrTable { targets } => found.targets = found.targets.max(u64::from(targets.len())),
                _ => {}
            }
            found.floats |= is_float(&operator);
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

/// True for every operator on floating point numbers, scalar or vector: their names contain `F32` or `F64`.
fn is_float(operator: &Operator<'_>) -> bool {
    let name = name(operator);
    name.contains("F32") || name.contains("F64")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::module::CoreModule;

    fn use_of(body: &str) -> Use {
        let module = wat::parse_str(format!("(module (memory 1) (func (local i32 i32) {body}))")).unwrap();
        Use::of(&CoreModule::read(&module).unwrap().bodies[0]).unwrap()
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
}
