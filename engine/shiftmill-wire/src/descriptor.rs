//! The names of fields in the compiled proto files, for tests.

use prost::Message as _;
use prost_types::FileDescriptorSet;

/// The fields of a message, in the order of the proto file.
pub(crate) fn fields(message: &str) -> Vec<String> {
    let files = FileDescriptorSet::decode(shiftmill_proto::DESCRIPTORS).unwrap().file;
    let mut messages = files.iter().flat_map(|file| &file.message_type);
    let message = messages.find(|other| other.name() == message).unwrap();
    message.field.iter().map(|field| field.name().to_owned()).collect()
}
