//! Broken connections and broken streams: every employee exactly once, with the same hash as without the break.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on fails")]

mod support;

use std::collections::{BTreeSet, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use shiftmill_client::{Outcome, Request, Summary};
use support::forwarder::{Fate, Forwarder};
use support::{Seen, cards, client, serve, settings};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::{TcpListener, TcpStream};

/// Seven chunks.
const EMPLOYEES: usize = 2_200;

/// The request, and what the timecards come to without a break.
async fn unbroken(real: &str) -> (Request, Summary) {
    let client = client(real).connect().await.unwrap();
    let request = client.prepare(settings()).await.unwrap();
    let outcome = client.evaluate(&request, cards(EMPLOYEES), |_| {}).await.unwrap();
    assert_eq!((outcome.summary.employees, outcome.broken_streams), (EMPLOYEES as u64, 0));
    (request, outcome.summary)
}

/// Evaluates through a service whose streams meet these fates.
async fn evaluated(
    fates: &[Fate],
    connections: usize,
) -> (Result<Outcome, shiftmill_client::ClientError>, Seen, Forwarder) {
    let real = serve();
    let (request, summary) = unbroken(&real).await;
    let (forwarder, address) = Forwarder::start(&real, fates).await;
    let seen = Seen::default();
    let client = client(&address).connections(connections).connect().await.unwrap();
    let outcome = client.evaluate(&request, cards(EMPLOYEES), seen.taker()).await;
    if let Ok(outcome) = &outcome {
        assert_eq!(outcome.summary, summary, "the same counts and hash as without a break");
    }
    (outcome, seen, forwarder)
}

#[tokio::test(flavor = "multi_thread")]
async fn chunks_without_an_answer_go_out_again_and_no_others() {
    let fates = [Fate::UnavailableAfter(2), Fate::UnavailableAfter(0), Fate::EndsAfter(3), Fate::UnavailableAfter(1)];
    let (outcome, seen, forwarder) = evaluated(&fates, 1).await;
    assert_eq!(outcome.unwrap().broken_streams, 4);
    seen.are_exactly(EMPLOYEES);
    let mut answered = BTreeSet::new();
    for stream in forwarder.streams.lock().unwrap().iter() {
        assert!(stream.sent.iter().all(|number| !answered.contains(number)), "an answered chunk was sent again");
        assert!(stream.answered.iter().all(|number| answered.insert(*number)));
    }
    assert_eq!(answered.len(), 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_summary_that_comes_early_loses_no_chunks() {
    let fates = [Fate::SummaryAfter(1), Fate::UnavailableAfter(0), Fate::SummaryAfter(1), Fate::SummaryAfter(2)];
    let (outcome, seen, _) = evaluated(&fates, 1).await;
    assert_eq!(outcome.unwrap().broken_streams, 4);
    seen.are_exactly(EMPLOYEES);
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_that_the_service_ends_for_their_time_are_carried_on() {
    let (outcome, seen, _) = evaluated(&[Fate::IdleAfter(1), Fate::IdleAfter(2)], 1).await;
    assert_eq!(outcome.unwrap().broken_streams, 2);
    seen.are_exactly(EMPLOYEES);
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_without_a_chunk_open_no_stream() {
    let real = serve();
    let (request, _) = unbroken(&real).await;
    for employees in [0, 1] {
        let (forwarder, address) = Forwarder::start(&real, &[]).await;
        let client = client(&address).connections(4).connect().await.unwrap();
        let outcome = client.evaluate(&request, cards(employees), |_| {}).await.unwrap();
        assert_eq!((outcome.summary.employees, outcome.header.rulesets.len()), (employees as u64, 1));
        assert_eq!(forwarder.streams.lock().unwrap().len(), 1, "{employees} employees");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_handed_out_after_an_error() {
    let real = serve();
    let (request, _) = unbroken(&real).await;
    let (_forwarder, address) = Forwarder::start(&real, &[Fate::FirstRowChanged]).await;
    let client = client(&address).connections(3).connect().await.unwrap();
    let handed_out = Arc::new(AtomicUsize::new(0));
    let counting = Arc::clone(&handed_out);
    let answered = move |_| {
        counting.fetch_add(1, Ordering::SeqCst);
    };
    let error = client.evaluate(&request, cards(EMPLOYEES), answered).await.unwrap_err();
    let at_the_error = handed_out.load(Ordering::SeqCst);
    assert_eq!(error.code(), "SM-CLIENT-HASH");
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(handed_out.load(Ordering::SeqCst), at_the_error);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_connections_break() {
    let fates = [Fate::UnavailableAfter(1), Fate::UnavailableAfter(2), Fate::UnavailableAfter(0)];
    let (outcome, seen, _) = evaluated(&fates, 2).await;
    assert_eq!(outcome.unwrap().broken_streams, 3);
    seen.are_exactly(EMPLOYEES);
}

#[tokio::test(flavor = "multi_thread")]
async fn attempts_without_an_answer_are_bounded() {
    let (outcome, _, forwarder) = evaluated(&[Fate::UnavailableAfter(0); 20], 1).await;
    let error = outcome.unwrap_err();
    assert_eq!((error.code(), error.is_retryable()), ("SM-CLIENT-BROKEN", true));
    assert_eq!(forwarder.streams.lock().unwrap().len(), 1 + 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chunk_that_is_never_answered_is_sent_again_as_often_as_there_are_attempts() {
    // Answers of other chunks begin the attempts anew, but not those of this chunk.
    let (outcome, _, forwarder) = evaluated(&[Fate::LosesChunk(3); 20], 1).await;
    assert!(outcome.unwrap_err().is_retryable());
    let streams = forwarder.streams.lock().unwrap();
    assert!(streams.iter().skip(1).take(2).all(|stream| !stream.answered.is_empty()));
    assert_eq!(streams.iter().filter(|stream| stream.sent.contains(&3)).count(), 1 + 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_begins_the_attempts_anew() {
    let (outcome, seen, _) = evaluated(&[Fate::UnavailableAfter(1); 6], 1).await;
    assert_eq!(outcome.unwrap().broken_streams, 6);
    seen.are_exactly(EMPLOYEES);
}

#[tokio::test(flavor = "multi_thread")]
async fn results_of_two_engines_are_not_put_together() {
    let (outcome, _, _) = evaluated(&[Fate::UnavailableAfter(2), Fate::OtherEngine], 1).await;
    let error = outcome.unwrap_err();
    assert_eq!((error.code(), error.is_retryable()), ("SM-CLIENT-SERVER-CHANGED", true));
}

#[tokio::test(flavor = "multi_thread")]
async fn results_that_are_not_those_of_the_summary_are_refused() {
    for (fate, code) in [
        (Fate::FirstResultTwice, "SM-CLIENT-UNEXPECTED-ANSWER"),
        (Fate::FirstRowChanged, "SM-CLIENT-HASH"),
        (Fate::OtherHash, "SM-CLIENT-SUMMARY"),
    ] {
        let (outcome, _, _) = evaluated(&[fate], 1).await;
        assert_eq!(outcome.unwrap_err().code(), code, "{fate:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_that_is_lost_goes_out_again() {
    let (outcome, seen, _) = evaluated(&[Fate::FirstResultLost], 1).await;
    assert_eq!(outcome.unwrap().broken_streams, 1);
    seen.are_exactly(EMPLOYEES);
}

/// Hands bytes on, and cuts each of the first connections after so many bytes of answers.
async fn cutting_proxy(real: String, cuts: &[usize]) -> (String, Arc<Mutex<VecDeque<usize>>>) {
    let cuts: Arc<Mutex<VecDeque<usize>>> = Arc::new(Mutex::new(cuts.iter().copied().collect()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let left = Arc::clone(&cuts);
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let cut = cuts.lock().unwrap().pop_front().unwrap_or(usize::MAX);
            let real = TcpStream::connect(&real).await.unwrap();
            tokio::spawn(hand_on(client, real, cut));
        }
    });
    (address, left)
}

async fn hand_on(client: TcpStream, real: TcpStream, cut: usize) {
    let (mut asks, mut answers) = client.into_split();
    let (mut from_real, mut to_real) = real.into_split();
    let asking = tokio::spawn(async move { copy(&mut asks, &mut to_real).await });
    let mut left = cut;
    let mut bytes = vec![0; 4_096];
    while let Ok(read) = from_real.read(&mut bytes).await {
        let read = read.min(left);
        if read == 0 || answers.write_all(&bytes[..read]).await.is_err() {
            break;
        }
        left -= read;
    }
    asking.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_are_cut_anywhere_cost_nothing() {
    let real = serve();
    let (request, summary) = unbroken(&real).await;
    // In the middle of the header, of the first result, between results, and late.
    let (address, left) = cutting_proxy(real, &[900, 40_000, 3_000, 150_000, 90_000, 700_000]).await;
    let seen = Seen::default();
    let client = client(&address).connect().await.unwrap();
    let outcome = client.evaluate(&request, cards(EMPLOYEES), seen.taker()).await.unwrap();
    assert_eq!(outcome.summary, summary);
    assert!(outcome.broken_streams >= 4 && left.lock().unwrap().len() <= 1, "{outcome:?}");
    seen.are_exactly(EMPLOYEES);
}
