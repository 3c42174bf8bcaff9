//! Keeps every entry of the log on one line.

use std::io::{self, Write};

/// Writes each entry as one line. The subscriber writes an entry at once, with the end of its line. Other control
/// characters come from values, some of which callers choose: they are escaped, so that no value can forge a line or
/// change what a terminal shows.
#[derive(Debug)]
pub struct OneLine<Output>(pub Output);

impl<Output: Write> Write for OneLine<Output> {
    fn write(&mut self, entry: &[u8]) -> io::Result<usize> {
        self.0.write_all(escaped(&String::from_utf8_lossy(entry)).as_bytes())?;
        Ok(entry.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn escaped(entry: &str) -> String {
    let (text, end) = entry.strip_suffix('\n').map_or((entry, ""), |text| (text, "\n"));
    let mut line = String::with_capacity(entry.len());
    for letter in text.chars() {
        match is_harmless(letter) {
            true => line.push(letter),
            false => line.extend(letter.escape_default()),
        }
    }
    line + end
}

/// Neither a control character, nor one that breaks a line or turns the direction of writing.
fn is_harmless(letter: char) -> bool {
    !letter.is_control()
        && !matches!(letter, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_can_forge_a_line() {
        let mut written = Vec::new();
        let entry = "INFO call: name=a\nERROR forged \u{1b}[31mred\r\u{9b}2J \u{202e}dne\n";
        OneLine(&mut written).write_all(entry.as_bytes()).unwrap();
        let line = String::from_utf8(written).unwrap();
        assert_eq!(line, "INFO call: name=a\\nERROR forged \\u{1b}[31mred\\r\\u{9b}2J \\u{202e}dne\n");
    }

    #[test]
    fn names_of_all_languages_stay() {
        assert_eq!(escaped("employé 张伟 ünïcode\n"), "employé 张伟 ünïcode\n");
    }
}
