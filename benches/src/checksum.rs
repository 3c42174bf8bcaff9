//! Check sums of workload W, which every evaluation of it must have.

/// The marks of one workday.
pub mod flag {
    /// A punch without its partner.
    pub const MISSING: u8 = 1;
    /// In too late.
    pub const LATE: u8 = 2;
    /// Out too early.
    pub const EARLY: u8 = 4;
    /// A meal was deducted automatically.
    pub const AUTO_LUNCH: u8 = 8;
    /// No shift was scheduled.
    pub const UNSCHEDULED: u8 = 16;
}

/// The result of one employee and workday, in minutes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// The workday, counted from the first of the workload.
    pub day: u16,
    /// Regular time.
    pub regular: u16,
    /// Time at 1.5.
    pub overtime_1_5: u16,
    /// Time at 2.
    pub overtime_2: u16,
    /// See [`flag`].
    pub flags: u8,
}

/// Sums over all rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "named as in the README")]
pub struct Checksum {
    pub rows: u64,
    pub regular_min: u64,
    pub overtime_1_5_min: u64,
    pub overtime_2_min: u64,
    pub missing: u64,
    pub late: u64,
    pub early: u64,
    pub auto_lunch: u64,
    pub unscheduled: u64,
}

impl Checksum {
    /// The sums of these rows.
    pub fn of(rows: &[Row]) -> Checksum {
        let mut sums = Checksum::default();
        rows.iter().for_each(|row| sums.add(row));
        sums
    }

    /// Adds the sums of other rows.
    pub fn add_all(&mut self, other: &Checksum) {
        self.rows += other.rows;
        self.regular_min += other.regular_min;
        self.overtime_1_5_min += other.overtime_1_5_min;
        self.overtime_2_min += other.overtime_2_min;
        self.missing += other.missing;
        self.late += other.late;
        self.early += other.early;
        self.auto_lunch += other.auto_lunch;
        self.unscheduled += other.unscheduled;
    }

    /// Adds one row.
    pub fn add(&mut self, row: &Row) {
        let has = |flag: u8| u64::from(row.flags & flag != 0);
        self.rows += 1;
        self.regular_min += u64::from(row.regular);
        self.overtime_1_5_min += u64::from(row.overtime_1_5);
        self.overtime_2_min += u64::from(row.overtime_2);
        self.missing += has(flag::MISSING);
        self.late += has(flag::LATE);
        self.early += has(flag::EARLY);
        self.auto_lunch += has(flag::AUTO_LUNCH);
        self.unscheduled += has(flag::UNSCHEDULED);
    }

    /// The sums that are known to be right for this many employees.
    pub fn known(employees: u32) -> Option<Checksum> {
        let sums = match employees {
            100 => [1_802, 817_875, 126_855, 7_020, 141, 298, 286, 6, 0],
            1_000 => [18_734, 8_471_565, 1_083_420, 49_740, 1_471, 3_142, 2_826, 63, 2],
            13_000 => [243_970, 110_640_060, 13_521_870, 650_925, 18_808, 40_897, 36_646, 824, 52],
            130_000 => [2_439_284, 1_106_064_750, 136_255_215, 6_540_825, 187_462, 407_367, 366_004, 8_744, 511],
            _ => return None,
        };
        let [rows, regular_min, overtime_1_5_min, overtime_2_min, missing, late, early, auto_lunch, unscheduled] = sums;
        Some(Checksum {
            rows,
            regular_min,
            overtime_1_5_min,
            overtime_2_min,
            missing,
            late,
            early,
            auto_lunch,
            unscheduled,
        })
    }
}
