//! Reads debug information (DWARF) to a table of places. A few bytes of it can describe millions of rows, and units may
//! share them, so every step is counted before or right after it is done. A plugin whose debug information needs more steps
//! than usual ones by far has no lines.
//!
//! ```text
//! .debug_line ─→ rows: address ─→ file, line ─────────┐
//!                                                     ├─→ spans of the plugin's own lines
//! .debug_info ─→ calls: addresses ─→ function, caller ┘
//! ```
//!
//! Optimised code is mostly inlined. Its row names a line of a library, and the calls around it lead to the plugin's own
//! line.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use gimli::{
    Abbreviations, AttributeValue, DebugInfoOffset, Dwarf, EndianSlice, LineProgramHeader, LittleEndian, Reader,
    RngListIter, Unit, UnitHeader, UnitOffset, constants,
};

use super::{Places, SPANS_MAX, Span, TEXT_BYTES_MAX};
use crate::check::Lines;
use crate::failure::{demangled, from_sources, is_own_file};
use crate::limits::shortened_to;
use crate::module::CoreModule;

/// Steps for the debug information of one component: bytes, attributes, rows and ranges. Usual plugins need a tenth.
const STEPS_MAX: usize = 16 << 20;
/// Units of one module. A plugin of Rust has one to three hundred.
const UNITS_MAX: usize = 2_000;
/// Bytes of one section.
const SECTION_BYTES_MAX: usize = 2 << 20;
/// References from a function to the entry with its name.
const REFERENCES_MAX: usize = 4;
/// Bytes of the name of a file or function.
const NAME_BYTES_MAX: usize = 256;

type Slice<'a> = EndianSlice<'a, LittleEndian>;
/// Where an entry is: its unit, and its place there.
type EntryAt = (usize, UnitOffset<usize>);

/// Why reading stops.
enum Stop {
    /// It exceeds the limits: there are no lines at all.
    TooLarge,
    /// A unit cannot be read: it has no lines.
    Malformed,
}

impl From<gimli::Error> for Stop {
    fn from(_: gimli::Error) -> Stop {
        Stop::Malformed
    }
}

/// The places of a component with these modules, whose code starts at these bytes of it.
pub(crate) fn read(modules: &[CoreModule<'_>], code_starts: &[usize]) -> (Places, Lines) {
    // The reader of debug information is not ours. Its panic costs the lines only.
    let found = catch_unwind(AssertUnwindSafe(|| {
        let mut table = Table::default();
        for (module, start) in modules.iter().zip(code_starts) {
            ModuleReader::new(module, *start, &mut table)?.read()?;
        }
        Ok::<_, Stop>(table.finish())
    }));
    match found {
        Ok(Ok(places)) if places.is_empty() => (places, Lines::Absent),
        Ok(Ok(places)) => (places, Lines::Known),
        Ok(Err(_)) | Err(_) => (Places::default(), Lines::TooLarge),
    }
}

/// The table while it is made.
#[derive(Default)]
struct Table {
    places: Places,
    text_bytes: usize,
    steps: usize,
}

impl Table {
    fn spend(&mut self, steps: usize) -> Result<(), Stop> {
        self.steps = self.steps.saturating_add(steps);
        if self.steps > STEPS_MAX { Err(Stop::TooLarge) } else { Ok(()) }
    }

    fn add_text(&mut self, text: &str) -> Result<u32, Stop> {
        let text = shortened_to(text, NAME_BYTES_MAX);
        self.text_bytes += text.len() + size_of::<String>();
        if self.text_bytes > TEXT_BYTES_MAX {
            return Err(Stop::TooLarge);
        }
        self.places.texts.push(text);
        Ok(self.places.texts.len() as u32 - 1)
    }

    /// Adds a span, or extends the last one when it continues it.
    fn add(&mut self, span: Span) -> Result<(), Stop> {
        if let Some(last) = self.places.spans.last_mut()
            && last.to == span.from
            && (last.file, last.line, last.function) == (span.file, span.line, span.function)
        {
            last.to = span.to;
            return Ok(());
        }
        if self.places.spans.len() >= SPANS_MAX {
            return Err(Stop::TooLarge);
        }
        self.places.spans.push(span);
        Ok(())
    }

    fn finish(mut self) -> Places {
        self.places.spans.sort_by_key(|span| span.from);
        self.places
    }
}

/// A row of a line table: the code from here on comes from this line. `file` is `None` after the end of a sequence.
#[derive(Clone, Copy)]
struct Row {
    at: u32,
    file: Option<u64>,
    line: u32,
}

/// A function, or a call that was inlined.
#[derive(Clone, Copy)]
struct Call {
    from: u32,
    to: u32,
    depth: isize,
    entry: EntryAt,
    /// Where it is called, when it was inlined: the file and the line.
    site: Option<(u64, u32)>,
}

/// What is read of one entry.
#[derive(Default)]
struct Entry<'a> {
    low: Option<u64>,
    /// Its end, or its length.
    high: Option<AttributeValue<Slice<'a>>>,
    ranges: Option<AttributeValue<Slice<'a>>>,
    name: Option<AttributeValue<Slice<'a>>>,
    linkage_name: Option<AttributeValue<Slice<'a>>>,
    /// The entry that has its name.
    origin: Option<AttributeValue<Slice<'a>>>,
    call_file: Option<u64>,
    call_line: Option<u64>,
}

struct ModuleReader<'a, 't> {
    table: &'t mut Table,
    dwarf: Dwarf<Slice<'a>>,
    /// The abbreviations of entries, as they are.
    abbreviations: &'a [u8],
    /// All its debug information, in bytes.
    bytes: usize,
    code_start: u32,
    code_bytes: u32,
    units: Vec<Unit<Slice<'a>>>,
    /// The texts of names, by the entry of the function.
    names: HashMap<EntryAt, u32>,
}

impl<'a, 't> ModuleReader<'a, 't> {
    fn new(module: &CoreModule<'a>, start: usize, table: &'t mut Table) -> Result<ModuleReader<'a, 't>, Stop> {
        let mut bytes = 0;
        let dwarf = Dwarf::load(|id| {
            let section = module.custom_section(id.name());
            bytes += section.len();
            if section.len() > SECTION_BYTES_MAX { Err(Stop::TooLarge) } else { Ok(Slice::new(section, LittleEndian)) }
        })?;
        Ok(ModuleReader {
            table,
            dwarf,
            abbreviations: module.custom_section(".debug_abbrev"),
            bytes,
            code_start: start as u32,
            code_bytes: module.bodies.iter().map(|body| body.range().len() as u32 + 5).sum(),
            units: Vec::new(),
            names: HashMap::new(),
        })
    }

    fn read(mut self) -> Result<(), Stop> {
        let mut headers = self.dwarf.units();
        while let Ok(Some(header)) = headers.next() {
            if self.units.len() >= UNITS_MAX {
                return Err(Stop::TooLarge);
            }
            if let Some(unit) = self.costing(|it| it.unit(header))? {
                self.units.push(unit);
            }
        }
        for index in 0..self.units.len() {
            self.costing(|it| it.read_unit(index))?;
        }
        Ok(())
    }

    /// The outcome of a step. One that fails counts as if it had read everything.
    fn costing<R>(&mut self, step: impl FnOnce(&mut Self) -> Result<R, Stop>) -> Result<Option<R>, Stop> {
        match step(self) {
            Ok(done) => Ok(Some(done)),
            Err(Stop::Malformed) => self.table.spend(self.bytes).map(|()| None),
            Err(Stop::TooLarge) => Err(Stop::TooLarge),
        }
    }

    fn unit(&mut self, header: UnitHeader<Slice<'a>>) -> Result<Unit<Slice<'a>>, Stop> {
        let bytes = abbreviation_bytes(self.abbreviations.get(header.debug_abbrev_offset().0..).unwrap_or(&[]))?;
        // Abbreviations and lists of files need more memory than they have bytes.
        self.table.spend(4 * bytes)?;
        let abbreviations: Arc<Abbreviations> = Arc::new(header.abbreviations(&self.dwarf.debug_abbrev)?);
        let unit = Unit::new_with_abbreviations(&self.dwarf, header, abbreviations)?;
        let header_bytes = unit.line_program.as_ref().map_or(0, |program| program.header().header_length());
        self.table.spend(4 * header_bytes)?;
        Ok(unit)
    }

    fn read_unit(&mut self, index: usize) -> Result<(), Stop> {
        let rows = self.rows(index)?;
        let calls = if rows.is_empty() { Vec::new() } else { self.calls(index)? };
        let mut points: Vec<u32> =
            rows.iter().map(|row| row.at).chain(calls.iter().flat_map(|it| [it.from, it.to])).collect();
        points.sort_unstable();
        points.dedup();
        self.table.spend(points.len())?;
        let mut files = HashMap::new();
        let (mut next_row, mut next_call, mut row, mut open) = (0, 0, None, Vec::<Call>::new());
        for (point, end) in points.iter().zip(points.iter().skip(1)) {
            while let Some(reached) = rows.get(next_row).filter(|row| row.at <= *point) {
                (row, next_row) = (reached.file.map(|file| (file, reached.line)), next_row + 1);
            }
            self.table.spend(open.len())?;
            open.retain(|call| call.to > *point);
            while let Some(reached) = calls.get(next_call).filter(|call| call.from <= *point) {
                next_call += 1;
                // A function in several pieces may begin anew around a call that goes on.
                open.insert(open.partition_point(|call| call.depth < reached.depth), *reached);
                self.table.spend(open.len())?;
            }
            let Some(row) = row else { continue };
            if let Some((file, line, function)) = self.own_line(index, row, &open, &mut files)? {
                let (from, to) = (self.code_start + point, self.code_start + end);
                self.table.add(Span { from, to, file, line, function })?;
            }
        }
        Ok(())
    }

    /// The innermost line in the plugin's own sources: that of the row, or that of a call around it. With its function.
    fn own_line(
        &mut self,
        unit: usize,
        row: (u64, u32),
        open: &[Call],
        files: &mut HashMap<u64, Option<u32>>,
    ) -> Result<Option<(u32, u32, u32)>, Stop> {
        let (mut file, mut line) = row;
        for call in open.iter().rev() {
            self.table.spend(1)?;
            if let Some(own) = self.own_file(unit, file, files)? {
                let function = self.function_name(call.entry)?;
                return Ok(Some((own, line, function)));
            }
            let Some(site) = call.site else { return Ok(None) };
            (file, line) = site;
        }
        Ok(self.own_file(unit, file, files)?.map(|own| (own, line, Span::NO_TEXT)))
    }

    /// The rows of a unit, by address.
    fn rows(&mut self, index: usize) -> Result<Vec<Row>, Stop> {
        let Some(program) = self.units.get(index).and_then(|unit| unit.line_program.clone()) else {
            return Ok(Vec::new());
        };
        self.table.spend(program.header().raw_program_buf().len())?;
        let (mut rows, mut sequence) = (Vec::new(), Vec::new());
        let mut program = program.rows();
        while let Some((_, row)) = program.next_row()? {
            let at = u32::try_from(row.address()).unwrap_or(u32::MAX);
            let line = row.line().map_or(0, |line| u32::try_from(line.get()).unwrap_or(0));
            if !row.end_sequence() {
                sequence.push(Row { at, file: Some(row.file_index()), line });
                continue;
            }
            sequence.push(Row { at, file: None, line: 0 });
            if sequence.first().is_some_and(|row| is_code(row.at, self.code_bytes))
                && sequence.is_sorted_by_key(|row| row.at)
            {
                rows.append(&mut sequence);
            }
            sequence.clear();
        }
        // The end of one sequence may be the start of another.
        rows.sort_by_key(|row| (row.at, row.file.is_some()));
        Ok(rows)
    }

    /// The functions of a unit, and the calls in them that were inlined; outer ones before inner ones.
    fn calls(&mut self, index: usize) -> Result<Vec<Call>, Stop> {
        let Some(unit) = self.units.get(index) else { return Ok(Vec::new()) };
        let code_bytes = self.code_bytes;
        let is_code = |at: u32| is_code(at, code_bytes);
        let (table, dwarf) = (&mut *self.table, &self.dwarf);
        let mut calls = Vec::new();
        let mut entries = unit.entries_raw(None)?;
        while !entries.is_empty() {
            let (at, depth) = (entries.next_offset(), entries.next_depth());
            let abbreviation = entries.read_abbreviation()?;
            table.spend(1 + abbreviation.map_or(0, |it| it.attributes().len()))?;
            let Some(abbreviation) = abbreviation else { continue };
            let is_call = match abbreviation.tag() {
                constants::DW_TAG_subprogram => false,
                constants::DW_TAG_inlined_subroutine => true,
                _ => {
                    entries.skip_attributes(abbreviation.attributes())?;
                    continue;
                }
            };
            let mut entry = Entry::default();
            for attribute in abbreviation.attributes() {
                entry.take(dwarf, unit, &entries.read_attribute(*attribute)?)?;
            }
            let site = (entry.call_file.unwrap_or(0), u32::try_from(entry.call_line.unwrap_or(0)).unwrap_or(0));
            let call = Call { from: 0, to: 0, depth, entry: (index, at), site: is_call.then_some(site) };
            entry.each_range(dwarf, unit, table, |from, to| {
                if from < to && is_code(from) {
                    calls.push(Call { from, to, ..call });
                }
            })?;
        }
        calls.sort_by_key(|call| (call.from, call.depth));
        Ok(calls)
    }

    /// The text of a file of the plugin's own sources; `None` for files of libraries.
    fn own_file(&mut self, unit: usize, file: u64, known: &mut HashMap<u64, Option<u32>>) -> Result<Option<u32>, Stop> {
        if let Some(known) = known.get(&file) {
            return Ok(*known);
        }
        let path = self.units.get(unit).and_then(|unit| {
            let header = unit.line_program.as_ref()?.header();
            path(&self.dwarf, unit, header, file)
        });
        self.table.spend(path.as_ref().map_or(self.bytes, String::len))?;
        let own = match path.filter(|path| is_own_file(path)) {
            Some(path) => Some(self.table.add_text(from_sources(&path))?),
            None => None,
        };
        known.insert(file, own);
        Ok(own)
    }

    /// The text of the name of a function, which another entry may have.
    fn function_name(&mut self, entry: EntryAt) -> Result<u32, Stop> {
        if let Some(known) = self.names.get(&entry) {
            return Ok(*known);
        }
        let name = self.costing(|it| it.name(entry))?.flatten();
        let text = match name {
            Some(name) => self.table.add_text(&demangled(&name))?,
            None => Span::NO_TEXT,
        };
        self.names.insert(entry, text);
        Ok(text)
    }

    fn name(&mut self, entry: EntryAt) -> Result<Option<String>, Stop> {
        let (mut unit_index, mut at) = entry;
        for _ in 0..REFERENCES_MAX {
            let Some(unit) = self.units.get(unit_index) else { return Ok(None) };
            let mut entries = unit.entries_raw(Some(at))?;
            let Some(abbreviation) = entries.read_abbreviation()? else { return Ok(None) };
            self.table.spend(64 + abbreviation.attributes().len())?;
            let mut entry = Entry::default();
            for attribute in abbreviation.attributes() {
                entry.take(&self.dwarf, unit, &entries.read_attribute(*attribute)?)?;
            }
            if let Some(name) = entry.linkage_name.or(entry.name) {
                let name = self.dwarf.attr_string(unit, name)?.to_string_lossy().into_owned();
                self.table.spend(name.len())?;
                return Ok(Some(name));
            }
            (unit_index, at) = match entry.origin {
                Some(AttributeValue::UnitRef(offset)) => (unit_index, offset),
                Some(AttributeValue::DebugInfoRef(offset)) => {
                    let Some(found) = self.entry_at(offset) else { return Ok(None) };
                    found
                }
                _ => return Ok(None),
            };
        }
        Ok(None)
    }

    /// The unit of an entry, and its place there.
    fn entry_at(&self, at: DebugInfoOffset<usize>) -> Option<EntryAt> {
        let after =
            self.units.partition_point(|unit| unit.header.debug_info_offset().is_some_and(|start| start.0 <= at.0));
        let index = after.checked_sub(1)?;
        Some((index, at.to_unit_offset(&self.units.get(index)?.header)?))
    }
}

impl<'a> Entry<'a> {
    fn take(
        &mut self,
        dwarf: &Dwarf<Slice<'a>>,
        unit: &Unit<Slice<'a>>,
        attribute: &gimli::Attribute<Slice<'a>>,
    ) -> Result<(), Stop> {
        match attribute.name() {
            constants::DW_AT_low_pc => self.low = dwarf.attr_address(unit, attribute.value())?,
            constants::DW_AT_high_pc => self.high = Some(attribute.value()),
            constants::DW_AT_ranges => self.ranges = Some(attribute.value()),
            constants::DW_AT_name => self.name = Some(attribute.value()),
            constants::DW_AT_linkage_name | constants::DW_AT_MIPS_linkage_name => {
                self.linkage_name = Some(attribute.value());
            }
            constants::DW_AT_abstract_origin => self.origin = Some(attribute.value()),
            constants::DW_AT_specification => self.origin = self.origin.take().or(Some(attribute.value())),
            constants::DW_AT_call_file => {
                self.call_file = match attribute.value() {
                    AttributeValue::FileIndex(file) => Some(file),
                    other => other.udata_value(),
                };
            }
            constants::DW_AT_call_line => self.call_line = attribute.udata_value(),
            _ => {}
        }
        Ok(())
    }

    fn each_range(
        &self,
        dwarf: &Dwarf<Slice<'a>>,
        unit: &Unit<Slice<'a>>,
        table: &mut Table,
        mut range: impl FnMut(u32, u32),
    ) -> Result<(), Stop> {
        let address = |address: u64| u32::try_from(address).unwrap_or(u32::MAX);
        if let Some(ranges) = self.ranges
            && let Some(mut ranges) = dwarf.attr_ranges(unit, ranges)?
        {
            while let Some(found) = next_range(&mut ranges, table)? {
                range(address(found.begin), address(found.end));
            }
            return Ok(());
        }
        if let (Some(low), Some(high)) = (self.low, self.high) {
            let high = match high.udata_value() {
                Some(length) => low.saturating_add(length),
                None => dwarf.attr_address(unit, high)?.unwrap_or(0),
            };
            range(address(low), address(high));
        }
        Ok(())
    }
}

/// Linkers leave functions that they remove at address 0, or beyond the code.
fn is_code(at: u32, code_bytes: u32) -> bool {
    at > 0 && at < code_bytes
}

/// The next range of a list. Every entry counts, also those that only change the base.
fn next_range(ranges: &mut RngListIter<Slice<'_>>, table: &mut Table) -> Result<Option<gimli::Range>, Stop> {
    while let Some(raw) = ranges.next_raw()? {
        table.spend(1)?;
        if let Some(range) = ranges.convert_raw(raw)? {
            return Ok(Some(range));
        }
    }
    Ok(None)
}

/// The path of a file of a line table.
fn path<'a>(
    dwarf: &Dwarf<Slice<'a>>,
    unit: &Unit<Slice<'a>>,
    header: &LineProgramHeader<Slice<'a>>,
    file: u64,
) -> Option<String> {
    let file = header.file(file)?;
    let text = |value| dwarf.attr_string(unit, value).ok().map(|text| text.to_string_lossy().into_owned());
    let mut path = unit.comp_dir.map_or_else(String::new, |folder| folder.to_string_lossy().into_owned());
    if let Some(folder) = file.directory(header).and_then(text) {
        append(&mut path, &folder);
    }
    append(&mut path, &text(file.path_name())?);
    Some(path)
}

/// Appends a relative path; an absolute one replaces the path.
fn append(path: &mut String, part: &str) {
    let is_absolute = part.starts_with(['/', '\\']) || part.get(1..3) == Some(":\\");
    if is_absolute {
        path.clear();
    } else if !path.is_empty() && !path.ends_with(['/', '\\']) {
        path.push(if path.contains('\\') { '\\' } else { '/' });
    }
    path.push_str(part);
}

/// The bytes of a table of abbreviations, from its start to the entry that ends it.
fn abbreviation_bytes(table: &[u8]) -> Result<usize, Stop> {
    let mut left = Slice::new(table, LittleEndian);
    while left.read_uleb128()? != 0 {
        let _tag = left.read_uleb128()?;
        let _has_children = left.read_u8()?;
        loop {
            let (attribute, form) = (left.read_uleb128()?, left.read_uleb128()?);
            if form == u64::from(constants::DW_FORM_implicit_const.0) {
                left.read_sleb128()?;
            }
            if attribute == 0 && form == 0 {
                break;
            }
        }
    }
    Ok(table.len() - left.len())
}
