//! Reads chunks into batches of timecards, and checks them against the limits of the service.

use shiftmill::core::{BatchError, CheckedBatch};
use shiftmill_proto::v1;
use shiftmill_wire::{ChunkFault, UnknownNames, chunk};

use crate::config::Limits;
use crate::problem::{ErrorCode, Problem};
use crate::resolved_header::{ResolvedHeader, days};

/// Reads a chunk, with the names in it that rulesets do not have. The error names the path of the first wrong entry.
pub(crate) fn read(
    chunk: v1::Chunk,
    header: &ResolvedHeader,
    limits: &Limits,
) -> Result<(CheckedBatch, UnknownNames), Problem> {
    let number = chunk.number;
    check_size(chunk.employees.len(), days(&header.request.window), limits)
        .map_err(|message| Problem::at(ErrorCode::TooMany, format!("chunks[{number}].employees"), message))?;
    header.with_known(|known| chunk::read(chunk, known)).map_err(|fault| problem(number, &fault))
}

/// Limits employees and days, because few bytes of facts can have many rows of results: employees without punches in a
/// long window.
fn check_size(employees: usize, days: usize, limits: &Limits) -> Result<(), String> {
    let (employees_max, most) = (limits.employees_per_chunk, limits.employee_days_per_chunk);
    if employees > employees_max {
        return Err(format!("the chunk has {employees} employees; the maximum is {employees_max}"));
    }
    if employees.saturating_mul(days) > most {
        return Err(format!("{employees} employees over {days} days: employees times days must not exceed {most}"));
    }
    Ok(())
}

fn problem(number: u64, fault: &ChunkFault) -> Problem {
    let kind = match fault {
        ChunkFault::Columns(error) => match error {
            BatchError::UnevenColumn { .. } => ErrorCode::ColumnsUneven,
            BatchError::UnknownValue { .. } | BatchError::BaseOutOfCalendar { .. } => ErrorCode::ValueUnknown,
            BatchError::TooMany { .. } => ErrorCode::TooMany,
            BatchError::NoSuchEmployee { .. } => ErrorCode::RowsUnordered,
            BatchError::NoKey { .. } | BatchError::KeyNotPlain { .. } | BatchError::KeyTwice { .. } => {
                ErrorCode::EmployeeKey
            }
        },
        ChunkFault::CarriedUneven { .. } => ErrorCode::ColumnsUneven,
        ChunkFault::KeyNotCarried { .. } => ErrorCode::NameUnknown,
        ChunkFault::CarriedUnordered { .. } | ChunkFault::Unordered { .. } => ErrorCode::RowsUnordered,
        ChunkFault::TooLarge { .. }
        | ChunkFault::NoSuchShift { .. }
        | ChunkFault::NoSuchCarriedKey { .. }
        | ChunkFault::Row { .. } => ErrorCode::ValueUnknown,
    };
    Problem::at(kind, format!("chunks[{number}].{}", fault.path()), fault.to_string())
}
