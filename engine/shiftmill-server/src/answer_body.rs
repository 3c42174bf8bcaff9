//! The body of a response, on its way to the client.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use hyper::HeaderMap;
use hyper::body::{Body, Bytes, Frame};
use tonic::{Code, Status};

use crate::budget::Reservation;
use crate::call::Call;
use crate::call_log::CallLog;
use crate::problem::Problem;
use crate::request_id::RequestId;

/// Resolves when a call ends early.
pub(crate) type EarlyEnd = Pin<Box<dyn Future<Output = Problem> + Send>>;

/// Passes the frames of a response on. The memory of an answer stays reserved until its frame has been sent.
pub(crate) struct AnswerBody {
    body: tonic::body::Body,
    call: Arc<Call>,
    id: RequestId,
    log: CallLog,
    early_end: Option<EarlyEnd>,
    ended: bool,
}

/// A frame with its memory. The transport drops it once it has been sent, which may be after the end of the body: until
/// then its call is open.
struct CountedFrame {
    data: Bytes,
    _memory: Vec<Reservation>,
    _call: Arc<Call>,
}

impl AsRef<[u8]> for CountedFrame {
    fn as_ref(&self) -> &[u8] {
        &self.data
    }
}

impl AnswerBody {
    pub fn new(body: tonic::body::Body, call: Arc<Call>, id: RequestId, log: CallLog) -> AnswerBody {
        AnswerBody { body, call, id, log, early_end: None, ended: false }
    }

    /// Ends the call with a problem when `early_end` resolves while there is nothing to send.
    pub fn ends_with(self, early_end: Option<EarlyEnd>) -> AnswerBody {
        AnswerBody { early_end, ..self }
    }

    fn counted(&self, data: Bytes) -> Bytes {
        let mut memory = self.call.take_answered();
        let mut uncounted = data.len();
        for reservation in &mut memory {
            reservation.shrink(uncounted);
            uncounted = uncounted.saturating_sub(reservation.bytes());
        }
        Bytes::from_owner(CountedFrame { data, _memory: memory, _call: Arc::clone(&self.call) })
    }

    /// The last frame.
    fn end(&mut self, mut trailers: HeaderMap) -> Frame<Bytes> {
        self.ended = true;
        let status = Status::from_header_map(&trailers);
        self.log.end(&status.unwrap_or_else(|| Status::new(Code::Unknown, "")));
        self.id.add_to(&mut trailers);
        Frame::trailers(trailers)
    }

    fn poll_early_end(&mut self, context: &mut Context<'_>) -> Poll<Frame<Bytes>> {
        let Some(early_end) = &mut self.early_end else { return Poll::Pending };
        let problem = std::task::ready!(early_end.as_mut().poll(context));
        Poll::Ready(self.end(Status::from(problem).into_http::<()>().into_parts().0.headers))
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) else {
            return self.poll_early_end(context).map(|frame| Some(Ok(frame)));
        };
        Poll::Ready(match frame {
            None => {
                self.ended = true;
                None
            }
            Some(Err(status)) => Some(Ok(self.end(Status::into_http::<()>(status).into_parts().0.headers))),
            Some(Ok(frame)) => Some(Ok(match frame.into_data() {
                Ok(data) => Frame::data(self.counted(data)),
                Err(frame) => match frame.into_trailers() {
                    Ok(trailers) => self.end(trailers),
                    Err(frame) => frame,
                },
            })),
        })
    }

    fn is_end_stream(&self) -> bool {
        self.ended || self.body.is_end_stream()
    }
}

impl fmt::Debug for AnswerBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnswerBody").field("call", &self.call).finish_non_exhaustive()
    }
}
