//! Reads the messages of a call from its body. Memory is reserved before a message is received, and again, by what it
//! takes once decoded, before it is decoded.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::{Body, Bytes, Incoming};
use prost::bytes::{BufMut, BytesMut};
use tokio::time::timeout;

use crate::budget::{Budget, Reservation};
use crate::decoded_size::Shapes;
use crate::problem::{ErrorCode, Problem};

/// The bytes before each message: whether it is compressed, and its length.
pub(crate) const PREFIX: usize = 5;
/// How many times its length a usual message takes while it is received and decoded.
const USUAL: usize = 4;
const MIB: usize = 1 << 20;

/// The messages of a call that have not been read yet.
#[derive(Debug)]
pub(crate) struct Messages {
    body: Incoming,
    /// The rest of the last frame.
    rest: Bytes,
    shapes: Arc<Shapes>,
    /// The number of the message in `shapes`.
    shape: usize,
    /// The maximum length of a message.
    bytes_max: usize,
    /// What to do instead of sending a message that is too large.
    too_large: &'static str,
    /// How long a message may take from its first byte to its last.
    time: Duration,
    /// `None` for messages so small that they need not be counted.
    memory: Option<Budget>,
}

/// The shape and the limits of the messages of a call.
#[derive(Clone, Debug)]
pub(crate) struct Expected {
    pub shapes: Arc<Shapes>,
    pub shape: usize,
    pub bytes_max: usize,
    pub too_large: &'static str,
    pub time: Duration,
    pub memory: Option<Budget>,
}

impl Messages {
    pub fn new(body: Incoming, expected: Expected) -> Messages {
        let Expected { shapes, shape, bytes_max, too_large, time, memory } = expected;
        Messages { body, rest: Bytes::new(), shapes, shape, bytes_max, too_large, time, memory }
    }

    /// The length of the next message, as soon as it begins; `None` when the client has sent all. A message that is too
    /// large is refused here.
    pub async fn next_length(&mut self) -> Result<Option<usize>, Problem> {
        let mut prefix = [0; PREFIX];
        let mut read = 0;
        while read < PREFIX {
            if self.rest.is_empty() && !self.next_frame().await? {
                return if read == 0 { Ok(None) } else { Err(cut_off()) };
            }
            let part = self.rest.split_to(self.rest.len().min(PREFIX - read));
            prefix.iter_mut().skip(read).zip(&part).for_each(|(to, from)| *to = *from);
            read += part.len();
        }
        let [compressed, length @ ..] = prefix;
        if compressed != 0 {
            return Err(Problem::new(ErrorCode::MessageUnreadable, "the message is compressed; send it uncompressed"));
        }
        let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
        if length > self.bytes_max {
            return Err(too_large(length, self.bytes_max, self.too_large));
        }
        Ok(Some(length))
    }

    /// Receives the message of which [`Messages::next_length`] gave the length, prefix included. The reservation covers
    /// the bytes, and the message decoded from them.
    pub async fn receive(&mut self, length: usize) -> Result<(Bytes, Option<Reservation>), Problem> {
        let Some(budget) = &self.memory else { return Ok((self.read(length).await?, None)) };
        let (most, mut memory) = (budget.most(), budget.take(length * USUAL).await?);
        let wire = self.read(length).await?;
        let decoded = self.shapes.decoded_size(self.shape, wire.get(PREFIX..).unwrap_or_default());
        // The bytes exist twice for a moment when the transport decodes them.
        let bytes = decoded.saturating_add(wire.len() * 2);
        if bytes > most {
            let (bytes, most) = (bytes.div_ceil(MIB), most / MIB);
            let message = format!("the rows of a message take {bytes} MiB of memory; the limit is {most} MiB");
            return Err(Problem::new(ErrorCode::TooMany, message));
        }
        memory.resize(bytes).await?;
        Ok((wire, Some(memory)))
    }

    /// Waits for the end of a call that has one message.
    pub async fn end(&mut self) -> Result<(), Problem> {
        match self.next_length().await? {
            None => Ok(()),
            Some(_) => Err(Problem::new(ErrorCode::MessageUnreadable, "the call has more than one message")),
        }
    }

    async fn read(&mut self, length: usize) -> Result<Bytes, Problem> {
        let late = |_| Problem::new(ErrorCode::Idle, "a message that began did not arrive in time");
        timeout(self.time, self.read_all(length)).await.map_err(late)?
    }

    async fn read_all(&mut self, length: usize) -> Result<Bytes, Problem> {
        let mut wire = BytesMut::with_capacity(PREFIX + length);
        wire.put_u8(0);
        wire.put_u32(u32::try_from(length).unwrap_or(u32::MAX));
        while wire.len() < PREFIX + length {
            if self.rest.is_empty() && !self.next_frame().await? {
                return Err(cut_off());
            }
            let missing = PREFIX + length - wire.len();
            wire.put(self.rest.split_to(self.rest.len().min(missing)));
        }
        Ok(wire.freeze())
    }

    /// Waits for the next frame; whether there is one.
    async fn next_frame(&mut self) -> Result<bool, Problem> {
        loop {
            let frame = poll_fn(|context| Pin::new(&mut self.body).poll_frame(context)).await;
            match frame {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) if data.is_empty() => {}
                    Ok(data) => {
                        self.rest = data;
                        return Ok(true);
                    }
                    // Trailers end a request; nobody reads them.
                    Err(_) => return Ok(false),
                },
                Some(Err(_)) => return Err(cut_off()),
                None => return Ok(false),
            }
        }
    }
}

fn cut_off() -> Problem {
    Problem::new(ErrorCode::MessageUnreadable, "the call ends within a message")
}

fn too_large(length: usize, most: usize, instead: &str) -> Problem {
    Problem::new(ErrorCode::MessageTooLarge, format!("a message has {length} bytes; the maximum is {most}{instead}"))
}
