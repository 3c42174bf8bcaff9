//! Named invariants of every timecard, whatever its rules. Each function checks one of them on one question and reports
//! the difference.

use std::collections::BTreeMap;

use shiftmill_core::pay::combine::{Combine, Overtime};
use shiftmill_core::pay::premium_limits::PremiumPer;
use shiftmill_core::pay::premiums::Premium;
use shiftmill_core::pay::tiers::{Counts, OvertimeTier, TierCondition, TierScope};
use shiftmill_core::shape::calendar::StatutoryRestDay;
use shiftmill_core::shape::day_parts::HalfDay;
use shiftmill_core::shape::leave::LeaveVersusWork;
use shiftmill_core::shape::matching::Matching;
use shiftmill_core::shape::pairing::{Pairing, PairingMode};
use shiftmill_core::watch::Watched;
use shiftmill_core::watch::hours::{Hours, HoursScope};
use shiftmill_core::{
    Approval, ApprovalKind, ApprovalStatus, ApprovalTime, Assigned, Because, CardFacts, CardResult, CardState,
    Compensation, Correction, CorrectionKind, DayTypeSet, Detail, EvaluationError, Evaluations, ExceptionCode,
    FactList, FilterId, Layer, Leave, LeaveTime, Multiplier, Names, PayCode, Plan, PlanTimeline, Punch, PunchKind,
    PunchRef, RuleId, ScheduledShift, Scratch, Seconds, ShiftTimes, Span, TagCondition, TagDictionary, TagFilter,
    TagId, TagValues, TimecardBatch, Timestamp, TotalScope, WALL_DAY, Waiver, WaiverKind, WeekdaySet, Workday,
    WorkdayRange, Zone, evaluate,
};

use crate::engine::{self, Question};
use crate::generate::{self, Random};
use crate::outcome::{ExceptionKey, Outcome};

/// The outcome of a check: nothing, or the difference.
pub type Held = Result<(), String>;

/// A promise: its name and its check.
pub type Promise = (&'static str, fn(&Question) -> Held);

/// All promises.
pub const ALL: &[Promise] = &[
    ("the order of facts does not matter", permutation_invariance),
    ("asking twice gives the same rows", idempotence),
    ("working memory that was used before does not matter", state_reuse_invariance),
    ("cards that wait for each other after every stage share a scratch", shared_scratch_invariance),
    ("neighbours, their order and the size of a chunk do not matter", batch_invariance),
    ("the detail asked for does not change what is paid", detail_invariance),
    ("cutting a worked segment changes nothing", segment_split_invariance),
    ("every paired second is on the timeline once", conservation),
    ("spans do not overlap", no_overlap),
    ("every column of results has an entry for each row", even_columns),
    ("no length or amount is negative or nothing", non_negativity),
    ("weekly and daily overtime do not pyramid", no_pyramiding_identity),
    ("what is explained adds up to what is paid", explanation_sums_equal_totals),
    ("a rule that never matches changes nothing", non_matching_rule_changes_nothing),
    ("moving a card by whole weeks moves its result", whole_weeks_shift_results_only),
    ("a fact that no rule reads changes nothing but the facts", unread_facts_change_nothing),
    ("a filter that all tags fit is no filter", filter_that_fits_all_is_none),
    ("split totals add up to the totals of the pay period", splits_add_up),
    ("nobody who works in a scheduled shift is absent from it", work_attends_shifts),
    ("pairing alone never pays the pause between the shifts of two workdays", pauses_are_not_paid),
    ("days outside of employment expect nothing and earn nothing", outside_employment_earns_nothing),
    ("without overrides each overridden line is as it was computed", overrides_keep_what_is_computed),
];

fn same(expected: &Outcome, found: &Outcome, what: &str) -> Held {
    if expected == found { Ok(()) } else { Err(format!("{what}:\n{expected:#?}\nbecame\n{found:#?}")) }
}

/// Punches, scheduled shifts, leave, waivers, approvals and employments in any order give the same result.
pub fn permutation_invariance(question: &Question) -> Held {
    let mut random = Random::new(question.facts.punches.len() as u64);
    let mut shuffled = question.clone();
    shuffle(&mut random, &mut shuffled.facts.punches);
    shuffle(&mut random, &mut shuffled.facts.shifts);
    shuffle(&mut random, &mut shuffled.facts.leave);
    shuffle(&mut random, &mut shuffled.facts.waivers);
    shuffle(&mut random, &mut shuffled.facts.approvals);
    shuffle(&mut random, &mut shuffled.facts.employment);
    shuffle(&mut random, &mut shuffled.facts.manual_hours);
    shuffle(&mut random, &mut shuffled.facts.attestations);
    shuffle(&mut random, &mut shuffled.facts.overrides);
    let (before, mut after) = (engine::answer(question), engine::answer(&shuffled));
    // The error names the fact by its position, which changed.
    let is_by_position = |error: Option<EvaluationError>| match error {
        Some(
            EvaluationError::ShiftsOverlap { .. }
            | EvaluationError::EmploymentBackwards { .. }
            | EvaluationError::ManualHoursTooLong { .. }
            | EvaluationError::OverrideTooLong { .. }
            | EvaluationError::UnknownPayCode { .. }
            | EvaluationError::UnknownAttestation { .. }
            | EvaluationError::GivenTwice { list: FactList::Attestations | FactList::Overrides, .. },
        ) => true,
        Some(_) | None => false,
    };
    let list = |error: Option<EvaluationError>| error.and_then(|error| error.fact()).map(|fact| fact.0);
    if is_by_position(before.error) && is_by_position(after.error) && list(before.error) == list(after.error) {
        after.error = before.error;
    }
    same(&before, &after, "the facts in another order")
}

fn shuffle<T>(random: &mut Random, list: &mut [T]) {
    for index in (1..list.len()).rev() {
        list.swap(index, random.below(index as u64 + 1) as usize);
    }
}

/// The same question gives the same rows, to the last column.
pub fn idempotence(question: &Question) -> Held {
    let (first, second) = (engine::rows(question, Detail::Full), engine::rows(question, Detail::Full));
    if first == second { Ok(()) } else { Err("the rows differ from one evaluation to the next".into()) }
}

/// A state and a scratch that evaluated other cards before give the same rows as new ones.
pub fn state_reuse_invariance(question: &Question) -> Held {
    let (mut state, mut scratch) = (CardState::default(), Scratch::default());
    for index in 0..3 {
        let (question, mut rows) = (generate::question(7, index), Evaluations::default());
        engine::rows_with(&question, Detail::Full, &mut state, &mut scratch, &mut rows);
    }
    let mut rows = Evaluations::default();
    engine::rows_with(question, Detail::Full, &mut state, &mut scratch, &mut rows);
    if rows == engine::rows(question, Detail::Full) { Ok(()) } else { Err("a used state gives other rows".into()) }
}

/// Cards that go through the stages together, with one scratch for all, give the rows that each gives alone with a new
/// one: nothing that one stage hands on to the next is in the scratch.
pub fn shared_scratch_invariance(question: &Question) -> Held {
    let others = [11, 12, 13].map(|seed| generate::question(seed, question.facts.punches.len() as u64));
    let [first, second, third] = others;
    let questions = [first, question.clone(), second, third];
    for detail in [Detail::Workdays, Detail::Full] {
        let together = engine::rows_stage_by_stage(&questions, detail);
        if questions.iter().zip(together).any(|(question, rows)| rows != engine::rows(question, detail)) {
            return Err(format!("a card has other rows beside others at detail {detail:?}"));
        }
    }
    Ok(())
}

/// A card evaluates alike alone, among others, in any order and in chunks of any size.
pub fn batch_invariance(question: &Question) -> Held {
    let fewer = |count: usize| {
        let mut facts = question.facts.clone();
        facts.punches.truncate(facts.punches.len().saturating_sub(count));
        facts
    };
    let cards: Vec<CardFacts> = (0..4).map(fewer).collect();
    let reversed: Vec<CardFacts> = cards.iter().rev().cloned().collect();
    let together = outcomes(question, &cards);
    let mut backwards = outcomes(question, &reversed);
    backwards.reverse();
    let by_twos: Vec<Outcome> = cards.chunks(2).flat_map(|chunk| outcomes(question, chunk)).collect();
    for (place, facts) in cards.iter().enumerate() {
        let alone = engine::answer(&Question { facts: facts.clone(), ..question.clone() });
        same(&alone, &together[place], "among others")?;
        same(&alone, &backwards[place], "in another order")?;
        same(&alone, &by_twos[place], "in smaller chunks")?;
    }
    Ok(())
}

fn outcomes(question: &Question, cards: &[CardFacts]) -> Vec<Outcome> {
    let mut batch = TimecardBatch::default();
    for (number, facts) in cards.iter().enumerate() {
        let facts = CardFacts { employee: number.to_string(), ruleset: 0, zone: 0, ..facts.clone() };
        batch.push(&facts).expect("generated punches lie near each other");
    }
    let tags = engine::tag_table(question);
    let (timelines, zones) = (engine::timelines(question), engine::zones(question));
    let batch = batch.check(timelines.len(), zones.len(), question.tags.len()).expect("generated columns fit together");
    let (mut state, mut scratch, mut results) = (CardState::default(), Scratch::default(), Evaluations::default());
    for index in 0..batch.len() {
        match Assigned::of(&batch, index, |ruleset| timelines.get(ruleset), &zones) {
            Ok(assigned) => {
                let inputs = engine::inputs(question, &batch, index, &assigned, &timelines[0], &zones, &tags);
                evaluate(&inputs, Detail::Workdays, &mut state, &mut scratch, &mut results);
            }
            Err(error) => {
                let ends = results.ends();
                results.cards.push(CardResult { ends, provisional: false, error: Some(error) });
            }
        }
    }
    (0..batch.len()).map(|index| Outcome::of(&results, index)).collect()
}

/// More detail adds rows and changes none.
pub fn detail_invariance(question: &Question) -> Held {
    let plain = Outcome::of(&engine::rows(question, Detail::Workdays), 0);
    for detail in [Detail::Spans, Detail::Full] {
        same(&plain, &Outcome::of(&engine::rows(question, detail), 0), "with more detail")?;
    }
    let totals = Outcome::of(&engine::rows(question, Detail::Totals), 0).totals;
    if totals == plain.totals { Ok(()) } else { Err("the totals differ when only they are asked for".into()) }
}

/// A transfer within a worked pair cuts it in two that touch; the pay lines stay. For typed pairing without rounding,
/// since a transfer is a punch that rounding would move, and divides a length. A clock that is off moves it too, and a
/// restriction may leave it out.
pub fn segment_split_invariance(question: &Question) -> Held {
    let plain = with_plans(question, |plan| {
        plan.pairing = Pairing { mode: PairingMode::Typed, pair_length_max: None, ..Pairing::default() };
        plan.matching =
            Matching { new_shift_gap: Seconds::hours(16), shift_length_max: Seconds::hours(48), ..Matching::default() };
        plan.rounding.clear();
        plan.length_rounding.clear();
        plan.clock_offsets.clear();
        plan.punch_restrictions.clear();
        plan.dedupe.window = None;
        // A limit of each pair counts pairs.
        for premium in &mut plan.premiums {
            let limits = &mut premium.limits;
            limits.minimum = limits.minimum.filter(|minimum| minimum.per != PremiumPer::Pair);
            limits.maximum = limits.maximum.filter(|maximum| maximum.per != PremiumPer::Pair);
        }
    });
    let (_, state) = evaluated(&plain);
    // A punch inside the pair, overwritten by the mode, would meet the transfer. It may be in the other part of a pair
    // that is cut.
    let long = state.pairs.iter().find(|pair| {
        let inside = |at: Timestamp| pair.raw_start < at && at < pair.raw_end;
        let undisturbed = !state.punches.iter().any(|punch| inside(punch.at));
        let is_whole = !pair.starts_at_cut && !pair.ends_at_cut;
        // Nothing divides a call-back.
        let is_callback = state.shifts[pair.shift as usize].callback;
        !pair.imputed && !is_callback && undisturbed && is_whole && pair.raw_end.since(pair.raw_start) > Seconds(7_200)
    });
    let Some(pair) = long else { return Ok(()) };
    let at = Timestamp(pair.raw_start.0 + 3_600);
    let id = plain.facts.punches.iter().filter_map(|punch| punch.id).max().map(|id| id + 1);
    let mut cut = plain.clone();
    cut.facts.punches.push(Punch { at, kind: PunchKind::Transfer, id, tag: pair.tag, recorded_at: None });
    let (whole, cut) = (engine::answer(&plain), engine::answer(&cut));
    if whole.lines == cut.lines { Ok(()) } else { Err(format!("{:#?}\nbecame\n{:#?}", whole.lines, cut.lines)) }
}

/// Every second of every rounded pair is on the timeline exactly once, as work or deducted. Leave that wins over
/// work is left out.
pub fn conservation(question: &Question) -> Held {
    let wins = |plan: &Plan| plan.leave.versus_work == LeaveVersusWork::LeaveWins;
    let (rows, state) = evaluated(question);
    let displaced = question.timeline.versions().iter().any(|version| wins(&version.1));
    if rows.cards[0].error.is_some() || displaced && !question.facts.leave.is_empty() {
        return Ok(());
    }
    for pair in &state.pairs {
        let inside = state.spans.iter().filter(|span| span.shift.is_some());
        let covered: u32 = inside.map(|span| overlap(span, pair.start, pair.end)).sum();
        if covered != pair.end.since(pair.start).0 {
            return Err(format!("{covered} seconds of {pair:?} are on the timeline"));
        }
    }
    Ok(())
}

fn overlap(span: &Span, start: Timestamp, end: Timestamp) -> u32 {
    span.end.min(end).since(span.start.max(start)).0
}

/// The engine's rows and its state afterwards.
fn evaluated(question: &Question) -> (Evaluations, CardState) {
    let (mut state, mut rows) = (CardState::default(), Evaluations::default());
    engine::rows_with(question, Detail::Full, &mut state, &mut Scratch::default(), &mut rows);
    (rows, state)
}

/// No column of results is forgotten where its table is filled.
pub fn even_columns(question: &Question) -> Held {
    match evaluated(question).0.uneven() {
        Some((list, column)) => Err(format!("`{list}` does not have all entries of its column `{column}`")),
        None => Ok(()),
    }
}

/// Layer A is in order and no second is in it twice; one rule's premium never pays a second twice.
pub fn no_overlap(question: &Question) -> Held {
    let (rows, state) = evaluated(question);
    if rows.cards[0].error.is_some() {
        return Ok(());
    }
    for pair in state.spans.windows(2) {
        if pair[0].end > pair[1].start {
            return Err(format!("{:?} overlaps {:?}", pair[0], pair[1]));
        }
    }
    let mut by_rule: BTreeMap<RuleId, Vec<(Timestamp, Timestamp)>> = BTreeMap::new();
    for premium in &state.premiums {
        by_rule.entry(premium.reason.rule).or_default().push((premium.start, premium.end));
    }
    for (rule, mut stretches) in by_rule {
        stretches.sort();
        if let Some(pair) = stretches.windows(2).find(|pair| pair[0].1 > pair[1].0) {
            return Err(format!("{rule:?} pays {pair:?}"));
        }
    }
    Ok(())
}

/// Every span has time in it and every line an amount.
pub fn non_negativity(question: &Question) -> Held {
    let rows = engine::rows(question, Detail::Full);
    let spans = rows.spans.iter().all(|span| span.start < span.end);
    let premiums = rows.premiums.iter().all(|premium| premium.start < premium.end);
    let lines = rows.lines.amount.iter().all(|amount| *amount > 0);
    if spans && premiums && lines { Ok(()) } else { Err("a span or line has nothing in it".into()) }
}

/// With one rate for a day and a week, and only straight time counting to the week, a workweek's overtime is the
/// greater of its daily overtime D and what its work T has beyond the weekly limit W: max(D, T - W).
pub fn no_pyramiding_identity(question: &Question) -> Held {
    let (day, week) = (Seconds::hours(8), Seconds::hours(24));
    let (names, first) = with_rules(question, 2);
    let tier = |rule, scope, limit| OvertimeTier {
        rule,
        scope,
        when: TierCondition {
            day_types: DayTypeSet::ALL,
            weekdays: WeekdaySet::ALL,
            tags: None,
            callback: None,
            between: None,
            consecutive: None,
        },
        counts: Counts::StraightTime,
        counts_other_tags: false,
        counts_other_day_types: false,
        leave_counts: false,
        limit,
        pays_to: PayCode(3),
        multiplier: Multiplier(1_500),
        priority: 0,
    };
    let tiers = vec![tier(first, TierScope::Workday, day), tier(RuleId(first.0 + 1), TierScope::Workweek, week)];
    let mut plan = Plan {
        overtime: Overtime { tiers, combine: Combine::StraightTimeOnly },
        overtime_approval: Vec::new(),
        ..Plan::clone(&question.timeline.versions()[0].1)
    };
    // Only work fills the counters.
    if let Some(pay) = &mut plan.holidays.not_worked {
        pay.counts_toward = 0;
    }
    let opens = plan.workdays.workweek_opens;
    let mut plain = question.clone();
    // Work outside of employment is seen by no tier.
    plain.facts.employment.clear();
    plain.facts.assignments.clear();
    plain.timeline = timeline_of(question, vec![(Workday(0), plan)], names);
    let (rows, state) = evaluated(&plain);
    if rows.cards[0].error.is_some() {
        return Ok(());
    }
    let mut weeks: BTreeMap<Workday, BTreeMap<Workday, (u32, u32)>> = BTreeMap::new();
    for span in state.spans.iter().filter(|span| span.state.is_work()) {
        let workday = span.overtime_workday;
        let from = (0..7).map(|days| workday.plus(-days)).find(|date| date.weekday() == opens).expect("a weekday");
        let entry = weeks.entry(from).or_default().entry(workday).or_default();
        entry.0 += span.length().0;
        entry.1 += if span.code == PayCode(3) { span.length().0 } else { 0 };
    }
    for (from, days) in weeks {
        let worked: u32 = days.values().map(|day| day.0).sum();
        let daily: u32 = days.values().map(|worked| worked.0.saturating_sub(day.0)).sum();
        let overtime: u32 = days.values().map(|day| day.1).sum();
        if overtime != daily.max(worked.saturating_sub(week.0)) {
            return Err(format!("week of {from}: {overtime} s of overtime, {daily} s daily, {worked} s worked"));
        }
    }
    Ok(())
}

/// Without overrides nothing else is noticed, and the lines of each overridden workday and pay code add up to what the
/// overrides say is computed. With them those lines are what a person stated, and all others stay.
pub fn overrides_keep_what_is_computed(question: &Question) -> Held {
    let mut plain = question.clone();
    plain.facts.overrides.clear();
    let (with, without) = (engine::answer(question), engine::answer(&plain));
    if with.error.is_some() {
        return Ok(());
    }
    let sum = |outcome: &Outcome, place: (Workday, PayCode)| -> u64 {
        outcome.lines.iter().filter(|(key, _)| (key.0, key.1) == place).map(|(_, amount)| *amount).sum()
    };
    for (place, (amount, computed, _)) in &with.overrides {
        let (paid, base) = (sum(&with, *place), sum(&without, *place));
        if paid != u64::from(amount.0) || base != u64::from(computed.0) {
            return Err(format!("{place:?}: {amount} stated, {paid} s paid; {computed} computed, {base} s without it"));
        }
    }
    let others = |outcome: &Outcome| {
        let mut lines = outcome.lines.clone();
        lines.retain(|key, _| !with.overrides.contains_key(&(key.0, key.1)));
        lines
    };
    if others(&with) != others(&without) {
        return Err("a line without an override is another one".into());
    }
    // Overrides are also noticed on workdays outside of employment.
    let stated =
        |row: &&ExceptionKey| !matches!(row.1, ExceptionCode::StaleOverride | ExceptionCode::OutsideEmployment);
    if !with.exceptions.iter().filter(stated).eq(without.exceptions.iter().filter(stated)) {
        return Err("overrides raise or hide other exceptions".into());
    }
    let mut days = with.workdays.clone();
    days.retain(|workday, _| without.workdays.contains_key(workday));
    if days == without.workdays { Ok(()) } else { Err("overrides change the work of a workday".into()) }
}

/// Spans, premiums and totals have the same sums as the pay lines.
pub fn explanation_sums_equal_totals(question: &Question) -> Held {
    let rows = engine::rows(question, Detail::Full);
    let names = question.timeline.names();
    let outcome = Outcome::of(&rows, 0);
    let mut lines: BTreeMap<PayCode, u64> = BTreeMap::new();
    let mut weeks: BTreeMap<PayCode, u64> = BTreeMap::new();
    let mut periods: BTreeMap<PayCode, u64> = BTreeMap::new();
    for (key, amount) in &outcome.lines {
        *lines.entry(key.1).or_default() += amount;
    }
    for ((scope, _, code), amount) in &outcome.totals {
        let sums = if *scope == TotalScope::Workweek { &mut weeks } else { &mut periods };
        *sums.entry(*code).or_default() += amount;
    }
    if lines != weeks || lines != periods {
        return Err(format!("lines {lines:?}, workweeks {weeks:?}, pay period {periods:?}"));
    }
    let mut explained: BTreeMap<PayCode, u64> = BTreeMap::new();
    for span in &rows.spans {
        *explained.entry(span.code).or_default() += u64::from(span.length().0);
    }
    for premium in &rows.premiums {
        *explained.entry(premium.code).or_default() += u64::from(premium.end.since(premium.start).0);
    }
    // What minimums and short hours of premiums add.
    for quantity in &rows.quantities {
        if names.pay_code(quantity.code).is_some_and(|info| info.layer == Layer::Premium) {
            *explained.entry(quantity.code).or_default() += u64::from(quantity.amount);
        }
    }
    // Holidays may pay to a code of the timeline.
    let is_holiday_pay = |because| matches!(because, Because::HolidayNotWorked | Because::HolidayWorkedToo);
    for quantity in rows.quantities.iter().filter(|quantity| is_holiday_pay(quantity.reason.because)) {
        *explained.entry(quantity.code).or_default() += u64::from(quantity.amount);
    }
    // Quantities are not on the timeline: their own layer, and leave given as amounts.
    let amounts = question.facts.leave.iter().any(|leave| !matches!(leave.time, LeaveTime::Span { .. }));
    for (code, amount) in lines {
        let quantity = names.pay_code(code).is_some_and(|info| info.layer == Layer::Quantity);
        let leave = names.pay_code(code).is_some_and(|info| info.name.starts_with("leave_"));
        let manual = question.facts.manual_hours.iter().any(|hours| hours.code == code);
        let stated = question.facts.overrides.iter().any(|stated| stated.code == code);
        let beside_the_timeline = quantity || manual || stated || (leave && amounts);
        if !beside_the_timeline && explained.get(&code).copied().unwrap_or(0) != amount {
            return Err(format!("{code:?} pays {amount} and is explained for {:?}", explained.get(&code)));
        }
    }
    Ok(())
}

/// A tier and a premium that never match leave everything as it was.
pub fn non_matching_rule_changes_nothing(question: &Question) -> Held {
    let (names, first) = with_rules(question, 2);
    let mut changed = with_plans(question, |plan| {
        if matches!(plan.overtime.combine, Combine::StraightTimeOnly | Combine::AllHoursCount) {
            plan.overtime.tiers.push(OvertimeTier {
                rule: first,
                scope: TierScope::Workday,
                when: TierCondition {
                    day_types: DayTypeSet::ALL,
                    weekdays: WeekdaySet::NONE,
                    tags: None,
                    callback: None,
                    between: None,
                    consecutive: None,
                },
                counts: Counts::AllHours,
                counts_other_tags: false,
                counts_other_day_types: false,
                leave_counts: true,
                limit: Seconds::ZERO,
                pays_to: PayCode(5),
                multiplier: Multiplier(3_000),
                priority: 9,
            });
        }
        plan.premiums
            .push(Premium { weekdays: WeekdaySet::NONE, ..Premium::for_all_work(RuleId(first.0 + 1), PayCode(6)) });
    });
    changed.timeline = timeline_of(question, changed.timeline.to_versions(), names);
    same(&engine::answer(question), &engine::answer(&changed), "with rules that never match")
}

/// Facts that no rule reads change no row of results, whichever they are: tags where no rule has a filter and no total is
/// split, numbers of punches that no correction names, approvals of a kind that no rule reads, waivers of meals that no
/// rule requires, and leave that was recorded after `as_of`.
pub fn unread_facts_change_nothing(question: &Question) -> Held {
    let mut plain = with_plans(question, without_filters);
    plain.split_by.clear();
    plain.tags = TagDictionary::default();
    plain.facts.tag = TagId::NONE;
    // A job reads tags.
    plain.facts.assignments.retain(|row| row.job == TagId::NONE);
    plain.facts.assignments.iter_mut().for_each(|row| row.tag = row.tag.and(Some(TagId::NONE)));
    // Whether a second transfer in a minute repeats the first is for tags to say; then the fact is read.
    let transfers = plain.facts.punches.iter().any(|punch| punch.kind == PunchKind::Transfer);
    let adds =
        |correction: &Correction| matches!(correction.kind, CorrectionKind::Add { kind: PunchKind::Transfer, .. });
    // Of repeats that were recorded at different times, tags say which comes first.
    let recorded = plain.facts.punches.iter().any(|punch| punch.recorded_at.is_some());
    let tags_are_read = transfers || recorded || plain.facts.corrections.iter().any(adds);
    plain.facts.punches.iter_mut().for_each(|punch| punch.tag = TagId::NONE);
    plain.facts.shifts.iter_mut().for_each(|row| row.tag = TagId::NONE);
    for correction in &mut plain.facts.corrections {
        if let CorrectionKind::Add { tag, .. } = &mut correction.kind {
            *tag = TagId::NONE;
        }
    }
    let mut more = plain.clone();
    more.tags.read("site=north;job=welder").expect("a tag");
    more.tags.read("colour=red").expect("a tag");
    if !tags_are_read {
        more.facts.punches.iter_mut().step_by(2).for_each(|punch| punch.tag = TagId(1));
    }
    more.facts.shifts.iter_mut().step_by(2).for_each(|row| row.tag = TagId(2));
    more.facts.tag = TagId(1);
    let plain_order = |punch: &Punch| punch.id.is_none() && punch.recorded_at.is_none();
    if more.facts.corrections.is_empty() && more.facts.punches.iter().all(plain_order) {
        // In the order given, which is that of punches at one second that say nothing else.
        (1..).zip(&mut more.facts.punches).for_each(|(number, punch)| punch.id = Some(number));
    }
    let (workday, as_of) = (more.window.facts.first, more.window.as_of);
    more.facts.approvals.push(Approval {
        kind: ApprovalKind::EarlyIn,
        time: ApprovalTime::Workday(workday),
        status: ApprovalStatus::Approved,
        choice: Compensation::Pay,
        recorded_at: as_of,
    });
    more.facts.waivers.push(Waiver { workday, kind: WaiverKind::Meal(99) });
    let time = LeaveTime::Workday(workday);
    more.facts.leave.push(Leave { code: 0, time, recorded_at: Timestamp(as_of.0 + 1) });
    same(&engine::answer(&plain), &engine::answer(&more), "with facts that no rule reads")
}

/// Takes the filters off all rules, and drops those that consist of one.
fn without_filters(plan: &mut Plan) {
    plan.clock_offsets.clear();
    plan.punch_restrictions.clear();
    change_filters(plan, |_| None);
}

/// Gives every rule that may have a filter another one.
fn change_filters(plan: &mut Plan, change: impl Fn(Option<FilterId>) -> Option<FilterId>) {
    plan.rounding.iter_mut().for_each(|rule| rule.tags = change(rule.tags));
    plan.breaks.paid_below.iter_mut().for_each(|rule| rule.tags = change(rule.tags));
    plan.breaks.fixed.iter_mut().for_each(|rule| rule.tags = change(rule.tags));
    plan.breaks.auto_deduct.iter_mut().for_each(|rule| rule.tags = change(rule.tags));
    plan.overtime.tiers.iter_mut().for_each(|tier| tier.when.tags = change(tier.when.tags));
    plan.premiums.iter_mut().for_each(|premium| premium.tags = change(premium.tags));
    watched_hours(plan).for_each(|hours| hours.tags = change(hours.tags));
}

/// A filter that excludes a value that no tag has is as no filter at all.
pub fn filter_that_fits_all_is_none(question: &Question) -> Held {
    let mut filters = question.timeline.filters().to_vec();
    let all = FilterId(filters.len() as u8);
    let values = TagValues::NoneOf(["nowhere".to_owned()].into());
    filters.push(TagFilter { conditions: vec![TagCondition { name: "site".to_owned(), values }] });
    let mut changed = with_plans(question, |plan| change_filters(plan, |filter| filter.or(Some(all))));
    changed.timeline = changed.timeline.with_filters(filters).expect("one filter more");
    same(&engine::answer(question), &engine::answer(&changed), "with a filter that all tags fit")
}

/// The split totals of every name have the sums of the pay period.
pub fn splits_add_up(question: &Question) -> Held {
    let outcome = engine::answer(question);
    let whole: BTreeMap<PayCode, u64> = outcome
        .totals
        .iter()
        .filter(|total| total.0.0 == TotalScope::PayPeriod)
        .map(|((_, _, code), amount)| (*code, *amount))
        .collect();
    for position in 0..question.split_by.len() as u8 {
        let mut sums: BTreeMap<PayCode, u64> = BTreeMap::new();
        for ((_, _, code), amount) in outcome.splits.iter().filter(|split| split.0.0 == position) {
            *sums.entry(*code).or_default() += amount;
        }
        if sums != whole {
            return Err(format!("{sums:?} by name {position}, {whole:?} in all"));
        }
    }
    Ok(())
}

/// The names with more rules at the end, and the number of the first of them.
fn with_rules(question: &Question, more: usize) -> (Names, RuleId) {
    let mut names = question.timeline.names().clone();
    let first = RuleId(names.rules.len() as u16);
    names.rules.extend((0..more).map(|index| format!("more-{index}")));
    (names, first)
}

/// The question with every plan changed, of all rulesets.
fn with_plans(question: &Question, change: impl Fn(&mut Plan)) -> Question {
    let changed = |mut versions: Vec<(Workday, Plan)>| {
        versions.iter_mut().for_each(|version| change(&mut version.1));
        versions
    };
    let versions = changed(question.timeline.to_versions());
    let timeline = timeline_of(question, versions, question.timeline.names().clone());
    let others = question.others.iter().cloned().map(changed).collect();
    Question { timeline, others, ..question.clone() }
}

/// A timeline with the filters of a question.
fn timeline_of(question: &Question, versions: Vec<(Workday, Plan)>, names: Names) -> PlanTimeline {
    let filters = question.timeline.filters().to_vec();
    let timeline = PlanTimeline::new(versions, names).and_then(|timeline| timeline.with_filters(filters));
    timeline.expect("the versions are as they were")
}

/// What the watchers of a plan count.
fn watched_hours(plan: &mut Plan) -> impl Iterator<Item = &mut Hours> {
    plan.watchers.iter_mut().filter_map(|watcher| match &mut watcher.watches {
        Watched::Hours(hours) => Some(hours),
        Watched::RestBetweenShifts(_)
        | Watched::WeeklyRest(_)
        | Watched::DaysInARow(_)
        | Watched::ContinuousWork(_)
        | Watched::Spread(_)
        | Watched::Breaks(_) => None,
    })
}

/// A card, its rules' dates and its window moved by five weeks have the result moved by five weeks. In a zone without
/// clock changes; calendar months are no whole weeks, so counters of a month, free latenesses and the cycles of
/// corrections are left out.
pub fn whole_weeks_shift_results_only(question: &Question) -> Held {
    const DAYS: i32 = 35;
    let mut plain = with_plans(question, |plan| {
        for tier in plan.overtime.tiers.iter_mut().filter(|tier| tier.scope == TierScope::Month) {
            tier.scope = TierScope::PayPeriod;
        }
        for hours in watched_hours(plan) {
            if matches!(hours.scope, HoursScope::Months { .. } | HoursScope::Year { .. }) {
                hours.scope = HoursScope::PayPeriod;
            }
        }
        (plan.corrections.quota, plan.corrections.closes_after) = (None, None);
        plan.attendance.free_late = None;
    });
    plain.zone = Zone::fixed("fixed", plain.zone.offset_at(plain.window.as_of));
    plain.facts.assignments.iter_mut().for_each(|row| row.zone = None);
    plain.places.iter_mut().for_each(|zone| *zone = Zone::fixed(zone.name(), zone.offset_at(question.window.as_of)));
    let before = engine::answer(&plain);
    let after = engine::answer(&moved(&plain, DAYS));
    same(&moved_outcome(&before, DAYS), &after, "moved by whole weeks")
}

fn later(at: Timestamp, days: i32) -> Timestamp {
    Timestamp(at.0 + i64::from(days) * WALL_DAY)
}

fn moved(question: &Question, days: i32) -> Question {
    let mut moved = question.clone();
    let facts = &mut moved.facts;
    for punch in &mut facts.punches {
        punch.at = later(punch.at, days);
        punch.recorded_at = punch.recorded_at.map(|recorded_at| later(recorded_at, days));
    }
    for shift in &mut facts.shifts {
        shift.workday = shift.workday.plus(days);
    }
    for leave in &mut facts.leave {
        leave.recorded_at = later(leave.recorded_at, days);
        leave.time = match leave.time {
            LeaveTime::Span { start, end } => LeaveTime::Span { start: later(start, days), end: later(end, days) },
            LeaveTime::Workday(workday) => LeaveTime::Workday(workday.plus(days)),
            LeaveTime::HalfDay(workday, half) => LeaveTime::HalfDay(workday.plus(days), half),
            LeaveTime::Amount(workday, amount) => LeaveTime::Amount(workday.plus(days), amount),
        };
    }
    let named = |punch| match punch {
        PunchRef::At(at, kind) => PunchRef::At(later(at, days), kind),
        PunchRef::Id(id) => PunchRef::Id(id),
    };
    for correction in &mut facts.corrections {
        correction.recorded_at = later(correction.recorded_at, days);
        correction.kind = match correction.kind {
            CorrectionKind::Add { at, kind, tag } => CorrectionKind::Add { at: later(at, days), kind, tag },
            CorrectionKind::Void(punch) => CorrectionKind::Void(named(punch)),
            CorrectionKind::Retime { punch, to } => CorrectionKind::Retime { punch: named(punch), to: later(to, days) },
            CorrectionKind::SetKind { punch, kind } => CorrectionKind::SetKind { punch: named(punch), kind },
        };
    }
    for waiver in &mut facts.waivers {
        waiver.workday = waiver.workday.plus(days);
    }
    for decision in &mut facts.day_overrides {
        decision.workday = decision.workday.plus(days);
    }
    for hours in &mut facts.manual_hours {
        hours.workday = hours.workday.plus(days);
        hours.recorded_at = later(hours.recorded_at, days);
    }
    for said in &mut facts.attestations {
        said.workday = said.workday.plus(days);
        said.recorded_at = later(said.recorded_at, days);
    }
    for stated in &mut facts.overrides {
        stated.workday = stated.workday.plus(days);
        stated.recorded_at = later(stated.recorded_at, days);
    }
    for row in &mut facts.assignments {
        row.from = row.from.plus(days);
    }
    for employment in &mut facts.employment {
        employment.hired = employment.hired.map(|hired| hired.plus(days));
        employment.left = employment.left.map(|left| left.plus(days));
    }
    for approval in &mut facts.approvals {
        approval.recorded_at = later(approval.recorded_at, days);
        approval.time = match approval.time {
            ApprovalTime::Span { start, end } => {
                ApprovalTime::Span { start: later(start, days), end: later(end, days) }
            }
            ApprovalTime::Workday(workday) => ApprovalTime::Workday(workday.plus(days)),
            ApprovalTime::Length(workday, length) => ApprovalTime::Length(workday.plus(days), length),
        };
    }
    let range = |range: WorkdayRange| WorkdayRange { first: range.first.plus(days), last: range.last.plus(days) };
    moved.window.facts = range(moved.window.facts);
    moved.window.pay_period = range(moved.window.pay_period);
    moved.window.as_of = later(moved.window.as_of, days);
    let later_plans = |(from, plan): &mut (Workday, Plan)| {
        *from = from.plus(days);
        plan.calendar.dates.iter_mut().for_each(|date| date.0 = date.0.plus(days));
        for date in plan.clock_offsets.iter_mut().flat_map(|rule| [&mut rule.from, &mut rule.until]).flatten() {
            *date = date.plus(days);
        }
        plan.calendar.half_days.iter_mut().for_each(|half_day| half_day.date = half_day.date.plus(days));
        for stated in plan.calendars.iter_mut().flat_map(|calendar| &mut calendar.dates) {
            stated.date = stated.date.plus(days);
            stated.half_day = stated.half_day.map(|half_day| HalfDay { date: stated.date, ..half_day });
        }
        if let Some(StatutoryRestDay::LastWorked { four_weeks_from: Some(from) }) =
            &mut plan.calendar.statutory_rest_day
        {
            *from = from.plus(days);
        }
        for hours in watched_hours(plan) {
            if let HoursScope::Workweeks { anchor, .. } = &mut hours.scope {
                *anchor = anchor.plus(days);
            }
        }
        for tier in &mut plan.overtime.tiers {
            if let TierScope::Workweeks { anchor, .. } = &mut tier.scope {
                *anchor = anchor.plus(days);
            }
        }
    };
    let mut versions = question.timeline.to_versions();
    versions.iter_mut().chain(moved.others.iter_mut().flatten()).for_each(later_plans);
    moved.timeline = timeline_of(question, versions, question.timeline.names().clone());
    moved
}

fn moved_outcome(outcome: &Outcome, days: i32) -> Outcome {
    Outcome {
        error: outcome.error,
        provisional: outcome.provisional,
        lines: outcome.lines.iter().map(|(key, amount)| ((key.0.plus(days), key.1, key.2, key.3), *amount)).collect(),
        exceptions: outcome
            .exceptions
            .iter()
            .map(|row| (row.0.plus(days), row.1, row.2, later(row.3, days), row.4))
            .collect(),
        totals: outcome.totals.iter().map(|(key, amount)| ((key.0, key.1.plus(days), key.2), *amount)).collect(),
        workdays: outcome.workdays.iter().map(|(workday, row)| (workday.plus(days), *row)).collect(),
        splits: outcome.splits.clone(),
        overrides: outcome.overrides.iter().map(|(key, row)| ((key.0.plus(days), key.1), *row)).collect(),
    }
}

/// No work but that of call-backs, paired or on the timeline, lies in a scheduled shift from which the employee is absent.
/// Thresholds of worked
/// time, steps of leaving early and lengths of days are left out: they call a day absent because little was worked, or
/// without a scheduled shift.
pub fn work_attends_shifts(question: &Question) -> Held {
    let mut plain = with_plans(question, |plan| {
        plan.attendance.absent_below = None;
        plan.attendance.early_tiers.clear();
        plan.expectation.hours = [None; 7];
    });
    plain.facts.shifts.retain(|row| !matches!(row.times, ShiftTimes::Length(_)));
    // Approved time that was not punched is no attendance.
    plain.facts.approvals.clear();
    let (_, state) = evaluated(&plain);
    for row in engine::answer(&plain).exceptions.iter().filter(|row| row.1 == ExceptionCode::Absent) {
        let missed = state.scheduled.iter().find(|shift| shift.workday == row.0 && shift.start == row.3);
        let Some(shift) = missed else { return Err(format!("{row:?} is of no scheduled shift")) };
        let is_callback = |worked: u32| state.shifts[worked as usize].callback;
        let mut pairs = state.pairs.iter().filter(|pair| !is_callback(pair.shift));
        let mut work = state.spans.iter().filter(|span| span.state.is_work() && !span.shift.is_some_and(is_callback));
        let paired = pairs.any(|pair| pair.raw_start.max(shift.start) < pair.raw_end.min(shift.end));
        let worked = work.any(|span| overlap(span, shift.start, shift.end) > 0);
        if paired || worked {
            return Err(format!("there is work in {shift:?}, and {row:?}"));
        }
    }
    Ok(())
}

/// On a day outside of employment nothing is expected, and only its work is shown, as such. Lateness that is deducted
/// belongs to a shift of a day of employment, and so does leaving early, which may count as absence; plugins may pay what
/// they like.
pub fn outside_employment_earns_nothing(question: &Question) -> Held {
    let mut plain = with_plans(question, |plan| plan.attendance.early_tiers.clear());
    plain.presets.clear();
    let stretches = &plain.facts.employment;
    let outside = |day: Workday| {
        let holds = |hired: Option<Workday>, left: Option<Workday>| {
            hired.is_none_or(|hired| hired <= day) && left.is_none_or(|left| day <= left)
        };
        !stretches.is_empty() && !stretches.iter().any(|stretch| holds(stretch.hired, stretch.left))
    };
    let outcome = engine::answer(&plain);
    // What a length loses is not paid, wherever it stands.
    let off = Because::LengthRoundedDown { interval: Seconds::ZERO };
    let shown = [Because::OutsideEmployment, Because::Lateness, off].map(Because::number);
    let earns = |key: &(Workday, PayCode, RuleId, u8)| key.1 != PayCode::UNPAID_BREAK && !shown.contains(&key.3);
    if let Some((key, amount)) = outcome.lines.iter().find(|(key, _)| outside(key.0) && earns(key)) {
        return Err(format!("{key:?} pays {amount} outside of employment"));
    }
    let expects = [ExceptionCode::Absent, ExceptionCode::Undertime, ExceptionCode::UnscheduledWork];
    match outcome.exceptions.iter().find(|row| outside(row.0) && expects.contains(&row.1)) {
        Some(row) => Err(format!("{row:?} outside of employment")),
        None => Ok(()),
    }
}

/// Between the last punch of a worked shift of one workday and the first punch of the next workday lies the pause of the
/// schedule. When nothing was punched in it, no pair of two punches covers it.
pub fn pauses_are_not_paid(question: &Question) -> Held {
    let (rows, state) = evaluated(question);
    if rows.cards[0].error.is_some() {
        return Ok(());
    }
    let window = |shift: &ScheduledShift| {
        let schedule = &question.timeline.at(shift.workday).schedule;
        let template = shift.template.and_then(|index| schedule.templates.get(usize::from(index)));
        template.map_or((schedule.earliest_in, schedule.latest_out), |own| (own.earliest_in, own.latest_out))
    };
    for (index, next) in state.scheduled.iter().enumerate().skip(1) {
        let before = &state.scheduled[..index];
        let ended = before.iter().map(|shift| shift.end).max().unwrap_or_default();
        let over = before.iter().map(|shift| shift.end.after(window(shift).1)).max().unwrap_or_default();
        let begins = next.start.before(window(next).0);
        let is_pause = ended < next.start && over < begins && before[index - 1].workday != next.workday;
        let punched = state.punches.iter().any(|punch| over < punch.at && punch.at < begins);
        let night = state.pairs.iter().find(|pair| pair.raw_start < ended && begins <= pair.raw_end && !pair.imputed);
        if let (true, false, Some(pair)) = (is_pause, punched, night) {
            return Err(format!("{pair:?} covers the pause before {next:?}"));
        }
    }
    Ok(())
}
