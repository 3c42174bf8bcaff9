//! How much memory a message takes once it is decoded, calculated before it is decoded.
//!
//! A row of two bytes on the wire can take three hundred bytes of memory, so the length of a message says little. The
//! calculation walks over the fields of a message with the descriptors of the API. It skips the content of columns and
//! texts, and allocates nothing.

use std::collections::HashMap;

use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{DescriptorProto, FieldDescriptorProto, FileDescriptorSet};

/// A list that grows takes up to twice the memory of its entries.
const GROWTH: usize = 2;
/// The memory of a list or a text without its content.
const LIST: usize = size_of::<Vec<u8>>();
/// The memory of a number, with its padding.
const NUMBER: usize = 8;
/// The deepest nesting that is followed. Requests nest less deeply.
const DEPTH_MAX: usize = 16;

/// The shapes of messages, by their number.
#[derive(Debug, Default)]
pub(crate) struct Shapes {
    shapes: Vec<Shape>,
    numbers: HashMap<String, usize>,
}

#[derive(Debug, Default)]
struct Shape {
    /// The memory of the message without the content of its lists and texts.
    bytes: usize,
    /// By the number of the field, up to the greatest.
    fields: Vec<Option<Kind>>,
}

/// What a field holds.
#[derive(Clone, Copy, Debug)]
enum Kind {
    /// A message of this number.
    Message(usize),
    /// A text, or bytes.
    Text,
    /// Numbers: how many bytes of memory one byte of a packed column takes.
    Numbers(usize),
}

/// The content of a field.
enum Content<'wire> {
    Number,
    Bytes(&'wire [u8]),
}

impl Shapes {
    /// The shapes of all messages of some files.
    pub fn new(files: &FileDescriptorSet) -> Shapes {
        let mut messages = Vec::new();
        for file in &files.file {
            for message in &file.message_type {
                gather(&format!(".{}", file.package()), message, &mut messages);
            }
        }
        let numbers = messages.iter().enumerate().map(|(number, (name, _))| (name.clone(), number)).collect();
        let mut shapes = Shapes { shapes: Vec::new(), numbers };
        shapes.shapes = messages.iter().map(|(_, message)| shapes.shape(message)).collect();
        let bytes: Vec<usize> = messages.iter().map(|(_, message)| shapes.bytes(message, &messages, 0)).collect();
        for (shape, bytes) in shapes.shapes.iter_mut().zip(bytes) {
            shape.bytes = bytes;
        }
        shapes
    }

    /// The number of a message by its full name, such as `.shiftmill.v1.Chunk`.
    pub fn number(&self, name: &str) -> Option<usize> {
        self.numbers.get(name).copied()
    }

    fn shape(&self, message: &DescriptorProto) -> Shape {
        let mut fields = Vec::new();
        for field in &message.field {
            // Never negative: the descriptors are our own.
            let number = usize::try_from(field.number()).unwrap_or(0);
            if fields.len() <= number {
                fields.resize(number + 1, None);
            }
            if let Some(kind) = fields.get_mut(number) {
                *kind = Some(self.kind(field));
            }
        }
        Shape { bytes: 0, fields }
    }

    fn kind(&self, field: &FieldDescriptorProto) -> Kind {
        match field.r#type() {
            Type::Message | Type::Group => self.number(field.type_name()).map_or(Kind::Text, Kind::Message),
            Type::String | Type::Bytes => Kind::Text,
            Type::Bool | Type::Fixed32 | Type::Sfixed32 | Type::Float => Kind::Numbers(1),
            Type::Fixed64 | Type::Sfixed64 | Type::Double => Kind::Numbers(1),
            Type::Int32 | Type::Uint32 | Type::Sint32 | Type::Enum => Kind::Numbers(4),
            Type::Int64 | Type::Uint64 | Type::Sint64 => Kind::Numbers(8),
        }
    }

    /// The memory of a message without the content of its lists. Of the fields of a choice the largest is counted.
    fn bytes(&self, message: &DescriptorProto, all: &[(String, &DescriptorProto)], depth: usize) -> usize {
        let one = |field: &FieldDescriptorProto| match self.kind(field) {
            _ if field.label() == Label::Repeated => LIST,
            Kind::Text => LIST,
            Kind::Numbers(_) => NUMBER,
            Kind::Message(number) if depth < DEPTH_MAX => {
                NUMBER + all.get(number).map_or(0, |(_, message)| self.bytes(message, all, depth + 1))
            }
            Kind::Message(_) => NUMBER,
        };
        let (mut total, mut choices) = (0, vec![0_usize; message.oneof_decl.len()]);
        for field in &message.field {
            let choice = field.oneof_index.and_then(|index| usize::try_from(index).ok());
            match choice.and_then(|choice| choices.get_mut(choice)) {
                Some(largest) => *largest = (*largest).max(one(field)),
                None => total += one(field),
            }
        }
        total + choices.iter().sum::<usize>()
    }

    /// The memory that a message takes once it is decoded, at most. A message that cannot be decoded is counted up to the
    /// place where that shows.
    pub fn decoded_size(&self, message: usize, wire: &[u8]) -> usize {
        self.size(message, wire, 0)
    }

    fn size(&self, message: usize, mut wire: &[u8], depth: usize) -> usize {
        let Some(shape) = self.shapes.get(message).filter(|_| depth < DEPTH_MAX) else { return 0 };
        let mut total = shape.bytes;
        while let Some((field, content)) = next_field(&mut wire) {
            total = total.saturating_add(match (shape.fields.get(field).copied().flatten(), content) {
                (None, _) => 0,
                (Some(Kind::Message(inner)), Content::Bytes(inside)) => {
                    self.size(inner, inside, depth + 1).saturating_add(self.entry(inner))
                }
                (Some(Kind::Text), Content::Bytes(text)) => GROWTH * LIST + text.len(),
                (Some(Kind::Numbers(each)), Content::Bytes(packed)) => GROWTH * each * packed.len(),
                (Some(_), Content::Number) => GROWTH * NUMBER,
            });
        }
        total
    }

    /// What an entry of a list takes beyond its own memory.
    fn entry(&self, message: usize) -> usize {
        self.shapes.get(message).map_or(0, |shape| shape.bytes * (GROWTH - 1))
    }
}

/// All messages of a message, by their full names.
fn gather<'file>(parent: &str, message: &'file DescriptorProto, messages: &mut Vec<(String, &'file DescriptorProto)>) {
    let name = format!("{parent}.{}", message.name());
    for nested in &message.nested_type {
        gather(&name, nested, messages);
    }
    messages.push((name, message));
}

/// The number and the content of the next field; `None` at the end, and where the message cannot be decoded.
fn next_field<'wire>(wire: &mut &'wire [u8]) -> Option<(usize, Content<'wire>)> {
    let key = varint(wire)?;
    let field = usize::try_from(key >> 3).ok()?;
    let content = match key & 7 {
        0 => varint(wire).map(|_| Content::Number),
        1 => split(wire, 8).map(|_| Content::Number),
        2 => {
            let length = usize::try_from(varint(wire)?).ok()?;
            split(wire, length).map(Content::Bytes)
        }
        5 => split(wire, 4).map(|_| Content::Number),
        _ => None,
    };
    Some((field, content?))
}

fn split<'wire>(wire: &mut &'wire [u8], length: usize) -> Option<&'wire [u8]> {
    let (first, rest) = wire.split_at_checked(length)?;
    *wire = rest;
    Some(first)
}

fn varint(wire: &mut &[u8]) -> Option<u64> {
    // Most keys and lengths have one byte.
    if let Some((byte, rest)) = wire.split_first()
        && *byte < 0x80
    {
        *wire = rest;
        return Some(u64::from(*byte));
    }
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = wire.split_first()?;
        *wire = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if *byte < 0x80 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use prost::Message;
    use shiftmill_proto::v1;

    fn shapes() -> Shapes {
        Shapes::new(&FileDescriptorSet::decode(shiftmill_proto::DESCRIPTORS).unwrap())
    }

    fn size(name: &str, message: &impl Message) -> usize {
        let shapes = shapes();
        shapes.decoded_size(shapes.number(&format!(".shiftmill.v1.{name}")).unwrap(), &message.encode_to_vec())
    }

    #[test]
    fn empty_rows_count_with_the_memory_that_they_take() {
        let rows = 10_000;
        let timecards = vec![v1::Timecard::default(); rows];
        let message = v1::EvaluateRequest { timecards, ..v1::EvaluateRequest::default() };
        assert!(message.encoded_len() < 3 * rows);
        assert!(size("EvaluateRequest", &message) >= rows * size_of::<v1::Timecard>());
        let chunk = v1::Chunk {
            leave: vec![v1::LeaveRow::default(); rows],
            corrections: vec![v1::CorrectionRow::default(); rows],
            employees: vec![String::new(); rows],
            ..v1::Chunk::default()
        };
        let each = size_of::<v1::LeaveRow>() + size_of::<v1::CorrectionRow>() + size_of::<String>();
        let counted = size("Chunk", &chunk);
        assert!((rows * each..rows * each * 4).contains(&counted), "{counted} for {each} bytes a row");
    }

    #[test]
    fn columns_count_about_twice() {
        let chunk = v1::Chunk { punch_at: vec![7; 10_000], punch_kind: vec![1; 10_000], ..v1::Chunk::default() };
        let part = Some(v1::evaluate_stream_request::Part::Chunk(chunk));
        let counted = size("EvaluateStreamRequest", &v1::EvaluateStreamRequest { part });
        assert!((50_000..110_000).contains(&counted), "{counted}");
    }

    #[test]
    fn what_is_no_message_is_counted_without_a_panic() {
        let shapes = shapes();
        for seed in 0..2_000_u32 {
            let wire: Vec<u8> = (0..64).map(|at| (seed.wrapping_mul(2_654_435_761) >> (at % 24)) as u8 ^ at).collect();
            for message in 0..shapes.shapes.len() {
                let _size = shapes.decoded_size(message, &wire);
            }
        }
    }
}
