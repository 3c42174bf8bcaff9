//! Components made of core modules without the plugin host, so that tests can also make those that it must refuse.

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::{Resolve, SourceMap};

/// The text of the contract, which some components change.
const CONTRACT: [(&str, &str); 3] = [
    ("types.wit", include_str!("../../../plugin-sdk/wit/v1/types.wit")),
    ("lifecycle.wit", include_str!("../../../plugin-sdk/wit/v1/lifecycle.wit")),
    ("hooks.wit", include_str!("../../../plugin-sdk/wit/v1/hooks.wit")),
];

/// A component of a module and a world, by a contract whose text may be changed; `more` is added to it.
///
/// # Panics
/// When the contract cannot be read, or the module does not keep to it.
pub fn component(
    module: &[u8],
    change: &dyn Fn(&str) -> String,
    more: &str,
    world: &str,
    text: StringEncoding,
) -> Vec<u8> {
    let mut sources = SourceMap::new();
    for (name, contract) in CONTRACT {
        sources.push_str(name, change(contract));
    }
    let head = change("package shiftmill:plugin@1.0.0;");
    sources.push_str("made.wit", format!("{head}\nworld made {{ {world} }}\n{more}"));
    let group = sources.parse().unwrap_or_else(|(sources, error)| panic!("{}", error.render(&sources)));
    let mut resolve = Resolve::default();
    let package = resolve.push_group(group).unwrap();
    let world = resolve.select_world(&[package], Some("made")).unwrap();
    let mut module = module.to_vec();
    embed_component_metadata(&mut module, &resolve, world, text).unwrap();
    ComponentEncoder::default().validate(true).module(&module).unwrap().encode().unwrap()
}
