//! The gRPC services of Shiftmill: messages in, the engine's calls, messages out.
//!
//! ```text
//! EvaluateStream: header ─→ ResolvedHeader ──────────────────────────────┐
//!                 chunk  ─→ facts ─→ budget ─→ Engine ─→ results ─→ chunk result … summary
//! Evaluate:       readable rows ─→ timecards ─→ Engine ─→ words ─→ readable rows
//! Validate:       text ─→ registry ─→ mistakes, or what the ruleset is
//!                 with plugins ─→ independence: do they keep employees apart?
//! PushPlugin:     component ─→ plugin store ─→ objections, or what the plugin declares
//! ```
//!
//! Each service method translates, calls, translates. Never here: a decision about pay.
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

mod budget;
mod cancel_on_drop;
pub mod client;
mod config;
mod evaluation;
mod facts;
mod independence;
mod info;
mod library;
mod memory;
mod plugin_cache;
mod plugin_rows;
mod plugin_store;
mod plugins;
mod problem;
mod reason;
mod registry;
mod request_id;
mod resolved_header;
mod results;
mod rulesets;
mod serve;
mod steps;
mod stream;
mod timecards;

pub use budget::Budget;
pub use config::{Config, Limits, ServeError, Tls};
pub use registry::Registry;
pub use results::{Malformed, read_results, write_results};
pub use serve::{Server, serve};
