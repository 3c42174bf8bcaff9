//! How lengths are written: hours with decimals exist only here, and are made of whole numbers.

use core::fmt;
use core::str::FromStr;

/// How lengths are written in results.
///
/// ```
/// use shiftmill_timecards::write::Hours;
/// let decimal: Hours = "decimal:2".parse().unwrap();
/// assert_eq!(decimal.write(7 * 3_600 + 50 * 60), "7.83");
/// assert_eq!("hh:mm".parse::<Hours>().unwrap().write(8 * 3_600), "8:00");
/// assert!("decimal:9".parse::<Hours>().is_err());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hours {
    /// Hours and minutes, with seconds where they are not whole minutes. Exact.
    #[default]
    HoursMinutes,
    /// Whole seconds. Exact.
    Seconds,
    /// Minutes, half a minute rounded up.
    Minutes,
    /// Hours with this many decimals (at most 6), half a last digit rounded up. Each figure is rounded by itself, so
    /// that rounded lines need not add up to the rounded total.
    Decimal(u8),
}

impl Hours {
    /// A length of seconds.
    pub fn write(self, seconds: u64) -> String {
        match self {
            Hours::Seconds => seconds.to_string(),
            Hours::Minutes => ((seconds + 30) / 60).to_string(),
            Hours::HoursMinutes => {
                let (hours, minutes, rest) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
                match rest {
                    0 => format!("{hours}:{minutes:02}"),
                    _ => format!("{hours}:{minutes:02}:{rest:02}"),
                }
            }
            Hours::Decimal(0) => ((seconds + 1_800) / 3_600).to_string(),
            Hours::Decimal(places) => {
                let scale = 10_u64.pow(u32::from(places.min(6)));
                let units = (u128::from(seconds) * u128::from(scale) + 1_800) / 3_600;
                let (whole, part) = (units / u128::from(scale), units % u128::from(scale));
                format!("{whole}.{part:0width$}", width = usize::from(places.min(6)))
            }
        }
    }

    /// How the figures are to be read, for a header.
    pub fn describe(self) -> &'static str {
        match self {
            Hours::HoursMinutes => "hours:minutes, exact",
            Hours::Seconds => "seconds, exact",
            Hours::Minutes => "minutes, half up",
            Hours::Decimal(_) => "hours, each figure rounded half up",
        }
    }
}

/// The word is none of those that [`Hours`] knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("hours are written as `hh:mm`, `seconds`, `minutes`, or `decimal:0` to `decimal:6`")]
pub struct HoursError;

impl FromStr for Hours {
    type Err = HoursError;

    fn from_str(text: &str) -> Result<Hours, HoursError> {
        match text {
            "hh:mm" => Ok(Hours::HoursMinutes),
            "seconds" => Ok(Hours::Seconds),
            "minutes" => Ok(Hours::Minutes),
            "decimal" => Ok(Hours::Decimal(2)),
            text => {
                let places = text.strip_prefix("decimal:").and_then(|places| places.parse().ok());
                places.filter(|places| *places <= 6).map(Hours::Decimal).ok_or(HoursError)
            }
        }
    }
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Hours::HoursMinutes => f.write_str("hh:mm"),
            Hours::Seconds => f.write_str("seconds"),
            Hours::Minutes => f.write_str("minutes"),
            Hours::Decimal(places) => write!(f, "decimal:{places}"),
        }
    }
}
