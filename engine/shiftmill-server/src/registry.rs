//! Compiled rulesets: those loaded at the start, presets, and the last ones that callers sent themselves.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::available_parallelism;

use sha2::{Digest, Sha256};
use shiftmill::ruleset::{Document, Library, Mistake, Mistakes, Ruleset, compile, presets};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::config::ServeError;

/// How many rulesets sent by callers are kept compiled.
const RECENT_MAX: usize = 64;

/// Compiled rulesets.
#[derive(Debug, Default)]
pub struct Registry {
    named: BTreeMap<String, Arc<Ruleset>>,
    files: Files,
    /// By the hash of file name and text; the least recently used first.
    recent: Mutex<Vec<([u8; 32], Arc<Ruleset>)>>,
    compilers: Compilers,
}

/// How many texts are compiled at a time: one per core, so that callers who send many do not crowd out evaluations.
#[derive(Debug)]
struct Compilers(Arc<Semaphore>);

impl Default for Compilers {
    fn default() -> Compilers {
        Compilers(Arc::new(Semaphore::new(available_parallelism().map_or(1, usize::from))))
    }
}

/// The texts of the files in the folder, for rulesets that extend them.
#[derive(Debug, Default)]
struct Files(HashMap<String, String>);

impl Library for Files {
    fn find(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }
}

impl Registry {
    /// The presets, and every `*.toml` in `folder`. A ruleset goes by the name it gives itself.
    ///
    /// # Errors
    /// [`ServeError`] when a file cannot be read, has mistakes, or repeats a name.
    pub fn load(folder: Option<&Path>) -> Result<Registry, ServeError> {
        let mut registry = Registry::default();
        for preset in presets() {
            let document = Document { name: preset.name, text: preset.text };
            let compiled = compile(&document, &Files::default());
            let ruleset =
                compiled.map_err(|source| ServeError::Ruleset { path: PathBuf::from(preset.name), source })?;
            registry.named.insert(preset.name.to_owned(), Arc::new(ruleset));
        }
        if let Some(folder) = folder {
            registry.load_folder(folder)?;
        }
        Ok(registry)
    }

    fn load_folder(&mut self, folder: &Path) -> Result<(), ServeError> {
        let paths = ruleset_files(folder)?;
        for path in &paths {
            let text = fs::read_to_string(path).map_err(|source| unreadable(path, source))?;
            self.files.0.insert(file_name(path), text);
        }
        for path in &paths {
            let name = file_name(path);
            let text = self.files.0.get(&name).map_or("", String::as_str);
            let compiled = compile(&Document { name: &name, text }, &self.files);
            let ruleset = compiled.map_err(|source| ServeError::Ruleset { path: path.clone(), source })?;
            let name = ruleset.name().to_owned();
            if self.named.insert(name.clone(), Arc::new(ruleset)).is_some() {
                return Err(ServeError::SameName { name, path: path.clone() });
            }
        }
        Ok(())
    }

    /// The names of all rulesets that requests may name.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.named.keys().map(String::as_str)
    }

    /// The ruleset with this name.
    pub fn named(&self, name: &str) -> Option<Arc<Ruleset>> {
        self.named.get(name).cloned()
    }

    /// Finds a text compiled already, or compiles it beside the threads that serve calls: a long text takes its time.
    ///
    /// # Errors
    /// All mistakes in the text.
    pub async fn compile(self: &Arc<Registry>, file_name: &str, text: &str) -> Result<Arc<Ruleset>, Mistakes> {
        let key = Sha256::new().chain_update(file_name).chain_update([0]).chain_update(text).finalize().into();
        if let Some(ruleset) = self.recently_compiled(&key) {
            return Ok(ruleset);
        }
        let Ok(compiler) = Arc::clone(&self.compilers.0).acquire_owned().await else {
            return Err(own_fault(file_name));
        };
        // Who waited may have waited for this very text.
        if let Some(ruleset) = self.recently_compiled(&key) {
            return Ok(ruleset);
        }
        let (registry, name, text) = (Arc::clone(self), file_name.to_owned(), text.to_owned());
        let compiled = spawn_blocking(move || {
            // Held here: a compilation goes on when its caller has gone.
            let _compiler = compiler;
            registry.compile_anew(key, &name, &text)
        });
        compiled.await.unwrap_or_else(|_| Err(own_fault(file_name)))
    }

    fn compile_anew(&self, key: [u8; 32], name: &str, text: &str) -> Result<Arc<Ruleset>, Mistakes> {
        let ruleset = Arc::new(compile(&Document { name, text }, &self.files)?);
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if recent.len() >= RECENT_MAX {
            recent.remove(0);
        }
        recent.push((key, Arc::clone(&ruleset)));
        Ok(ruleset)
    }

    fn recently_compiled(&self, key: &[u8; 32]) -> Option<Arc<Ruleset>> {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let position = recent.iter().position(|(known, _)| known == key)?;
        let entry = recent.remove(position);
        let ruleset = Arc::clone(&entry.1);
        recent.push(entry);
        Some(ruleset)
    }
}

/// What is said when the compiler itself fails.
fn own_fault(file_name: &str) -> Mistakes {
    let message = "the ruleset could not be compiled; this is a fault of Shiftmill".to_owned();
    Mistakes { list: vec![Mistake { file: file_name.to_owned(), line: 1, column: 1, message, hint: None }] }
}

/// The ruleset files of a folder, by name.
fn ruleset_files(folder: &Path) -> Result<Vec<PathBuf>, ServeError> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(|source| unreadable(folder, source))? {
        let path = entry.map_err(|source| unreadable(folder, source))?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            paths.push(path);
        }
    }
    paths.sort_unstable();
    Ok(paths)
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

fn unreadable(path: &Path, source: std::io::Error) -> ServeError {
    ServeError::ReadRulesets { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_text_is_compiled_once() {
        let registry = Arc::new(Registry::load(None).unwrap());
        let first = registry.compile("a.toml", "name = \"a\"").await.unwrap();
        let second = registry.compile("a.toml", "name = \"a\"").await.unwrap();
        assert!(Arc::ptr_eq(&first, &second));
    }

    #[tokio::test]
    async fn no_more_than_the_most_recent_are_kept() {
        let registry = Arc::new(Registry::load(None).unwrap());
        for number in 0..=RECENT_MAX {
            registry.compile("a.toml", &format!("name = \"a{number}\"")).await.unwrap();
        }
        assert_eq!(registry.recent.lock().unwrap().len(), RECENT_MAX);
    }
}
