//! Objects that are read key by key. Whatever is left over at the end was not understood.

use serde_json::{Map, Value};

/// The feature that is missing, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsupported(pub String);

/// What cannot be expressed.
pub fn unsupported<T>(feature: impl Into<String>) -> Result<T, Unsupported> {
    Err(Unsupported(feature.into()))
}

/// An object whose keys are taken out one by one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Keys {
    path: String,
    map: Map<String, Value>,
}

impl Keys {
    /// The keys of an object; `path` names it in messages.
    pub fn new(path: &str, map: Map<String, Value>) -> Keys {
        Keys { path: path.to_owned(), map }
    }

    /// True when the key is there.
    pub fn has(&self, key: &str) -> bool {
        self.map.contains_key(key)
    }

    /// The keys that are left, in order.
    pub fn names(&self) -> Vec<String> {
        self.map.keys().cloned().collect()
    }

    /// Takes a value; a `null` counts as not there.
    pub fn take(&mut self, key: &str) -> Option<Value> {
        self.map.remove(key).filter(|value| !value.is_null())
    }

    /// Takes a text.
    ///
    /// # Errors
    /// When it is something else.
    pub fn text(&mut self, key: &str) -> Result<Option<String>, Unsupported> {
        match self.take(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => unsupported(format!("`{}{key}` in another form", self.path)),
        }
    }

    /// Takes a whole number.
    ///
    /// # Errors
    /// When it is something else.
    pub fn number(&mut self, key: &str) -> Result<Option<i64>, Unsupported> {
        match self.take(key) {
            None => Ok(None),
            Some(value) => match value.as_i64() {
                Some(number) => Ok(Some(number)),
                None => unsupported(format!("`{}{key}` in another form", self.path)),
            },
        }
    }

    /// Takes a yes or no.
    ///
    /// # Errors
    /// When it is something else.
    pub fn flag(&mut self, key: &str) -> Result<Option<bool>, Unsupported> {
        match self.take(key) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(flag)),
            Some(_) => unsupported(format!("`{}{key}` in another form", self.path)),
        }
    }

    /// Takes an object.
    ///
    /// # Errors
    /// When it is something else.
    pub fn object(&mut self, key: &str) -> Result<Option<Keys>, Unsupported> {
        match self.take(key) {
            None => Ok(None),
            Some(Value::Object(map)) => Ok(Some(Keys::new(&format!("{}{key}.", self.path), map))),
            Some(_) => unsupported(format!("`{}{key}` in another form", self.path)),
        }
    }

    /// Takes a list of objects; a missing one is empty.
    ///
    /// # Errors
    /// When it is something else.
    pub fn objects(&mut self, key: &str) -> Result<Vec<Keys>, Unsupported> {
        let path = format!("{}{key}.", self.path);
        match self.take(key) {
            None => Ok(Vec::new()),
            Some(Value::Array(list)) => list
                .into_iter()
                .map(|value| {
                    let Value::Object(map) = value else { return unsupported(format!("`{path}` in another form")) };
                    Ok(Keys::new(&path, map))
                })
                .collect(),
            Some(_) => unsupported(format!("`{path}` in another form")),
        }
    }

    /// Takes a list of texts; a missing one is empty.
    ///
    /// # Errors
    /// When it is something else.
    pub fn texts(&mut self, key: &str) -> Result<Vec<String>, Unsupported> {
        match self.take(key) {
            None => Ok(Vec::new()),
            Some(Value::Array(list)) => list
                .into_iter()
                .map(|value| {
                    let Value::String(text) = value else {
                        return unsupported(format!("`{}{key}` in another form", self.path));
                    };
                    Ok(text)
                })
                .collect(),
            Some(_) => unsupported(format!("`{}{key}` in another form", self.path)),
        }
    }

    /// The end of reading: every key must have been understood.
    ///
    /// # Errors
    /// The first key that was not.
    pub fn finish(self) -> Result<(), Unsupported> {
        match self.map.keys().next() {
            None => Ok(()),
            Some(key) => unsupported(format!("`{}{key}`", self.path)),
        }
    }
}
