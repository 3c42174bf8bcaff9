//! `extends`: a document extends another, that one a third, up to a preset.

use std::sync::Arc;

use shiftmill_core::{ContextDays, Manifest, PluginBinding, PluginHash, excerpt};

use crate::Document;
use crate::document::{self, Field, Source};
use crate::mistake::{Finder, Place};
use crate::nearest::nearest;
use crate::presets;

/// The most documents in a chain.
const DEPTH_MAX: usize = 8;

/// Finds the files and plugins that a document refers to.
pub trait Library {
    /// The text of the file of this name, to extend.
    fn find(&self, name: &str) -> Option<String>;

    /// The hash and manifest of a plugin.
    ///
    /// # Errors
    /// Why there is none, or why it cannot be used, for the person who wrote the document: `there is no such file`.
    fn plugin(&self, _which: PluginReference<'_>) -> Result<PluginFound, String> {
        Err("there are no plugins here".to_owned())
    }

    /// Checks a configuration, which fits the manifest, with its plugin, and returns how many days around the pay
    /// period the plugin then needs.
    ///
    /// # Errors
    /// Why the plugin refuses it.
    fn configure(&self, _binding: &PluginBinding) -> Result<ContextDays, String> {
        Ok(ContextDays::default())
    }
}

/// How a document names a plugin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PluginReference<'a> {
    /// A file beside the document.
    File(&'a str),
    /// The hash of its component.
    Hash(PluginHash),
}

/// A plugin that can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginFound {
    /// The hash of its component.
    pub hash: PluginHash,
    /// Its manifest.
    pub manifest: Arc<Manifest>,
}

/// An empty library: only presets can be extended.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoLibrary;

impl Library for NoLibrary {
    fn find(&self, _name: &str) -> Option<String> {
        None
    }
}

/// A document with the documents that it extends.
#[derive(Debug, Default)]
pub(crate) struct Layers {
    /// The fields of each document, from the one at the bottom to the one being compiled.
    pub layers: Vec<Vec<Field>>,
    /// The documents in the same order; a [`Place`] names one by its number.
    pub sources: Vec<Source>,
    /// The name of each document but the last in the one that extends it, nearest first.
    pub chain: Vec<String>,
}

/// Reads a document and all documents that it extends.
pub(crate) fn load(document: &Document<'_>, library: &dyn Library, mistakes: &mut Finder) -> Layers {
    // Found from the top down; numbered from the bottom up, so the texts are collected before they are parsed.
    let mut sources = vec![Source { name: document.name.to_owned(), text: document.text.to_owned() }];
    let mut chain: Vec<String> = Vec::new();
    let problem = loop {
        let Some(top) = sources.last() else { break None };
        let fields = document::parse(&top.text, 0, &mut Finder::default());
        let Some((name, place)) = document::text(&fields, "extends") else { break None };
        if chain.iter().any(|earlier| earlier == name) || name == document.name {
            let message = format!("`extends` is circular: `{}` is already in the chain", excerpt(name));
            break Some((place.offset, message, None));
        }
        if sources.len() >= DEPTH_MAX {
            break Some((place.offset, format!("`extends` is deeper than {DEPTH_MAX} documents"), None));
        }
        match find(name, library) {
            Some(text) => {
                chain.push(name.to_owned());
                sources.push(Source { name: name.to_owned(), text });
            }
            None => {
                let message = format!("there is no ruleset or preset `{}`", excerpt(name));
                break Some((place.offset, message, Some(hint(name))));
            }
        }
    };
    sources.reverse();
    if let Some((offset, message, hint)) = problem {
        mistakes.add(Place { file: 0, offset }, message, hint);
    }
    let numbered = sources.iter().enumerate();
    let layers = numbered.map(|(file, source)| document::parse(&source.text, file as u16, mistakes)).collect();
    Layers { layers, sources, chain }
}

fn find(name: &str, library: &dyn Library) -> Option<String> {
    let preset = presets::presets().iter().find(|preset| preset.name == name);
    preset.map(|preset| preset.text.to_owned()).or_else(|| library.find(name))
}

fn hint(name: &str) -> String {
    match nearest(name, presets::presets().iter().map(|preset| preset.name)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => {
            let names: Vec<String> = presets::presets().iter().map(|preset| format!("`{}`", preset.name)).collect();
            format!("name a file beside this one, or one of the presets {}", names.join(", "))
        }
    }
}
