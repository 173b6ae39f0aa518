//! Chance that a seed repeats, and the course of a pharmacy's day.

/// Numbers by chance (SplitMix64): the same seed, the same numbers.
pub struct Chance(u64);

impl Chance {
    /// From a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// One of so many, from 0.
    pub fn below(&mut self, many: u64) -> u64 {
        if many == 0 { 0 } else { self.next() % many }
    }

    /// Whether something of so many in a thousand happens.
    pub fn permille(&mut self, many: u64) -> bool {
        self.below(1000) < many
    }

    /// Two bytes, as `counter::pacing` wants them.
    pub fn bytes(&mut self) -> [u8; 2] {
        let [a, b, ..] = self.next().to_le_bytes();
        [a, b]
    }
}

/// How a Monday's customers come, hour by hour from 8 to 20: the morning after a weekend, noon, and the way home.
const DAY: [(u64, u64); 12] =
    [(8, 5), (9, 9), (10, 11), (11, 11), (12, 9), (13, 9), (14, 9), (15, 10), (16, 11), (17, 8), (18, 5), (19, 3)];

/// A moment of the day by that course, microseconds from midnight.
pub fn moment_of_the_day(chance: &mut Chance) -> u64 {
    let mut left = chance.below(DAY.iter().map(|(_, weight)| weight).sum());
    let mut hour = 8;
    for (from, weight) in DAY {
        hour = from;
        if left < weight {
            break;
        }
        left -= weight;
    }
    hour * 3_600_000_000 + chance.below(3_600_000_000)
}
