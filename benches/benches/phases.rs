//! The four phases of the calculation, each alone, on chunks of workload W.

use std::sync::Arc;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use shiftmill::{Layout, PluginRegistry, Request};
use shiftmill_benches::in_process::{workload_request, workload_ruleset};
use shiftmill_benches::workload::{CHUNK_EMPLOYEES, ZONE_NAMES, chunk};
use shiftmill_core::{
    CardState, CheckedBatch, Detail, Evaluations, Inputs, NO_TAGS, Scratch, Silent, close, open, pay, shape,
};

/// Takes every card of the chunk through one phase. The check sums of `mill` test the results, not this bench.
fn each(
    cards: &mut [CardState],
    chunk: &CheckedBatch,
    request: &Request,
    run: impl Fn(&Inputs<'_>, &mut CardState, &mut Scratch),
) {
    let Some(ruleset) = request.rulesets.first() else { return };
    let mut scratch = Scratch::default();
    for (index, state) in cards.iter_mut().enumerate() {
        if let Some(card) = chunk.timecard(index, &request.zones.zones) {
            run(
                &Inputs { card, timeline: ruleset.timeline(), window: &request.window, tags: &NO_TAGS },
                state,
                &mut scratch,
            );
        }
    }
}

fn open_card(inputs: &Inputs<'_>, state: &mut CardState, scratch: &mut Scratch) {
    state.clear();
    let _opened = open::open(inputs, state, scratch, &mut Silent);
}

fn shape_card(inputs: &Inputs<'_>, state: &mut CardState, scratch: &mut Scratch) {
    let laid_out = shape::lay_out(inputs, state, scratch, &mut Silent);
    if laid_out.is_ok() {
        shape::compare(inputs, state, scratch, &mut Silent);
    }
}

fn pay_card(inputs: &Inputs<'_>, state: &mut CardState, scratch: &mut Scratch) {
    pay::pay(inputs, state, scratch, &mut Silent);
}

fn phases(criterion: &mut Criterion) {
    let Ok(chunk) = chunk(0..CHUNK_EMPLOYEES).check(1, ZONE_NAMES.len(), 0) else { return };
    let Ok(ruleset) = workload_ruleset() else { return };
    let Ok(request) = workload_request(Arc::new(ruleset), Layout::PhaseByPhase, &PluginRegistry::default()) else {
        return;
    };
    let mut group = criterion.benchmark_group("phases");
    group.throughput(Throughput::Elements(chunk.columns().punch_at.len() as u64));

    let mut opened = vec![CardState::default(); chunk.len()];
    each(&mut opened, &chunk, &request, open_card);
    let mut shaped = opened.clone();
    each(&mut shaped, &chunk, &request, shape_card);
    let mut paid = shaped.clone();
    each(&mut paid, &chunk, &request, pay_card);

    let mut cards = opened.clone();
    group.bench_function("open", |bench| bench.iter(|| each(&mut cards, &chunk, &request, open_card)));
    let from = |cards: &Vec<CardState>| cards.clone();
    group.bench_function("shape", |bench| {
        let run = |cards: &mut Vec<CardState>| each(cards, &chunk, &request, shape_card);
        bench.iter_batched_ref(|| from(&opened), run, BatchSize::LargeInput);
    });
    group.bench_function("pay", |bench| {
        let run = |cards: &mut Vec<CardState>| each(cards, &chunk, &request, pay_card);
        bench.iter_batched_ref(|| from(&shaped), run, BatchSize::LargeInput);
    });
    group.bench_function("close", |bench| {
        let run = |cards: &mut Vec<CardState>| {
            let (mut scratch, mut results) = (Scratch::default(), Evaluations::default());
            for (index, state) in cards.iter_mut().enumerate() {
                let Some(ruleset) = request.rulesets.first() else { continue };
                let Some(card) = chunk.timecard(index, &request.zones.zones) else { continue };
                let inputs = Inputs { card, timeline: ruleset.timeline(), window: &request.window, tags: &NO_TAGS };
                let _closed = close::close(&inputs, Detail::Workdays, state, &mut scratch, &mut results, &mut Silent);
            }
            results
        };
        bench.iter_batched_ref(|| from(&paid), run, BatchSize::LargeInput);
    });
    group.finish();
}

criterion_group!(benches, phases);
criterion_main!(benches);
