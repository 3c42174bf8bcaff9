//! Accepts connections, as many as there are places for.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::{sleep, timeout};

use crate::capacity::{Capacities, Place};
use crate::connection::{self, Connection, Service};
use crate::peer::Peer;
use crate::seldom::Seldom;
use crate::tls::{self, Certificates};

/// Connections that wait to be accepted.
const BACKLOG: u32 = 1_024;
/// How long nothing is accepted when the system has no files or memory for another connection.
const PAUSE: Duration = Duration::from_millis(200);

/// Listens on an address. Must be called within a tokio runtime.
pub(crate) fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// What accepting connections needs.
#[derive(Debug)]
pub(crate) struct Acceptor {
    pub listener: TcpListener,
    pub certificates: Option<Certificates>,
    pub capacities: Arc<Capacities>,
    pub service: Service,
}

/// Faults of connections, which are reported now and then.
#[derive(Debug, Default)]
struct Reports {
    failed: Seldom,
    refused: Seldom,
    handshakes: Seldom,
}

impl Acceptor {
    /// Accepts connections until the server begins to stop.
    pub async fn run(self) {
        let draining = self.service.draining.clone();
        let reports = Arc::new(Reports::default());
        loop {
            let accepted = tokio::select! {
                () = draining.cancelled() => return,
                accepted = self.listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, address)) => self.begin(stream, address, &reports),
                Err(error) if is_of_one_connection(&error) => {}
                Err(error) => {
                    if let Some(left_out) = reports.failed.now() {
                        tracing::error!(%error, left_out, "cannot accept connections");
                    }
                    sleep(PAUSE).await;
                }
            }
        }
    }

    fn begin(&self, stream: TcpStream, address: SocketAddr, reports: &Arc<Reports>) {
        let peer = Peer::at(address.ip());
        let capacity = self.capacities.of(peer);
        let Some(place) = capacity.connections.take() else {
            if let Some(left_out) = reports.refused.now() {
                tracing::warn!(%peer, left_out, "connection refused: the peer, or all together, have too many");
            }
            return;
        };
        let connection = Connection::new(peer, capacity);
        let (service, capacities) = (self.service.clone(), Arc::clone(&self.capacities));
        let (certificates, reports) = (self.certificates.clone(), Arc::clone(reports));
        tokio::spawn(async move {
            // It fails only when the connection has ended.
            let _ = stream.set_nodelay(true);
            match certificates {
                None => connection::serve(stream, Arc::new(connection), service).await,
                Some(certificates) => {
                    serve_tls(stream, &certificates, connection, &capacities, service, &reports).await
                }
            }
            drop::<Place>(place);
        });
    }
}

async fn serve_tls(
    stream: TcpStream,
    certificates: &Certificates,
    connection: Connection,
    capacities: &Capacities,
    service: Service,
    reports: &Reports,
) {
    let late = |_| io::Error::from(io::ErrorKind::TimedOut);
    let shaken = timeout(service.limits.handshake_time, certificates.accept(stream)).await.map_err(late);
    let stream = match shaken.flatten() {
        Ok(stream) => stream,
        Err(error) => {
            if let Some(left_out) = reports.handshakes.now() {
                tracing::warn!(peer = %connection.peer, %error, left_out, "TLS handshake failed");
            }
            return;
        }
    };
    // The connection counts by its address. What its calls use counts by the certificate.
    let connection = match tls::authenticated(&stream) {
        Some(peer) => Connection::new(peer, capacities.of(peer)),
        None => connection,
    };
    connection::serve(stream, Arc::new(connection), service).await;
}

/// Errors of the connection that was to be accepted; the next one may be fine.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, Interrupted, TimedOut};
    matches!(error.kind(), ConnectionAborted | ConnectionReset | BrokenPipe | Interrupted | TimedOut)
}
