//! How files are laid out: profiles, columns, dates and encodings, from arguments.

use std::collections::BTreeMap;

use clap::Args;
use shiftmill_timecards::clock::DateOrder;
use shiftmill_timecards::read::{ColumnMap, Encoding, Format, Layout, Profile, Table};

use crate::problem::Problem;

/// Largest file of a profile in bytes.
const PROFILE_BYTES_MAX: usize = 1 << 20;

/// How files are laid out, where they do not say it themselves.
#[derive(Clone, Debug, Args)]
pub struct LayoutArguments {
    /// How the files of punches are laid out: a profile that `shiftmill formats` lists, or a TOML file of your own.
    #[arg(long, value_name = "NAME|FILE")]
    pub profile: Option<String>,
    /// What columns hold: `"No.=pin,Date/Time=at"`; without a header, by number: `"#3=pin,#10=at"`. Of the files of
    /// punches, or of another table: `"leave:Art=code"`.
    #[arg(long, value_name = "[TABLE:]MAP")]
    pub columns: Vec<String>,
    /// The order of day, month and year in dates that do not begin with the year: `dmy`, `mdy` or `ymd`.
    #[arg(long, value_name = "ORDER", value_parser = |text: &str| DateOrder::from_code(text).ok_or("write dmy, mdy or ymd"))]
    pub dates: Option<DateOrder>,
    /// The encoding of files without a mark, such as `gbk`, `windows-1252`, `shift_jis` or `utf-16`. Of all files, or of one
    /// table: `employees:utf-8`.
    #[arg(long, value_name = "[TABLE:]NAME")]
    pub encoding: Vec<String>,
}

/// How the files of each table are laid out.
pub struct Layouts {
    profile: Option<Profile>,
    columns: BTreeMap<Table, ColumnMap>,
    dates: Option<DateOrder>,
    /// For all tables, and for single ones.
    encoding: Option<Encoding>,
    encodings: BTreeMap<Table, Encoding>,
}

impl LayoutArguments {
    /// The file of the profile, where it is one.
    pub fn inputs(&self) -> impl Iterator<Item = &str> {
        self.profile.as_deref().into_iter().filter(|named| Profile::named(named).is_none())
    }

    /// Reads the arguments, and the file of the profile.
    pub fn settle(&self) -> Result<Layouts, Problem> {
        let profile = self.profile.as_deref().map(profile).transpose()?;
        let mut maps: BTreeMap<Table, Vec<&str>> = BTreeMap::new();
        for argument in &self.columns {
            let (table, map) = of_table(argument);
            maps.entry(table.unwrap_or(Table::Punches)).or_default().push(map);
        }
        let mut columns = BTreeMap::new();
        for (table, texts) in maps {
            let map = ColumnMap::parse(table, &texts.join(","));
            columns.insert(table, map.map_err(|error| Problem::new("cannot read `--columns`").cause(error))?);
        }
        let (mut encoding, mut encodings) = (None, BTreeMap::new());
        for argument in &self.encoding {
            let (table, name) = of_table(argument);
            let named = Encoding::named(name).ok_or_else(|| {
                Problem::new("cannot read `--encoding`")
                    .cause(format!("`{name}` is not an encoding"))
                    .hint("encodings are named as `gbk`, `windows-1252`, `shift_jis`, `utf-16`")
            })?;
            match table {
                Some(table) => drop(encodings.insert(table, named)),
                None => encoding = Some(named),
            }
        }
        Ok(Layouts { profile, columns, dates: self.dates, encoding, encodings })
    }
}

impl Layouts {
    /// The layout of a file of a table.
    pub fn of(&self, file: &str, table: Table) -> Layout<'_> {
        let layout = Layout {
            encoding: self.encodings.get(&table).copied().or(self.encoding),
            dates: self.dates,
            columns: self.columns.get(&table).cloned().unwrap_or_default(),
            ..Layout::from(Format::of(file))
        };
        // Profiles describe punches.
        layout.with_profile(self.profile.as_ref().filter(|_| table == Table::Punches))
    }
}

/// The table that an argument is about, where it names one, and the rest.
fn of_table(argument: &str) -> (Option<Table>, &str) {
    match argument.split_once(':').and_then(|(name, rest)| Some((Table::named(name.trim())?, rest))) {
        Some((table, rest)) => (Some(table), rest),
        None => (None, argument),
    }
}

/// A profile by its name, or from a file.
fn profile(named: &str) -> Result<Profile, Problem> {
    if let Some(profile) = Profile::named(named) {
        return Ok(profile.clone());
    }
    let unread = || Problem::new(format!("cannot read profile `{named}`"));
    let hint = "`shiftmill formats` lists the profiles; a file of your own ends with `.toml`";
    let text = std::fs::read_to_string(named).map_err(|error| unread().cause(error).hint(hint))?;
    if text.len() > PROFILE_BYTES_MAX {
        return Err(unread().cause("the file is larger than 1 MiB"));
    }
    Profile::parse(&text).map_err(|mistakes| unread().cause(mistakes.join("; ")))
}
