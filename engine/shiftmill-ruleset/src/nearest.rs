//! The nearest known name, for "did you mean".

/// The name nearest to `written`, when one is near enough to be what was meant: at most a third of its letters
/// differ, or one begins with the other. Ties: the first.
///
/// ```
/// use shiftmill_ruleset::nearest;
/// assert_eq!(nearest("late_grase", ["early_grace", "late_grace"]), Some("late_grace"));
/// assert_eq!(nearest("banana", ["early_grace", "late_grace"]), None);
/// ```
pub fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let written = written.to_lowercase().replace('-', "_");
    let mut best: Option<(usize, &str)> = None;
    for name in known {
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
    use super::distance;

    #[test]
    fn counts_changes_and_swaps() {
        assert_eq!(distance("grace", "grace"), 0);
        assert_eq!(distance("grcae", "grace"), 1);
        assert_eq!(distance("grase", "grace"), 1);
        assert_eq!(distance("", "abc"), 3);
    }
}
