//! TLS: the certificates of the server, which can be replaced while it runs.

use std::error::Error;
use std::sync::Arc;

use arc_swap::ArcSwap;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};
use tokio_rustls::server::TlsStream;
use tokio_rustls::{Accept, TlsAcceptor};

use crate::config::{ServeError, Tls};
use crate::peer::Peer;

/// The certificates that a server uses for new connections.
#[derive(Clone, Debug)]
pub struct Certificates(Arc<ArcSwap<ServerConfig>>);

impl Certificates {
    /// # Errors
    /// [`ServeError::Certificates`] when they cannot be used.
    pub(crate) fn new(tls: &Tls) -> Result<Certificates, ServeError> {
        Ok(Certificates(Arc::new(ArcSwap::from_pointee(usable(tls)?))))
    }

    /// Uses other certificates for new connections. Connections that are open keep theirs.
    ///
    /// # Errors
    /// [`ServeError::Certificates`] when they cannot be used; then nothing changes.
    pub fn replace(&self, tls: &Tls) -> Result<(), ServeError> {
        self.0.store(Arc::new(usable(tls)?));
        Ok(())
    }

    /// The handshake of a connection.
    pub(crate) fn accept<Io: AsyncRead + AsyncWrite + Unpin>(&self, io: Io) -> Accept<Io> {
        TlsAcceptor::from(self.0.load_full()).accept(io)
    }
}

/// The peer that has authenticated itself in the handshake.
pub(crate) fn authenticated<Io>(stream: &TlsStream<Io>) -> Option<Peer> {
    let (_, session) = stream.get_ref();
    Some(Peer::authenticated(session.peer_certificates()?.first()?))
}

fn usable(tls: &Tls) -> Result<ServerConfig, ServeError> {
    config(tls).map_err(ServeError::Certificates)
}

fn config(tls: &Tls) -> Result<ServerConfig, Box<dyn Error + Send + Sync>> {
    let builder = match &tls.client_authority {
        None => ServerConfig::builder().with_no_client_auth(),
        Some(authority) => {
            let mut roots = RootCertStore::empty();
            for certificate in certificates(authority, "the client authority")? {
                roots.add(certificate)?;
            }
            ServerConfig::builder().with_client_cert_verifier(WebPkiClientVerifier::builder(roots.into()).build()?)
        }
    };
    let key = PrivateKeyDer::from_pem_slice(tls.key.as_bytes()).map_err(|error| format!("the key: {error}"))?;
    let mut config = builder.with_single_cert(certificates(&tls.certificate, "the certificate")?, key)?;
    config.alpn_protocols.push(b"h2".to_vec());
    Ok(config)
}

fn certificates(pem: &str, what: &str) -> Result<Vec<CertificateDer<'static>>, String> {
    let list: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    match list {
        Ok(list) if list.is_empty() => Err(format!("{what}: the file has no certificate in PEM")),
        Ok(list) => Ok(list),
        Err(error) => Err(format!("{what}: {error}")),
    }
}
