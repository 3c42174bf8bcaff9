//! Starting and stopping: refusals, draining, certificates, health.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on fails")]

mod support;

use std::net::SocketAddr;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use shiftmill_client::Client;
use shiftmill_proto::v1;
use shiftmill_proto::v1::evaluate_stream_request::Part as Asking;
use shiftmill_proto::v1::evaluate_stream_response::Part as Answering;
use shiftmill_proto::v1::rulesets_client::RulesetsClient;
use shiftmill_server::{Config, Limits, ServeError, Server, Tls};
use support::{Running, chunk, header, problem};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::{Certificate, ClientTlsConfig, Identity};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

#[tokio::test]
async fn a_server_for_everybody_must_be_asked_for_in_words() {
    let everywhere = SocketAddr::from(([0, 0, 0, 0], 0));
    let refused = Server::bind(Config { listen: everywhere, ..Config::default() });
    let error = refused.unwrap_err();
    assert!(matches!(error, ServeError::Unprotected { .. }), "{error:?}");
    assert!(error.hint().unwrap().contains("--allow-unauthenticated"));
    assert!(Server::bind(Config { listen: everywhere, allow_unauthenticated: true, ..Config::default() }).is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_under_way_finishes_when_the_server_is_told_to_stop() {
    let mut server = Running::start(Limits::default()).await;
    let (sender, outgoing) = mpsc::channel(4);
    sender.send(message(Asking::Header(header()))).await.unwrap();
    let mut answers = server.client().await.evaluate_stream(ReceiverStream::new(outgoing)).await.unwrap().into_inner();
    assert!(matches!(answers.message().await.unwrap().unwrap().part, Some(Answering::Header(_))));
    sender.send(message(Asking::Chunk(chunk(0, 0..20)))).await.unwrap();
    server.stop();
    tokio::time::sleep(Duration::from_millis(200)).await;
    // Still served: the next chunk and the end of the stream.
    sender.send(message(Asking::Chunk(chunk(1, 20..40)))).await.unwrap();
    drop(sender);
    let mut last = None;
    while let Some(answer) = answers.message().await.unwrap() {
        last = answer.part;
    }
    let Some(Answering::Summary(summary)) = last else { panic!("no summary") };
    assert_eq!((summary.chunks, summary.employees), (2, 40));
    drop(answers);
    let served = tokio::time::timeout(Duration::from_secs(10), &mut server.served).await;
    served.expect("the server ends once its calls have ended").unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_takes_too_long_is_told_that_the_server_stops() {
    let mut server = Running::start(Limits { drain_time: Duration::from_millis(2_500), ..Limits::default() }).await;
    let (sender, outgoing) = mpsc::channel(4);
    sender.send(message(Asking::Header(header()))).await.unwrap();
    let mut answers = server.client().await.evaluate_stream(ReceiverStream::new(outgoing)).await.unwrap().into_inner();
    assert!(answers.message().await.unwrap().is_some());
    server.stop();
    let status = answers.message().await.unwrap_err();
    assert_eq!((status.code(), problem(&status).0.as_str()), (tonic::Code::Unavailable, "SM-DRAINING"));
    let served = tokio::time::timeout(Duration::from_secs(10), &mut server.served).await;
    served.expect("the server ends").unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn health_tells_whether_it_serves() {
    let server = Running::start(Limits::default()).await;
    let mut health = HealthClient::new(server.channel().await);
    let check = |service: &str| HealthCheckRequest { service: service.to_owned() };
    for service in ["", "shiftmill.v1.Evaluation", "shiftmill.v1.Rulesets"] {
        let answer = health.check(check(service)).await.unwrap().into_inner();
        assert_eq!(answer.status(), tonic_health::pb::health_check_response::ServingStatus::Serving, "{service}");
    }
}

/// An authority, and a certificate and key that it signed.
struct Signed {
    authority: String,
    certificate: String,
    key: String,
}

fn signed() -> Signed {
    let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &authority).unwrap();
    Signed { authority: authority.pem(), certificate: certificate.pem(), key: key.serialize_pem() }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_mutual_tls_only_known_callers_are_let_in() {
    let ours = signed();
    let tls = Tls {
        certificate: ours.certificate.clone(),
        key: ours.key.clone(),
        client_authority: Some(ours.authority.clone()),
    };
    let server = Running::start_with(Config { workers: 1, tls: Some(tls), ..Config::default() }).await;
    let call = async |tls: ClientTlsConfig| {
        let url = format!("https://localhost:{}", server.address.port());
        let client = Client::builder(url).connections(1).tls(tls).connect().await.map_err(|error| error.to_string())?;
        let answer = RulesetsClient::new(client.channel()).validate(v1::ValidateRequest::default()).await;
        answer.map(|_| ()).map_err(|status| status.to_string())
    };
    let trusting =
        || ClientTlsConfig::new().domain_name("localhost").ca_certificate(Certificate::from_pem(&ours.authority));
    let known = trusting().identity(Identity::from_pem(&ours.certificate, &ours.key));
    assert_eq!(call(known).await, Ok(()));
    assert!(call(trusting()).await.is_err(), "a caller without a certificate is refused");
    let stranger = signed();
    let unknown = trusting().identity(Identity::from_pem(&stranger.certificate, &stranger.key));
    assert!(call(unknown).await.is_err(), "a certificate of another authority is refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handshake_of_tls_that_stalls_is_closed() {
    let ours = signed();
    let tls = Tls { certificate: ours.certificate, key: ours.key, client_authority: None };
    let limits = Limits { handshake_time: Duration::from_millis(300), ..Limits::default() };
    let server = Running::start_with(Config { workers: 1, tls: Some(tls), limits, ..Config::default() }).await;
    let mut socket = TcpStream::connect(server.address).await.unwrap();
    let mut bytes = [0; 16];
    let closed = tokio::time::timeout(Duration::from_secs(20), socket.read(&mut bytes)).await;
    assert!(closed.expect("the server closes the connection").is_ok_and(|read| read == 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_are_replaced_while_the_server_runs() {
    let tls = |signed: &Signed| Tls {
        certificate: signed.certificate.clone(),
        key: signed.key.clone(),
        client_authority: None,
    };
    let (first, second) = (signed(), signed());
    let server = Running::start_with(Config { workers: 1, tls: Some(tls(&first)), ..Config::default() }).await;
    let trusts = async |signed: &Signed| {
        let tls = ClientTlsConfig::new().domain_name("localhost");
        let tls = tls.ca_certificate(Certificate::from_pem(&signed.authority));
        let url = format!("https://localhost:{}", server.address.port());
        Client::builder(url).connections(1).tls(tls).connect().await.is_ok()
    };
    assert!(trusts(&first).await && !trusts(&second).await);
    let certificates = server.certificates.as_ref().unwrap();
    let unlike = Tls { key: second.key.clone(), ..tls(&first) };
    assert!(matches!(certificates.replace(&unlike), Err(ServeError::Certificates(_))));
    assert!(trusts(&first).await, "nothing has changed");
    certificates.replace(&tls(&second)).unwrap();
    assert!(trusts(&second).await && !trusts(&first).await);
}

fn message(part: Asking) -> v1::EvaluateStreamRequest {
    v1::EvaluateStreamRequest { part: Some(part) }
}
