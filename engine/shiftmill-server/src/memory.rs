//! Estimates of the memory of chunks, calls and their results. They are reserved before the evaluation, so the edits of
//! plugins count with their maximum.

use shiftmill::core::Detail;
use shiftmill::{Proposals, Request};
use shiftmill_proto::v1;

use crate::resolved_header::{ResolvedHeader, days};

/// The results of one day of one employee.
const RESULTS_OF_A_DAY: usize = 96;
/// The error of one employee, whose results then have no days.
const RESULTS_OF_AN_ERROR: usize = 384;
/// The split totals of one value: a few pay codes.
const SPLITS_OF_A_VALUE: usize = 64;
/// The memory of a call for each byte of its facts.
const CALL_PER_BYTE: usize = 16;
/// The words about one day.
const WORDS_OF_A_DAY: usize = 1_024;
/// The words about one edit: its sentence, of 512 bytes and 16 names of 64 bytes, in the timeline, in the pay and in the
/// steps.
const WORDS_OF_AN_EDIT: usize = 4_608;
/// The memory of an answer for each of its bytes: it is there as sentences, as a message, and as bytes, and short texts
/// take several times their length.
const ANSWER_PER_BYTE: usize = 6;
const MIB: usize = 1 << 20;

/// The bytes of a chunk and its results. Fails when the edits of its plugins may need more than `most` bytes, the most
/// that a chunk can ever reserve.
pub(crate) fn of_chunk(chunk: &v1::Chunk, header: &ResolvedHeader, most: usize) -> Result<usize, String> {
    let ResolvedHeader { request, .. } = header;
    // The derivation is many times larger than the facts.
    let results_per_facts = match request.detail {
        Detail::Totals | Detail::Workdays => 1,
        Detail::Spans => 4,
        Detail::Full => 16,
    };
    let employees = chunk.employees.len();
    let by_facts = bytes_of_facts(chunk) * (1 + results_per_facts);
    let of_an_employee = days(&request.window).saturating_mul(RESULTS_OF_A_DAY).max(RESULTS_OF_AN_ERROR);
    let by_days = employees.saturating_mul(of_an_employee).saturating_add(of_splits(chunk, request));
    let by_plugins = of_proposals(proposals(chunk, header), request.detail);
    check_fits(employees, by_plugins, most)?;
    Ok(by_facts.saturating_add(by_days).saturating_add(by_plugins))
}

/// The bytes of split totals: for each name, each employee has at most one for each of their punches, shifts and pay
/// codes.
fn of_splits(chunk: &v1::Chunk, request: &Request) -> usize {
    let values = chunk.employees.len() + chunk.punch_tag.len() + chunk.shift_tag.len();
    values.saturating_mul(request.split_by().len()).saturating_mul(SPLITS_OF_A_VALUE)
}

/// About the bytes of the facts of a chunk. Every column is named, so that a new one is counted. The length of the message
/// would not do: a row of a few bytes takes many times as much here.
fn bytes_of_facts(chunk: &v1::Chunk) -> usize {
    let v1::Chunk {
        number: _,
        employees,
        ruleset,
        zone,
        rejected_rows,
        punch_count,
        punch_base: _,
        punch_at,
        punch_kind,
        punch_id,
        shift_count,
        shift_workday,
        shift_start,
        shift_end,
        shift_template,
        shift_kind,
        shift_split,
        shift_hours,
        shift_free_end,
        leave,
        corrections,
        waivers,
        day_overrides,
        opening_balances,
        carried_owner,
        carried_key,
        carried_value,
        approvals,
        tag,
        punch_tag,
        punch_recorded_at,
        shift_tag,
        employment,
        manual_hours,
        attestations,
        overrides,
        assignments,
    } = chunk;
    let keys: usize = employees.iter().map(|key| key.len() + size_of::<String>()).sum();
    let per_employee = ruleset.len() + zone.len() + rejected_rows.len() + punch_count.len() + shift_count.len();
    let times = shift_start.len() + shift_end.len() + shift_hours.len();
    let shifts = shift_workday.len() + times + shift_template.len();
    let bytes_of_shifts = shift_kind.len() + shift_split.len() + shift_free_end.len();
    let tags = tag.len() + punch_tag.len() + shift_tag.len();
    let punches = punch_at.len() + punch_recorded_at.len();
    let words = per_employee + punches + shifts + tags + punch_id.len() * 2;
    let decided = waivers.len() + day_overrides.len() + approvals.len() + employment.len() + manual_hours.len();
    let stated = attestations.len() + overrides.len();
    let rows = leave.len() + corrections.len() + decided + stated + assignments.len() + opening_balances.len();
    let carried = carried_owner.len().max(carried_key.len()).max(carried_value.len());
    keys + words * 4 + punch_kind.len() + bytes_of_shifts + rows * 96 + carried * 20
}

/// The bytes of a call and its results: `bytes` are those of its message. Its answer has at most `answer` bytes. Fails
/// as [`of_chunk`] does.
pub(crate) fn of_call(
    timecards: usize,
    bytes: usize,
    request: &Request,
    answer: usize,
    most: usize,
) -> Result<usize, String> {
    let Proposals { edits, figures } = request.proposals_max(0);
    let (edits, figures) = (edits.saturating_mul(timecards), figures.saturating_mul(timecards));
    let by_days = timecards.saturating_mul(days(&request.window)).saturating_mul(WORDS_OF_A_DAY);
    let words = by_days.saturating_add(edits.saturating_mul(WORDS_OF_AN_EDIT));
    let by_plugins = of_proposals(Proposals { edits, figures }, request.detail);
    check_fits(timecards, by_plugins, most)?;
    let words = words.min(answer.saturating_mul(ANSWER_PER_BYTE));
    Ok(bytes.saturating_mul(CALL_PER_BYTE).saturating_add(words).saturating_add(by_plugins))
}

/// The most that plugins may propose for the employees of a chunk.
fn proposals(chunk: &v1::Chunk, header: &ResolvedHeader) -> Proposals {
    let of = |ruleset: u32| header.proposals.get(ruleset as usize).copied().unwrap_or_default();
    if chunk.ruleset.is_empty() {
        let Proposals { edits, figures } = of(0);
        let employees = chunk.employees.len();
        return Proposals { edits: edits.saturating_mul(employees), figures: figures.saturating_mul(employees) };
    }
    chunk.ruleset.iter().map(|ruleset| of(*ruleset)).fold(Proposals::default(), |sum, own| Proposals {
        edits: sum.edits.saturating_add(own.edits),
        figures: sum.figures.saturating_add(own.figures),
    })
}

/// The results of edits: a pay line or an exception; with spans also a span or quantity with the figures of its reason;
/// with full detail also a step.
fn of_proposals(proposals: Proposals, detail: Detail) -> usize {
    let (edit, figure) = match detail {
        Detail::Totals | Detail::Workdays => (64, 0),
        Detail::Spans => (160, 16),
        Detail::Full => (320, 16),
    };
    proposals.edits.saturating_mul(edit).saturating_add(proposals.figures.saturating_mul(figure))
}

fn check_fits(employees: usize, bytes: usize, most: usize) -> Result<(), String> {
    if bytes <= most {
        return Ok(());
    }
    let fit = (employees as u128 * most as u128 / bytes as u128).max(1);
    let (bytes, most) = (bytes.div_ceil(MIB), most / MIB);
    Err(format!(
        "the edits of plugins may need {bytes} MiB for {employees} employees; the limit is {most} MiB: send about {fit} \
         employees at a time"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Limits;

    /// What the plugins of a ruleset of so many bindings, each of one hook, may propose in a month.
    fn month(bindings: usize, employees: usize) -> Proposals {
        let edits = (64 + 16 * 30) * bindings * employees;
        Proposals { edits, figures: edits * 2 }
    }

    #[test]
    fn several_usual_chunks_are_under_way_with_a_plugin() {
        let of_a_stream = Limits::default().bytes_under_way / 4;
        let under_way = |bindings, detail| of_a_stream / of_proposals(month(bindings, 330), detail);
        assert!(under_way(1, Detail::Workdays) >= Limits::default().chunks_under_way);
        assert!(under_way(3, Detail::Workdays) >= 2);
        assert!(under_way(1, Detail::Spans) >= 2);
        assert!(under_way(1, Detail::Full) >= 1);
    }

    #[test]
    fn a_chunk_that_can_never_fit_is_refused_with_a_size_that_fits() {
        let of_a_stream = Limits::default().bytes_under_way / 4;
        let bytes = of_proposals(month(16, 330), Detail::Workdays);
        let refused = check_fits(330, bytes, of_a_stream).unwrap_err();
        let words = "the edits of plugins may need 176 MiB for 330 employees; the limit is 96 MiB: send about 180 \
                     employees at a time";
        assert_eq!(refused, words);
        assert!(check_fits(180, of_proposals(month(16, 180), Detail::Workdays), of_a_stream).is_ok());
        assert!(check_fits(usize::MAX, usize::MAX, of_a_stream).is_err());
    }
}
