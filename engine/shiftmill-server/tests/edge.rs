//! Hostile clients with real sockets: what each of them may take, and what others still get.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on fails")]

mod support;

use std::net::SocketAddr;
use std::time::Duration;

use h2::client::{ResponseFuture, SendRequest};
use h2::{RecvStream, SendStream};
use hyper::body::Bytes;
use hyper::{HeaderMap, Request};
use prost::Message;
use shiftmill_proto::v1;
use shiftmill_proto::v1::evaluate_stream_request::Part as Asking;
use shiftmill_server::{Config, Limits};
use support::{Running, chunk, eventually, header};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};
use tonic::{Code, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_types::StatusExt;

/// Longer than anything takes on a busy machine, unless it hangs.
const PATIENCE: Duration = Duration::from_secs(20);
const STREAM: &str = "/shiftmill.v1.Evaluation/EvaluateStream";
const EVALUATE: &str = "/shiftmill.v1.Evaluation/Evaluate";
const CHECK: &str = "/grpc.health.v1.Health/Check";
const WATCH: &str = "/grpc.health.v1.Health/Watch";

/// A socket from another address of this machine: another peer than those of 127.0.0.1.
async fn socket(server: &Running, last: u8) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::from(([127, 0, 0, last], 0))).unwrap();
    timeout(PATIENCE, socket.connect(server.address)).await.unwrap().unwrap()
}

/// A connection that answers pings and reads nothing else, unless it is asked to.
async fn connect(server: &Running, last: u8) -> SendRequest<Bytes> {
    let handshake = h2::client::Builder::new().initial_window_size(1 << 16).handshake(socket(server, last).await);
    let (sender, connection) = timeout(PATIENCE, handshake).await.unwrap().unwrap();
    tokio::spawn(async move {
        let _ended = connection.await;
    });
    sender
}

/// An open call.
struct Call {
    sender: SendStream<Bytes>,
    answer: ResponseFuture,
}

async fn call(connection: &SendRequest<Bytes>, path: &str) -> Call {
    let url = format!("http://localhost{path}");
    let request = Request::post(url).header("content-type", "application/grpc").header("te", "trailers");
    let mut ready = timeout(PATIENCE, connection.clone().ready()).await.unwrap().unwrap();
    let (answer, sender) = ready.send_request(request.body(()).unwrap(), false).unwrap();
    Call { sender, answer }
}

impl Call {
    fn send(&mut self, bytes: impl Into<Bytes>) {
        self.sender.send_data(bytes.into(), false).unwrap();
    }

    fn end(&mut self) {
        self.sender.send_data(Bytes::new(), true).unwrap();
    }

    /// Reads the answer to its end: its status, and the id that came with it.
    async fn status(self) -> (Status, Option<String>) {
        let reading = async {
            let (head, mut body) = self.answer.await.unwrap().into_parts();
            let id = |headers: &HeaderMap| Some(headers.get("x-request-id")?.to_str().unwrap().to_owned());
            if let Some(status) = Status::from_header_map(&head.headers) {
                return (status, id(&head.headers));
            }
            while let Some(data) = body.data().await {
                body.flow_control().release_capacity(data.unwrap().len()).unwrap();
            }
            let trailers = body.trailers().await.unwrap().unwrap();
            (Status::from_header_map(&trailers).unwrap(), id(&trailers))
        };
        timeout(PATIENCE, reading).await.unwrap()
    }

    async fn body(self) -> RecvStream {
        timeout(PATIENCE, self.answer).await.unwrap().unwrap().into_body()
    }
}

/// The errors of the calls that end soon; the others stay open. The server begins calls in any order.
async fn ended_soon(calls: Vec<Call>) -> Vec<String> {
    let mut reading: JoinSet<String> = JoinSet::new();
    for call in calls {
        reading.spawn(async { error(&call.status().await.0) });
    }
    let mut errors = Vec::new();
    while let Ok(Some(ended)) = timeout(Duration::from_secs(3), reading.join_next()).await {
        errors.push(ended.unwrap());
    }
    reading.detach_all();
    errors
}

fn error(status: &Status) -> String {
    status.get_details_error_info().map_or_else(String::new, |info| info.reason)
}

/// A message as it travels.
fn framed(message: &impl Message) -> Bytes {
    let mut bytes = vec![0];
    bytes.extend(u32::try_from(message.encoded_len()).unwrap().to_be_bytes());
    message.encode(&mut bytes).unwrap();
    bytes.into()
}

fn part(part: Asking) -> Bytes {
    framed(&v1::EvaluateStreamRequest { part: Some(part) })
}

/// The beginning of a message of 4 MiB, with its first bytes.
fn half_a_message() -> Bytes {
    let mut bytes = vec![0];
    bytes.extend((4_u32 << 20).to_be_bytes());
    bytes.resize(60 << 10, 0);
    bytes.into()
}

/// Health is answered, from any peer.
async fn is_healthy(server: &Running, last: u8) {
    let began = Instant::now();
    let connection = connect(server, last).await;
    let mut check = call(&connection, CHECK).await;
    check.send(framed(&HealthCheckRequest::default()));
    check.end();
    assert_eq!(check.status().await.0.code(), Code::Ok);
    assert!(began.elapsed() < PATIENCE / 2, "{:?}", began.elapsed());
}

/// A stream with a header; it sends no chunk.
async fn stream(connection: &SendRequest<Bytes>) -> Call {
    let mut stream = call(connection, STREAM).await;
    stream.send(part(Asking::Header(header())));
    stream
}

/// A whole stream of another peer is served.
async fn is_served(server: &Running, last: u8) {
    let status = ask(server, last).await;
    assert_eq!(status.code(), Code::Ok, "{status:?}");
}

/// A whole stream of a peer that uses up its own share is served in time, when it tries again as it is told to.
async fn is_served_at_last(server: &Running, last: u8) {
    let began = Instant::now();
    loop {
        let status = ask(server, last).await;
        if status.code() == Code::Ok {
            return;
        }
        assert_eq!(error(&status), "SM-BUSY", "{status:?}");
        assert!(began.elapsed() < PATIENCE, "{status:?}");
    }
}

async fn ask(server: &Running, last: u8) -> Status {
    let connection = connect(server, last).await;
    let mut own = stream(&connection).await;
    own.send(part(Asking::Chunk(chunk(0, 0..2))));
    own.end();
    own.status().await.0
}

/// Whether the server closes a socket in time.
async fn is_closed(mut socket: TcpStream) -> bool {
    let mut bytes = [0; 1_024];
    let reading = async { while socket.read(&mut bytes).await.is_ok_and(|read| read > 0) {} };
    timeout(PATIENCE, reading).await.is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_streams_of_one_peer_lock_nobody_else_out() {
    let server = Running::start(Limits { streams: 8, ..Limits::default() }).await;
    let connection = connect(&server, 2).await;
    let mut idle = Vec::new();
    for _ in 0..12 {
        idle.push(stream(&connection).await);
    }
    assert_eq!(ended_soon(idle).await, ["SM-BUSY"; 8]);
    is_served(&server, 3).await;
    is_healthy(&server, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_without_a_header_ends_soon() {
    let limits = Limits { header_time: Duration::from_millis(300), ..Limits::default() };
    let server = Running::start(limits).await;
    let connection = connect(&server, 2).await;
    let status = call(&connection, STREAM).await.status().await.0;
    assert_eq!(error(&status), "SM-IDLE");
    is_served(&server, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_stays_half_sent_ends_its_call() {
    let limits = Limits { message_time: Duration::from_millis(300), ..Limits::default() };
    let server = Running::start(limits).await;
    let connection = connect(&server, 2).await;
    let mut own = stream(&connection).await;
    own.send(half_a_message());
    assert_eq!(error(&own.status().await.0), "SM-IDLE");
    let mut evaluate = call(&connection, EVALUATE).await;
    evaluate.send(half_a_message());
    assert_eq!(error(&evaluate.status().await.0), "SM-IDLE");
}

#[tokio::test(flavor = "multi_thread")]
async fn half_sent_messages_are_counted_and_leave_memory_for_others() {
    let limits = Limits { bytes_received: 64 << 20, memory_wait: Duration::from_millis(200), ..Limits::default() };
    let server = Running::start(limits).await;
    let connection = connect(&server, 2).await;
    // Each counts with 16 MiB, and a peer has 32 MiB.
    let mut calls = Vec::new();
    for _ in 0..12 {
        let mut evaluate = call(&connection, EVALUATE).await;
        evaluate.send(half_a_message());
        calls.push(evaluate);
    }
    assert_eq!(ended_soon(calls).await, ["SM-BUSY"; 10]);
    is_served(&server, 3).await;
    is_healthy(&server, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_would_grow_is_refused_before_it_is_decoded() {
    let server = Running::start(Limits::default()).await;
    let connection = connect(&server, 2).await;
    let timecards = vec![v1::Timecard::default(); 1 << 20];
    let message = framed(&v1::EvaluateRequest { timecards, ..v1::EvaluateRequest::default() });
    let mut evaluate = call(&connection, EVALUATE).await;
    evaluate.send(message);
    let status = evaluate.status().await.0;
    assert_eq!((status.code(), error(&status).as_str()), (Code::InvalidArgument, "SM-TOO-MANY"));
    assert!(status.message().contains("MiB of memory"), "{}", status.message());
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_that_do_not_read_starve_nobody_else() {
    let limits = Limits {
        bytes_under_way: 8 << 20,
        memory_wait: Duration::from_millis(500),
        idle_time: Duration::from_secs(2),
        ..Limits::default()
    };
    let server = Running::start(limits).await;
    let before = server.budget.free();
    let chunk = part(Asking::Chunk(chunk(0, 0..200)));
    let mut unread = Vec::new();
    for _ in 0..6 {
        let connection = connect(&server, 2).await;
        let mut own = stream(&connection).await;
        for _ in 0..20 {
            own.send(chunk.clone());
        }
        unread.push((connection, own));
    }
    eventually("memory to be used", || server.budget.free() < before).await;
    is_served(&server, 3).await;
    assert!(server.budget.free() >= before / 2, "a peer has half of the memory at most");
    is_served_at_last(&server, 2).await;
    is_healthy(&server, 2).await;
    eventually("all memory to come back although nobody reads", || server.budget.free() == before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_does_not_take_the_end_of_its_calls_loses_its_connection() {
    let limits =
        Limits { call_time: Duration::from_millis(500), idle_time: Duration::from_millis(500), ..Limits::default() };
    let server = Running::start(limits).await;
    let handshake = h2::client::Builder::new().initial_window_size(0).handshake(socket(&server, 2).await);
    let (sender, connection) = handshake.await.unwrap();
    let connection = tokio::spawn(connection);
    let mut check = call(&sender, CHECK).await;
    check.send(framed(&HealthCheckRequest::default()));
    check.end();
    assert!(timeout(PATIENCE, connection).await.is_ok(), "its connection is closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn sockets_that_do_not_speak_are_closed() {
    let limits = Limits { handshake_time: Duration::from_millis(500), ..Limits::default() };
    let server = Running::start(limits).await;
    let silent = socket(&server, 2).await;
    let mut half_a_preface = socket(&server, 2).await;
    half_a_preface.write_all(b"PRI * HTTP/2.0\r\n").await.unwrap();
    let mut not_http2 = socket(&server, 2).await;
    not_http2.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    assert!(is_closed(silent).await && is_closed(half_a_preface).await && is_closed(not_http2).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_without_calls_is_closed_and_a_client_connects_again() {
    let limits = Limits { quiet_time: Duration::from_millis(300), ..Limits::default() };
    let server = Running::start(limits).await;
    let mut client = server.client().await;
    let handshake = h2::client::handshake(socket(&server, 2).await).await.unwrap();
    assert!(timeout(PATIENCE, handshake.1).await.is_ok());
    // By now the connection of the client has been closed, too.
    sleep(Duration::from_secs(2)).await;
    let status = client.evaluate(v1::EvaluateRequest::default()).await.unwrap_err();
    assert_eq!(error(&status), "SM-HEADER", "{status:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_peer_cannot_take_all_connections() {
    let server = Running::start(Limits { connections: 8, ..Limits::default() }).await;
    let mut sockets = Vec::new();
    for _ in 0..4 {
        sockets.push(connect(&server, 2).await);
    }
    for _ in 0..20 {
        assert!(is_closed(socket(&server, 2).await).await);
    }
    is_served(&server, 3).await;
    sockets.clear();
    sleep(Duration::from_millis(500)).await;
    is_served(&server, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn floods_of_resets_and_pings_leave_health_alone() {
    let server = Running::start(Limits::default()).await;
    let flood = tokio::spawn({
        let connections = [connect(&server, 2).await, connect(&server, 2).await];
        async move {
            for round in 0..20_000_u32 {
                let Ok(mut ready) = connections[round as usize % 2].clone().ready().await else { continue };
                let request = Request::post(format!("http://localhost{EVALUATE}")).body(()).unwrap();
                if let Ok((_answer, mut sender)) = ready.send_request(request, false) {
                    sender.send_reset(h2::Reason::CANCEL);
                }
            }
        }
    });
    let mut pings = socket(&server, 4).await;
    pings.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.unwrap();
    let pinging = tokio::spawn(async move {
        let ping = b"\0\0\x08\x06\0\0\0\0\0pingping".repeat(1_000);
        while timeout(Duration::from_secs(1), pings.write_all(&ping)).await.is_ok_and(|sent| sent.is_ok()) {}
    });
    for _ in 0..5 {
        is_healthy(&server, 3).await;
    }
    is_served(&server, 3).await;
    flood.abort();
    pinging.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_failed_call_says_its_id_and_its_code() {
    let server = Running::start(Limits { message_bytes: 1_000, ..Limits::default() }).await;
    let connection = connect(&server, 2).await;
    let mut evaluate = call(&connection, EVALUATE).await;
    evaluate.send(half_a_message());
    let (status, id) = evaluate.status().await;
    assert_eq!((status.code(), error(&status).as_str()), (Code::ResourceExhausted, "SM-MESSAGE-TOO-LARGE"));
    assert!(id.is_some_and(|id| id.starts_with("call-")));

    let unreadable = [&b"\0\0\0\0\x02\xff\xff"[..], b"\x01\0\0\0\x01\0", b"\0\0\0\0\x05\0", b""];
    for message in unreadable {
        let mut own = call(&connection, STREAM).await;
        own.send(message.to_vec());
        own.end();
        let (status, id) = own.status().await;
        let expected = if message.is_empty() { "SM-HEADER-EXPECTED" } else { "SM-MESSAGE-UNREADABLE" };
        assert_eq!(error(&status), expected, "{message:?}");
        assert!(id.is_some());
    }
    let mut unknown = call(&connection, "/shiftmill.v1.Evaluation/Nothing").await;
    unknown.end();
    let (status, id) = unknown.status().await;
    assert_eq!((status.code(), id.is_some()), (Code::Unimplemented, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_too_late_says_so() {
    let server = Running::start(Limits { call_time: Duration::from_millis(300), ..Limits::default() }).await;
    let connection = connect(&server, 2).await;
    let (status, id) = call(&connection, EVALUATE).await.status().await;
    assert_eq!((status.code(), error(&status).as_str()), (Code::DeadlineExceeded, "SM-DEADLINE"));
    assert!(id.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_watches_health_does_not_hold_the_server_when_it_stops() {
    let mut server = Running::start(Limits::default()).await;
    let connection = connect(&server, 2).await;
    let mut watch = call(&connection, WATCH).await;
    watch.send(framed(&HealthCheckRequest::default()));
    watch.end();
    let mut body = watch.body().await;
    let serving = timeout(PATIENCE, body.data()).await.unwrap().unwrap().unwrap();
    assert_eq!(serving.last(), Some(&1));
    server.stop();
    let not_serving = timeout(PATIENCE, body.data()).await.unwrap().unwrap().unwrap();
    assert_eq!(not_serving.last(), Some(&2));
    assert!(timeout(PATIENCE, body.data()).await.unwrap().is_none());
    let trailers = timeout(PATIENCE, body.trailers()).await.unwrap().unwrap().unwrap();
    assert_eq!(error(&Status::from_header_map(&trailers).unwrap()), "SM-DRAINING");
    let stopped = timeout(Duration::from_secs(10), &mut server.served).await;
    stopped.expect("it does not wait for the time to drain").unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_ignores_the_farewell_does_not_hold_the_server() {
    let mut server = Running::start(Limits::default()).await;
    let mut deaf = socket(&server, 2).await;
    deaf.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.unwrap();
    is_served(&server, 3).await;
    server.stop();
    let stopped = timeout(PATIENCE, &mut server.served).await;
    stopped.expect("it does not wait for the time to drain").unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn reflection_is_served_to_old_and_new_clients() {
    let server = Running::start_with(Config { workers: 1, ..Config::default() }).await;
    let connection = connect(&server, 2).await;
    for version in ["v1", "v1alpha"] {
        let mut asking =
            call(&connection, &format!("/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo")).await;
        // `list_services`, which both versions have as field 7.
        asking.send(b"\0\0\0\0\x02\x3a\0".to_vec());
        asking.end();
        let mut body = asking.body().await;
        let listed = timeout(PATIENCE, body.data()).await.unwrap().unwrap().unwrap();
        assert!(String::from_utf8_lossy(&listed).contains("shiftmill.v1.Evaluation"), "{version}");
    }
}
