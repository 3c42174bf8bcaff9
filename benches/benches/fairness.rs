//! What callers get beside streams whose plugin takes nearly all the fuel that it may, for every employee.
//!
//! ```sh
//! cargo bench -p shiftmill-benches --bench fairness                # a table
//! cargo bench -p shiftmill-benches --bench fairness -- --json      # and one JSON object on the last line
//! ```
//!
//! A server in a process of its own, and every measurement twice: alone, and beside the slow streams. All come from one
//! address, so they are one caller: the hardest case.
#![allow(clippy::float_arithmetic, reason = "times are fractions")]
#![allow(clippy::expect_used, reason = "a bench that cannot be set up has nothing to measure")]

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use shiftmill_benches::measure::{median, quantile};
use shiftmill_benches::server_process::{self, ServerProcess};
use shiftmill_benches::wire;
use shiftmill_benches::workload::{CHUNK_EMPLOYEES, RULESET, chunk, chunks};
use shiftmill_client::{Client, Request};
use shiftmill_guests::{Guest, SLOW};
use shiftmill_proto::v1;
use shiftmill_proto::v1::evaluate_stream_request::Part;
use shiftmill_proto::v1::evaluation_client::EvaluationClient;
use shiftmill_proto::v1::plugins_client::PluginsClient;
use shiftmill_wire::{Vocabulary, chunk as chunk_message};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Channel;

/// As in the server that people run.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Streams with the slow plugin.
const SLOW_STREAMS: usize = 8;
/// Employees in each of their chunks.
const SLOW_EMPLOYEES: u32 = 100;
/// Employees of a small stream: about 50 ms of work.
const SMALL_EMPLOYEES: u32 = 30 * CHUNK_EMPLOYEES;
/// Calls, and small streams, that are measured at most.
const CALLS: usize = 1_000;
const STREAMS: usize = 10;
/// The time after which no further one begins.
const LONGEST: Duration = Duration::from_secs(40);

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    if arguments == ["serve"] {
        return runtime.block_on(server_process::serve()).expect("the server serves");
    }
    let report = runtime.block_on(measure());
    if arguments.iter().any(|argument| argument == "--json") {
        println!("{report}");
    }
}

async fn measure() -> Value {
    let server = ServerProcess::start().await.expect("a server");
    let client = Client::builder(&server.address).connections(1).window(4).connect().await.expect("a connection");
    let honest = with_plugin(&client, &Guest::honest("honest")).await;
    let slow = with_plugin(&client, &Guest::new("slow", SLOW).with(|guest| guest.good = SLOW.to_owned())).await;
    let alone = Times::measure(&client, &honest).await;
    let mut slow_streams = JoinSet::new();
    for _ in 0..SLOW_STREAMS {
        let channel = Client::builder(&server.address).connections(1).connect().await.expect("a connection").channel();
        slow_streams.spawn(endless_stream(EvaluationClient::new(channel), slow.clone()));
    }
    // The first of them has its ruleset tried, which takes some seconds.
    tokio::time::sleep(Duration::from_secs(15)).await;
    assert!(slow_streams.try_join_next().is_none(), "the slow streams go on");
    let beside = Times::measure(&client, &honest).await;
    assert!(slow_streams.try_join_next().is_none(), "the slow streams go on");
    let row = |what: &str, of: fn(&Times) -> &Vec<f64>| row(what, of(&alone), of(&beside));
    println!("milliseconds, beside {SLOW_STREAMS} streams with a slow plugin:");
    json!({
        "evaluate": row("Evaluate, one timecard", |times| &times.calls),
        "stream": row("small stream", |times| &times.streams),
        "stream_with_plugin": row("small stream with a usual plugin", |times| &times.streams_with_plugin),
    })
}

/// Prints the figures of a measurement.
fn row(what: &str, alone: &[f64], beside: &[f64]) -> Value {
    let figures = |times: &[f64]| (median(times), quantile(times, 0.99), times.len());
    let (alone, beside) = (figures(alone), figures(beside));
    println!(
        "  {what:<33} alone: p50 {:>8.2}, p99 {:>8.2} ({:>4})   beside: p50 {:>9.2}, p99 {:>9.2} ({:>4})",
        alone.0, alone.1, alone.2, beside.0, beside.1, beside.2
    );
    let report = |(p50, p99, count): (f64, f64, usize)| json!({ "p50_ms": p50, "p99_ms": p99, "count": count });
    json!({ "alone": report(alone), "beside": report(beside) })
}

/// A header of the workload whose ruleset binds a plugin, which the server gets.
async fn with_plugin(client: &Client, guest: &Guest) -> v1::Header {
    let push = v1::PushPluginRequest { component: guest.component() };
    let plugin = PluginsClient::new(client.channel()).push_plugin(push).await.expect("a plugin").into_inner();
    wire::header_of(&format!("{RULESET}\n[[plugin]]\nname = \"{}\"\nhash = \"{}\"\n", guest.name, plugin.hash))
}

/// Sends chunks as long as the server takes them.
async fn endless_stream(mut client: EvaluationClient<Channel>, header: v1::Header) {
    let (sender, outgoing) = mpsc::channel(1);
    let chunks = tokio::spawn(async move {
        let part = |part| v1::EvaluateStreamRequest { part: Some(part) };
        let mut next = part(Part::Header(header));
        let mut number = 0;
        while sender.send(next).await.is_ok() {
            let employees = chunk(0..SLOW_EMPLOYEES);
            next = part(Part::Chunk(chunk_message::write(number, employees, &Vocabulary::default())));
            number += 1;
        }
    });
    let mut answers = client.evaluate_stream(ReceiverStream::new(outgoing)).await.expect("a stream").into_inner();
    while let Ok(Some(_)) = answers.message().await {}
    chunks.abort();
}

/// Milliseconds of each measurement. Failures count with the time that they took.
struct Times {
    calls: Vec<f64>,
    streams: Vec<f64>,
    streams_with_plugin: Vec<f64>,
}

impl Times {
    async fn measure(client: &Client, with_plugin: &v1::Header) -> Times {
        Times {
            calls: calls(client.channel()).await,
            streams: streams(client, &wire::header()).await,
            streams_with_plugin: streams(client, with_plugin).await,
        }
    }
}

/// One employee-month a call, one call at a time.
async fn calls(channel: Channel) -> Vec<f64> {
    let mut client = EvaluationClient::new(channel);
    let timecards = wire::readable(&chunk(0..CHUNK_EMPLOYEES));
    let mut times = Vec::new();
    let began = Instant::now();
    for timecard in timecards.iter().cycle().take(CALLS) {
        if began.elapsed() > LONGEST {
            break;
        }
        let call = wire::readable_call(vec![timecard.clone()], false);
        let start = Instant::now();
        if let Err(status) = client.evaluate(call).await {
            eprintln!("a call failed after {:?}: {}", start.elapsed(), status.message());
        }
        times.push(milliseconds(start));
    }
    times
}

/// Small streams, one at a time.
async fn streams(client: &Client, header: &v1::Header) -> Vec<f64> {
    let vocabulary = Vocabulary::default();
    let messages = (0..).zip(chunks(SMALL_EMPLOYEES));
    let messages: Vec<_> = messages.map(|(number, chunk)| chunk_message::write(number, chunk, &vocabulary)).collect();
    let request = Request::new(header.clone(), vocabulary);
    let mut times = Vec::new();
    let began = Instant::now();
    for _ in 0..STREAMS {
        if began.elapsed() > LONGEST {
            break;
        }
        let prepared = messages.clone();
        let start = Instant::now();
        let outcome = tokio::time::timeout(2 * LONGEST, client.evaluate_chunks(&request, prepared, drop)).await;
        match outcome {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => eprintln!("a stream failed after {:?}: {error}", start.elapsed()),
            Err(_) => eprintln!("a stream was given up after {:?}", start.elapsed()),
        }
        times.push(milliseconds(start));
    }
    times
}

fn milliseconds(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1e3
}
