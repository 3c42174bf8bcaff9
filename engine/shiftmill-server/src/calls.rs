//! Every call goes through here, before and after the service that answers it:
//!
//! ```text
//! headers ─→ place, deadline ─→ message, counted ─→ service ─→ answer, counted ─→ one line of the log
//! ```

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::http::request::Parts;
use hyper::{Request, Response};
use prost::Message;
use prost_types::{FileDescriptorSet, MethodDescriptorProto};
use shiftmill::plugin_host::COMPONENT_BYTES_MAX;
use tokio::time::{Instant, sleep_until, timeout_at};
use tokio_util::sync::CancellationToken;
use tonic::Status;
use tonic::body::Body;
use tonic::codegen::Service;
use tonic::service::Routes;
use tracing::Instrument;
use tracing::field::Empty;

use crate::answer_body::{AnswerBody, EarlyEnd};
use crate::budget::{Reservation, busy};
use crate::call::{Call, deadline};
use crate::call_log::CallLog;
use crate::config::{Limits, ServeError};
use crate::connection::Connection;
use crate::decoded_size::Shapes;
use crate::messages::{Expected, Messages};
use crate::problem::{ErrorCode, Problem};
use crate::request_id::RequestId;

/// Bytes of a push besides the component.
const AROUND_A_COMPONENT: usize = 1_024;
/// Bytes of a message to another service than those of Shiftmill.
pub(crate) const OTHER_MESSAGE_BYTES: usize = 16 << 10;
/// The method that tells once whether the service is healthy. It needs no place, so that it is answered under any load.
const HEALTH_CHECK: &str = "/grpc.health.v1.Health/Check";
/// The method that tells about health until the service stops.
const HEALTH_WATCH: &str = "/grpc.health.v1.Health/Watch";
/// The method of the log for a path that no service has.
const UNKNOWN: &str = "unknown";

/// Answers calls.
#[derive(Clone)]
pub(crate) struct Calls {
    routes: Routes,
    methods: Arc<HashMap<String, Method>>,
    shapes: Arc<Shapes>,
    limits: Arc<Limits>,
    draining: CancellationToken,
}

/// A method of a service.
#[derive(Clone, Copy, Debug)]
struct Method {
    reading: Reading,
    /// The number of its message among the shapes.
    shape: usize,
    bytes_max: usize,
    /// What to do instead of sending a message that is too large.
    too_large: &'static str,
    /// Whether its messages count. Those of other services are small, and do not grow when they are decoded.
    counted: bool,
}

/// Who reads the messages of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    /// There is one message, which is received before the service is called.
    Before,
    /// The service reads them one by one and counts them.
    ByService,
    /// The transport reads them; they are small.
    ByTransport,
}

impl Calls {
    /// Answers the methods that `descriptors` describe with the services of `routes`.
    pub fn new(
        routes: Routes,
        descriptors: &[&[u8]],
        limits: Arc<Limits>,
        draining: CancellationToken,
    ) -> Result<Calls, ServeError> {
        let mut files = FileDescriptorSet::default();
        for descriptor in descriptors {
            files.merge(*descriptor).map_err(|error| ServeError::Transport(Box::new(error)))?;
        }
        let shapes = Shapes::new(&files);
        let methods = Arc::new(methods(&files, &shapes, &limits));
        Ok(Calls { routes: routes.prepare(), methods, shapes: Arc::new(shapes), limits, draining })
    }

    /// Answers a call.
    pub async fn answer(&self, request: Request<Incoming>, connection: &Arc<Connection>) -> Response<AnswerBody> {
        let (parts, body) = request.into_parts();
        let path = parts.uri.path().to_owned();
        let known = self.methods.get_key_value(&path);
        let id = RequestId::of(&parts.headers);
        let method = known.map_or(UNKNOWN, |(path, _)| path.trim_start_matches('/'));
        let known = known.map(|(_, method)| *method);
        let call = Arc::new(self.call(&parts, known, connection));
        let span = tracing::info_span!("call", method, request_id = %id, peer = %call.peer, ruleset = Empty);
        let mut log = CallLog::new(span.clone());
        let answer = self.served(parts, body, known, Arc::clone(&call));
        let answer = match answer.instrument(span).await {
            Ok(answer) => answer,
            Err(problem) => Status::from(problem).into_http(),
        };
        let (mut head, body) = answer.into_parts();
        id.add_to(&mut head.headers);
        if let Some(status) = Status::from_header_map(&head.headers) {
            log.end(&status);
        }
        let early_end = self.early_end(&path, known, call.deadline);
        Response::from_parts(head, AnswerBody::new(body, call, id, log).ends_with(early_end))
    }

    fn call(&self, parts: &Parts, method: Option<Method>, connection: &Arc<Connection>) -> Call {
        let longest = match method.map(|method| method.reading) {
            Some(Reading::ByService) => self.limits.stream_time,
            Some(Reading::Before | Reading::ByTransport) | None => self.limits.call_time,
        };
        let deadline = deadline(&parts.headers, longest);
        let capacity = Arc::clone(&connection.capacity);
        let path = parts.uri.path();
        let open = connection.open((path != HEALTH_WATCH).then(|| deadline + self.limits.idle_time));
        let place = if path == HEALTH_CHECK { None } else { capacity.calls.take() };
        Call::new(connection.peer, capacity, deadline, open, place)
    }

    async fn served(
        &self,
        mut parts: Parts,
        body: Incoming,
        method: Option<Method>,
        call: Arc<Call>,
    ) -> Result<Response<Body>, Problem> {
        if !call.has_place() && parts.uri.path() != HEALTH_CHECK {
            return Err(busy("the maximum number of calls is open"));
        }
        parts.extensions.insert(Arc::clone(&call));
        let serve = |parts, body| {
            let mut routes = self.routes.clone();
            async move { routes.call(Request::from_parts(parts, body)).await.unwrap_or_else(|never| match never {}) }
        };
        match method {
            None => Ok(serve(parts, Body::empty()).await),
            Some(method) if method.reading == Reading::ByTransport => Ok(serve(parts, Body::new(body)).await),
            Some(method) if method.reading == Reading::ByService => {
                call.put_messages(Messages::new(body, self.expected(method, &call)));
                Ok(serve(parts, Body::empty()).await)
            }
            Some(method) => {
                let messages = Messages::new(body, self.expected(method, &call));
                let within_time = async {
                    let (message, _memory) = single(messages).await?;
                    Ok(serve(parts, Body::new(Full::new(message))).await)
                };
                timeout_at(call.deadline, within_time).await.unwrap_or_else(|_| Err(too_late()))
            }
        }
    }

    fn expected(&self, method: Method, call: &Call) -> Expected {
        Expected {
            shapes: Arc::clone(&self.shapes),
            shape: method.shape,
            bytes_max: method.bytes_max,
            too_large: method.too_large,
            time: self.limits.message_time,
            memory: method.counted.then(|| call.capacity.messages.clone()),
        }
    }

    /// What ends a call that other services answer with a stream: the server stops, or the time is over.
    fn early_end(&self, path: &str, method: Option<Method>, deadline: Instant) -> Option<EarlyEnd> {
        let draining = self.draining.clone();
        if path == HEALTH_WATCH {
            return Some(Box::pin(async move {
                draining.cancelled().await;
                stopping()
            }));
        }
        (method?.reading == Reading::ByTransport).then(|| -> EarlyEnd {
            Box::pin(async move {
                tokio::select! {
                    () = draining.cancelled() => stopping(),
                    () = sleep_until(deadline) => too_late(),
                }
            })
        })
    }
}

impl fmt::Debug for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Calls").field("methods", &self.methods.len()).finish_non_exhaustive()
    }
}

/// The message of a call that has one.
async fn single(mut messages: Messages) -> Result<(Bytes, Option<Reservation>), Problem> {
    let none = || Problem::new(ErrorCode::MessageUnreadable, "the call has no message");
    let length = messages.next_length().await?.ok_or_else(none)?;
    let received = messages.receive(length).await?;
    messages.end().await?;
    Ok(received)
}

/// The methods of all services, by their paths.
fn methods(files: &FileDescriptorSet, shapes: &Shapes, limits: &Limits) -> HashMap<String, Method> {
    let mut methods = HashMap::new();
    for file in &files.file {
        for service in &file.service {
            for method in &service.method {
                let path = format!("/{}.{}/{}", file.package(), service.name(), method.name());
                let own = file.package().starts_with("shiftmill.");
                if let Some(described) = describe(method, own, shapes, limits) {
                    methods.insert(path, described);
                }
            }
        }
    }
    methods
}

fn describe(method: &MethodDescriptorProto, own: bool, shapes: &Shapes, limits: &Limits) -> Option<Method> {
    let reading = match (method.client_streaming(), own) {
        (false, _) => Reading::Before,
        (true, true) => Reading::ByService,
        (true, false) => Reading::ByTransport,
    };
    let (bytes_max, too_large) = match method.input_type() {
        ".shiftmill.v1.PushPluginRequest" => {
            (COMPONENT_BYTES_MAX + AROUND_A_COMPONENT, "; build the plugin for release, without debug information")
        }
        ".shiftmill.v1.EvaluateRequest" | ".shiftmill.v1.EvaluateStreamRequest" => {
            (limits.message_bytes, "; send timecards in chunks of about 256 KiB with EvaluateStream")
        }
        _ if own => (limits.message_bytes, ""),
        _ => (OTHER_MESSAGE_BYTES, ""),
    };
    let shape = shapes.number(method.input_type())?;
    Some(Method { reading, shape, bytes_max, too_large, counted: own })
}

pub(crate) fn too_late() -> Problem {
    Problem::new(ErrorCode::Deadline, "the call took longer than its deadline")
}

pub(crate) fn stopping() -> Problem {
    Problem::new(ErrorCode::Draining, "the server is stopping; call again, elsewhere or later")
}
