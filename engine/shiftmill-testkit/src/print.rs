//! A question and its answers as Markdown that a person can read.

use std::fmt::Write;

use shiftmill_core::{Names, Seconds, Timestamp, Unit, Workday, Zone};

use crate::compare::Disagreement;
use crate::engine::Question;
use crate::outcome::Outcome;

/// A disagreement: the timecard, the plan, and both answers with the differing lines marked.
pub fn disagreement(disagreement: &Disagreement) -> String {
    let Disagreement { question, engine, oracle } = disagreement;
    let mut text = timecard(question);
    let names = question.timeline.names();
    let oracle_lines = answer(oracle, names, &question.zone);
    let engine_lines = match engine {
        Some(engine) => answer(engine, names, &question.zone),
        None => vec!["the engine panicked".to_owned()],
    };
    text.push_str("\n## Engine\n");
    write_marked(&mut text, &engine_lines, &oracle_lines);
    text.push_str("\n## Oracle\n");
    write_marked(&mut text, &oracle_lines, &engine_lines);
    text
}

fn write_marked(text: &mut String, lines: &[String], others: &[String]) {
    for line in lines {
        let mark = if others.contains(line) { "  " } else { "> " };
        let _ = writeln!(text, "{mark}{line}");
    }
}

/// The facts and the rules of a question.
pub fn timecard(question: &Question) -> String {
    let Question { facts, zone, timeline, others, other_zones, window, tags, places: _, split_by, presets } = question;
    let tag = |tag| tags.get(tag).map_or_else(String::new, |tag| format!(" [{tag}]"));
    let mut text = String::from("# A timecard\n");
    let _ = writeln!(
        text,
        "Zone: {}. Facts: {} to {}. Pay period: {} to {}. As of: {}.\n",
        zone.name(),
        window.facts.first,
        window.facts.last,
        window.pay_period.first,
        window.pay_period.last,
        clock(zone, window.as_of),
    );
    text.push_str("| punch | kind |\n|---|---|\n");
    for punch in &facts.punches {
        let _ = writeln!(text, "| {} | {}{} |", clock(zone, punch.at), punch.kind, tag(punch.tag));
    }
    for shift in &facts.shifts {
        let _ = writeln!(
            text,
            "Roster: {} {} {:?} split {}{}",
            day(shift.workday),
            shift.kind,
            shift.times,
            shift.split,
            tag(shift.tag)
        );
    }
    let _ = writeln!(text, "Employee:{}. Totals are split by {split_by:?}.", tag(facts.tag));
    for row in &facts.assignments {
        let _ = writeln!(text, "Assigned: {row:?}{}{}", tag(row.tag.unwrap_or_default()), tag(row.job));
    }
    for zone in other_zones {
        let _ = writeln!(text, "Other zone: {}", zone.name());
    }
    for (number, filter) in timeline.filters().iter().enumerate() {
        let _ = writeln!(text, "Filter {number}: {filter}");
    }
    for leave in &facts.leave {
        let _ = writeln!(text, "Leave: {leave:?}");
    }
    for correction in &facts.corrections {
        let _ = writeln!(text, "Correction: {correction:?}");
    }
    for waiver in &facts.waivers {
        let _ = writeln!(text, "Waiver: {waiver:?}");
    }
    for decision in &facts.day_overrides {
        let _ = writeln!(text, "Day type: {} is {} {:?}", day(decision.workday), decision.day_type, decision.window);
    }
    for employment in &facts.employment {
        let _ = writeln!(text, "Employed: {:?} to {:?}", employment.hired.map(day), employment.left.map(day));
    }
    for hours in &facts.manual_hours {
        let _ = writeln!(text, "Manual: {hours:?}");
    }
    for said in &facts.attestations {
        let _ = writeln!(text, "Attested: {said:?}");
    }
    for stated in &facts.overrides {
        let _ = writeln!(text, "Override: {stated:?}");
    }
    for approval in &facts.approvals {
        let _ = writeln!(text, "Approval: {approval:?}");
    }
    for balance in &facts.opening_balances {
        let _ = writeln!(text, "Opening balance: {} {}", timeline.names().rule(balance.rule), balance.amount);
    }
    for preset in presets {
        let code = timeline.names().pay_code(preset.code).map_or("", |info| info.name.as_str());
        let (start, end) = (clock(zone, preset.start), clock(zone, preset.end));
        let _ = writeln!(text, "Recoded by a plugin: {start} to {end} pays {code}");
    }
    for (from, plan) in timeline.versions() {
        let _ = writeln!(text, "\n## Plan from {from}\n```text\n{}\n```", without_exceptions(&format!("{plan:#?}")));
    }
    for (number, versions) in others.iter().enumerate() {
        for (from, plan) in versions {
            let plan = without_exceptions(&format!("{plan:#?}"));
            let _ = writeln!(text, "\n## Ruleset {}: plan from {from}\n```text\n{plan}\n```", number + 1);
        }
    }
    text
}

/// The list of severities says nothing here.
fn without_exceptions(plan: &str) -> String {
    plan.split("    exceptions: ExceptionRules").next().unwrap_or(plan).trim_end().to_owned()
}

/// The lines of an answer.
pub fn answer(outcome: &Outcome, names: &Names, zone: &Zone) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(error) = outcome.error {
        lines.push(format!("error: {error}"));
    }
    lines.push(format!("provisional: {}", outcome.provisional));
    for ((workday, code, rule, because), amount) in &outcome.lines {
        let name = names.pay_code(*code).map_or("?", |info| info.name.as_str());
        let amount = amount_of(*amount, names, *code);
        lines.push(format!("{} | {name} | {amount} | {} | {because}", day(*workday), names.rule(*rule)));
    }
    for (workday, code, state, at, measure) in &outcome.exceptions {
        lines.push(format!("exception: {} {code} {state} at {} ({measure})", day(*workday), clock(zone, *at)));
    }
    for ((scope, from, code), amount) in &outcome.totals {
        let name = names.pay_code(*code).map_or("?", |info| info.name.as_str());
        lines.push(format!("total: {scope:?} from {} {name} {}", day(*from), amount_of(*amount, names, *code)));
    }
    for ((name, tag, code), amount) in &outcome.splits {
        let code_name = names.pay_code(*code).map_or("?", |info| info.name.as_str());
        lines.push(format!("split: name {name}, tag {}, {code_name} {}", tag.0, amount_of(*amount, names, *code)));
    }
    for ((workday, code), (amount, computed, before)) in &outcome.overrides {
        let name = names.pay_code(*code).map_or("?", |info| info.name.as_str());
        lines.push(format!("override: {} {name} {amount}, computed {computed}, before {before}", day(*workday)));
    }
    for (workday, (day_type, punches, worked)) in &outcome.workdays {
        lines.push(format!("workday: {} {day_type} {punches} punches, worked {worked}", day(*workday)));
    }
    lines
}

fn amount_of(amount: u64, names: &Names, code: shiftmill_core::PayCode) -> String {
    match names.pay_code(code).map(|info| info.unit) {
        Some(Unit::Count) => amount.to_string(),
        _ => Seconds(amount as u32).to_string(),
    }
}

/// A workday with its weekday.
pub fn day(workday: Workday) -> String {
    format!("{} {workday}", workday.weekday().short())
}

/// An instant as the wall clock shows it.
pub fn clock(zone: &Zone, at: Timestamp) -> String {
    let wall = zone.wall_at(at);
    let second = wall.second_of_day();
    let offset = zone.offset_at(at) / 60;
    format!(
        "{} {:02}:{:02}:{:02} ({:+03}:{:02})",
        day(wall.date()),
        second / 3_600,
        second / 60 % 60,
        second % 60,
        offset / 60,
        (offset % 60).abs(),
    )
}
