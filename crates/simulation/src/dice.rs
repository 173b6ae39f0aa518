//! The one source of chance of a schedule: the same seed, the same throws.

use fault_fs::Random;

/// Dice that fall the same way for the same seed.
pub struct Dice(Random);

impl Dice {
    /// Dice of a seed; `purpose` keeps several dice of one seed apart.
    pub fn new(seed: u64, purpose: u64) -> Self {
        let mut first = Random(seed);
        Self(Random(first.number() ^ purpose.wrapping_mul(0xd134_2543_de82_ef95)))
    }

    /// A number below `end`; 0 where that is 0.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0.number().checked_rem(end).unwrap_or(0)
    }

    /// A number from `least` to `most`, both possible.
    pub fn between(&mut self, least: i64, most: i64) -> i64 {
        let span = u64::try_from(most.saturating_sub(least)).unwrap_or(0).saturating_add(1);
        least.saturating_add(i64::try_from(self.below(span)).unwrap_or(0))
    }

    /// Whether something happens that happens so many times in a thousand.
    pub fn in_a_thousand(&mut self, times: u64) -> bool {
        self.below(1000) < times
    }

    /// Fills bytes.
    pub fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            *byte = self.0.number().to_le_bytes()[0];
        }
    }

    /// A seed for something else.
    pub fn seed(&mut self) -> u64 {
        self.0.number()
    }
}
