//! How one file is laid out: what its name, its profile and the options of the caller say.

use super::Format;
use super::columns::{ColumnMap, Holds};
use super::encoding::Encoding;
use super::profile::Profile;
use crate::clock::DateOrder;

/// How one file is laid out. What it leaves open, the file has to say itself.
///
/// ```
/// use shiftmill_timecards::read::{Format, Layout, Profile};
/// let layout = Layout::from(Format::Csv).with_profile(Profile::named("zk-attlog"));
/// assert_eq!(layout.format, Format::Attlog);
/// ```
#[derive(Clone, Debug)]
pub struct Layout<'a> {
    /// The format.
    pub format: Format,
    /// The encoding of a file without a mark; UTF-8 when it is not stated.
    pub encoding: Option<Encoding>,
    /// The order of the numbers of dates that do not begin with their year.
    pub dates: Option<DateOrder>,
    /// What columns hold whose names do not say it. All of them must be in the file.
    pub columns: ColumnMap,
    /// The profile. It holds where the other settings say nothing.
    pub profile: Option<&'a Profile>,
}

impl From<Format> for Layout<'_> {
    fn from(format: Format) -> Self {
        Layout { format, encoding: None, dates: None, columns: ColumnMap::default(), profile: None }
    }
}

impl<'a> Layout<'a> {
    /// The same with a profile, whose format replaces the one that the file's name promises.
    pub fn with_profile(self, profile: Option<&'a Profile>) -> Layout<'a> {
        let format = profile.and_then(|profile| profile.format).unwrap_or(self.format);
        Layout { format, profile, ..self }
    }

    /// The encoding of a file without a mark.
    pub(super) fn encoding(&self) -> Option<Encoding> {
        self.encoding.or(self.profile.and_then(|profile| profile.encoding))
    }

    /// The order of the numbers of dates.
    pub(super) fn dates(&self) -> Option<DateOrder> {
        self.dates.or(self.profile.and_then(|profile| profile.dates))
    }

    /// What the column with a name is stated to hold.
    pub(super) fn stated(&self, name: &str) -> Option<Holds> {
        let of_profile = || self.profile.and_then(|profile| profile.columns.of_name(name));
        self.columns.of_name(name).or_else(of_profile)
    }
}
