//! The contract between this version of Shiftmill and plugins: its interfaces, its version, its text.

use semver::Version;
use shiftmill_core::Hook;

/// The package of the interfaces.
pub(crate) const PACKAGE: &str = "shiftmill:plugin";
/// The version of the contract that this Shiftmill provides.
pub(crate) const VERSION: Version = Version::new(1, 0, 0);

/// The interface that version 1.1 added: facts that a plugin asks for. It is a package of its own, so that everything of 1.0
/// keeps its name.
pub(crate) const FACTS: &str = "shiftmill:facts/facts@1.1.0";
/// The text of that package.
pub(crate) const FACTS_TEXT: &str = include_str!("../../../plugin-sdk/wit/facts/facts.wit");

/// Whether an import is the interface of facts, in a version that this Shiftmill provides.
pub(crate) fn is_facts(import: &str) -> bool {
    let version = import.strip_prefix("shiftmill:facts/facts@").and_then(|text| Version::parse(text).ok());
    version.is_some_and(|version| version.major == 1 && version.minor <= 1)
}

/// The text of the contract, file by file.
pub(crate) const TEXT: [(&str, &str); 3] = [
    ("types.wit", include_str!("../../../plugin-sdk/wit/v1/types.wit")),
    ("lifecycle.wit", include_str!("../../../plugin-sdk/wit/v1/lifecycle.wit")),
    ("hooks.wit", include_str!("../../../plugin-sdk/wit/v1/hooks.wit")),
];

/// The full name of an interface of the contract.
pub(crate) fn interface(name: &str) -> String {
    format!("{PACKAGE}/{name}@{VERSION}")
}

/// The name of the interface of a hook.
pub(crate) fn hook_interface(hook: Hook) -> String {
    interface(hook.code())
}

/// The name of an interface of the contract in some version: `shiftmill:plugin/days@1.0.0` is `days` in 1.0.0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InterfaceName {
    pub(crate) name: String,
    pub(crate) version: Version,
}

impl InterfaceName {
    /// `None` when it is not an interface of the contract.
    pub(crate) fn parse(text: &str) -> Option<InterfaceName> {
        let (path, version) = text.split_once('@')?;
        let name = path.strip_prefix(PACKAGE)?.strip_prefix('/')?;
        Some(InterfaceName { name: name.to_owned(), version: Version::parse(version).ok()? })
    }

    /// Why a plugin built for this version cannot run here; `None` when it can.
    pub(crate) fn mismatch(&self) -> Option<String> {
        let InterfaceName { version, .. } = self;
        let (major, minor) = (VERSION.major, VERSION.minor);
        if version.major == major && version.minor <= minor {
            return None;
        }
        Some(match *version > VERSION {
            true => format!(
                "the plugin is built for version {version} of the plugin contract, this Shiftmill is older and has \
                 {VERSION}: use a newer Shiftmill, or build the plugin with an SDK for {major}.{minor}"
            ),
            false => format!(
                "the plugin is older: it is built for version {version} of the plugin contract, this Shiftmill has \
                 {VERSION}: build the plugin again with a current SDK"
            ),
        })
    }
}
