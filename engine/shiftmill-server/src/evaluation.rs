//! The `Evaluation` service.

use std::pin::Pin;
use std::sync::Arc;

use shiftmill::Engine;
use shiftmill_proto::v1;
use shiftmill_proto::v1::evaluation_server::Evaluation;
use tokio::sync::Semaphore;
use tokio_stream::Stream;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, Streaming};
use tracing::Instrument;

use crate::budget::{Budget, busy};
use crate::caller;
use crate::config::Limits;
use crate::registry::Registry;
use crate::request_id::RequestId;
use crate::{stream, timecards};

/// The state that all calls share.
#[derive(Clone, Debug)]
pub(crate) struct Shared {
    pub engine: Arc<Engine>,
    pub registry: Arc<Registry>,
    pub budget: Budget,
    pub streams: Arc<Semaphore>,
    pub limits: Limits,
    /// Cancelled when the time to drain is almost over.
    pub stopping: CancellationToken,
}

/// Evaluates timecards.
#[derive(Debug)]
pub(crate) struct EvaluationService {
    pub shared: Shared,
}

#[tonic::async_trait]
impl Evaluation for EvaluationService {
    type EvaluateStreamStream = Pin<Box<dyn Stream<Item = Result<v1::EvaluateStreamResponse, Status>> + Send>>;

    async fn evaluate_stream(
        &self,
        request: Request<Streaming<v1::EvaluateStreamRequest>>,
    ) -> Result<Response<Self::EvaluateStreamStream>, Status> {
        let id = RequestId::of(request.metadata());
        let place = Arc::clone(&self.shared.streams).try_acquire_owned();
        let place = place.map_err(|_| busy("the maximum number of streams is open"))?;
        let deadline = stream::deadline(request.metadata(), self.shared.limits.stream_time);
        let (caller, span) = (caller::of(&request), id.span("EvaluateStream"));
        let answers = stream::open(self.shared.clone(), request.into_inner(), caller, deadline, place, span);
        let mut response: Response<Self::EvaluateStreamStream> = Response::new(Box::pin(answers));
        id.tell(response.metadata_mut());
        Ok(response)
    }

    async fn evaluate(&self, request: Request<v1::EvaluateRequest>) -> Result<Response<v1::EvaluateResponse>, Status> {
        let id = RequestId::of(request.metadata());
        let caller = caller::of(&request);
        let answer = timecards::evaluate(&self.shared, request.into_inner(), caller);
        let mut response = Response::new(answer.instrument(id.span("Evaluate")).await?);
        id.tell(response.metadata_mut());
        Ok(response)
    }
}
