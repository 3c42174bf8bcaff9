//! What has been released stays: no message, field, enum value or method disappears or changes its number or type.
//!
//! `descriptor.binpb` holds what has been released. After an addition, write it anew with
//! `UPDATE_DESCRIPTOR=1 cargo test -p shiftmill-proto`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;
use std::path::Path;
use std::{env, fs};

use prost::Message;
use prost_types::{DescriptorProto, FileDescriptorSet};

/// Every name with what must not change about it.
fn surface(descriptors: &[u8]) -> BTreeMap<String, String> {
    let mut surface = BTreeMap::new();
    for file in FileDescriptorSet::decode(descriptors).unwrap().file {
        let package = file.package().to_owned();
        for message in &file.message_type {
            message_surface(&package, message, &mut surface);
        }
        for enumeration in &file.enum_type {
            for value in &enumeration.value {
                surface
                    .insert(format!("{package}.{}.{}", enumeration.name(), value.name()), value.number().to_string());
            }
        }
        for service in &file.service {
            for method in &service.method {
                let streams = (method.client_streaming(), method.server_streaming());
                let shape = format!("{} {} {streams:?}", method.input_type(), method.output_type());
                surface.insert(format!("{package}.{}.{}", service.name(), method.name()), shape);
            }
        }
    }
    surface
}

fn message_surface(parent: &str, message: &DescriptorProto, surface: &mut BTreeMap<String, String>) {
    let name = format!("{parent}.{}", message.name());
    for field in &message.field {
        let oneof = field.oneof_index.and_then(|index| message.oneof_decl.get(usize::try_from(index).unwrap()));
        let shape = format!(
            "{} {:?} {:?} {} {}",
            field.number(),
            field.r#type(),
            field.label(),
            field.type_name(),
            oneof.map_or("", |oneof| oneof.name())
        );
        surface.insert(format!("{name}.{}", field.name()), shape);
    }
    for nested in &message.nested_type {
        message_surface(&name, nested, surface);
    }
}

#[test]
fn nothing_released_changes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("descriptor.binpb");
    let now = surface(shiftmill_proto::DESCRIPTORS);
    if env::var_os("UPDATE_DESCRIPTOR").is_some() {
        fs::write(&path, shiftmill_proto::DESCRIPTORS).unwrap();
    }
    let released = surface(&fs::read(&path).unwrap());
    for (name, shape) in &released {
        assert_eq!(now.get(name), Some(shape), "{name} has been released and must stay as it was");
    }
    let added: Vec<_> = now.keys().filter(|name| !released.contains_key(*name)).collect();
    assert!(added.is_empty(), "not yet in descriptor.binpb, see the head of this file: {added:?}");
}
