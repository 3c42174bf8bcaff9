//! The `Evaluation` service.

use std::pin::Pin;
use std::sync::Arc;

use shiftmill::Engine;
use shiftmill_proto::v1;
use shiftmill_proto::v1::evaluation_server::Evaluation;
use tokio_stream::Stream;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, Streaming};

use crate::budget::busy;
use crate::call::Call;
use crate::config::Limits;
use crate::registry::Registry;
use crate::{stream, timecards};

/// The state that all calls share.
#[derive(Clone, Debug)]
pub(crate) struct Shared {
    pub engine: Arc<Engine>,
    pub registry: Arc<Registry>,
    pub limits: Arc<Limits>,
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

    /// The messages come with the call, which counts them; those of the request are empty.
    async fn evaluate_stream(
        &self,
        request: Request<Streaming<v1::EvaluateStreamRequest>>,
    ) -> Result<Response<Self::EvaluateStreamStream>, Status> {
        let call = Call::of(&request)?;
        let place = call.capacity.streams.take();
        let place = place.ok_or_else(|| busy("the maximum number of streams is open"))?;
        let messages = call.take_messages()?;
        let answers = stream::open(self.shared.clone(), call, messages, place);
        Ok(Response::new(Box::pin(answers)))
    }

    async fn evaluate(&self, request: Request<v1::EvaluateRequest>) -> Result<Response<v1::EvaluateResponse>, Status> {
        let call = Call::of(&request)?;
        Ok(Response::new(timecards::evaluate(&self.shared, &call, request.into_inner()).await?))
    }
}
