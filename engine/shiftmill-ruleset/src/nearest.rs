//! The nearest known name, for "did you mean".

/// Most bytes of a name that is compared: no known name is longer.
const COMPARED_BYTES_MAX: usize = 64;
/// Most known names that are compared.
const COMPARED_MAX: usize = 256;

/// The name nearest to `written`, when one is near enough to be what was meant: at most a third of its letters
/// differ, or one begins with the other. Ties: the first. `None` for a `written` of more than 64 bytes; of the known
/// names, the first 256 are compared.
///
/// ```
/// use shiftmill_ruleset::nearest;
/// assert_eq!(nearest("late_grase", ["early_grace", "late_grace"]), Some("late_grace"));
/// assert_eq!(nearest("banana", ["early_grace", "late_grace"]), None);
/// ```
pub fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if written.len() > COMPARED_BYTES_MAX {
        return None;
    }
    let written = written.to_lowercase().replace('-', "_");
    let mut best: Option<(usize, &str)> = None;
    for name in known.into_iter().filter(|name| name.len() <= COMPARED_BYTES_MAX).take(COMPARED_MAX) {
        let plain = name.to_lowercase().replace('-', "_");
        let steps = distance(&written, &plain);
        let most = (written.chars().count().max(plain.chars().count()) / 3).max(1);
        let prefix = written.len() >= 3 && (plain.starts_with(&written) || written.starts_with(&plain));
        let near = steps <= most || prefix;
        if near && best.is_none_or(|(fewest, _)| steps < fewest) {
            best = Some((steps, name));
        }
    }
    best.map(|(_, name)| name)
}

/// How many letters must be changed, added, dropped or swapped with their neighbour to get from one word to another.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    let mut previous_letter = None;
    for (row, letter) in from.chars().enumerate() {
        let mut current = vec![row + 1];
        for (column, other) in to.iter().enumerate() {
            let at = |line: &[usize], index: usize| line.get(index).copied().unwrap_or(usize::MAX - 1);
            let changed = at(&last, column) + usize::from(letter != *other);
            let mut steps = changed.min(at(&last, column + 1) + 1).min(at(&current, column) + 1);
            let left = column.checked_sub(1);
            if let Some(left) = left
                && to.get(left) == Some(&letter)
                && previous_letter == Some(*other)
            {
                steps = steps.min(at(&before_last, left) + 1);
            }
            current.push(steps);
        }
        before_last = std::mem::replace(&mut last, current);
        previous_letter = Some(letter);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{COMPARED_MAX, distance, nearest};

    #[test]
    fn long_names_and_many_names_are_not_compared() {
        let long = "x".repeat(65);
        assert_eq!(nearest(&long, [long.as_str()]), None);
        assert_eq!(nearest("x", [long.as_str(), "y"]), Some("y"));
        let mut asked = 0;
        let known = std::iter::repeat_n("grace", 100_000).inspect(|_| asked += 1);
        assert_eq!(nearest("grase", known), Some("grace"));
        assert_eq!(asked, COMPARED_MAX);
    }

    #[test]
    fn counts_changes_and_swaps() {
        assert_eq!(distance("grace", "grace"), 0);
        assert_eq!(distance("grcae", "grace"), 1);
        assert_eq!(distance("grase", "grace"), 1);
        assert_eq!(distance("", "abc"), 3);
    }
}
