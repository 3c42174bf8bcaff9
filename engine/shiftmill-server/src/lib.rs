//! The gRPC services of Shiftmill: messages in, the engine's calls, messages out.
//!
//! ```text
//! EvaluateStream: header ─→ ResolvedHeader ──────────────────────────────┐
//!                 chunk  ─→ facts ─→ budget ─→ Engine ─→ wire ─→ chunk result … summary
//! Evaluate:       readable rows ─→ timecards ─→ Engine ─→ words ─→ readable rows
//! Validate:       text ─→ registry ─→ mistakes, or a description of the ruleset
//!                 with plugins ─→ independence: do they keep employees apart?
//! PushPlugin:     component ─→ plugin store ─→ objections, or the declarations of the plugin
//! ```
//!
//! Every call takes the same way before and after:
//!
//! ```text
//! connection ─→ call ─→ messages, counted ─→ one of the services ─→ answer, counted ─→ one line of the log
//! ```
//!
//! Each service method translates, calls, translates. No decision about pay is made here.
//!
//! ```
//! use shiftmill_proto::v1::{ValidateRequest, rulesets_client::RulesetsClient};
//! use shiftmill_server::{Config, Server};
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = Server::bind(Config::default())?;
//! let address = format!("http://{}", server.address());
//! let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
//! let served = tokio::spawn(server.run(async { stopped.await.unwrap_or(()) }));
//!
//! let mut rulesets = RulesetsClient::connect(address).await?;
//! let text = "name = \"acme\"\ncolour = \"red\"".to_owned();
//! let answer = rulesets.validate(ValidateRequest { text, file_name: "acme.toml".to_owned() }).await?.into_inner();
//! assert_eq!((answer.mistakes[0].line, answer.mistakes[0].column), (2, 1));
//! drop(rulesets);
//!
//! stop.send(()).unwrap_or(());
//! served.await??;
//! # Ok(())
//! # }
//! ```
#![deny(clippy::wildcard_enum_match_arm, reason = "a new member must not compile until somebody has said what it does")]

mod answer_body;
mod budget;
mod call;
mod call_log;
mod calls;
mod cancel_on_drop;
mod capacity;
mod config;
mod connection;
mod decoded_size;
mod evaluation;
mod facts;
mod independence;
mod info;
mod library;
mod listener;
mod low_priority;
mod memory;
mod messages;
mod open_files;
mod peer;
mod plugin_cache;
mod plugin_store;
mod plugins;
mod problem;
mod registry;
mod request_id;
mod resolved_header;
mod rulesets;
mod seldom;
mod serve;
mod stream;
mod timecards;
mod tls;

pub use budget::Budget;
pub use config::{Config, Limits, ServeError, Tls};
pub use registry::Registry;
pub use serve::{Server, serve};
pub use tls::Certificates;
