//! Mistakes in documents: what is wrong, where, and what to write instead. All of them are listed at once.

use std::fmt;

use shiftmill_core::one_line;

use crate::document::Source;

/// One mistake in a document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// The document's name.
    pub file: String,
    /// Its line, from 1.
    pub line: u32,
    /// Its column in characters, from 1.
    pub column: u32,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub hint: Option<String>,
}

/// Written as `file:line:column: message`, with the hint on a line of its own.
impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "\nhint:  {hint}"),
            None => Ok(()),
        }
    }
}

/// All mistakes in a document and the documents it extends, in the order of file and line.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
pub struct Mistakes {
    /// The mistakes; never empty when returned as an error, and at most 100.
    pub list: Vec<Mistake>,
    /// True when there are further mistakes, which are not listed.
    pub further: bool,
}

impl Mistakes {
    /// How many there are, in words: `1 mistake`, `more than 100 mistakes`.
    pub fn count(&self) -> String {
        match (self.list.len(), self.further) {
            (1, false) => "1 mistake".to_owned(),
            (count, false) => format!("{count} mistakes"),
            (1, true) => "more than 1 mistake".to_owned(),
            (count, true) => format!("more than {count} mistakes"),
        }
    }
}

/// Written as one `error:` line per mistake, each with its `hint:` where there is one.
impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, mistake) in self.list.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}error: {mistake}")?;
        }
        if self.further { write!(f, "\nhint:  correct these first: further mistakes are not listed") } else { Ok(()) }
    }
}

/// A position in one of the documents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// Which document.
    pub file: u16,
    /// The byte.
    pub offset: u32,
}

/// A mistake as it is found, before its place is turned into line and column.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Found {
    place: Place,
    nature: Nature,
    message: String,
    hint: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Nature {
    /// The text is not TOML.
    Syntax,
    /// Something required is missing.
    Missing,
    /// Anything else.
    Other,
}

/// The most mistakes that are listed.
const MISTAKES_MAX: usize = 100;
/// Bytes of a message or hint: of texts of the document, messages repeat excerpts; lists of what is known may be longer.
const MESSAGE_BYTES_MAX: usize = 1_000;
/// Bytes of the name of a document.
const NAME_BYTES_MAX: usize = 255;

/// Collects mistakes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Finder {
    found: Vec<Found>,
    /// True when there are more mistakes than are listed.
    further: bool,
}

impl Finder {
    /// Adds a mistake.
    pub fn add(&mut self, place: Place, message: String, hint: Option<String>) {
        self.push(place, Nature::Other, message, || hint);
    }

    /// Adds a mistake whose hint takes work. It is worked out only for a mistake that is listed.
    pub fn add_with(&mut self, place: Place, message: String, hint: impl FnOnce() -> Option<String>) {
        self.push(place, Nature::Other, message, hint);
    }

    /// Adds that something required is missing.
    pub fn missing(&mut self, place: Place, message: String, hint: Option<String>) {
        self.push(place, Nature::Missing, message, || hint);
    }

    /// Adds that the text is not TOML.
    pub fn syntax(&mut self, place: Place, message: String, hint: Option<String>) {
        self.push(place, Nature::Syntax, message, || hint);
    }

    /// True when no mistake has been found.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// What the first mistake is, without its place.
    pub fn first_message(&self) -> Option<String> {
        self.found.first().map(|mistake| mistake.message.clone())
    }

    /// True when no more mistakes are listed, and there are some.
    pub fn has_further(&self) -> bool {
        self.further
    }

    /// Lists no more mistakes, although there may be some.
    pub fn leave_out_further(&mut self) {
        self.further = true;
    }

    fn push(&mut self, place: Place, nature: Nature, message: String, hint: impl FnOnce() -> Option<String>) {
        if self.further {
            return;
        }
        let message = one_line(&message, MESSAGE_BYTES_MAX);
        // A mistake that holds in several versions of a ruleset is one mistake.
        let is_same = |other: &Found| (other.place, other.nature) == (place, nature) && other.message == message;
        if self.found.iter().any(is_same) {
            return;
        }
        if self.found.len() >= MISTAKES_MAX {
            self.further = true;
            return;
        }
        let hint = hint().map(|hint| one_line(&hint, MESSAGE_BYTES_MAX));
        self.found.push(Found { place, nature, message, hint });
    }

    /// The mistakes with line and column, in order.
    ///
    /// A line with a syntax error cannot be read: no other mistake is listed for that line, and no setting of that
    /// document is listed as missing.
    pub fn located(&self, sources: &[Source]) -> Vec<Mistake> {
        let lines = Lines::of(sources);
        let broken: Vec<(u16, u32)> = self
            .found
            .iter()
            .filter(|found| found.nature == Nature::Syntax)
            .map(|found| (found.place.file, lines.at(found.place).0))
            .collect();
        let mut list: Vec<(Place, Mistake)> = Vec::new();
        for found in &self.found {
            let (line, column) = lines.at(found.place);
            let hidden = match found.nature {
                Nature::Syntax => false,
                Nature::Missing => broken.iter().any(|entry| entry.0 == found.place.file),
                Nature::Other => broken.contains(&(found.place.file, line)),
            };
            if !hidden {
                let file = sources.get(usize::from(found.place.file)).map_or("", |source| &source.name);
                let file = one_line(file, NAME_BYTES_MAX);
                let (message, hint) = (found.message.clone(), found.hint.clone());
                list.push((found.place, Mistake { file, line, column, message, hint }));
            }
        }
        // The document itself has the highest number and comes first: it is the one being written.
        list.sort_by(|a, b| (b.0.file, a.0.offset).cmp(&(a.0.file, b.0.offset)).then_with(|| a.1.cmp(&b.1)));
        list.into_iter().map(|entry| entry.1).collect()
    }
}

/// Where the lines of the documents start, found once for all mistakes.
struct Lines<'a> {
    sources: &'a [Source],
    starts: Vec<Vec<usize>>,
}

impl<'a> Lines<'a> {
    fn of(sources: &'a [Source]) -> Lines<'a> {
        let starts = |source: &Source| -> Vec<usize> {
            let breaks = source.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
            std::iter::once(0).chain(breaks.map(|(at, _)| at + 1)).collect()
        };
        Lines { sources, starts: sources.iter().map(starts).collect() }
    }

    /// Line and column of a place, both from 1; columns count characters.
    fn at(&self, place: Place) -> (u32, u32) {
        let (file, offset) = (usize::from(place.file), place.offset as usize);
        let starts = self.starts.get(file).map_or(&[] as &[usize], Vec::as_slice);
        let line = starts.partition_point(|start| *start <= offset);
        let start = line.checked_sub(1).and_then(|before| starts.get(before)).copied().unwrap_or(0);
        let before = self.sources.get(file).and_then(|source| source.text.get(start..offset)).unwrap_or("");
        (line.max(1) as u32, before.chars().count() as u32 + 1)
    }
}
