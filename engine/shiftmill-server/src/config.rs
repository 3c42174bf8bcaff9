//! The configuration of a server, its limits, and the errors of starting it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use shiftmill::plugin_host::{HostError, HostSettings, PluginAllowance};
use shiftmill::trial::{TRIAL_TIME, TrialError};

/// The configuration of a server.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen; port 0 takes any free port.
    pub listen: SocketAddr,
    /// A folder of rulesets (`*.toml`) that requests may name. They may extend one another and presets. Rulesets that
    /// callers send may extend those with `shared = true`.
    pub rulesets: Option<PathBuf>,
    /// Workers of the engine; 0 means one per core.
    pub workers: usize,
    /// How plugins are compiled and run.
    pub plugins: HostSettings,
    /// Certificates, for TLS.
    pub tls: Option<Tls>,
    /// Listen beyond loopback without authentication of callers.
    pub allow_unauthenticated: bool,
    /// Limits.
    pub limits: Limits,
}

impl Default for Config {
    /// Loopback, any port, presets only, no TLS.
    fn default() -> Config {
        Config {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            rulesets: None,
            workers: 0,
            plugins: HostSettings::default(),
            tls: None,
            allow_unauthenticated: false,
            limits: Limits::default(),
        }
    }
}

/// Certificates, all PEM.
#[derive(Clone)]
pub struct Tls {
    /// The server's certificate, followed by the certificates of its authorities.
    pub certificate: String,
    /// The key of the certificate.
    pub key: String,
    /// The authority of client certificates: with it, only callers with such a certificate are accepted (mutual TLS).
    pub client_authority: Option<String>,
}

/// The key is left out.
impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls").field("mutual", &self.client_authority.is_some()).finish_non_exhaustive()
    }
}

/// The limits of one caller, and of all callers together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one message of a caller, and of an answer that is not an answer of a stream.
    pub message_bytes: usize,
    /// Bytes of messages that are being received and decoded, of all calls together. Chunks that have been read count in
    /// `bytes_under_way`.
    pub bytes_received: usize,
    /// Plugins that are kept for callers who pushed them, besides those of the folder.
    pub plugins: usize,
    /// Bytes of memory of these plugins, mostly their compiled code; a typical plugin needs 0.5 MiB.
    pub plugin_bytes: usize,
    /// Employees in one chunk.
    pub employees_per_chunk: usize,
    /// Employees in one chunk times days of the window.
    pub employee_days_per_chunk: usize,
    /// Readable timecards in one call.
    pub timecards_per_call: usize,
    /// Chunks of one stream between being read and their result being taken by the client.
    pub chunks_under_way: usize,
    /// Bytes of chunks and results under way, of all streams together; one stream gets at most a quarter of them. The
    /// edits of plugins count with their maximum, which is many times what plugins usually propose.
    pub bytes_under_way: usize,
    /// The share of connections, calls, streams and memory that one peer may use at a time, in percent. A peer is an
    /// address (of IPv6 a network of 64 bits), or a client certificate.
    pub peer_percent: u8,
    /// Connections at a time. The limit of open files of the process may allow fewer.
    pub connections: usize,
    /// Calls at a time, of all connections together; health checks do not count.
    pub calls: usize,
    /// Streams at a time, of all connections together.
    pub streams: usize,
    /// Calls at a time on one connection.
    pub calls_per_connection: u32,
    /// How long a call that is not a stream may take.
    pub call_time: Duration,
    /// How long a stream may take.
    pub stream_time: Duration,
    /// How long a client may take for the handshakes of TLS and of HTTP/2, each.
    pub handshake_time: Duration,
    /// How long a connection may have no call.
    pub quiet_time: Duration,
    /// How long a client may take until the header of its stream begins.
    pub header_time: Duration,
    /// How long a message of a stream may take from its first byte to its last.
    pub message_time: Duration,
    /// How long a client may send no message, or take no answer, before its stream ends.
    pub idle_time: Duration,
    /// How long a stream waits for memory before it is refused.
    pub memory_wait: Duration,
    /// What the plugins of one stream or call may use together. Usual plugins use less than a hundredth of it.
    pub plugin_allowance: PluginAllowance,
    /// How long the trial of a ruleset that a caller sends may take. Fuel ends every trial within some seconds; this ends
    /// those that a busy machine slows down.
    pub trial_time: Duration,
    /// How long binding the plugins of a request may take.
    pub binding_time: Duration,
    /// How long calls may take to finish after the server begins to stop.
    pub drain_time: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            message_bytes: 4 << 20,
            bytes_received: 96 << 20,
            plugins: 256,
            plugin_bytes: 128 << 20,
            employees_per_chunk: 20_000,
            employee_days_per_chunk: 500_000,
            timecards_per_call: 100,
            chunks_under_way: 8,
            bytes_under_way: 384 << 20,
            peer_percent: 50,
            connections: 256,
            calls: 1_024,
            streams: 256,
            calls_per_connection: 100,
            call_time: Duration::from_secs(30),
            stream_time: Duration::from_secs(6 * 3_600),
            handshake_time: Duration::from_secs(10),
            quiet_time: Duration::from_secs(300),
            header_time: Duration::from_secs(10),
            message_time: Duration::from_secs(30),
            idle_time: Duration::from_secs(120),
            memory_wait: Duration::from_secs(5),
            plugin_allowance: PluginAllowance {
                fuel: 10_000_000_000,
                fuel_per_day: 500_000,
                time: Duration::from_secs(30),
                time_per_day: Duration::from_millis(2),
            },
            trial_time: TRIAL_TIME,
            binding_time: Duration::from_secs(5),
            drain_time: Duration::from_secs(30),
        }
    }
}

/// Why a server does not start, or ended with a failure.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Listening beyond loopback without mutual TLS was not allowed explicitly.
    #[error("refusing to listen on `{listen}`: callers from other machines would not be authenticated")]
    Unprotected {
        /// The configured address.
        listen: SocketAddr,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on `{listen}`")]
    Listen {
        /// The configured address.
        listen: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The folder or a file of rulesets cannot be read.
    #[error("cannot read rulesets from `{}`", path.display())]
    ReadRulesets {
        /// The folder or file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A ruleset in the folder has mistakes.
    #[error("ruleset `{}` cannot be used", path.display())]
    Ruleset {
        /// The file.
        path: PathBuf,
        /// All of them.
        source: shiftmill::ruleset::Mistakes,
    },
    /// The plugins of a ruleset in the folder do not keep employees apart, or cannot be called.
    #[error("ruleset `{}` cannot be used with its plugins", path.display())]
    Trial {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Box<TrialError>,
    },
    /// Two files of the folder contain rulesets with the same name.
    #[error("two rulesets are named `{name}`, the second in `{}`", path.display())]
    SameName {
        /// The name.
        name: String,
        /// The second file.
        path: PathBuf,
    },
    /// A shared ruleset of the folder extends one that is not shared.
    #[error("ruleset `{name}` is shared, and extends `{file}`, which is not")]
    NotShared {
        /// The name of the shared ruleset.
        name: String,
        /// The file of the other.
        file: String,
    },
    /// Plugins cannot be run here, or their compiled code cannot be kept in the folder that was given.
    #[error("cannot run plugins")]
    Plugins(#[source] HostError),
    /// The certificates or the key cannot be used.
    #[error("cannot use the certificates")]
    Certificates(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A service could not be set up.
    #[error("cannot serve")]
    Transport(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl ServeError {
    /// What to do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            ServeError::Unprotected { .. } => Some(
                "give a client authority for mutual TLS, listen on 127.0.0.1, or allow it with --allow-unauthenticated",
            ),
            ServeError::Listen { .. } => Some("choose another address or port"),
            ServeError::Certificates(_) => Some("give the certificate, its key and the client authority as PEM files"),
            ServeError::NotShared { .. } => Some("write `shared = true` in both, or in neither"),
            ServeError::Plugins(_) => Some("give another folder for compiled code, that only this user can access"),
            ServeError::ReadRulesets { .. }
            | ServeError::Ruleset { .. }
            | ServeError::Trial { .. }
            | ServeError::SameName { .. }
            | ServeError::Transport(_) => None,
        }
    }
}
