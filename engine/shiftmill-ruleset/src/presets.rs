//! Presets: starters for the rules of a country, as data. Not legal advice.

/// A preset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// Its name in `extends`.
    pub name: &'static str,
    /// What it is for, in a few words.
    pub title: &'static str,
    /// The document, with the legal source beside each number.
    pub text: &'static str,
}

/// Every version stays, so that a ruleset that extends one keeps its rules. The newest of a name is last.
static PRESETS: [Preset; 8] = [
    Preset {
        name: "us-flsa@1",
        title: "United States: federal overtime, 40 hours a week",
        text: include_str!("../presets/us-flsa-1.toml"),
    },
    Preset {
        name: "us-flsa@2",
        title: "United States: federal overtime, 40 hours a week; rest of 20 minutes is paid",
        text: include_str!("../presets/us-flsa-2.toml"),
    },
    Preset {
        name: "us-california@1",
        title: "California: daily, weekly and seventh-day overtime, meals",
        text: include_str!("../presets/us-california-1.toml"),
    },
    Preset {
        name: "us-california@2",
        title: "California: as version 1, meals by the shift; rest of 20 minutes is paid",
        text: include_str!("../presets/us-california-2.toml"),
    },
    Preset {
        name: "cn-standard@1",
        title: "China: standard working hours, 1.5, 2 and 3 times",
        text: include_str!("../presets/cn-standard-1.toml"),
    },
    Preset {
        name: "cn-standard@2",
        title: "China: standard working hours, 8 a day and 40 a week, 1.5, 2 and 3 times",
        text: include_str!("../presets/cn-standard-2.toml"),
    },
    Preset {
        name: "jp-standard@1",
        title: "Japan: 8 and 40 hours, statutory rest day, late night",
        text: include_str!("../presets/jp-standard-1.toml"),
    },
    Preset {
        name: "jp-standard@2",
        title: "Japan: as version 1, hours at the plain rate fill the 40",
        text: include_str!("../presets/jp-standard-2.toml"),
    },
];

/// All presets.
pub fn presets() -> &'static [Preset] {
    &PRESETS
}
