//! Takes out of a component what the engine does not need: custom sections, above all debug information, and names. What
//! remains of names is the bounded list that failures show.

use crate::limits::{NAMES_BYTES_MAX, shortened_to};
use crate::module::CoreModule;

/// Bytes of the magic number and the version of a component or module.
const HEADER_BYTES: usize = 8;
/// Bytes of the name of a function.
const FUNCTION_NAME_BYTES_MAX: usize = 256;
/// Identifiers of sections.
const CUSTOM: u8 = 0;
const CORE_MODULE: u8 = 1;
const CODE: u8 = 10;

/// A component without custom sections.
#[derive(Debug, Default)]
pub(crate) struct Stripped {
    /// The component.
    pub(crate) component: Vec<u8>,
    /// Where the code of each core module is in it: addresses of debug information start there.
    pub(crate) code_starts: Vec<usize>,
}

/// A section: its identifier and its content.
struct Section<'a> {
    id: u8,
    content: &'a [u8],
}

/// Strips a valid component with these core modules. `None` when its sections cannot be read.
pub(crate) fn strip(component: &[u8], modules: &[CoreModule<'_>]) -> Option<Stripped> {
    let mut stripped = Stripped { component: component.get(..HEADER_BYTES)?.to_vec(), code_starts: Vec::new() };
    let mut modules = modules.iter();
    for section in sections(component)? {
        match section.id {
            CUSTOM => {}
            CORE_MODULE => {
                let (module, code_start) = without_debug_information(section.content, modules.next()?)?;
                put_section(&mut stripped.component, CORE_MODULE, &module);
                stripped.code_starts.push(stripped.component.len() - module.len() + code_start);
            }
            id => put_section(&mut stripped.component, id, section.content),
        }
    }
    Some(stripped)
}

/// The module with its names only, and where its code starts.
fn without_debug_information(module: &[u8], read: &CoreModule<'_>) -> Option<(Vec<u8>, usize)> {
    let mut stripped = module.get(..HEADER_BYTES)?.to_vec();
    let mut code_start = 0;
    for section in sections(module)?.into_iter().filter(|section| section.id != CUSTOM) {
        put_section(&mut stripped, section.id, section.content);
        if section.id == CODE {
            code_start = stripped.len() - section.content.len();
        }
    }
    if read.has_names() {
        put_section(&mut stripped, CUSTOM, &name_section(read));
    }
    Some((stripped, code_start))
}

/// The names of functions, as failures show them.
fn name_section(module: &CoreModule<'_>) -> Vec<u8> {
    let (mut names, mut count) = (Vec::new(), 0);
    for function in module.named_functions() {
        put_number(&mut names, function);
        put_text(&mut names, &shortened_to(&module.name(function), FUNCTION_NAME_BYTES_MAX));
        count += 1;
        if names.len() > NAMES_BYTES_MAX {
            break;
        }
    }
    let mut list = Vec::new();
    put_number(&mut list, count);
    list.extend(names);
    let mut section = Vec::new();
    put_text(&mut section, "name");
    // The part of the section that names functions.
    put_section(&mut section, 1, &list);
    section
}

fn sections(module: &[u8]) -> Option<Vec<Section<'_>>> {
    let mut sections = Vec::new();
    let mut rest = module.get(HEADER_BYTES..)?;
    while let Some((id, after)) = rest.split_first() {
        let (length, after) = number(after)?;
        let (content, after) = after.split_at_checked(length as usize)?;
        sections.push(Section { id: *id, content });
        rest = after;
    }
    Some(sections)
}

/// An unsigned number (LEB128), and what follows it.
fn number(mut bytes: &[u8]) -> Option<(u32, &[u8])> {
    let mut value = 0_u32;
    for shift in (0..32).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        bytes = rest;
        value |= u32::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some((value, bytes));
        }
    }
    None
}

fn put_number(bytes: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

fn put_text(bytes: &mut Vec<u8>, text: &str) {
    put_number(bytes, text.len() as u32);
    bytes.extend_from_slice(text.as_bytes());
}

fn put_section(bytes: &mut Vec<u8>, id: u8, content: &[u8]) {
    bytes.push(id);
    put_number(bytes, content.len() as u32);
    bytes.extend_from_slice(content);
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODULE: &str = r#"(module $m (@custom ".debug_line" "0123456789") (func $first nop) (func $second)
        (@custom "other" "x"))"#;

    #[test]
    fn what_remains_is_the_component_with_its_names() {
        let module = wat::parse_str(MODULE).unwrap();
        let component =
            wat::parse_str(format!("(component (@custom \"c\" \"y\") (core {})", MODULE.replacen('(', "", 1))).unwrap();
        let read = CoreModule::read(&module).unwrap();
        let stripped = strip(&component, &[read]).unwrap();
        let start = stripped.code_starts[0];
        assert_eq!(stripped.component[start..start + 2], [2, 3], "two functions, the first of three bytes");
        let has = |bytes: &[u8], text: &str| bytes.windows(text.len()).any(|part| part == text.as_bytes());
        for (text, remains) in [(".debug_line", false), ("other", false), ("first", true), ("second", true)] {
            assert!(has(&component, text) && has(&stripped.component, text) == remains, "{text}");
        }
    }

    #[test]
    fn numbers_are_read_as_they_are_written() {
        for value in [0, 1, 127, 128, 300, 1 << 20, u32::MAX] {
            let mut bytes = Vec::new();
            put_number(&mut bytes, value);
            assert_eq!(number(&bytes), Some((value, &[][..])));
        }
        assert_eq!(number(&[0x80; 6]), None);
    }
}
