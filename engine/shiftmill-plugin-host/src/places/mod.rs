//! The places of a plugin's code in its source, which failures name. They are read once, from the debug information of the
//! component, in the process that compiles it. What runs the plugin has this bounded table and no debug information.

mod debug_info;

pub(crate) use debug_info::read;

/// Spans of a table. Usual plugins have some thousand.
pub(crate) const SPANS_MAX: usize = 100_000;
/// Bytes of the texts of a table.
pub(crate) const TEXT_BYTES_MAX: usize = 1 << 20;

/// The table: where each stretch of code comes from.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Places {
    /// By their starts.
    pub(crate) spans: Vec<Span>,
    /// Names of files and functions.
    pub(crate) texts: Vec<String>,
}

/// A stretch of code that comes from one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    /// The first byte of the component.
    pub(crate) from: u32,
    /// The byte after the last one.
    pub(crate) to: u32,
    /// The text with the name of the file.
    pub(crate) file: u32,
    /// The line, from 1; 0: not known.
    pub(crate) line: u32,
    /// The text with the name of the function; [`Span::NO_TEXT`]: not known.
    pub(crate) function: u32,
}

impl Span {
    /// Stands for a text that is not known.
    pub(crate) const NO_TEXT: u32 = u32::MAX;
}

/// A place in the source of a plugin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place<'a> {
    /// The file and the line: `src/lib.rs:17`.
    pub(crate) line: String,
    /// The function, which may have been inlined.
    pub(crate) function: Option<&'a str>,
}

impl Places {
    /// The place of the code at this byte of the component, in the plugin's own sources.
    pub(crate) fn at(&self, byte: usize) -> Option<Place<'_>> {
        let byte = u32::try_from(byte).ok()?;
        let after = self.spans.partition_point(|span| span.from <= byte);
        let span = self.spans.get(after.checked_sub(1)?).filter(|span| byte < span.to)?;
        let file = self.text(span.file)?;
        let line = if span.line == 0 { file.to_owned() } else { format!("{file}:{}", span.line) };
        Some(Place { line, function: self.text(span.function) })
    }

    /// True when no place is known.
    pub(crate) fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// Bytes of memory.
    pub(crate) fn bytes(&self) -> usize {
        let texts: usize = self.texts.iter().map(|text| text.capacity() + size_of::<String>()).sum();
        self.spans.len() * size_of::<Span>() + texts
    }

    fn text(&self, index: u32) -> Option<&str> {
        self.texts.get(index as usize).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_found_by_any_byte_of_its_span() {
        let span = |from, to, line, function| Span { from, to, file: 0, line, function };
        let places = Places {
            spans: vec![span(10, 14, 3, 1), span(20, 22, 0, Span::NO_TEXT), span(22, 30, 7, 99)],
            texts: vec!["src/lib.rs".to_owned(), "acme::day".to_owned()],
        };
        let line = |byte| places.at(byte).map(|place| place.line);
        assert_eq!(places.at(13), Some(Place { line: "src/lib.rs:3".to_owned(), function: Some("acme::day") }));
        assert_eq!((line(9), line(14), line(30), line(usize::MAX)), (None, None, None, None));
        assert_eq!(line(21).as_deref(), Some("src/lib.rs"));
        assert_eq!(places.at(22), Some(Place { line: "src/lib.rs:7".to_owned(), function: None }));
    }
}
