//! A ruleset in the making.

use toml::{Table, Value};

/// A ruleset in the making.
pub(super) struct Document {
    root: Table,
}

impl Document {
    pub fn new() -> Document {
        Document { root: Table::new() }
    }

    /// Sets a value; the path is dotted.
    pub fn set(&mut self, path: &str, value: impl Into<Value>) {
        let (table, key) = self.below(path);
        table.insert(key, value.into());
    }

    /// True when something is written there; the path is dotted.
    pub fn has(&self, path: &str) -> bool {
        self.at(path).is_some()
    }

    /// What is written there; the path is dotted.
    pub fn get(&self, path: &str) -> Option<Value> {
        self.at(path).cloned()
    }

    /// How many entries a list has; the path is dotted.
    pub fn count(&self, path: &str) -> usize {
        self.at(path).and_then(Value::as_array).map_or(0, Vec::len)
    }

    /// Adds an entry to a list of tables; the path is dotted.
    pub fn push(&mut self, path: &str, entry: Table) {
        let (table, key) = self.below(path);
        let list = table.entry(key).or_insert_with(|| Value::Array(Vec::new()));
        list.as_array_mut().expect("a list").push(Value::Table(entry));
    }

    /// The change from a date on.
    pub fn change(&mut self, from: &str) -> &mut Table {
        let (table, key) = self.below("change");
        let list = table.entry(key).or_insert_with(|| Value::Array(Vec::new())).as_array_mut().expect("a list");
        let same = |entry: &Value| entry.get("from").and_then(Value::as_str) == Some(from);
        if !list.iter().any(same) {
            list.push(Value::Table(entry([("from", from.into())])));
        }
        list.iter_mut().find(|entry| same(entry)).and_then(Value::as_table_mut).expect("just added")
    }

    pub fn text(&self) -> String {
        toml::to_string(&self.root).expect("tables of texts and numbers can be written")
    }

    fn at(&self, path: &str) -> Option<&Value> {
        let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
        let mut parts = rest.into_iter().flat_map(|rest| rest.split('.'));
        parts.try_fold(self.root.get(first)?, |value, part| value.get(part))
    }

    fn below(&mut self, path: &str) -> (&mut Table, String) {
        let mut parts: Vec<&str> = path.split('.').collect();
        let key = parts.pop().unwrap_or_default().to_owned();
        let table = parts.into_iter().fold(&mut self.root, |table, part| {
            let inner = table.entry(part).or_insert_with(|| Value::Table(Table::new()));
            inner.as_table_mut().expect("a table")
        });
        (table, key)
    }
}

/// A table of a few settings.
pub(super) fn entry<const N: usize>(settings: [(&str, Value); N]) -> Table {
    settings.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// A list of texts.
pub(super) fn texts<T: Into<Value>>(texts: impl IntoIterator<Item = T>) -> Value {
    Value::Array(texts.into_iter().map(Into::into).collect())
}
