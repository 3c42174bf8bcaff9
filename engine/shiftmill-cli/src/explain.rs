//! `shiftmill explain`: one employee's pay, explained to that employee.

use std::io::Write;

use clap::Args;
use serde_json::{Value, json};
use shiftmill::PluginRegistry;
use shiftmill::core::{
    Assignment, CardFacts, Detail, EvaluationError, LeaveTime, ShiftTimes, TagId, WaiverKind, Workday, Zone,
};
use shiftmill::words::{self, ExplainError, Explanation, Language};
use shiftmill_timecards::write::{CardView, time_of_day};

use crate::evaluate;
use crate::evaluated::Evaluated;
use crate::exit::Exit;
use crate::files::FactFiles;
use crate::output::{self, Output};
use crate::problem::Problem;
use crate::window::WindowArguments;

const EXAMPLES: &str = "\
Examples:
  Why is this person paid what they are paid?
    shiftmill explain --ruleset us-california@2 --zone America/Los_Angeles --punches punches.csv --employee E00004

  One day only:
    shiftmill explain ... --employee E00004 --workday 2026-03-04";

/// Explain one person's pay, day by day and step by step.
#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Explain {
    /// The employee's key.
    #[arg(long)]
    employee: String,
    /// Only this workday.
    #[arg(long, value_name = "DATE", value_parser = |text: &str| shiftmill_timecards::clock::date(text).ok_or("write the date as 2026-03-02"))]
    workday: Option<Workday>,
    /// The language of the reasons of plugins, where they have it: `en` or `zh`.
    #[arg(long, value_name = "LANGUAGE", default_value = "en", value_parser = |code: &str| Language::from_code(code).ok_or("the languages are `en` and `zh`"))]
    language: Language,
    #[command(flatten)]
    files: FactFiles,
    #[command(flatten)]
    window: WindowArguments,
}

/// Runs the command.
pub fn run(command: &Explain, registry: &PluginRegistry, json: bool) -> Result<Exit, Problem> {
    let mut facts = command.files.read(command.window.years(), registry)?;
    // All facts determine the window, so that one employee's result is the same as in the whole evaluation.
    let window = command.window.settle(&mut facts)?;
    facts.cards.retain(|card| card.employee == command.employee);
    let Some(card) = facts.cards.first().cloned() else {
        return Err(Problem::new(format!("there is no employee `{}` in these files", command.employee))
            .hint("keys are compared exactly, with upper and lower case")
            .with_rejected(&facts.report));
    };
    let evaluated = evaluate::evaluate(facts, window, Detail::Full, registry, 1)?;
    let Some(view) = evaluated.cards().next() else {
        return Err(Problem::own("the timecard is missing"));
    };
    let mut explanation = explained(&view, command.language)?;
    if let Some(error @ EvaluationError::UnknownCalendar { .. }) = view.card().error {
        explanation.error = Some(output::error_words(error, &evaluated.facts.rulesets));
    }
    if let Some(workday) = command.workday {
        explanation.days.retain(|day| day.workday == workday);
        explanation.totals.clear();
        explanation.other_steps.clear();
    }
    let mut out = Output::to(None)?;
    if json {
        let document = document(&evaluated, &view, &explanation);
        writeln!(out, "{document}")?;
    } else {
        tell(&evaluated, &view, &card, &explanation, &mut out)?;
    }
    out.flush()?;
    if !json {
        output::list_all(&evaluated.facts.report);
    }
    Ok(evaluated.exit())
}

fn explained(view: &CardView<'_>, language: Language) -> Result<Explanation, Problem> {
    let CardView { names, tags, results, index, zone, .. } = *view;
    let most = words::EXPLANATION_BYTES_MAX;
    words::explain(names, tags, results, index, zone, language, most).map_err(|error| match error {
        ExplainError::NoTimecard { .. } => Problem::own("a result is missing"),
        ExplainError::TooLong { .. } => Problem::new(error.to_string())
            .hint("plugins of the ruleset propose very many edits; explain a shorter pay period"),
    })
}

/// What changes for the person by date.
fn tell_assignments(evaluated: &Evaluated, card: &CardFacts, out: &mut dyn Write) -> Result<(), Problem> {
    let mut rows: Vec<&Assignment> = card.assignments.iter().collect();
    rows.sort_by_key(|row| row.from);
    let tag = |tag: TagId| evaluated.facts.tags.get(tag).map_or_else(|| "none".to_owned(), ToString::to_string);
    let names = evaluated.facts.names_of(usize::from(card.ruleset));
    for row in rows {
        let calendar = row.calendar.zip(names).map(|(calendar, names)| names.calendar_name(calendar));
        let ruleset = row.ruleset.and_then(|ruleset| evaluated.facts.rulesets.get(usize::from(ruleset)));
        let zone = row.zone.and_then(|zone| evaluated.window.zones.get(zone));
        let job = if row.job == TagId::NONE { String::new() } else { format!(" for work with {}", tag(row.job)) };
        let parts = [
            ruleset.map(|ruleset| format!("by ruleset {}{job}", output::ruleset_line(ruleset))),
            calendar.map(|name| format!("by calendar {name}")),
            zone.map(|zone| format!("times in zone {}", zone.name())),
            row.tag.map(|own| format!("with the tag {}", tag(own))),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        writeln!(out, "from {}: {}", row.from, parts.join(", "))?;
    }
    Ok(())
}

fn tell(
    evaluated: &Evaluated,
    view: &CardView<'_>,
    card: &CardFacts,
    explanation: &Explanation,
    out: &mut dyn Write,
) -> Result<(), Problem> {
    let name = if view.name.is_empty() { String::new() } else { format!(", {}", view.name) };
    let period = evaluated.window.window.pay_period;
    writeln!(out, "The pay of {}{name} from {} to {}", view.employee, period.first, period.last)?;
    let ruleset = evaluated.facts.rulesets.get(usize::from(card.ruleset));
    if let Some(ruleset) = ruleset {
        writeln!(out, "by ruleset {}", output::ruleset_line(ruleset))?;
    }
    let as_of = words::local(view.zone, evaluated.window.window.as_of);
    writeln!(out, "as of {as_of}, all times in zone {}", view.zone.name())?;
    tell_assignments(evaluated, card, out)?;
    writeln!(out)?;
    for sentence in &evaluated.window.assumed {
        writeln!(out, "Assumed: {sentence}.")?;
    }
    if let Some(error) = &explanation.error {
        writeln!(out, "This timecard could not be evaluated. {error}.")?;
        return Ok(());
    }
    if explanation.provisional {
        writeln!(
            out,
            "Provisional: the figures may still change; `context_short`, `facts_rejected` or `plugin_failed` says why."
        )?;
    }
    writeln!(out)?;
    for day in &explanation.days {
        tell_day(view, card, day, out)?;
    }
    for step in &explanation.other_steps {
        writeln!(out, "{step}")?;
    }
    tell_totals(explanation, out)?;
    if let Some(ruleset) = ruleset.filter(|ruleset| !ruleset.not_covered().is_empty()) {
        writeln!(out, "\nNot covered by the ruleset")?;
        for gap in ruleset.not_covered() {
            writeln!(out, "  {gap}")?;
        }
    }
    Ok(())
}

fn tell_day(
    view: &CardView<'_>,
    card: &CardFacts,
    day: &words::DayExplanation,
    out: &mut dyn Write,
) -> Result<(), Problem> {
    writeln!(out, "{}", day.title)?;
    for line in facts_of(view, card, day.workday) {
        writeln!(out, "  {line}")?;
    }
    if !day.timeline.is_empty() {
        writeln!(out, "  Timeline")?;
    }
    let width = |text: fn(&words::TimelineSentence) -> &str| {
        day.timeline.iter().map(|stretch| text(stretch).len()).max().unwrap_or(0)
    };
    let (from_width, to_width) = (width(|stretch| &stretch.from), width(|stretch| &stretch.to));
    for stretch in &day.timeline {
        let (length, what) = (stretch.length.to_string(), stretch.what);
        let (from, to, code, because) = (&stretch.from, &stretch.to, &stretch.pay_code, &stretch.because);
        let tag = if stretch.tag.is_empty() { String::new() } else { format!(" [{}]", stretch.tag) };
        writeln!(out, "    {from:>from_width$} to {to:<to_width$} {length:>8}  {what:<12} {code}: {because}{tag}")?;
    }
    if !day.pay.is_empty() {
        writeln!(out, "  Pay")?;
    }
    for line in &day.pay {
        let unpaid = if line.paid { "" } else { ", not paid" };
        let (amount, code, because, rule) = (&line.amount, &line.pay_code, &line.because, &line.rule);
        writeln!(out, "    {amount:>9}  {code}{unpaid}: {because} (rule `{rule}`)")?;
    }
    if !day.overrides.is_empty() {
        writeln!(out, "  Overridden")?;
    }
    for stated in &day.overrides {
        writeln!(out, "    {}", stated.text)?;
    }
    if !day.exceptions.is_empty() {
        writeln!(out, "  Exceptions")?;
    }
    for exception in &day.exceptions {
        let (code, text) = (exception.code.replace('_', " "), &exception.text);
        writeln!(out, "    {code} ({}, {}): {text}", exception.severity, exception.state)?;
    }
    if !day.steps.is_empty() {
        writeln!(out, "  How it was calculated")?;
    }
    for step in &day.steps {
        writeln!(out, "    - {step}")?;
    }
    writeln!(out)?;
    Ok(())
}

/// The facts of a workday: its schedule, leave, and the punches of its date.
fn facts_of(view: &CardView<'_>, card: &CardFacts, workday: Workday) -> Vec<String> {
    let mut lines = Vec::new();
    for shift in card.shifts.iter().filter(|shift| shift.workday == workday) {
        let told = shift.kind.code().replace('_', " ");
        lines.push(match shift.times {
            _ if !shift.kind.has_times() => format!("by roster: {told} day"),
            ShiftTimes::Clock { start, end } => format!("scheduled {} to {}", clock(start), clock(end)),
            ShiftTimes::Length(length) => format!("scheduled for {length}, at any time"),
            ShiftTimes::FreeEnd { start, expects } if expects.is_zero() => {
                format!("scheduled from {}, the end is free", clock(start))
            }
            ShiftTimes::FreeEnd { start, expects } => {
                format!("scheduled from {} for {expects}, the end is free", clock(start))
            }
            ShiftTimes::Template(index) => {
                let name = view.names.shifts.get(usize::from(index)).map_or("", String::as_str);
                format!("scheduled for the shift `{name}`")
            }
        });
    }
    for leave in &card.leave {
        let name = view.names.leave.get(usize::from(leave.code)).map_or("", String::as_str);
        match leave.time {
            LeaveTime::Workday(day) if day == workday => lines.push(format!("leave `{name}` for the whole day")),
            LeaveTime::HalfDay(day, half) if day == workday => {
                lines.push(format!("leave `{name}` for the {half} half of the day"));
            }
            LeaveTime::Amount(day, amount) if day == workday => lines.push(format!("leave `{name}` for {amount}")),
            LeaveTime::Span { start, end } if view.zone.date_at(start) == workday => {
                let (from, to) = (words::local_on(view.zone, start, workday), words::local_on(view.zone, end, workday));
                lines.push(format!("leave `{name}` from {from} to {to}"));
            }
            _ => {}
        }
    }
    for hours in card.manual_hours.iter().filter(|hours| hours.workday == workday) {
        let code = view.names.pay_code(hours.code).map_or("", |info| info.name.as_str());
        lines.push(format!("manual hours: {} of `{code}`", hours.amount));
    }
    for waiver in card.waivers.iter().filter(|waiver| waiver.workday == workday) {
        lines.push(match waiver.kind {
            WaiverKind::Meal(ordinal) => format!("waived: meal {ordinal}"),
            WaiverKind::Exception(code) => format!("waived: {}", code.code().replace('_', " ")),
        });
    }
    for said in card.attestations.iter().filter(|said| said.workday == workday) {
        let question = view.names.attestations.get(usize::from(said.question)).map_or("", String::as_str);
        lines.push(format!("attested `{question}`: {}", if said.answer { "yes" } else { "no" }));
    }
    if let Some(punched) = punched(view.zone, card, workday) {
        lines.push(punched);
    }
    lines
}

fn punched(zone: &Zone, card: &CardFacts, workday: Workday) -> Option<String> {
    let mut punches: Vec<_> = card.punches.iter().filter(|punch| zone.date_at(punch.at) == workday).collect();
    punches.sort_by_key(|punch| punch.at);
    let texts: Vec<String> = punches
        .iter()
        .map(|punch| {
            let kind = punch.kind.code().replace('_', " ");
            format!("{kind} {}", time_of_day(zone.wall_at(punch.at).second_of_day()))
        })
        .collect();
    (!texts.is_empty()).then(|| format!("punched on this date: {}", texts.join(", ")))
}

/// Seconds from midnight as a time of day, marked when it is on the day after.
fn clock(second: i32) -> String {
    let day = second.div_euclid(86_400);
    let time = time_of_day(second.rem_euclid(86_400).unsigned_abs());
    if day > 0 { format!("{time} the day after") } else { time }
}

fn tell_totals(explanation: &Explanation, out: &mut dyn Write) -> Result<(), Problem> {
    let mut last = None;
    for total in &explanation.totals {
        if last != Some((total.scope, total.from)) {
            match total.scope {
                shiftmill::core::TotalScope::Workweek => writeln!(out, "Workweek from {}", total.from)?,
                shiftmill::core::TotalScope::PayPeriod => writeln!(out, "Pay period from {}", total.from)?,
            }
            last = Some((total.scope, total.from));
        }
        writeln!(out, "  {:>9}  {}", total.amount, total.pay_code)?;
    }
    Ok(())
}

fn document(evaluated: &Evaluated, view: &CardView<'_>, explanation: &Explanation) -> Value {
    let days: Vec<Value> = explanation.days.iter().map(day_object).collect();
    let totals: Vec<Value> = explanation
        .totals
        .iter()
        .map(|total| json!({ "from": total.from.to_string(), "pay_code": total.pay_code, "amount": total.amount }))
        .collect();
    json!({
        "asked": output::asked(evaluated),
        "employee": view.employee,
        "name": view.name,
        "zone": view.zone.name(),
        "error": explanation.error,
        "provisional": explanation.provisional,
        "days": days,
        "totals": totals,
        "other_steps": explanation.other_steps,
    })
}

fn day_object(day: &words::DayExplanation) -> Value {
    let timeline = day.timeline.iter().map(|stretch| {
        json!({
            "from": stretch.from, "to": stretch.to, "seconds": stretch.length.0, "what": stretch.what,
            "pay_code": stretch.pay_code, "rule": stretch.rule, "because": stretch.because, "tag": stretch.tag,
        })
    });
    let pay = day.pay.iter().map(|line| {
        json!({
            "pay_code": line.pay_code, "amount": line.amount, "paid": line.paid, "rule": line.rule,
            "because": line.because,
        })
    });
    let overridden = day.overrides.iter().map(|stated| {
        let row = stated.row;
        json!({
            "pay_code": stated.pay_code, "seconds": row.amount.0, "computed_seconds": row.computed.0,
            "computed_before_seconds": row.computed_before.0, "stale": row.is_stale(), "text": stated.text,
        })
    });
    let exceptions = day.exceptions.iter().map(|exception| {
        json!({
            "exception": exception.code, "severity": exception.severity.code(), "state": exception.state.code(),
            "text": exception.text,
        })
    });
    json!({
        "workday": day.workday.to_string(),
        "title": day.title,
        "timeline": timeline.collect::<Vec<_>>(),
        "pay": pay.collect::<Vec<_>>(),
        "overridden": overridden.collect::<Vec<_>>(),
        "exceptions": exceptions.collect::<Vec<_>>(),
        "steps": day.steps,
    })
}
