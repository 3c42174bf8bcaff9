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
use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;

use crate::budget::Budget;
use crate::calls::{Calls, OTHER_MESSAGE_BYTES};
use crate::capacity::Capacities;
use crate::config::{Config, ServeError};
use crate::connection::Service;
use crate::evaluation::{EvaluationService, Shared};
use crate::listener::{self, Acceptor};
use crate::open_files;
use crate::plugin_store::PluginStore;
use crate::plugins::PluginsService;
use crate::registry::Registry;
use crate::rulesets::RulesetsService;
use crate::tls::Certificates;

/// The last part of the time to drain, in which clients receive that their stream ends.
const FAREWELL: Duration = Duration::from_secs(2);

/// A server that listens and does not serve yet.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    certificates: Option<Certificates>,
    capacities: Arc<Capacities>,
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
    /// Loads rulesets, starts the engine and listens. Raises the limit of open files of this process as far as it may.
    /// Must be called within a tokio runtime.
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
        let certificates = config.tls.as_ref().map(Certificates::new).transpose()?;
        let failed = |source| ServeError::Listen { listen: config.listen, source };
        let listener = listener::listen(config.listen).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let connections = open_files::connections(config.limits.connections);
        let capacities = Arc::new(Capacities::new(&config.limits, connections));
        let shared = Shared {
            engine: Arc::new(Engine::new(config.workers)),
            registry: Arc::new(registry),
            limits: Arc::new(config.limits),
            stopping: CancellationToken::new(),
        };
        Ok(Server { listener, address, certificates, capacities, shared })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The rulesets: for a caller that reloads the folder.
    pub fn registry(&self) -> Arc<Registry> {
        Arc::clone(&self.shared.registry)
    }

    /// The certificates, if it uses TLS: for a caller that replaces them.
    pub fn certificates(&self) -> Option<Certificates> {
        self.certificates.clone()
    }

    /// The memory for chunks under way: for monitoring.
    pub fn budget(&self) -> Budget {
        self.capacities.all.chunks.clone()
    }

    /// Serves until `shutdown` resolves. Then health is `NOT_SERVING`, new calls are refused, and running calls may
    /// finish within [`Limits::drain_time`](crate::Limits::drain_time); streams that take longer end with `SM-DRAINING`.
    ///
    /// # Errors
    /// [`ServeError::Transport`].
    pub async fn run(self, shutdown: impl Future<Output = ()> + Send) -> Result<(), ServeError> {
        let Server { listener, address, certificates, capacities, shared } = self;
        let (limits, stopping) = (Arc::clone(&shared.limits), shared.stopping.clone());
        let (draining, closed) = (CancellationToken::new(), CancellationToken::new());
        // Connections do not outlive the server, however it ends.
        let _close = closed.clone().drop_guard();
        let (health, routes) = routes(shared)?;
        set_health(&health, ServingStatus::Serving).await;
        let calls = Calls::new(routes, &descriptors(), Arc::clone(&limits), draining.clone())?;
        let service = Service { calls, limits: Arc::clone(&limits), draining: draining.clone(), closed };
        tracing::info!(%address, tls = certificates.is_some(), "serving");
        let acceptor = Acceptor { listener, certificates, capacities: Arc::clone(&capacities), service };
        let accepting = tokio::spawn(acceptor.run());
        shutdown.await;
        tracing::info!("stopping: calls that run may finish");
        set_health(&health, ServingStatus::NotServing).await;
        draining.cancel();
        // It ends at once, and closes the port.
        let _ended = accepting.await;
        let connections = &capacities.all.connections;
        if timeout(limits.drain_time.saturating_sub(FAREWELL), connections.all_free()).await.is_err() {
            tracing::warn!("stopping: calls that still run are ended");
            stopping.cancel();
            let _ended = timeout(FAREWELL.min(limits.drain_time), connections.all_free()).await;
        }
        tracing::info!("stopped");
        Ok(())
    }
}

async fn set_health(health: &HealthReporter, status: ServingStatus) {
    health.set_service_status("", status).await;
    health.set_service_status(shiftmill_proto::v1::evaluation_server::SERVICE_NAME, status).await;
    health.set_service_status(shiftmill_proto::v1::rulesets_server::SERVICE_NAME, status).await;
    health.set_service_status(shiftmill_proto::v1::plugins_server::SERVICE_NAME, status).await;
}

fn routes(shared: Shared) -> Result<(HealthReporter, Routes), ServeError> {
    let (health, health_service) = tonic_health::server::health_reporter();
    let message_bytes = shared.limits.message_bytes;
    let registry = Arc::clone(&shared.registry);
    let plugins = PluginsService { plugins: Arc::clone(registry.plugins()) };
    let plugins = PluginsServer::new(plugins).max_decoding_message_size(COMPONENT_BYTES_MAX.saturating_mul(2));
    let evaluation = EvaluationServer::new(EvaluationService { shared }).max_decoding_message_size(message_bytes);
    let rulesets = RulesetsServer::new(RulesetsService { registry }).max_decoding_message_size(message_bytes);
    let reflection = || {
        let builder = tonic_reflection::server::Builder::configure();
        [shiftmill_proto::DESCRIPTORS, tonic_health::pb::FILE_DESCRIPTOR_SET]
            .into_iter()
            .fold(builder, tonic_reflection::server::Builder::register_encoded_file_descriptor_set)
    };
    let failed = |error| ServeError::Transport(Box::new(error));
    let reflection_v1 = reflection().build_v1().map_err(failed)?.max_decoding_message_size(OTHER_MESSAGE_BYTES);
    // Generic clients of a few years ago know only this version.
    let reflection_v1alpha =
        reflection().build_v1alpha().map_err(failed)?.max_decoding_message_size(OTHER_MESSAGE_BYTES);
    let routes = Routes::new(health_service).add_service(reflection_v1).add_service(reflection_v1alpha);
    Ok((health, routes.add_service(evaluation).add_service(rulesets).add_service(plugins)))
}

/// The descriptors of all services that are served.
fn descriptors() -> [&'static [u8]; 4] {
    [
        shiftmill_proto::DESCRIPTORS,
        tonic_health::pb::FILE_DESCRIPTOR_SET,
        tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET,
        tonic_reflection::pb::v1alpha::FILE_DESCRIPTOR_SET,
    ]
}
