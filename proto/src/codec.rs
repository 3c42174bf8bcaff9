//! Messages to bytes and back, by way of one plain slice of memory.
//!
//! Columns are written and read number by number. Into a plain slice that is a store and a load each; into the
//! transport's growing buffers it is a call each, which took a tenth of the time of a stream.

use std::marker::PhantomData;

use prost::Message;
use prost::bytes::{Buf, BufMut};
use tonic::Status;
use tonic::codec::{BufferSettings, Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};

/// The codec of all services.
#[derive(Debug)]
pub struct SliceCodec<Out, In>(PhantomData<(Out, In)>);

impl<Out, In> Default for SliceCodec<Out, In> {
    fn default() -> Self {
        SliceCodec(PhantomData)
    }
}

impl<Out, In> Codec for SliceCodec<Out, In>
where
    Out: Message + 'static,
    In: Message + Default + 'static,
{
    type Encode = Out;
    type Decode = In;
    type Encoder = SliceEncoder<Out>;
    type Decoder = SliceDecoder<In>;

    fn encoder(&mut self) -> SliceEncoder<Out> {
        SliceEncoder { bytes: Vec::new(), message: PhantomData }
    }

    fn decoder(&mut self) -> SliceDecoder<In> {
        SliceDecoder(PhantomData)
    }
}

/// Writes messages.
#[derive(Debug)]
pub struct SliceEncoder<Out> {
    /// Used again for every message of a stream.
    bytes: Vec<u8>,
    message: PhantomData<Out>,
}

impl<Out: Message> Encoder for SliceEncoder<Out> {
    type Item = Out;
    type Error = Status;

    fn encode(&mut self, message: Out, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        self.bytes.clear();
        self.bytes.reserve(message.encoded_len());
        message.encode_raw(&mut self.bytes);
        buffer.put_slice(&self.bytes);
        Ok(())
    }

    fn buffer_settings(&self) -> BufferSettings {
        BufferSettings::default()
    }
}

/// Reads messages.
#[derive(Debug)]
pub struct SliceDecoder<In>(PhantomData<In>);

impl<In: Message + Default> Decoder for SliceDecoder<In> {
    type Item = In;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<In>, Status> {
        let length = buffer.remaining();
        // The transport gathers a whole message before it is read; should it ever not, the slow way reads it too.
        let message = match buffer.chunk() {
            whole if whole.len() == length => {
                let message = In::decode(whole);
                buffer.advance(length);
                message
            }
            _ => In::decode(buffer),
        };
        message.map(Some).map_err(|error| Status::invalid_argument(format!("a message cannot be read: {error}")))
    }

    fn buffer_settings(&self) -> BufferSettings {
        BufferSettings::default()
    }
}
