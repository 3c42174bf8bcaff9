//! The fuel of every operator of WebAssembly, and which of them plugins may use.
//!
//! Fuel limits time, so that a unit takes at most about three nanoseconds: an operator that may take longer than an
//! addition has more units. `cargo bench … calls -- amplify` measures the seconds of a whole budget for each kind of
//! operator. Operators that compilers do not use for plugins are refused; each would be another one to weigh.

use std::sync::LazyLock;

use wasmparser::Operator;
use wasmtime::{OperatorCost, VariableOperatorCost};

/// The fuel of an operator that plugins cannot use.
const REFUSED: u8 = u8::MAX;

/// The fuel of a load, which may wait for memory that is not in the cache.
const LOAD: u8 = 24;

static COSTS: LazyLock<OperatorCost> = LazyLock::new(costs);

/// Whether a plugin may use an operator.
pub(crate) fn is_allowed(operator: &Operator<'_>) -> bool {
    COSTS.cost(operator) != i64::from(REFUSED)
}

/// Defines the table of all operators.
macro_rules! define_costs {
    ($(@$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($ann:tt)*))*) => {
        /// The fuel of each operator.
        pub(crate) fn costs() -> OperatorCost {
            OperatorCost {
                $($op: cost(stringify!($proposal), stringify!($op)).unwrap_or(REFUSED),)*
                variable: VariableOperatorCost { memory_grow_per_page: u8::MAX, ..VariableOperatorCost::new() },
            }
        }
    };
}

wasmparser::for_each_operator!(define_costs);

/// The fuel of an operator of a proposal to WebAssembly; `None` when plugins cannot use it.
fn cost(proposal: &str, operator: &str) -> Option<u8> {
    match proposal {
        "mvp" => Some(cost_of_basic(operator)),
        "sign_extension" => Some(1),
        "saturating_float_to_int" => Some(6),
        "simd" => Some(cost_of_vector(operator)),
        // The bytes cost fuel too.
        "bulk_memory" => matches!(operator, "MemoryCopy" | "MemoryFill").then_some(50),
        // With the type of a number it is an ordinary `select`.
        "reference_types" => (operator == "TypedSelect").then_some(1),
        _ => None,
    }
}

fn cost_of_basic(operator: &str) -> u8 {
    match operator {
        // No machine code, or what the operator before it paid for.
        "Nop" | "Drop" | "Else" | "End" | "Return" | "Unreachable" => 0,
        // A block pays for its end, where values may be moved.
        "Block" => 1,
        // A loop compares fuel and timer at its start, as does every jump to it.
        "Loop" | "If" | "Br" | "BrIf" => 3,
        "BrTable" => 10,
        // A call sets all variables of the function to zero.
        "Call" => 40,
        "CallIndirect" => 45,
        "GlobalGet" | "GlobalSet" => 2,
        "MemorySize" => 2,
        "MemoryGrow" => 250,
        "I32DivS" | "I32DivU" | "I32RemS" | "I32RemU" | "I64DivS" | "I64DivU" | "I64RemS" | "I64RemU" => 10,
        _ if operator.contains("Load") => LOAD,
        _ if operator.contains("Store") => 4,
        _ if is_float(operator) => cost_of_float(operator),
        _ => 1,
    }
}

/// The result of an operator on floats is also made the same on every machine.
fn cost_of_float(operator: &str) -> u8 {
    match operator {
        _ if operator.contains("Const") => 1,
        _ if operator.contains("Div") || operator.contains("Sqrt") => 12,
        _ => 6,
    }
}

fn cost_of_vector(operator: &str) -> u8 {
    match operator {
        _ if operator.contains("Load") => LOAD,
        _ if operator.contains("Div") || operator.contains("Sqrt") => 20,
        _ if is_float(operator) => 10,
        _ => 5,
    }
}

/// True for every operator on floating point numbers, scalar or vector: their names contain `F32` or `F64`.
pub(crate) fn is_float(operator: &str) -> bool {
    operator.contains("F32") || operator.contains("F64")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_that_no_compiler_uses_for_plugins_are_refused() {
        let table = 0;
        for refused in [
            Operator::TableSet { table },
            Operator::TableGrow { table },
            Operator::RefFunc { function_index: 0 },
            Operator::MemoryInit { data_index: 0, mem: 0 },
            Operator::ReturnCall { function_index: 0 },
            Operator::AtomicFence,
        ] {
            assert!(!is_allowed(&refused), "{refused:?}");
        }
        for allowed in [
            Operator::I32Add,
            Operator::CallIndirect { type_index: 0, table_index: 0 },
            Operator::MemoryCopy { dst_mem: 0, src_mem: 0 },
            Operator::I8x16Swizzle,
            Operator::F64Sqrt,
        ] {
            assert!(is_allowed(&allowed), "{allowed:?}");
        }
    }

    #[test]
    fn an_operator_that_may_take_longer_has_more_fuel() {
        let fuel = |operator: Operator<'_>| costs().cost(&operator);
        assert_eq!((fuel(Operator::I64Add), fuel(Operator::Nop)), (1, 0));
        assert!(fuel(Operator::I64DivU) > fuel(Operator::I64Add));
        // An empty loop has machine code.
        assert!(fuel(Operator::Loop { blockty: wasmparser::BlockType::Empty }) > 0);
    }
}
