//! Starting, serving and stopping.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use shiftmill::Engine;
use shiftmill::plugin_host::{COMPONENT_BYTES_MAX, HostSettings};
use shiftmill_proto::v1::evaluation_server::EvaluationServer;
use shiftmill_proto::v1::plugins_server::PluginsServer;
use shiftmill_proto::v1::rulesets_server::RulesetsServer;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Certificate, Identity, ServerTlsConfig};

use crate::budget::Budget;
use crate::config::{Config, Limits, ServeError, Tls};
use crate::evaluation::{EvaluationService, Shared};
use crate::plugin_store::PluginStore;
use crate::plugins::PluginsService;
use crate::registry::Registry;
use crate::rulesets::RulesetsService;

/// Bytes that may be sent before the receiver must acknowledge some.
const WINDOW: u32 = 4 << 20;
/// Bytes of one frame.
const FRAME: u32 = 1 << 20;
/// Bytes of a push besides the component.
const AROUND_A_COMPONENT: usize = 1_024;
/// How often an idle connection is pinged, and how long the answer may take.
const KEEPALIVE: Duration = Duration::from_secs(30);
const KEEPALIVE_ANSWER: Duration = Duration::from_secs(20);
/// Streams that a client may open and reset at once before its connection is closed.
const RESETS_MAX: usize = 64;
/// The last part of the time to drain, in which clients receive that their stream ends.
const FAREWELL: Duration = Duration::from_secs(2);

/// A server that listens and does not serve yet.
#[derive(Debug)]
pub struct Server {
    incoming: TcpIncoming,
    address: SocketAddr,
    tls: Option<Tls>,
    shared: Shared,
}

/// Serves until `shutdown` resolves, then lets calls finish.
///
/// # Errors
/// [`ServeError`] when it cannot start, or the transport fails.
pub async fn serve(config: Config, shutdown: impl Future<Output = ()> + Send) -> Result<(), ServeError> {
    Server::bind(config)?.run(shutdown).await
}

impl Server {
    /// Loads rulesets, starts the engine and listens. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// [`ServeError`]: the address is refused or taken, or rulesets cannot be loaded.
    pub fn bind(config: Config) -> Result<Server, ServeError> {
        let mutual = config.tls.as_ref().is_some_and(|tls| tls.client_authority.is_some());
        if !config.listen.ip().is_loopback() && !mutual && !config.allow_unauthenticated {
            return Err(ServeError::Unprotected { listen: config.listen });
        }
        let plugins = HostSettings { workers: config.workers, ..config.plugins };
        let plugins = Arc::new(PluginStore::new(plugins, &config.limits));
        plugins.check_cache()?;
        let registry = Registry::load(config.rulesets.as_deref(), plugins)?;
        let failed = |source| ServeError::Listen { listen: config.listen, source };
        let incoming = TcpIncoming::bind(config.listen).map_err(failed)?.with_nodelay(Some(true));
        let address = incoming.local_addr().map_err(failed)?;
        let shared = Shared::new(Engine::new(config.workers), registry, config.limits);
        Ok(Server { incoming, address, tls: config.tls, shared })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The rulesets: for a caller that reloads the folder.
    pub fn registry(&self) -> Arc<Registry> {
        Arc::clone(&self.shared.registry)
    }

    /// The memory for chunks under way: for monitoring.
    pub fn budget(&self) -> Budget {
        self.shared.budget.clone()
    }

    /// Serves until `shutdown` resolves. Then health is `NOT_SERVING`, new calls are refused, and running calls may
    /// finish within [`Limits::drain_time`]; streams that take longer end with `SM-DRAINING`.
    ///
    /// # Errors
    /// [`ServeError::Transport`].
    pub async fn run(self, shutdown: impl Future<Output = ()> + Send) -> Result<(), ServeError> {
        let limits = self.shared.limits.clone();
        let stopping = self.shared.stopping.clone();
        let (health, health_service) = tonic_health::server::health_reporter();
        health.set_serving::<EvaluationServer<EvaluationService>>().await;
        health.set_serving::<RulesetsServer<RulesetsService>>().await;
        health.set_serving::<PluginsServer<PluginsService>>().await;
        let routes = Routes::new(health_service).add_service(reflection()?);
        let routes = services(routes, self.shared);
        let mut server = transport(&limits);
        if let Some(tls) = &self.tls {
            server = server.tls_config(tls_config(tls)).map_err(transport_error)?;
        }
        let told = CancellationToken::new();
        let closing = told.clone();
        tracing::info!(address = %self.address, tls = self.tls.is_some(), "serving");
        let serving = server.add_routes(routes).serve_with_incoming_shutdown(self.incoming, closing.cancelled_owned());
        let drained = async {
            shutdown.await;
            tracing::info!("stopping: calls that run may finish");
            health.set_service_status("", tonic_health::ServingStatus::NotServing).await;
            health.set_not_serving::<EvaluationServer<EvaluationService>>().await;
            health.set_not_serving::<RulesetsServer<RulesetsService>>().await;
            health.set_not_serving::<PluginsServer<PluginsService>>().await;
            told.cancel();
            tokio::time::sleep(limits.drain_time.saturating_sub(FAREWELL)).await;
            tracing::warn!("stopping: calls that still run are ended");
            stopping.cancel();
            tokio::time::sleep(FAREWELL.min(limits.drain_time)).await;
        };
        tokio::select! {
            outcome = serving => outcome.map_err(transport_error)?,
            () = drained => {}
        }
        tracing::info!("stopped");
        Ok(())
    }
}

impl Shared {
    fn new(engine: Engine, registry: Registry, limits: Limits) -> Shared {
        Shared {
            engine: Arc::new(engine),
            registry: Arc::new(registry),
            budget: Budget::new(limits.bytes_under_way, limits.memory_wait),
            streams: Arc::new(Semaphore::new(limits.streams)),
            limits,
            stopping: CancellationToken::new(),
        }
    }
}

fn services(routes: Routes, shared: Shared) -> Routes {
    let message_bytes = shared.limits.message_bytes;
    let registry = Arc::clone(&shared.registry);
    let plugins = PluginsService { plugins: Arc::clone(registry.plugins()), budget: shared.budget.clone() };
    let plugins = PluginsServer::new(plugins).max_decoding_message_size(COMPONENT_BYTES_MAX + AROUND_A_COMPONENT);
    let evaluation = EvaluationServer::new(EvaluationService { shared }).max_decoding_message_size(message_bytes);
    let rulesets = RulesetsServer::new(RulesetsService { registry }).max_decoding_message_size(message_bytes);
    routes.add_service(evaluation).add_service(rulesets).add_service(plugins)
}

fn transport(limits: &Limits) -> tonic::transport::Server {
    tonic::transport::Server::builder()
        .initial_stream_window_size(WINDOW)
        .initial_connection_window_size(WINDOW)
        .max_frame_size(FRAME)
        .max_concurrent_streams(limits.calls_per_connection)
        .http2_keepalive_interval(Some(KEEPALIVE))
        .http2_keepalive_timeout(Some(KEEPALIVE_ANSWER))
        .http2_max_pending_accept_reset_streams(Some(RESETS_MAX))
        .timeout(limits.call_time)
}

fn tls_config(tls: &Tls) -> ServerTlsConfig {
    let config = ServerTlsConfig::new().identity(Identity::from_pem(&tls.certificate, &tls.key));
    match &tls.client_authority {
        Some(authority) => config.client_ca_root(Certificate::from_pem(authority)),
        None => config,
    }
}

fn reflection() -> Result<
    tonic_reflection::server::v1::ServerReflectionServer<impl tonic_reflection::server::v1::ServerReflection>,
    ServeError,
> {
    tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(shiftmill_proto::DESCRIPTORS)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .build_v1()
        .map_err(|error| ServeError::Transport(Box::new(error)))
}

fn transport_error(error: tonic::transport::Error) -> ServeError {
    ServeError::Transport(Box::new(error))
}
