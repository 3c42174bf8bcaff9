//! A chunk of workload W on its way: columns to a message, a message to bytes, bytes to a message.

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use prost::Message;
use shiftmill_benches::workload::{CHUNK_EMPLOYEES, chunk};
use shiftmill_proto::v1;
use shiftmill_server::client::Vocabulary;

fn wire(criterion: &mut Criterion) {
    let batch = chunk(0..CHUNK_EMPLOYEES);
    let vocabulary = Vocabulary::new([]);
    let mut group = criterion.benchmark_group("wire");
    group.throughput(Throughput::Elements(batch.punch_at.len() as u64));
    group.bench_function("columns to message", |bench| {
        bench.iter_batched(|| batch.clone(), |batch| vocabulary.chunk(0, batch), BatchSize::LargeInput);
    });
    let message = vocabulary.chunk(0, batch.clone());
    group.bench_function("encode", |bench| bench.iter(|| message.encode_to_vec()));
    let bytes = message.encode_to_vec();
    group.bench_function("decode", |bench| bench.iter(|| v1::Chunk::decode(bytes.as_slice())));
    group.finish();
}

criterion_group!(benches, wire);
criterion_main!(benches);
