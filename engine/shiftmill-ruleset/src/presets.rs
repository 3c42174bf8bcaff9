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

static PRESETS: [Preset; 4] = [
    Preset {
        name: "us-flsa@1",
        title: "United States: federal overtime, 40 hours a week",
        text: include_str!("../presets/us-flsa-1.toml"),
    },
    Preset {
        name: "us-california@1",
        title: "California: daily, weekly and seventh-day overtime, meals",
        text: include_str!("../presets/us-california-1.toml"),
    },
    Preset {
        name: "cn-standard@1",
        title: "China: standard working hours, 1.5, 2 and 3 times",
        text: include_str!("../presets/cn-standard-1.toml"),
    },
    Preset {
        name: "jp-standard@1",
        title: "Japan: 8 and 40 hours, statutory rest day, late night",
        text: include_str!("../presets/jp-standard-1.toml"),
    },
];

/// All presets.
pub fn presets() -> &'static [Preset] {
    &PRESETS
}
