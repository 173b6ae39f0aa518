//! What a match costs, and the few that cost least.

use super::Field;

/// One wrong letter more costs more than any field.
pub const ERROR: u32 = 256;
/// Another spelling of the same sound, two words written as one, or a number's middle.
pub const ALIKE: u32 = 128;

/// What it costs that a word stands in a field: the exact VNR first, then name, substance, ATC, strength, size, form,
/// holder; within each, the whole word before its beginning. Few digits mean a strength or size rather than a VNR.
pub fn cost(field: Field, is_whole: bool, typed: usize) -> u32 {
    let of_field = match field {
        Field::Number if is_whole => return 0,
        Field::Number if typed >= 4 => 0,
        Field::Number => 40,
        Field::NameStart => 1,
        Field::Name => 4,
        Field::Substance => 8,
        Field::Atc => 12,
        Field::AtcName => 14,
        Field::Strength => 18,
        Field::Size => 20,
        Field::Form => 24,
        Field::Holder => 28,
    };
    of_field + u32::from(!is_whole)
}

/// The places that cost least, each once; of equal cost, the earlier place.
#[derive(Debug)]
pub struct Best {
    most: usize,
    kept: Vec<(u32, u32)>,
}

impl Best {
    /// At most so many.
    pub fn new(most: usize) -> Self {
        Self { most, kept: Vec::with_capacity(most.saturating_add(1)) }
    }

    /// Keeps it if it is among the best.
    pub fn offer(&mut self, cost: u32, place: u32) {
        let offered = (cost, place);
        if self.is_beyond(cost, place) {
            return;
        }
        match self.kept.iter().position(|&(_, kept)| kept == place) {
            Some(i) if self.kept.get(i).is_some_and(|kept| *kept <= offered) => return,
            Some(i) => drop(self.kept.remove(i)),
            None => {}
        }
        let at = self.kept.partition_point(|kept| *kept < offered);
        self.kept.insert(at, offered);
        self.kept.truncate(self.most);
    }

    /// Whether something at a place is too dear, even if it cost no more than this.
    pub fn is_beyond(&self, cost: u32, place: u32) -> bool {
        self.kept.len() >= self.most && self.kept.last().is_none_or(|worst| (cost, place) >= *worst)
    }

    /// What the cheapest costs.
    pub fn least(&self) -> Option<u32> {
        self.kept.first().map(|&(cost, _)| cost)
    }

    /// Cheapest first.
    pub fn places(&self) -> Vec<u32> {
        self.kept.iter().map(|&(_, place)| place).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_cost_in_a_pharmacists_order() {
        use Field::*;
        assert_eq!(cost(Number, true, 6), 0);
        let order = [Number, NameStart, Name, Substance, Atc, AtcName, Strength, Size, Form, Holder];
        for pair in order.windows(2) {
            assert!(
                cost(pair[0], false, 6) <= cost(pair[1], true, 6),
                "{pair:?}: even the beginning before the whole word"
            );
            assert!(cost(pair[0], true, 6) < cost(pair[1], true, 6), "{pair:?}");
        }
        assert!(cost(Number, false, 3) > cost(Holder, false, 3), "few digits are rather a strength");
        assert!(ALIKE > cost(Holder, false, 3) && ERROR > ALIKE + cost(Number, false, 3), "exact before mistyped");
    }

    #[test]
    fn the_cheapest_are_kept_each_once() {
        let mut best = Best::new(3);
        for (cost, place) in [(5, 1), (4, 2), (9, 3), (3, 1), (4, 9), (7, 1), (4, 0)] {
            best.offer(cost, place);
        }
        assert_eq!(best.places(), [1, 0, 2]);
    }
}
