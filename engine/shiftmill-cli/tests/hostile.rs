//! `shiftmill serve` with a limited memory, while every hostile component of the corpus is pushed to it, tried and
//! called, beside a stream that must always get its results.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests may fail loudly")]

#[path = "../../shiftmill-plugin-host/tests/hostile/bombs.rs"]
#[allow(dead_code, reason = "what the sandbox makes of them is tested there")]
mod bombs;
#[path = "../../shiftmill-plugin-host/tests/hostile/corpus.rs"]
#[allow(dead_code, reason = "what the sandbox makes of them is tested there")]
mod corpus;
#[path = "../../shiftmill-plugin-host/tests/hostile/shapes.rs"]
mod shapes;
mod support;

use std::ffi::OsStr;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use shiftmill::core::{
    CardFacts, Detail, EvaluationWindow, Punch, PunchKind, TagDictionary, TagId, Timestamp, WallTime, Workday,
    WorkdayRange,
};
use shiftmill_client::{Client, ClientError, Evaluated, Retry, Ruleset, Settings};
use shiftmill_guests::Guest;
use support::service::Service;
use support::{Place, command};
use tokio::time::{sleep, timeout};

const MONDAY: Workday = Workday(20_514);
/// Data of the process and of each child that compiles, in KiB: 1 GiB.
const DATA_KIB: &str = "1048576";
/// A component must be answered in this time, whatever it does. Alone most take less than a second.
const PATIENCE: Duration = Duration::from_secs(120);
/// What may stay in use: pushed plugins are kept, up to 128 MiB.
const KEPT_MIB: usize = 256;

/// The program with a limit of its data.
fn limited(place: &Place) -> Command {
    let program = command(&place.0);
    let mut limited = Command::new("sh");
    limited.args(["-c", &format!("ulimit -d {DATA_KIB} && exec \"$0\" \"$@\"")]).arg(program.get_program());
    limited.current_dir(&place.0);
    limited
}

/// A guest that pays everybody one occurrence of the shipped code `meal_premium`.
fn honest() -> Guest {
    const PAY: &str = "(call $edit (local.get $employee) (i32.const 9) (i32.const 0)
        (call $workday (local.get $cards) (call $first_day (local.get $cards) (local.get $employee)))
        (i64.const 0) (i64.const 0) (i32.const 16) (i64.const 1) (i32.const 0))";
    Guest::new("honest", PAY).with(|guest| guest.good = PAY.to_owned())
}

/// An employee who works from 9 to 17 on the days of the window. Guests treat employees with three days badly.
fn worked(number: i32) -> CardFacts {
    let punch = |day: i32, hour: i64, kind| Punch {
        at: Timestamp(WallTime::on(MONDAY.plus(day), 0).0 + hour * 3_600),
        kind,
        id: None,
        tag: TagId::NONE,
        recorded_at: None,
    };
    let punches = (0..3).flat_map(|day| [punch(day, 9, PunchKind::In), punch(day, 17, PunchKind::Out)]);
    CardFacts { employee: format!("E-{number:04}"), punches: punches.collect(), ..CardFacts::default() }
}

/// A ruleset that binds a plugin by its hash.
fn settings(hash: &str) -> Settings {
    let days = WorkdayRange { first: MONDAY, last: MONDAY.plus(2) };
    let as_of = Timestamp(WallTime::on(MONDAY.plus(14), 0).0);
    let text = format!("name = \"plant\"\n[[plugin]]\nname = \"guest\"\nhash = \"{hash}\"\n");
    Settings {
        rulesets: vec![Ruleset::Document { file_name: "plant.toml".to_owned(), text }],
        zones: vec!["Etc/UTC".to_owned()],
        window: EvaluationWindow { pay_period: days, facts: days, as_of, require_final: false },
        complete: false,
        detail: Detail::Workdays,
        tags: TagDictionary::default(),
        split_totals_by: Vec::new(),
        join_rulesets: false,
    }
}

/// Evaluates employees with a plugin.
async fn evaluated(client: &Client, hash: &str, employees: i32) -> Result<Evaluated, ClientError> {
    let request = client.prepare(settings(hash)).await?;
    client.evaluate_all(&request, (0..employees).map(worked)).await
}

/// Every component of the corpus, with its name.
fn components() -> Vec<(String, Vec<u8>)> {
    let guests = corpus::guests().into_iter().map(|(guest, _)| (guest.name.clone(), guest.component()));
    let shapes = shapes::shapes().into_iter().map(|(name, bytes, _)| (name.to_owned(), bytes));
    let refused = bombs::refused().into_iter().map(|(name, bytes, _)| (name.to_owned(), bytes));
    let bombs = bombs::bombs().into_iter().map(|bomb| (bomb.name.to_owned(), bomb.component));
    guests.chain(shapes).chain(refused).chain(bombs).collect()
}

/// Pushes a component, and evaluates with it when it is accepted. Any answer will do.
async fn tried(service: &Service, client: &Client, component: Vec<u8>) {
    if let Ok(plugin) = service.push(component).await {
        let _answered = evaluated(client, &plugin.hash, 30).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_whole_corpus_leaves_a_service_with_a_gigabyte_as_it_was() {
    let place = Place::new("hostile-corpus");
    let service = Service::start_as(limited(&place), &[OsStr::new("--plugin-cache"), OsStr::new("off")]);
    let client = Arc::new(Client::builder(&service.address).connections(1).connect().await.unwrap());
    let honest = service.push(honest().component()).await.unwrap().hash;
    let expected = evaluated(&client, &honest, 60).await.unwrap().outcome.summary;
    assert_eq!((expected.employees, expected.errors), (60, 0));
    let before = service.memory_now_mib();

    let done = Arc::new(AtomicBool::new(false));
    let beside = tokio::spawn({
        let (client, done) = (Arc::clone(&client), Arc::clone(&done));
        async move {
            let mut streams = 0;
            while !done.load(Ordering::Relaxed) {
                let summary = evaluated(&client, &honest, 60).await.map(|it| it.outcome.summary);
                assert_eq!(summary.unwrap(), expected, "the stream beside");
                streams += 1;
            }
            streams
        }
    });
    let once = Retry { attempts: 0, ..Retry::default() };
    let hostile = Client::builder(&service.address).connections(1).retry(once).connect().await.unwrap();
    let components = components();
    assert!(components.len() >= 80, "{} components", components.len());
    for (name, component) in components {
        let answered = timeout(PATIENCE, tried(&service, &hostile, component)).await;
        assert!(answered.is_ok(), "`{name}` was not answered in {PATIENCE:?}");
    }
    done.store(true, Ordering::Relaxed);
    assert!(beside.await.unwrap() > 0);

    for _ in 0..600 {
        if service.memory_now_mib() <= before + KEPT_MIB {
            return;
        }
        sleep(Duration::from_millis(100)).await;
    }
    panic!("{} MiB are in use, {before} MiB before", service.memory_now_mib());
}
