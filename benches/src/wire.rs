//! Workload W as messages.

use shiftmill_core::{PunchKind, TimecardBatch, Timestamp, Workday};
use shiftmill_proto::v1;

use crate::workload::{FIRST_WORKDAY, LAST_WORKDAY, RULESET, ZONE_NAMES, window};

/// The header of a stream.
pub fn header() -> v1::Header {
    header_of(RULESET)
}

/// The header of a stream under the workload's ruleset with more at its end.
pub fn header_of(text: &str) -> v1::Header {
    v1::Header {
        rulesets: vec![ruleset(text)],
        zones: ZONE_NAMES.map(str::to_owned).to_vec(),
        window: Some(message_window()),
        detail: v1::Detail::Workdays as i32,
        ..v1::Header::default()
    }
}

/// A ruleset, sent as text.
fn ruleset(text: &str) -> v1::RulesetSource {
    let source = v1::ruleset_source::Source::Text(text.to_owned());
    v1::RulesetSource { source: Some(source), file_name: "workload-w.toml".to_owned() }
}

fn message_window() -> v1::Window {
    let window = window();
    v1::Window {
        pay_period_first: FIRST_WORKDAY.to_string(),
        pay_period_last: LAST_WORKDAY.to_string(),
        facts_first: window.facts.first.to_string(),
        facts_last: window.facts.last.to_string(),
        as_of: instant(window.as_of),
        require_final: window.require_final,
        complete: false,
    }
}

/// A call that evaluates these timecards as readable rows.
pub fn readable_call(timecards: Vec<v1::Timecard>, explain: bool) -> v1::EvaluateRequest {
    v1::EvaluateRequest {
        ruleset: Some(ruleset(RULESET)),
        window: Some(message_window()),
        zone: ZONE_NAMES[0].to_owned(),
        timecards,
        detail: v1::Detail::Workdays as i32,
        explain,
        language: String::new(),
        split_totals_by: Vec::new(),
        other_rulesets: Vec::new(),
    }
}

/// The timecards of a chunk as readable rows.
pub fn readable(chunk: &TimecardBatch) -> Vec<v1::Timecard> {
    let (mut punch, mut shift) = (0, 0);
    let mut timecards = Vec::with_capacity(chunk.employees.len());
    for (index, employee) in chunk.employees.iter().enumerate() {
        let punches = punch..punch + chunk.punch_count[index] as usize;
        let shifts = shift..shift + chunk.shift_count[index] as usize;
        (punch, shift) = (punches.end, shifts.end);
        timecards.push(v1::Timecard {
            employee: employee.clone(),
            zone: ZONE_NAMES[usize::from(chunk.zone[index])].to_owned(),
            punches: punches.map(|at| readable_punch(chunk, at)).collect(),
            shifts: shifts.map(|at| readable_shift(chunk, at)).collect(),
            ..v1::Timecard::default()
        });
    }
    timecards
}

fn readable_punch(chunk: &TimecardBatch, index: usize) -> v1::Punch {
    let at = Timestamp(chunk.punch_base.0 + i64::from(chunk.punch_at[index]));
    let kind = PunchKind::from_number(chunk.punch_kind[index]).unwrap_or(PunchKind::Unknown);
    v1::Punch { at: instant(at), kind: kind.code().to_owned(), ..v1::Punch::default() }
}

fn readable_shift(chunk: &TimecardBatch, index: usize) -> v1::ScheduledShift {
    let clock = |seconds: i32| format!("{:02}:{:02}", seconds / 3_600, seconds / 60 % 60);
    v1::ScheduledShift {
        workday: Workday(chunk.shift_workday[index]).to_string(),
        start: clock(chunk.shift_start[index]),
        end: clock(chunk.shift_end[index]),
        ..v1::ScheduledShift::default()
    }
}

/// `2026-03-02T08:58:30Z`.
fn instant(at: Timestamp) -> String {
    let date = Workday(at.0.div_euclid(86_400) as i32);
    let second = at.0.rem_euclid(86_400);
    format!("{date}T{:02}:{:02}:{:02}Z", second / 3_600, second / 60 % 60, second % 60)
}
