//! What strikes when, from one number: the same seed gives the same blows.

use fail_point::Point;

/// A small generator of numbers (splitmix64), so that a run can be repeated.
pub struct Chance(pub u64);

impl Chance {
    /// A number below `end`; 0 where there is none.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut number = self.0;
        number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (number ^ (number >> 31)).checked_rem(end).unwrap_or_default()
    }

    /// A whole number below `end`.
    fn small(&mut self, end: u32) -> u32 {
        u32::try_from(self.below(end.into())).unwrap_or_default()
    }

    fn shuffled<T: Copy>(&mut self, of: &[T]) -> Vec<T> {
        let (mut rest, mut out) = (of.to_vec(), Vec::with_capacity(of.len()));
        while !rest.is_empty() {
            let at = usize::try_from(self.below(rest.len() as u64)).unwrap_or_default();
            out.push(rest.swap_remove(at));
        }
        out
    }
}

/// Which program dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whom {
    /// The pharmacy's program.
    App,
    /// The Prescription Centre.
    Centre,
}

/// How and when a program is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blow {
    /// At a named point, after it was passed so many times.
    Point(Point, u32),
    /// At a moment that has nothing to do with what it does: so many milliseconds from now.
    Moment(Whom, u64),
}

impl Blow {
    /// What the table calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Point(point, _) => point.name(),
            Self::Moment(Whom::App, _) => "app, at any moment",
            Self::Moment(Whom::Centre, _) => "centre, at any moment",
        }
    }
}

/// Every point there is, in random order and again and again, and random moments between them.
pub struct Blows {
    chance: Chance,
    points: Vec<Point>,
    deck: Vec<Point>,
    moment_next: bool,
}

impl Blows {
    /// All blows of a seed, at these points.
    pub fn of(seed: u64, points: &[Point]) -> Self {
        Self { chance: Chance(seed), points: points.to_vec(), deck: Vec::new(), moment_next: false }
    }

    /// The next one.
    pub fn draw(&mut self) -> Blow {
        self.moment_next = !self.moment_next;
        if !self.moment_next {
            let whom = if self.chance.below(2) == 0 { Whom::App } else { Whom::Centre };
            return Blow::Moment(whom, self.chance.below(350));
        }
        if self.deck.is_empty() {
            self.deck = self.chance.shuffled(&self.points);
        }
        let Some(point) = self.deck.pop() else { return Blow::Moment(Whom::App, 50) };
        Blow::Point(point, self.chance.small(passes(point)))
    }

    /// For what else is left to chance.
    pub fn chance(&mut self) -> &mut Chance {
        &mut self.chance
    }
}

/// How often a point is passed in one dispensation, about: any of these times may be the one.
fn passes(point: Point) -> u32 {
    match point {
        Point::RecordBeforeCommit | Point::RecordCommitted => 5,
        Point::CentreReceived | Point::CentreBeforeAnswer | Point::CentreBeforeCommit | Point::CentreCommitted => 3,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_blows_and_every_point_has_its_turn() {
        let of = |seed| {
            let mut blows = Blows::of(seed, Point::ALL);
            (0..2 * Point::ALL.len()).map(|_| blows.draw()).collect::<Vec<_>>()
        };
        assert_eq!(of(7), of(7));
        assert_ne!(of(7), of(8));
        let mut points: Vec<_> = of(9).into_iter().filter(|blow| matches!(blow, Blow::Point(..))).collect();
        points.sort_by_key(|blow| blow.name());
        points.dedup_by_key(|blow| blow.name());
        assert_eq!(points.len(), Point::ALL.len());
    }
}
