//! The outcome of compiling, as values and as bytes: what a child process writes, and what a file of the cache holds.
//! Reading believes no length.

use shiftmill_core::{Hook, HookSet};

use crate::check::{Lines, Report};
use crate::places::{Places, SPANS_MAX, Span};

/// Entries of a list, and bytes of a text.
const LIST_MAX: usize = SPANS_MAX;
const TEXT_BYTES_MAX: usize = 64 << 10;

/// What the check found, and the code when it found nothing against the component.
#[derive(Debug)]
pub(super) struct Outcome<Code> {
    pub(super) report: Report,
    pub(super) places: Places,
    pub(super) code: Option<Code>,
}

impl<Code> Outcome<Code> {
    /// The outcome with its code as something else.
    pub(super) fn map<Other>(self, change: impl FnOnce(Code) -> Other) -> Outcome<Other> {
        Outcome { report: self.report, places: self.places, code: self.code.map(change) }
    }
}

/// Writes everything but the code, which follows.
pub(super) fn written(report: &Report, places: &Places) -> Vec<u8> {
    let mut writer = Writer(Vec::new());
    writer.report(report);
    writer.places(places);
    writer.0
}

/// Reads an outcome. The rest of the bytes is the code; without any, there is no code. `None` when they are not an outcome.
pub(super) fn read(mut bytes: Vec<u8>) -> Option<Outcome<Vec<u8>>> {
    let mut reader = Reader(&bytes);
    let (report, places) = (reader.report()?, reader.places()?);
    let code = bytes.split_off(bytes.len() - reader.0.len());
    Some(Outcome { report, places, code: (!code.is_empty()).then_some(code) })
}

struct Writer(Vec<u8>);

impl Writer {
    fn report(&mut self, report: &Report) {
        // Every field is named, so that a new one is not forgotten here.
        let Report {
            bytes,
            contract,
            hooks,
            imports,
            other_exports,
            functions,
            memory_bytes,
            float_functions,
            float_function_count,
            has_names,
            lines,
            parts,
            objections,
        } = report;
        let hooks = hooks.iter().map(|hook| hook.code().to_owned()).collect::<Vec<_>>();
        let contract = contract.iter().cloned().collect::<Vec<_>>();
        for list in [&contract, &hooks, imports, other_exports, float_functions, objections] {
            self.texts(list);
        }
        let lines = match lines {
            Lines::Absent => 0,
            Lines::Known => 1,
            Lines::TooLarge => 2,
        };
        let numbers = [*bytes as u64, *functions, *memory_bytes, *float_function_count, *parts];
        for number in numbers.into_iter().chain([u64::from(*has_names), lines]) {
            self.0.extend(number.to_le_bytes());
        }
    }

    fn places(&mut self, places: &Places) {
        self.texts(&places.texts);
        self.number(places.spans.len());
        for Span { from, to, file, line, function } in &places.spans {
            [from, to, file, line, function].into_iter().for_each(|number| self.0.extend(number.to_le_bytes()));
        }
    }

    fn texts(&mut self, texts: &[String]) {
        self.number(texts.len());
        for text in texts {
            self.number(text.len());
            self.0.extend(text.as_bytes());
        }
    }

    /// A length. All lengths are below 2^32, since the component is.
    fn number(&mut self, number: usize) {
        self.0.extend(u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes());
    }
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn report(&mut self) -> Option<Report> {
        let contract = self.texts()?.pop();
        let hooks =
            self.texts()?.iter().try_fold(HookSet::NONE, |hooks, code| Some(hooks.with(Hook::from_code(code)?)));
        let [imports, other_exports] = [self.texts()?, self.texts()?];
        let [float_functions, objections] = [self.texts()?, self.texts()?];
        Some(Report {
            contract,
            hooks: hooks?,
            imports,
            other_exports,
            float_functions,
            objections,
            bytes: usize::try_from(self.long()?).ok()?,
            functions: self.long()?,
            memory_bytes: self.long()?,
            float_function_count: self.long()?,
            parts: self.long()?,
            has_names: self.long()? != 0,
            lines: match self.long()? {
                0 => Lines::Absent,
                1 => Lines::Known,
                2 => Lines::TooLarge,
                _ => return None,
            },
        })
    }

    fn places(&mut self) -> Option<Places> {
        let texts = self.texts()?;
        let count = self.length(LIST_MAX)?;
        let span = |reader: &mut Self| {
            let [from, to, file] = [reader.short()?, reader.short()?, reader.short()?];
            Some(Span { from, to, file, line: reader.short()?, function: reader.short()? })
        };
        let spans = (0..count).map(|_| span(self)).collect::<Option<Vec<_>>>()?;
        Some(Places { spans, texts })
    }

    fn texts(&mut self) -> Option<Vec<String>> {
        (0..self.length(LIST_MAX)?).map(|_| self.text()).collect()
    }

    fn text(&mut self) -> Option<String> {
        let length = self.length(TEXT_BYTES_MAX)?;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        String::from_utf8(text.to_vec()).ok()
    }

    fn length(&mut self, most: usize) -> Option<usize> {
        usize::try_from(self.short()?).ok().filter(|length| *length <= most)
    }

    fn short(&mut self) -> Option<u32> {
        let (bytes, rest) = self.0.split_first_chunk::<4>()?;
        self.0 = rest;
        Some(u32::from_le_bytes(*bytes))
    }

    fn long(&mut self) -> Option<u64> {
        let (bytes, rest) = self.0.split_first_chunk::<8>()?;
        self.0 = rest;
        Some(u64::from_le_bytes(*bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        Report {
            bytes: 7,
            contract: Some("1.0.0".to_owned()),
            hooks: HookSet::NONE.with(Hook::Days).with(Hook::Period),
            imports: vec!["a".to_owned(), "ü".to_owned()],
            other_exports: vec!["b".to_owned()],
            functions: 1 << 40,
            memory_bytes: 3,
            float_functions: vec!["f".to_owned()],
            float_function_count: 2,
            has_names: true,
            lines: Lines::TooLarge,
            parts: 5,
            objections: vec!["it is odd".to_owned()],
        }
    }

    fn places() -> Places {
        let span = Span { from: 1, to: 2, file: 0, line: 3, function: Span::NO_TEXT };
        Places { spans: vec![span; 3], texts: vec!["src/lib.rs".to_owned()] }
    }

    #[test]
    fn what_is_written_is_read() {
        let code = b"code".to_vec();
        let outcome = read([written(&report(), &places()), code.clone()].concat()).unwrap();
        assert_eq!((outcome.report, outcome.places, outcome.code), (report(), places(), Some(code)));
        assert!(read(written(&Report::default(), &Places::default())).unwrap().code.is_none());
    }

    #[test]
    fn no_length_is_believed() {
        let bytes = written(&report(), &places());
        for end in 0..bytes.len() {
            assert!(read(bytes[..end].to_vec()).is_none(), "{end}");
        }
        for at in 0..bytes.len() - 3 {
            let mut changed = bytes.clone();
            changed[at..at + 4].copy_from_slice(&[0xff; 4]);
            let _whatever = read(changed);
        }
    }
}
