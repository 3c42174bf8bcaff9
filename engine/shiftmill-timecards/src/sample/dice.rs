//! Whole-number chance from a seed.

/// SplitMix64 (Steele, Lea and Flood, 2014): small, even, and the same everywhere.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// Dice for one of many under the same seed.
    pub fn new(seed: u64, number: u64) -> Dice {
        let mut dice = Dice(seed ^ number.wrapping_mul(0xD1B5_4A32_D192_ED03));
        dice.throw();
        dice
    }

    fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from `least` to `most`, both possible.
    pub fn between(&mut self, least: i32, most: i32) -> i32 {
        let choices = u64::from(most.abs_diff(least)) + 1;
        least + (self.throw() % choices) as i32
    }

    /// True so many times in a thousand.
    pub fn per_mille(&mut self, times: i32) -> bool {
        self.between(0, 999) < times
    }
}
