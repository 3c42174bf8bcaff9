//! Compiles the proto files with protox, so that no protobuf compiler needs to be installed.

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

use prost::Message as _;

const FILES: [&str; 3] = ["shiftmill/v1/evaluation.proto", "shiftmill/v1/plugins.proto", "shiftmill/v1/rulesets.proto"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=shiftmill");
    let descriptors = protox::compile(FILES, ["."])?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("descriptor.binpb"), descriptors.encode_to_vec())?;
    tonic_prost_build::configure().codec_path("crate::codec::SliceCodec").compile_fds(descriptors)?;
    Ok(())
}
