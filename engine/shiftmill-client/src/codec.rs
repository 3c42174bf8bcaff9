//! Messages of a stream to bytes. A chunk is shared, because it is kept until its answer is received: sending it again
//! after a broken connection needs no copy.

use std::sync::Arc;

use prost::bytes::BufMut;
use prost::encoding::message;
use shiftmill_proto::codec::{SliceCodec, SliceDecoder};
use shiftmill_proto::v1;
use tonic::Status;
use tonic::codec::{BufferSettings, Codec, EncodeBuf, Encoder};

/// The field numbers of the parts of `EvaluateStreamRequest`.
const HEADER: u32 = 1;
const CHUNK: u32 = 2;

/// One message to send: a part of `EvaluateStreamRequest`.
pub(crate) enum Sent {
    Header(Box<v1::Header>),
    Chunk(Arc<v1::Chunk>),
}

impl Sent {
    fn encode(&self, bytes: &mut Vec<u8>) {
        match self {
            Sent::Header(header) => {
                bytes.reserve(message::encoded_len(HEADER, header.as_ref()));
                message::encode(HEADER, header.as_ref(), bytes);
            }
            Sent::Chunk(chunk) => {
                bytes.reserve(message::encoded_len(CHUNK, chunk.as_ref()));
                message::encode(CHUNK, chunk.as_ref(), bytes);
            }
        }
    }
}

/// The codec of `EvaluateStream`.
#[derive(Default)]
pub(crate) struct StreamCodec;

impl Codec for StreamCodec {
    type Encode = Sent;
    type Decode = v1::EvaluateStreamResponse;
    type Encoder = SentEncoder;
    type Decoder = SliceDecoder<v1::EvaluateStreamResponse>;

    fn encoder(&mut self) -> SentEncoder {
        SentEncoder::default()
    }

    fn decoder(&mut self) -> Self::Decoder {
        SliceCodec::<v1::EvaluateStreamRequest, v1::EvaluateStreamResponse>::default().decoder()
    }
}

/// Writes messages by way of one slice of memory, which is used again.
#[derive(Default)]
pub(crate) struct SentEncoder {
    bytes: Vec<u8>,
}

impl Encoder for SentEncoder {
    type Item = Sent;
    type Error = Status;

    fn encode(&mut self, sent: Sent, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        self.bytes.clear();
        sent.encode(&mut self.bytes);
        buffer.put_slice(&self.bytes);
        Ok(())
    }

    fn buffer_settings(&self) -> BufferSettings {
        BufferSettings::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use prost::Message;
    use shiftmill_proto::v1::evaluate_stream_request::Part;

    #[test]
    fn messages_are_those_of_the_proto_files() {
        let header = v1::Header { zones: vec!["America/New_York".to_owned()], ..v1::Header::default() };
        let chunk = v1::Chunk { number: 7, punch_at: vec![1, 2], ..v1::Chunk::default() };
        let sent = [Sent::Header(Box::new(header.clone())), Sent::Chunk(Arc::new(chunk.clone()))];
        for (sent, part) in sent.into_iter().zip([Part::Header(header), Part::Chunk(chunk)]) {
            let mut bytes = Vec::new();
            sent.encode(&mut bytes);
            assert_eq!(bytes, v1::EvaluateStreamRequest { part: Some(part) }.encode_to_vec());
        }
    }
}
