//! `shiftmill serve`: runs the gRPC service until a signal stops it.

use std::env::VarError;
use std::error::Error;
use std::io::stderr;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};
use shiftmill_server::{Certificates, Config, Limits, Registry, ServeError, Server, Tls};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::exit::Exit;
use crate::one_line::OneLine;
use crate::plugins::PluginArguments;
use crate::problem::Problem;

const EXAMPLES: &str = "\
Examples:
  On this machine only, with the presets and the rulesets of a folder:
    shiftmill serve --rulesets ./rulesets

  For other machines, whose programs authenticate with certificates:
    shiftmill serve --listen 0.0.0.0:50061 --tls-certificate server.pem --tls-key server.key \\
        --tls-client-authority clients.pem

After SIGTERM or Ctrl-C, calls have up to 30 seconds to finish; then the program ends with exit code 0. SIGHUP reads the
folder and the certificates again: new calls use the new rulesets and plugins, and new connections the new certificates.
When the folder has mistakes, its rulesets and plugins stay; when the certificates cannot be used, the old ones stay.
Logs go to standard error; SHIFTMILL_LOG sets their level, such as `debug`.";

/// Serve evaluations over gRPC until SIGTERM or Ctrl-C.
#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Serve {
    /// Where to listen. Other addresses than loopback need mutual TLS, or `--allow-unauthenticated`.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:50061")]
    listen: SocketAddr,
    /// A folder of rulesets (`*.toml`) that requests may name.
    #[arg(long, value_name = "FOLDER")]
    rulesets: Option<PathBuf>,
    /// The number of threads that evaluate, at most 1024; 0 is one per core.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=THREADS_MAX))]
    threads: u16,
    /// The certificate of this server, PEM.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_certificate: Option<String>,
    /// The key of the certificate, PEM.
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    tls_key: Option<String>,
    /// The authority of client certificates, PEM: only callers with such a certificate may call.
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    tls_client_authority: Option<String>,
    /// Listen on other addresses than loopback without authentication of callers.
    #[arg(long)]
    allow_unauthenticated: bool,
    /// The memory for chunks and results under way, in MiB. The handbook says how much memory the service needs in all.
    #[arg(long, value_name = "MIB", default_value_t = mib(Limits::default().bytes_under_way), value_parser = clap::value_parser!(u32).range(8..=1 << 20))]
    memory: u32,
    /// The most connections at a time. The limit of open files may allow fewer.
    #[arg(long, value_name = "COUNT", default_value_t = count(Limits::default().connections), value_parser = clap::value_parser!(u32).range(1..=1 << 20))]
    connections: u32,
    /// The most streams at a time.
    #[arg(long, value_name = "COUNT", default_value_t = count(Limits::default().streams), value_parser = clap::value_parser!(u32).range(1..=1 << 20))]
    streams: u32,
    /// The share of connections, calls, streams and memory for one address or client certificate. Give 100 when all calls
    /// come through one proxy.
    #[arg(long, value_name = "PERCENT", default_value_t = Limits::default().peer_percent, value_parser = clap::value_parser!(u8).range(1..=100))]
    peer_share: u8,
    /// The format of the logs on standard error.
    #[arg(long, value_enum, default_value_t = Log::Text)]
    log: Log,
}

/// More threads than the cores of any machine.
pub const THREADS_MAX: i64 = 1_024;
/// How long the process waits for its threads once all calls have ended.
const LAST_WAIT: Duration = Duration::from_secs(1);

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Log {
    /// For people.
    Text,
    /// For programs, one object per line.
    Json,
}

/// Runs the command. With `--json`, logs are JSON.
pub fn run(command: &Serve, plugins: &PluginArguments, json: bool) -> Result<Exit, Problem> {
    logs(json || command.log == Log::Json)?;
    let config = Config {
        listen: command.listen,
        rulesets: command.rulesets.clone(),
        workers: usize::from(command.threads),
        plugins: plugins.of_service()?,
        tls: tls(command)?,
        allow_unauthenticated: command.allow_unauthenticated,
        limits: limits(command),
    };
    let runtime = runtime()?;
    let outcome = runtime.block_on(async {
        let server = Server::bind(config).map_err(failed)?;
        tokio::spawn(reload_on_hangup(server.registry(), server.certificates(), command.clone()));
        server.run(stop_signal()).await.map_err(failed)
    });
    // The trial or compilation of a plugin may still run. Its caller has gone, so the program does not wait for it.
    runtime.shutdown_timeout(LAST_WAIT);
    outcome.map(|()| Exit::Done)
}

/// The runtime of tasks.
pub fn runtime() -> Result<tokio::runtime::Runtime, Problem> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Problem::own("cannot start threads").cause(error))
}

/// A server that does not start, or failed, as a problem.
pub fn failed(error: ServeError) -> Problem {
    if let ServeError::Ruleset { source, .. } = &error {
        return Problem::listed(error.to_string(), source.to_string());
    }
    let problem = Problem::new(error.to_string());
    let problem = match deepest(&error) {
        Some(cause) => problem.cause(cause),
        None => problem,
    };
    match error.hint() {
        Some(hint) => problem.hint(hint),
        None => problem,
    }
}

fn deepest(error: &dyn Error) -> Option<&dyn Error> {
    let mut cause = error.source()?;
    while let Some(further) = cause.source() {
        cause = further;
    }
    Some(cause)
}

/// Logs to standard error. Their level is that of `SHIFTMILL_LOG`.
fn logs(json: bool) -> Result<(), Problem> {
    let level = match std::env::var("SHIFTMILL_LOG") {
        Ok(written) => log_levels(&written)?,
        Err(VarError::NotPresent) => Targets::new().with_default(LevelFilter::INFO),
        Err(VarError::NotUnicode(_)) => return Err(Problem::new("`SHIFTMILL_LOG` is not text")),
    };
    let (text, lines) = match json {
        true => (None, Some(tracing_subscriber::fmt::layer().json().with_writer(stderr))),
        false => (Some(tracing_subscriber::fmt::layer().with_ansi(false).with_writer(|| OneLine(stderr()))), None),
    };
    // This fails only when a subscriber is already set. Its logs are equivalent.
    let _ = tracing_subscriber::registry().with(level).with(text).with(lines).try_init();
    Ok(())
}

/// The levels of logs: one for all, such as `debug`, and others for parts of the program, such as `info,h2=warn`. A word
/// that is not a level would turn all other logs off, so it is a mistake.
fn log_levels(written: &str) -> Result<Targets, Problem> {
    let mut levels = Targets::new();
    for part in written.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let (target, level) = part.split_once('=').map_or((None, part), |(target, level)| (Some(target.trim()), level));
        let level: LevelFilter = level.trim().parse().map_err(|_| {
            Problem::new(format!("`{}` in `SHIFTMILL_LOG` is not a level of logs", level.trim()))
                .hint("the levels are off, error, warn, info, debug and trace; `info,h2=warn` sets one for a part")
        })?;
        levels = match target {
            None => levels.with_default(level),
            Some(target) => levels.with_target(target, level),
        };
    }
    Ok(levels)
}

fn limits(command: &Serve) -> Limits {
    let at_least = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
    Limits {
        bytes_under_way: at_least(command.memory).saturating_mul(1 << 20),
        connections: at_least(command.connections),
        streams: at_least(command.streams),
        peer_percent: command.peer_share,
        ..Limits::default()
    }
}

fn mib(bytes: usize) -> u32 {
    count(bytes >> 20)
}

fn count(of: usize) -> u32 {
    u32::try_from(of).unwrap_or(u32::MAX)
}

fn tls(command: &Serve) -> Result<Option<Tls>, Problem> {
    let (Some(certificate), Some(key)) = (&command.tls_certificate, &command.tls_key) else {
        return Ok(None);
    };
    let read = |file: &String| {
        std::fs::read_to_string(file).map_err(|error| Problem::new(format!("cannot read `{file}`")).cause(error))
    };
    Ok(Some(Tls {
        certificate: read(certificate)?,
        key: read(key)?,
        client_authority: command.tls_client_authority.as_ref().map(read).transpose()?,
    }))
}

/// Reads the rulesets and the certificates again on every SIGHUP.
async fn reload_on_hangup(registry: Arc<Registry>, certificates: Option<Certificates>, command: Serve) {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let Ok(mut hangup) = signal(SignalKind::hangup()) else { return };
        while hangup.recv().await.is_some() {
            // The outcome is logged by the registry.
            let _outcome = registry.reload().await;
            if let Some(certificates) = &certificates {
                reload_certificates(certificates, &command);
            }
        }
    }
    #[cfg(not(unix))]
    drop((registry, certificates, command));
}

fn reload_certificates(certificates: &Certificates, command: &Serve) {
    let replaced = tls(command).and_then(|tls| match tls {
        Some(tls) => certificates.replace(&tls).map_err(failed),
        None => Ok(()),
    });
    match replaced {
        Ok(()) => tracing::info!("certificates read again"),
        Err(problem) => tracing::error!(problem = problem.line(), "certificates not replaced: the old ones stay"),
    }
}

/// Resolves on SIGTERM or Ctrl-C.
async fn stop_signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => return,
                _ = tokio::signal::ctrl_c() => return,
            }
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_that_is_none_is_a_mistake_and_never_silence() {
        for written in ["", "debug", " Info , h2=warn", "off,shiftmill_server=trace"] {
            assert!(log_levels(written).is_ok(), "{written}");
        }
        for written in ["warning", "info,h2=loud", "info;debug"] {
            assert!(log_levels(written).is_err(), "{written}");
        }
    }
}
