//! One `Evaluate` call: a few timecards as people write them, evaluated and put into words.

use std::sync::Arc;

use prost::Message;
use shiftmill::core::{
    CardFacts, Carried, CarriedRow, CarryKey, CheckedBatch, Correction, CorrectionKind, DayOverride, DayType, Detail,
    ExceptionCode, Leave, LeaveTime, Names, OpeningBalance, Punch, PunchKind, PunchRef, RuleId, Seconds, ShiftFact,
    ShiftTimes, TimecardBatch, Timestamp, Waiver, WaiverKind, Workday, Zone,
};
use shiftmill::words::{self, DayExplanation, Explanation, Language};
use shiftmill::{Finished, Request, ResultHasher};
use shiftmill_proto::v1;
use shiftmill_wire::{Numbered, card_error, write_failures};
use tokio::sync::oneshot;
use tonic::Status;

use crate::budget::Share;
use crate::cancel_on_drop::CancelOnDrop;
use crate::evaluation::Shared;
use crate::info::response_header;
use crate::problem::{Kind, Problem};
use crate::resolved_header::{Fields, detail, request, ruleset, stopped, window};
use crate::{memory, times};

/// Recorded so long ago, at the start of 1970, that it was known whenever the question is asked.
const LONG_AGO: Timestamp = Timestamp(0);
const DAY: i32 = 86_400;

/// Evaluates the timecards of a call.
pub(crate) async fn evaluate(shared: &Shared, message: v1::EvaluateRequest) -> Result<v1::EvaluateResponse, Status> {
    let count = message.timecards.len();
    if count > shared.limits.timecards_per_call {
        let most = shared.limits.timecards_per_call;
        let message = format!("{count} timecards are given, the most is {most}; use EvaluateStream for more");
        return Err(Problem::at(Kind::TooMany, "timecards", message).into());
    }
    let (explain, language) = (message.explain, language(&message.language)?);
    let request = read_request(&message, shared).await?;
    let bytes = memory::of_call(count, message.encoded_len(), &request, shared.budget.most());
    let bytes = bytes.map_err(|message| Problem::at(Kind::TooMany, "timecards", message))?;
    let share = shared.budget.take(bytes).await?;
    let batch = read_batch(&message.timecards, &request)?;
    let (finished, _share) = run(shared, Arc::clone(&request), batch, share).await?;
    tracing::info!(timecards = count, "timecards evaluated");
    Ok(answer(&request, &finished, explain, language)?)
}

fn language(code: &str) -> Result<Language, Problem> {
    if code.is_empty() {
        return Ok(Language::English);
    }
    let unknown = || Problem::at(Kind::ValueUnknown, "language", format!("`{code}` is neither `en` nor `zh`"));
    Language::from_code(code).ok_or_else(unknown)
}

/// Rulesets, zones and days of the call. The zone of the call comes first, then those of the timecards as they come.
async fn read_request(message: &v1::EvaluateRequest, shared: &Shared) -> Result<Arc<Request>, Problem> {
    let source = message.ruleset.as_ref().ok_or_else(|| Problem::at(Kind::Header, "ruleset", "no ruleset is given"))?;
    let known = shared.registry.now();
    let ruleset = ruleset(source, "ruleset", &known).await?;
    let window = window(message.window.as_ref(), "window")?;
    let detail = if message.explain { Detail::Full } else { detail(message.detail, "detail")? };
    let mut zones: Vec<String> = Vec::new();
    let own = message.timecards.iter().map(|card| &card.zone);
    for zone in std::iter::once(&message.zone).chain(own).filter(|zone| !zone.is_empty()) {
        if !zones.contains(zone) {
            zones.push(zone.clone());
        }
    }
    let fields = Fields { rulesets: "ruleset", zones: "zone" };
    request(vec![ruleset], &zones, window, detail, fields, &known).await
}

fn read_batch(timecards: &[v1::Timecard], request: &Request) -> Result<CheckedBatch, Problem> {
    let names = names(request)?;
    let mut batch = TimecardBatch::default();
    for (index, timecard) in timecards.iter().enumerate() {
        let at = format!("timecards[{index}]");
        let facts = read_timecard(timecard, &at, request, names)?;
        batch
            .push(&facts)
            .map_err(|error| Problem::at(Kind::ValueUnknown, format!("{at}.punches"), error.to_string()))?;
    }
    let checked = batch.check(request.rulesets.len(), request.zones.zones.len());
    checked.map_err(|error| Problem::at(Kind::ValueUnknown, "timecards", error.to_string()))
}

fn names(request: &Request) -> Result<&Names, Problem> {
    let ruleset = request.rulesets.first().ok_or_else(|| Problem::new(Kind::Header, "no ruleset is given"))?;
    Ok(ruleset.timeline().names())
}

/// Evaluates a batch. Its share of the memory goes with it, and comes back with the results or when they are dropped.
async fn run(
    shared: &Shared,
    request: Arc<Request>,
    batch: CheckedBatch,
    share: Share,
) -> Result<(Finished, Share), Status> {
    let room = Arc::clone(&shared.engine_room).acquire_owned().await;
    let room = room.map_err(|_| Problem::new(Kind::Draining, "the server is stopping"))?;
    let _cancel = CancelOnDrop::new(&request);
    let (done, finished) = oneshot::channel();
    shared.engine.submit(request, batch, move |result| {
        drop(room);
        // Nobody waits any more when the client has gone.
        let _told = done.send(result.map(|finished| (finished, share)));
    });
    let lost = |_| Problem::new(Kind::Engine, "a timecard was lost; this is a fault of Shiftmill");
    let finished = finished.await.map_err(lost)?;
    finished.map_err(|why| stopped(&why).into())
}

/// Reads the facts of one timecard; `at` is its path.
struct Reader<'a> {
    at: &'a str,
    zone: &'a Zone,
    names: &'a Names,
}

fn read_timecard(timecard: &v1::Timecard, at: &str, request: &Request, names: &Names) -> Result<CardFacts, Problem> {
    let number = if timecard.zone.is_empty() { Some(0) } else { request.zones.find(&timecard.zone) };
    let found = number.and_then(|number| Some((number, request.zones.get(number)?)));
    let (number, zone) = found.ok_or_else(|| Problem::at(Kind::ZoneUnknown, format!("{at}.zone"), "no such zone"))?;
    let reader = Reader { at, zone, names };
    Ok(CardFacts {
        employee: timecard.employee.clone(),
        ruleset: 0,
        zone: number,
        punches: reader.rows("punches", &timecard.punches, Reader::punch)?,
        shifts: reader.rows("shifts", &timecard.shifts, Reader::shift)?,
        leave: reader.rows("leave", &timecard.leave, Reader::leave)?,
        corrections: reader.rows("corrections", &timecard.corrections, Reader::correction)?,
        waivers: reader.rows("waivers", &timecard.waivers, Reader::waiver)?,
        day_overrides: reader.rows("days", &timecard.days, Reader::day)?,
        opening_balances: reader.rows("opening_balances", &timecard.opening_balances, Reader::balance)?,
        carried: reader.rows("carried", &timecard.carried, Reader::carried)?,
    })
}

/// A fact, or the field that is wrong and what is wrong with it.
type Read<Fact> = Result<Fact, (&'static str, String)>;

impl Reader<'_> {
    fn rows<Row, Fact>(
        &self,
        list: &str,
        rows: &[Row],
        read: impl Fn(&Self, &Row) -> Read<Fact>,
    ) -> Result<Vec<Fact>, Problem> {
        let one = |(index, row)| {
            read(self, row).map_err(|(field, message)| {
                Problem::at(Kind::ValueUnknown, format!("{}.{list}[{index}].{field}", self.at), message)
            })
        };
        rows.iter().enumerate().map(one).collect()
    }

    fn instant(&self, text: &str, field: &'static str) -> Read<Timestamp> {
        let wrong = || (field, format!("`{text}` is not a time such as 2026-03-02 08:58 or 2026-03-02T08:58:30-06:00"));
        times::instant_or_local(text, self.zone).ok_or_else(wrong)
    }

    fn recorded_at(&self, text: &str) -> Read<Timestamp> {
        if text.is_empty() { Ok(LONG_AGO) } else { self.instant(text, "recorded_at") }
    }

    fn punch(&self, punch: &v1::Punch) -> Read<Punch> {
        let id = (punch.id != 0).then_some(punch.id);
        Ok(Punch { at: self.instant(&punch.at, "at")?, kind: kind(&punch.kind)?, id })
    }

    fn shift(&self, shift: &v1::ScheduledShift) -> Read<ShiftFact> {
        let workday = day(&shift.workday)?;
        if !shift.shift.is_empty() {
            let template = position(&self.names.shifts, &shift.shift);
            let unknown = || ("shift", format!("the ruleset has no shift named `{}`", shift.shift));
            return Ok(ShiftFact { workday, times: ShiftTimes::Template(template.ok_or_else(unknown)?) });
        }
        let start = clock(&shift.start, "start")?;
        let end = clock(&shift.end, "end")?;
        let end = if end <= start { end + DAY } else { end };
        Ok(ShiftFact { workday, times: ShiftTimes::Clock { start, end } })
    }

    fn leave(&self, leave: &v1::LeaveFact) -> Read<Leave> {
        let unknown = || ("code", format!("the ruleset has no leave named `{}`", leave.code));
        let code = position(&self.names.leave, &leave.code).ok_or_else(unknown)?;
        let time = match (leave.workday.is_empty(), leave.seconds) {
            (true, _) => {
                LeaveTime::Span { start: self.instant(&leave.from, "from")?, end: self.instant(&leave.to, "to")? }
            }
            (false, 0) => LeaveTime::Workday(day(&leave.workday)?),
            (false, seconds) => LeaveTime::Amount(day(&leave.workday)?, Seconds(seconds)),
        };
        Ok(Leave { code, time, recorded_at: self.recorded_at(&leave.recorded_at)? })
    }

    fn correction(&self, correction: &v1::CorrectionFact) -> Read<Correction> {
        let punch = || match correction.id {
            0 => Ok(PunchRef::At(self.instant(&correction.at, "at")?, kind(&correction.kind)?)),
            id => Ok(PunchRef::Id(id)),
        };
        let kind = match correction.action.as_str() {
            "add" => CorrectionKind::Add { at: self.instant(&correction.at, "at")?, kind: kind(&correction.kind)? },
            "void" => CorrectionKind::Void(punch()?),
            "retime" => CorrectionKind::Retime { punch: punch()?, to: self.instant(&correction.to, "to")? },
            other => return Err(("action", format!("`{other}` is not one of `add`, `void`, `retime`"))),
        };
        Ok(Correction { kind, recorded_at: self.recorded_at(&correction.recorded_at)? })
    }

    fn waiver(&self, waiver: &v1::WaiverFact) -> Read<Waiver> {
        let kind = match (waiver.exception.is_empty(), u8::try_from(waiver.meal)) {
            (true, Ok(ordinal)) if ordinal > 0 => WaiverKind::Meal(ordinal),
            (true, _) => return Err(("meal", "neither an exception nor the ordinal of a meal is given".to_owned())),
            (false, _) => {
                let unknown = || ("exception", format!("no exception is called `{}`", waiver.exception));
                WaiverKind::Exception(ExceptionCode::from_code(&waiver.exception).ok_or_else(unknown)?)
            }
        };
        Ok(Waiver { workday: day(&waiver.workday)?, kind })
    }

    fn day(&self, fact: &v1::DayFact) -> Read<DayOverride> {
        let unknown = || ("day_type", format!("no day type is called `{}`", fact.day_type));
        let day_type = DayType::from_code(&fact.day_type).ok_or_else(unknown)?;
        Ok(DayOverride { workday: day(&fact.workday)?, day_type })
    }

    fn balance(&self, balance: &v1::BalanceFact) -> Read<OpeningBalance> {
        let unknown = || ("rule", format!("the ruleset has no rule named `{}`", balance.rule));
        let rule = position(&self.names.rules, &balance.rule).ok_or_else(unknown)?;
        Ok(OpeningBalance { rule: RuleId(rule), amount: Seconds(balance.seconds) })
    }

    fn carried(&self, carried: &v1::CarriedValue) -> Read<Carried> {
        let unknown = || ("key", format!("the ruleset has no carried key named `{}`", carried.key));
        let key = position(&self.names.carried, &carried.key).map(CarryKey).ok_or_else(unknown)?;
        Ok(Carried { key, value: carried.value })
    }
}

fn kind(text: &str) -> Read<PunchKind> {
    if text.is_empty() {
        return Ok(PunchKind::Unknown);
    }
    PunchKind::from_code(text).ok_or_else(|| ("kind", format!("no kind of punch is called `{text}`")))
}

fn day(text: &str) -> Read<Workday> {
    times::workday(text).ok_or_else(|| ("workday", format!("`{text}` is not a date such as 2026-03-02")))
}

fn clock(text: &str, field: &'static str) -> Read<i32> {
    times::clock(text).ok_or_else(|| (field, format!("`{text}` is not a time of day such as 22:00")))
}

fn position(names: &[String], name: &str) -> Option<u16> {
    u16::try_from(names.iter().position(|known| known == name)?).ok()
}

fn answer(
    request: &Request,
    finished: &Finished,
    explain: bool,
    language: Language,
) -> Result<v1::EvaluateResponse, Problem> {
    let names = names(request)?;
    let columns = finished.batch.columns();
    let zones = (0..columns.employees.len()).map(|index| columns.zone.get(index).copied().unwrap_or(0));
    let timecards = columns.employees.iter().zip(zones).enumerate().filter_map(|(index, (employee, zone))| {
        let told = words::explain(names, &finished.results, index, request.zones.get(zone)?, language)?;
        let mut timecard = write_timecard(employee, index, finished, &told, explain);
        timecard.carried = carried(names, finished, index);
        Some(timecard)
    });
    let hash = ResultHasher::default().chunk(&columns.employees, &finished.results).finish();
    Ok(v1::EvaluateResponse {
        header: Some(response_header(request)),
        timecards: timecards.collect(),
        result_hash: hash.0.to_vec(),
    })
}

fn write_timecard(
    employee: &str,
    index: usize,
    finished: &Finished,
    told: &Explanation,
    explain: bool,
) -> v1::EvaluatedTimecard {
    let card = finished.results.cards.get(index).copied().unwrap_or_default();
    let number = u32::try_from(index).unwrap_or(u32::MAX);
    let (from, to) = (finished.results.starts(index), card.ends);
    let amounts: Vec<u32> =
        finished.results.lines.rows(from.lines as usize..to.lines as usize).map(|line| line.amount).collect();
    let totals = finished.results.totals.rows(from.totals as usize..to.totals as usize);
    let total = |(row, sentence): (shiftmill::core::TotalRow, &words::TotalSentence)| v1::Total {
        scope: row.scope.wire_number(),
        from: row.from.to_string(),
        pay_code: sentence.pay_code.clone(),
        amount_text: sentence.amount.clone(),
        amount: row.amount,
    };
    // Days stand in order and each tells its pay lines in the order of the rows.
    let mut amounts = amounts.into_iter();
    let worked = |workday| {
        let mut rows = finished.results.workdays.rows(from.workdays as usize..to.workdays as usize);
        rows.find(|row| row.workday == workday).map_or(0, |row| row.worked.0)
    };
    let days = told.days.iter().map(|day| write_day(day, worked(day.workday), &mut amounts)).collect();
    v1::EvaluatedTimecard {
        employee: employee.to_owned(),
        provisional: card.provisional,
        error: card.error.map(|error| card_error::write(number, error)),
        days,
        totals: totals.zip(&told.totals).map(total).collect(),
        steps: told.other_steps.clone(),
        explanation: if explain { told.to_string() } else { String::new() },
        carried: Vec::new(),
        plugin_failures: write_failures(finished.results.failures.iter().filter(|it| it.card == number)),
    }
}

fn carried(names: &Names, finished: &Finished, index: usize) -> Vec<v1::CarriedValue> {
    let to = finished.results.cards.get(index).map_or(0, |card| card.ends.carried);
    let rows = finished.results.carried.rows(finished.results.starts(index).carried as usize..to as usize);
    let value = |row: CarriedRow| v1::CarriedValue {
        key: names.carried.get(usize::from(row.key.0)).cloned().unwrap_or_default(),
        value: row.value,
    };
    rows.map(value).collect()
}

fn write_day(day: &DayExplanation, worked: u32, amounts: &mut impl Iterator<Item = u32>) -> v1::EvaluatedDay {
    let pay = |line: &words::PaySentence| v1::PayLine {
        pay_code: line.pay_code.clone(),
        amount: amounts.next().unwrap_or(0),
        amount_text: line.amount.clone(),
        paid: line.paid,
        rule: line.rule.clone(),
        because: line.because.clone(),
    };
    let exception = |exception: &words::ExceptionSentence| v1::Exception {
        code: exception.code.to_owned(),
        severity: exception.severity.code().to_owned(),
        state: exception.state.code().to_owned(),
        text: exception.text.clone(),
    };
    let stretch = |stretch: &words::TimelineSentence| v1::Stretch {
        from: stretch.from.clone(),
        to: stretch.to.clone(),
        seconds: stretch.length.0,
        what: stretch.what.to_owned(),
        pay_code: stretch.pay_code.clone(),
        rule: stretch.rule.clone(),
        because: stretch.because.clone(),
    };
    v1::EvaluatedDay {
        workday: day.workday.to_string(),
        day_type: day.day_type.map_or_else(String::new, |day_type| day_type.code().to_owned()),
        worked_seconds: worked,
        pay: day.pay.iter().map(pay).collect(),
        exceptions: day.exceptions.iter().map(exception).collect(),
        timeline: day.timeline.iter().map(stretch).collect(),
        steps: day.steps.clone(),
    }
}
