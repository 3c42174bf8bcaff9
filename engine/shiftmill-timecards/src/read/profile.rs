//! Profiles: how the exports of devices and programs are laid out, as data.

use std::sync::LazyLock;

use toml::{Table as Toml, Value};

use super::Format;
use super::columns::ColumnMap;
use super::encoding::Encoding;
use super::status::StatusMap;
use crate::clock::{DateOrder, date_and_time_in, date_in};
use crate::fields::{Field, Table};

/// How the punches of a device or program are laid out in its exports. All that a profile says, options of the program
/// can say too.
///
/// ```
/// use shiftmill_timecards::read::Profile;
/// assert!(Profile::named("biotime").is_some());
/// let own = Profile::parse("name = \"own\"\n[columns]\n\"Badge No\" = \"employee\"\n\"When\" = \"at\"\n").unwrap();
/// assert_eq!(own.name, "own");
/// assert_eq!(Profile::parse("name = \"own\"\ncolor = \"red\"\n").unwrap_err(), ["`color` is not a setting of a profile"]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub about: String,
    /// The format of its files; by their endings where it says none.
    pub format: Option<Format>,
    /// The encoding that its files usually have without a mark.
    pub encoding: Option<Encoding>,
    /// The order of the numbers of its dates.
    pub dates: Option<DateOrder>,
    /// What its columns hold.
    pub columns: ColumnMap,
    /// What its columns hold in files without a header.
    pub without_header: ColumnMap,
    /// What its words for kinds of punches mean.
    pub statuses: StatusMap,
    /// Exports of the same program that cannot be used.
    pub refused: Vec<RefusedExport>,
}

/// An export that does not hold single punches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedExport {
    /// Columns that its header has.
    pub columns: Vec<String>,
    /// Why it cannot be used.
    pub because: String,
    /// What to export instead.
    pub instead: String,
}

impl RefusedExport {
    fn is(&self, names: &[String]) -> bool {
        self.columns.iter().all(|column| names.iter().any(|name| name == column))
    }
}

/// The texts of the profiles that come with the program.
const SHIPPED: [&str; 9] = [
    include_str!("../../profiles/zk-attlog.toml"),
    include_str!("../../profiles/zk-usb.toml"),
    include_str!("../../profiles/zktime.toml"),
    include_str!("../../profiles/zk-cn.toml"),
    include_str!("../../profiles/biotime.toml"),
    include_str!("../../profiles/hikvision.toml"),
    include_str!("../../profiles/dingtalk.toml"),
    include_str!("../../profiles/wecom.toml"),
    include_str!("../../profiles/feishu.toml"),
];

static PROFILES: LazyLock<Vec<(Profile, &str)>> =
    LazyLock::new(|| SHIPPED.iter().filter_map(|text| Some((Profile::parse(text).ok()?, *text))).collect());

impl Profile {
    /// The profiles that come with the program, with their texts.
    pub fn shipped() -> impl Iterator<Item = (&'static Profile, &'static str)> {
        PROFILES.iter().map(|(profile, text)| (profile, *text))
    }

    /// The profile with a name.
    pub fn named(name: &str) -> Option<&'static Profile> {
        Profile::shipped().map(|(profile, _)| profile).find(|profile| profile.name == name)
    }

    /// Reads a profile from TOML.
    ///
    /// # Errors
    /// All its mistakes.
    pub fn parse(text: &str) -> Result<Profile, Vec<String>> {
        let document: Toml = text.parse().map_err(|error: toml::de::Error| vec![error.to_string()])?;
        let mut reader = Reader { profile: Profile::default(), mistakes: Vec::new() };
        for (key, value) in &document {
            reader.setting(key, value);
        }
        let Reader { profile, mut mistakes } = reader;
        if profile.name.is_empty() {
            mistakes.push(String::from("`name` is missing"));
        }
        if profile.columns.has_numbers() {
            mistakes.push(String::from("columns by number belong into `columns_without_header`"));
        }
        if mistakes.is_empty() { Ok(profile) } else { Err(mistakes) }
    }

    /// The shipped profile that knows the most names of a header, and at least two.
    pub(super) fn nearest(names: &[String]) -> Option<&'static Profile> {
        let known = |profile: &&Profile| profile.columns.known_among(names);
        Profile::shipped().map(|(profile, _)| profile).filter(|profile| known(profile) >= 2).max_by_key(known)
    }

    /// The shipped profile whose encoding and columns fit a header that could not be decoded.
    pub(super) fn nearest_of_bytes(line: &[u8], names: impl Fn(&str) -> Vec<String>) -> Option<&'static Profile> {
        Profile::shipped().map(|(profile, _)| profile).find(|profile| {
            match profile.encoding.map(|it| it.decode(line)) {
                Some((text, true)) => {
                    let names = names(&text);
                    profile.columns.known_among(&names) >= 2 || refused(Some(profile), &names).is_some()
                }
                Some((_, false)) | None => false,
            }
        })
    }

    /// The shipped profile whose files without a header have such rows.
    pub(super) fn nearest_of_row(values: &[&str]) -> Option<&'static Profile> {
        Profile::shipped().map(|(profile, _)| profile).find(|profile| profile.fits_row(values))
    }

    /// True when the values could be a row of a file of the profile without a header: there is a time where one should be.
    pub(super) fn fits_row(&self, values: &[&str]) -> bool {
        let columns = self.without_header.by_number();
        let times = columns.iter().zip(values).filter_map(|(holds, value)| match holds {
            Some(super::columns::Holds::Field(Field::At)) => {
                let order = self.dates.unwrap_or(DateOrder::DayMonthYear);
                Some(date_and_time_in(value, Some(order)).is_some() || date_in(value, Some(order)).is_some())
            }
            _ => None,
        });
        let mut any = false;
        times.fold(true, |all, fits| {
            any = true;
            all && fits
        }) && any
            && values.len() >= columns.len()
    }
}

/// The export, of a profile or of any that is shipped, that has these columns and cannot be used.
pub(super) fn refused<'p>(profile: Option<&'p Profile>, names: &[String]) -> Option<&'p RefusedExport> {
    let own = profile.into_iter();
    let shipped = Profile::shipped().map(|(profile, _)| profile);
    own.chain(shipped).flat_map(|profile| &profile.refused).find(|export| export.is(names))
}

/// Reads the settings of a profile.
struct Reader {
    profile: Profile,
    mistakes: Vec<String>,
}

impl Reader {
    fn setting(&mut self, key: &str, value: &Value) {
        match (key, value) {
            ("name", Value::String(text)) => self.profile.name = text.clone(),
            ("about", Value::String(text)) => self.profile.about = text.clone(),
            ("format", Value::String(text)) => {
                self.profile.format = self.word(key, text, Format::named(text));
            }
            ("encoding", Value::String(text)) => self.profile.encoding = self.word(key, text, Encoding::named(text)),
            ("dates", Value::String(text)) => self.profile.dates = self.word(key, text, DateOrder::from_code(text)),
            ("columns", Value::Table(table)) => self.profile.columns = self.columns(table),
            ("columns_without_header", Value::Table(table)) => self.profile.without_header = self.columns(table),
            ("kinds", Value::Table(table)) => {
                for (word, kind) in table {
                    let added = self.profile.statuses.insert(word, kind.as_str().unwrap_or_default());
                    self.mistakes.extend(added.err());
                }
            }
            ("refused", Value::Array(exports)) => {
                for export in exports {
                    self.refused(export);
                }
            }
            ("name" | "about" | "format" | "encoding" | "dates", _) => {
                self.mistakes.push(format!("`{key}` has to be text"))
            }
            ("columns" | "columns_without_header" | "kinds", _) => {
                self.mistakes.push(format!("`{key}` has to be a table"))
            }
            ("refused", _) => self.mistakes.push(format!("`{key}` has to be a list of tables")),
            _ => self.mistakes.push(format!("`{key}` is not a setting of a profile")),
        }
    }

    fn word<Meaning>(&mut self, key: &str, text: &str, meaning: Option<Meaning>) -> Option<Meaning> {
        if meaning.is_none() {
            self.mistakes.push(format!("`{key}` cannot be `{text}`"));
        }
        meaning
    }

    fn columns(&mut self, table: &Toml) -> ColumnMap {
        let mut map = ColumnMap::default();
        for (name, word) in table {
            let added = map.insert(Table::Punches, name, word.as_str().unwrap_or_default());
            self.mistakes.extend(added.err());
        }
        map
    }

    fn refused(&mut self, export: &Value) {
        let text = |key: &str| export.get(key).and_then(Value::as_str).map(str::to_owned);
        let columns = export.get("columns").and_then(Value::as_array);
        let columns: Vec<String> = columns.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
        match (text("because"), text("instead")) {
            (Some(because), Some(instead)) if !columns.is_empty() => {
                self.profile.refused.push(RefusedExport { columns, because, instead });
            }
            _ => self.mistakes.push(String::from("each of `refused` needs `columns`, `because` and `instead`")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_profile_can_be_read() {
        for text in SHIPPED {
            let profile = Profile::parse(text).unwrap_or_else(|mistakes| panic!("{mistakes:?}\n{text}"));
            assert!(!profile.about.is_empty(), "{}", profile.name);
            assert_eq!(Profile::named(&profile.name), Some(&profile));
        }
        assert_eq!(Profile::shipped().count(), SHIPPED.len());
    }

    #[test]
    fn all_mistakes_of_a_profile_are_listed() {
        let text = "format = \"pdf\"\nencoding = \"klingon\"\ndates = \"dym\"\ncolumns = 3\n[kinds]\nKommt = \"come\"\n\
            [columns_without_header]\n\"#2\" = \"when\"\n[[refused]]\ncolumns = []\n";
        let mistakes = Profile::parse(text).unwrap_err();
        assert_eq!(mistakes.len(), 8, "{mistakes:#?}");
    }
}
