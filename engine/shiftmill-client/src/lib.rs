//! A client of Shiftmill's service, for programs that evaluate timecards of many employees.
//!
//! ```text
//! CardFacts ─→ chunks ─→ connections ─→ service
//!                                          │
//! Outcome ←─ sums checked ←─ Answer ←──────┘   each chunk once; unanswered chunks again after a broken connection
//! ```
//!
//! [`Client::evaluate`] passes results on as they arrive; [`Client::evaluate_all`] collects them. Results are final
//! only when the call returns `Ok`.
//!
//! ```
//! use shiftmill_client::core::{
//!     CardFacts, Detail, EvaluationWindow, Punch, PunchKind, TagDictionary, TagId, Timestamp, TotalScope, Workday,
//!     WorkdayRange,
//! };
//! use shiftmill_client::{Client, Ruleset, Settings};
//!
//! # use shiftmill_server::{Config, Server};
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let server = Server::bind(Config::default())?;
//! # let address = format!("http://{}", server.address());
//! # let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
//! # let served = tokio::spawn(server.run(async { stopped.await.unwrap_or(()) }));
//! // address: such as "http://127.0.0.1:50061"
//! let client = Client::connect(address).await?;
//!
//! let monday = Workday(20514);
//! let days = WorkdayRange { first: monday, last: monday.plus(6) };
//! let as_of = Timestamp(1_773_100_000);
//! let settings = Settings {
//!     rulesets: vec![Ruleset::Document {
//!         file_name: "acme.toml".to_owned(),
//!         text: "name = \"acme-hourly\"".to_owned(),
//!     }],
//!     zones: vec!["America/New_York".to_owned()],
//!     window: EvaluationWindow { pay_period: days, facts: days, as_of, require_final: false },
//!     complete: true,
//!     detail: Detail::Workdays,
//!     tags: TagDictionary::default(),
//!     split_totals_by: Vec::new(),
//!     join_rulesets: false,
//! };
//! let request = client.prepare(settings).await?;
//!
//! let punch = |at, kind| Punch { at: Timestamp(at), kind, id: None, tag: TagId::NONE, recorded_at: None };
//! let card = CardFacts {
//!     employee: "E-100".to_owned(),
//!     punches: vec![punch(1_772_456_400, PunchKind::In), punch(1_772_485_200, PunchKind::Out)],
//!     ..CardFacts::default()
//! };
//! let evaluated = client.evaluate_all(&request, [card]).await?;
//! for results in evaluated.results {
//!     for employee in results.into_rows()?.employees() {
//!         let line = employee.pay_lines().next().ok_or("nothing is paid")?;
//!         assert_eq!((line.workday, line.pay_code, line.amount, line.because), (monday, "regular", 28_800, "worked"));
//!         let total = employee.totals().find(|total| total.scope == TotalScope::PayPeriod).ok_or("no total")?;
//!         assert_eq!((employee.employee(), total.amount), ("E-100", 28_800));
//!     }
//! }
//! assert_eq!(evaluated.outcome.summary.employees, 1);
//! # drop(client);
//! # stop.send(()).unwrap_or(());
//! # served.await??;
//! # Ok(())
//! # }
//! ```
//!
//! # Errors
//!
//! A [`ClientError`] has a stable code: that of the service (`SM-…`), or one of this client (`SM-CLIENT-…`).
//! [`ClientError::is_retryable`] says whether the whole evaluation may succeed when it is begun again. What a broken
//! connection leaves unanswered is sent again before that, see [`Retry`].
//!
//! # Checks
//!
//! * Every chunk is answered exactly once, with as many results as it has employees.
//! * The summary of every stream must match what was received: counts, and the sum of the employees' hashes.
//! * A broken stream has no summary. Its answers are kept, because each is complete and names a chunk that
//!   waited for it, and because the stream that carries on must run with the same engine, zone data, rulesets and plugins,
//!   which give the same bytes. [`Builder::check_rows`] also compares every employee's rows with their hash.
//!
//! Never here: evaluation.

mod client;
mod codec;
mod connection;
mod cut;
mod error;
mod request;
mod results;
mod retry;

pub use client::{Builder, Client, Evaluated, Outcome};
pub use error::ClientError;
pub use request::{Request, Ruleset, Settings};
pub use results::{Answer, ChunkResults, EmployeeRows, Exception, PayLine, Rows, Total};
pub use retry::Retry;
pub use shiftmill_core as core;
pub use shiftmill_proto::v1;
pub use shiftmill_wire::{Summary, Unnamed, Vocabulary};
pub use tonic::transport::{Certificate, ClientTlsConfig, Identity};
