//! Markdown tables as rows of cells.

/// One line of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its line, from 1.
    pub line: usize,
    /// Its cells without the blanks around them.
    pub cells: Vec<String>,
}

/// A header with the rows below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The line of the header, from 1.
    pub line: usize,
    /// The column names in lower case, with blanks for underscores.
    pub header: Vec<String>,
    /// The rows below the rule.
    pub rows: Vec<Row>,
}

impl Table {
    /// Makes a table of consecutive lines that open with `|`. `None` when the second is not the rule of dashes.
    pub fn new(lines: Vec<Row>) -> Option<Table> {
        let mut lines = lines.into_iter();
        let (header, rule) = (lines.next()?, lines.next()?);
        let is_rule = |cell: &String| cell.contains('-') && cell.chars().all(|mark| matches!(mark, '-' | ':'));
        if !rule.cells.iter().all(is_rule) {
            return None;
        }
        let names = header.cells.iter().map(|cell| cell.to_lowercase().replace('_', " ")).collect();
        Some(Table { line: header.line, header: names, rows: lines.collect() })
    }

    /// True when the header has this column.
    pub fn has(&self, column: &str) -> bool {
        self.header.iter().any(|name| name == column)
    }

    /// The position of a column under one of its names.
    pub fn column(&self, names: &[&str]) -> Option<usize> {
        self.header.iter().position(|name| names.contains(&name.as_str()))
    }
}

/// Splits `| a | b |` into cells. A `|` inside a cell is written `\|`.
pub fn cells(line: &str) -> Vec<String> {
    let inner = line.trim().trim_start_matches('|');
    let mut cells = vec![String::new()];
    let mut escaped = false;
    for mark in inner.chars() {
        match (mark, cells.last_mut()) {
            ('\\', _) if !escaped => {
                escaped = true;
                continue;
            }
            ('|', _) if !escaped => cells.push(String::new()),
            (_, Some(cell)) => {
                if escaped && mark != '|' {
                    cell.push('\\');
                }
                cell.push(mark);
            }
            (_, None) => {}
        }
        escaped = false;
    }
    // The bar that closes the line leaves an empty cell behind it.
    if cells.last().is_some_and(|last| last.trim().is_empty()) {
        cells.pop();
    }
    cells.into_iter().map(|cell| cell.trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_splits_at_its_bars() {
        assert_eq!(cells("| Mon | 08:00 |  |"), ["Mon", "08:00", ""]);
        assert_eq!(cells(r"| a \| b |"), ["a | b"]);
        assert_eq!(cells("|"), Vec::<String>::new());
    }
}
