//! What has been released stays: no message, field, enum value or method disappears or changes its number or type. The
//! checked-in code and descriptor are those of the proto files.
//!
//! After an addition, regenerate both with `UPDATE_PROTO=1 cargo test -p shiftmill-proto`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

use prost::Message as _;
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

const FILES: [&str; 3] = ["shiftmill/v1/evaluation.proto", "shiftmill/v1/plugins.proto", "shiftmill/v1/rulesets.proto"];

fn home() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The proto files as they are now: their descriptors, and the code generated from them.
fn compiled() -> (Vec<u8>, String) {
    let descriptors = protox::compile(FILES, [home()]).unwrap();
    let bytes = descriptors.encode_to_vec();
    let out = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let generator = tonic_prost_build::configure().out_dir(&out).emit_rerun_if_changed(false);
    generator.codec_path("crate::codec::SliceCodec").compile_fds(descriptors).unwrap();
    (bytes, fs::read_to_string(out.join("shiftmill.v1.rs")).unwrap())
}

#[test]
fn nothing_released_changes_and_the_generated_code_is_that_of_the_proto_files() {
    let (descriptor, code) = (home().join("descriptor.binpb"), home().join("src/generated/shiftmill.v1.rs"));
    let (new_descriptor, new_code) = compiled();
    let (now, released) = (surface(&new_descriptor), surface(shiftmill_proto::DESCRIPTORS));
    for (name, shape) in &released {
        assert_eq!(now.get(name), Some(shape), "{name} has been released and must stay as it was");
    }
    if env::var_os("UPDATE_PROTO").is_some() {
        fs::write(&descriptor, &new_descriptor).unwrap();
        fs::write(&code, &new_code).unwrap();
    }
    let hint = "is not that of the proto files; write it anew as the head of this file says";
    assert!(fs::read(&descriptor).unwrap() == new_descriptor, "descriptor.binpb {hint}");
    assert!(fs::read_to_string(&code).unwrap() == new_code, "src/generated {hint}");
}
