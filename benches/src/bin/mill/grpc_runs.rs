//! Runs through a server in a process of its own.

use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use shiftmill_benches::checksum::Checksum;
use shiftmill_benches::in_process::workload_ruleset;
use shiftmill_benches::measure::{median, millions_per_second, quantile};
use shiftmill_benches::night::{CameTo, NightPremium};
use shiftmill_benches::results::Codes;
use shiftmill_benches::server_process::ServerProcess;
use shiftmill_benches::wire;
use shiftmill_benches::workload::{CHUNK_EMPLOYEES, chunk, chunks};
use shiftmill_client::{Answer, Client, Request};
use shiftmill_proto::v1;
use shiftmill_proto::v1::evaluation_client::EvaluationClient;
use shiftmill_proto::v1::plugins_client::PluginsClient;
use shiftmill_wire::{Vocabulary, chunk as chunk_message};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tonic::transport::Channel;

/// Connections, as many as the two cores that client and server share.
const CONNECTIONS: usize = 2;
/// Chunks under way on each connection.
const WINDOW: usize = 4;
/// Readable timecards in one call.
const TIMECARDS_PER_CALL: usize = 100;
/// Calls of one employee-month each.
const UNARY_CALLS: usize = 2_000;

/// The speed over gRPC, in millions of punches per second.
pub struct Grpc {
    pub columns: f64,
    pub rows: f64,
    pub checksum: Checksum,
    pub unary: Unary,
    pub rss_start_mb: f64,
    pub rss_peak_mb: f64,
}

/// Times of one call at a time, in microseconds.
pub struct Unary {
    pub p50: f64,
    pub p99: f64,
    pub explained_p50: f64,
    pub empty_p50: f64,
}

/// Resident memory of the server under a long stream, in MB.
pub struct Endless {
    pub punches: u64,
    pub at_10_million_mb: f64,
    pub at_end_mb: f64,
    pub peak_mb: f64,
    pub speed: f64,
}

/// Streams the workload and calls with readable rows.
pub async fn measure(employees: u32, runs: usize) -> Result<Grpc, String> {
    let server = ServerProcess::start().await?;
    let memory = server.memory();
    let rss_start_mb = memory.resident_mb();
    let client = connect(&server).await?;
    let codes = codes()?;
    let mut speeds = Vec::new();
    let mut checksum = Checksum::default();
    for number in 0..=runs {
        let (speed, came_to) = columns(&client, &wire::header(), employees, codes).await?;
        if number > 0 {
            speeds.push(speed);
        }
        checksum = came_to.checksum;
    }
    let rows = rows(&client, employees.min(2_000), runs).await?;
    let unary = unary(&client).await?;
    let rss_peak_mb = memory.peak_mb();
    Ok(Grpc { columns: median(&speeds), rows, checksum, unary, rss_start_mb, rss_peak_mb })
}

/// Pushes the plugin to a server of its own and streams the workload. Every stream must have the expected results.
pub async fn measure_plugin(
    plugin: &NightPremium,
    employees: u32,
    runs: usize,
    expected: &CameTo,
) -> Result<f64, String> {
    let server = ServerProcess::start().await?;
    let client = connect(&server).await?;
    let push = v1::PushPluginRequest { component: plugin.component.clone() };
    PluginsClient::new(client.channel()).push_plugin(push).await.map_err(in_words)?;
    let (header, codes) = (wire::header_of(&plugin.ruleset()), codes()?);
    let mut speeds = Vec::new();
    for number in 0..=runs {
        let (speed, came_to) = columns(&client, &header, employees, codes).await?;
        came_to.check(expected)?;
        if number > 0 {
            speeds.push(speed);
        }
    }
    Ok(median(&speeds))
}

async fn connect(server: &ServerProcess) -> Result<Client, String> {
    let client = Client::builder(&server.address).connections(CONNECTIONS).window(WINDOW);
    client.connect().await.map_err(in_words)
}

/// The chunks of the workload as messages.
fn written(employees: u32) -> Vec<v1::Chunk> {
    let vocabulary = Vocabulary::default();
    (0..).zip(chunks(employees)).map(|(number, it)| chunk_message::write(number, it, &vocabulary)).collect()
}

fn codes() -> Result<Codes, String> {
    let ruleset = workload_ruleset().map_err(in_words)?;
    Codes::of(ruleset.timeline().names()).ok_or_else(|| "the ruleset lacks a pay code of the workload".to_owned())
}

/// One stream of columns: its speed and results.
async fn columns(client: &Client, header: &v1::Header, employees: u32, codes: Codes) -> Result<(f64, CameTo), String> {
    let request = Request::new(header.clone(), Vocabulary::default());
    let prepared = written(employees);
    let punches = prepared.iter().map(|chunk| chunk.punch_at.len()).sum();
    let came_to = Arc::new(Mutex::new(CameTo::default()));
    let total = Arc::clone(&came_to);
    let check = move |answer| {
        let mut of_chunk = CameTo::default();
        if let Answer::Results(results) = answer {
            let number = results.number();
            if let Ok(results) = results.into_columns() {
                of_chunk.add(number, &results, codes);
            }
        }
        total.lock().unwrap_or_else(PoisonError::into_inner).add_all(of_chunk);
    };
    let start = Instant::now();
    client.evaluate_chunks(&request, prepared, check).await.map_err(in_words)?;
    let speed = millions_per_second(punches, start.elapsed());
    let came_to = mem::take(&mut *came_to.lock().unwrap_or_else(PoisonError::into_inner));
    Ok((speed, came_to))
}

/// Readable rows, one call at a time on each connection.
async fn rows(client: &Client, employees: u32, runs: usize) -> Result<f64, String> {
    let mut calls = Vec::new();
    let mut punches = 0;
    for chunk in chunks(employees) {
        punches += chunk.punch_at.len();
        let timecards = wire::readable(&chunk);
        calls.extend(timecards.chunks(TIMECARDS_PER_CALL).map(|some| wire::readable_call(some.to_vec(), false)));
    }
    let mut speeds = Vec::new();
    for number in 0..=runs {
        let waiting = Arc::new(Mutex::new(calls.clone()));
        let start = Instant::now();
        let mut callers = JoinSet::new();
        for channel in client.channels() {
            callers.spawn(call_all(channel.clone(), Arc::clone(&waiting)));
        }
        while let Some(caller) = callers.join_next().await {
            caller.map_err(in_words)??;
        }
        if number > 0 {
            speeds.push(millions_per_second(punches, start.elapsed()));
        }
    }
    Ok(median(&speeds))
}

async fn call_all(channel: Channel, waiting: Arc<Mutex<Vec<v1::EvaluateRequest>>>) -> Result<(), String> {
    let mut client = EvaluationClient::new(channel).max_decoding_message_size(64 << 20);
    loop {
        let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let Some(call) = next else { return Ok(()) };
        client.evaluate(call).await.map_err(in_words)?;
    }
}

/// One employee-month a call, one call at a time.
async fn unary(client: &Client) -> Result<Unary, String> {
    let mut client = EvaluationClient::new(client.channel());
    let timecards = wire::readable(&chunk(0..CHUNK_EMPLOYEES));
    let one = |index: usize| timecards.get(index % timecards.len()).cloned().into_iter().collect();
    let plain = times(&mut client, |index| wire::readable_call(one(index), false)).await?;
    let explained = times(&mut client, |index| wire::readable_call(one(index), true)).await?;
    let empty = times(&mut client, |_| v1::EvaluateRequest::default()).await?;
    Ok(Unary {
        p50: median(&plain),
        p99: quantile(&plain, 0.99),
        explained_p50: median(&explained),
        empty_p50: median(&empty),
    })
}

/// Microseconds of each call. A call without content is refused, which is as good as any other empty answer.
async fn times(
    client: &mut EvaluationClient<Channel>,
    call: impl Fn(usize) -> v1::EvaluateRequest,
) -> Result<Vec<f64>, String> {
    let mut times = Vec::with_capacity(UNARY_CALLS);
    for index in 0..UNARY_CALLS + UNARY_CALLS / 10 {
        let message = call(index);
        let has_content = !message.timecards.is_empty();
        let start = Instant::now();
        let answer = client.evaluate(message).await;
        let took = start.elapsed();
        if has_content {
            answer.map_err(in_words)?;
        }
        if index >= UNARY_CALLS / 10 {
            times.push(took.as_secs_f64() * 1e6);
        }
    }
    Ok(times)
}

/// Streams so many million punches and watches the server's memory.
pub async fn endless(millions: u64) -> Result<Endless, String> {
    const TEN_MILLION: u64 = 10_000_000;
    let server = ServerProcess::start().await?;
    let memory = server.memory();
    let client = connect(&server).await?;
    let some = written(13_000);
    let mut sent = 0;
    let goal = millions * 1_000_000;
    let chunks = (0_u64..).map_while(move |number| {
        let template = some.get(number as usize % some.len())?;
        let more = sent < goal;
        sent += template.punch_at.len() as u64;
        more.then(|| template.clone())
    });
    let answered = Arc::new(AtomicU64::new(0));
    let at_10_million = Arc::new(Mutex::new(0.0));
    let watch = {
        let (answered, at_10_million, memory) = (Arc::clone(&answered), Arc::clone(&at_10_million), memory.clone());
        let punches_per_chunk = 25_000;
        move |_| {
            let before = answered.fetch_add(punches_per_chunk, Ordering::Relaxed);
            if before < TEN_MILLION && before + punches_per_chunk >= TEN_MILLION {
                *at_10_million.lock().unwrap_or_else(PoisonError::into_inner) = memory.resident_mb();
            }
        }
    };
    let start = Instant::now();
    let request = Request::new(wire::header(), Vocabulary::default());
    let outcome = client.evaluate_chunks(&request, chunks, watch).await.map_err(in_words)?;
    let took = start.elapsed();
    let at_10_million_mb = *at_10_million.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(Endless {
        punches: outcome.summary.punches,
        at_10_million_mb,
        at_end_mb: memory.resident_mb(),
        peak_mb: memory.peak_mb(),
        speed: millions_per_second(outcome.summary.punches as usize, took),
    })
}

fn in_words(error: impl std::fmt::Display) -> String {
    error.to_string()
}
