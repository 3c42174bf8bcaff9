//! A chunk of workload W on its way: columns to a message, a message to bytes, bytes to a message; and its results on their
//! way back.

#![allow(clippy::expect_used, reason = "a bench that cannot be set up has nothing to measure")]

use std::sync::Arc;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use prost::Message;
use shiftmill::core::{Evaluations, TimecardBatch};
use shiftmill::{Engine, Layout, PluginRegistry};
use shiftmill_benches::in_process::{checked, run, workload_request, workload_ruleset};
use shiftmill_benches::workload::{CHUNK_EMPLOYEES, chunk};
use shiftmill_proto::v1;
use shiftmill_wire::{UnknownNames, Vocabulary, chunk as chunk_message, results as results_message};

fn wire(criterion: &mut Criterion) {
    let batch = chunk(0..CHUNK_EMPLOYEES);
    let vocabulary = Vocabulary::default();
    let mut group = criterion.benchmark_group("wire");
    group.throughput(Throughput::Elements(batch.punch_at.len() as u64));
    group.bench_function("columns to message", |bench| {
        bench.iter_batched(
            || batch.clone(),
            |batch| chunk_message::write(0, batch, &vocabulary),
            BatchSize::LargeInput,
        );
    });
    let message = chunk_message::write(0, batch.clone(), &vocabulary);
    group.bench_function("encode", |bench| bench.iter(|| message.encode_to_vec()));
    let bytes = message.encode_to_vec();
    group.bench_function("decode", |bench| bench.iter(|| v1::Chunk::decode(bytes.as_slice())));

    let (checked, unknown) = (batch.clone().check(1, 3, 0), UnknownNames::default());
    let (Ok(checked), results) = (checked, results_of(batch)) else { return };
    group.bench_function("results to message", |bench| {
        bench.iter_batched(
            || results.clone(),
            |results| results_message::write(0, &checked, &unknown, &|_, _| None, results),
            BatchSize::LargeInput,
        );
    });
    let (message, _) = results_message::write(0, &checked, &unknown, &|_, _| None, results);
    group.bench_function("encode results", |bench| bench.iter(|| message.encode_to_vec()));
    let bytes = message.encode_to_vec();
    group.bench_function("decode results", |bench| {
        bench.iter(|| v1::ChunkResult::decode(bytes.as_slice()).ok().map(results_message::read));
    });
    group.finish();
}

/// The results of a chunk.
fn results_of(chunk: TimecardBatch) -> Evaluations {
    let ruleset = Arc::new(workload_ruleset().expect("the ruleset of the workload has no mistake"));
    let request = workload_request(ruleset, Layout::CardByCard, &PluginRegistry::default())
        .expect("the workload can be asked for");
    let (_, mut finished) = run(&Engine::new(1), &request, checked([chunk].into_iter()));
    finished.remove(0).results
}

criterion_group!(benches, wire);
criterion_main!(benches);
