//! When a document that the Centre did not take is sent again, and how many are under way at once. Serves promise 3 of
//! the house: no answer is waited for without end, a "later" as often as the table of errors says, and nothing is dropped.
//! And it keeps the peace: a Centre that is gone is asked with one document at a time, and one that comes back is not met
//! by all that waits at once.

use chrono::{DateTime, Duration, Utc};
use kanta::errors::{self, Class, Known};

/// How sending is paced: what a workstation is set to.
#[derive(Debug, Clone, Copy)]
pub struct Round {
    /// At most so many documents.
    pub most: usize,
    /// The first wait after no answer came.
    pub retry: Duration,
    /// The longest wait, also where the table of errors says more.
    pub retry_most: Duration,
}

/// The record itself lets nothing wait longer.
const LONGEST: Duration = Duration::hours(1);

impl Round {
    /// The wait before the next try, when `tries` of this kind were made and the first wait is `first`: doubled each time
    /// up to the longest, and spread by a random byte over a quarter of itself, so that a Centre that comes back does not
    /// meet all pharmacies at once. The first wait is never shorter than `first` while the longest allows.
    pub fn wait(&self, first: Duration, tries: u32, random: u8) -> Duration {
        let longest = self.retry_most.clamp(Duration::zero(), LONGEST);
        let doublings = tries.saturating_sub(1).min(20);
        let whole = first.clamp(Duration::zero(), LONGEST) * 2_i32.saturating_pow(doublings);
        let whole = whole.min(longest);
        let spread = |wait: Duration| wait / 4 * i32::from(random) / 256;
        (whole + spread(whole)).min(longest - spread(longest))
    }
}

/// What becomes of a document that the Centre did not take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is sent again after this wait.
    Again(Duration),
    /// It was put off as often as the table of errors allows: a person is asked.
    GivenUp,
    /// A person is asked at once.
    Person,
}

/// What had come before a try that the Centre did not take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Before {
    /// How often the document was handed to a sender, this time counted in.
    pub attempts: u32,
    /// How often the Centre has put it off, this time counted in.
    pub put_off: u32,
    /// How many times in a row there was trouble with any document, this time counted in ([`Pace::next_trouble`]).
    pub troubles: u32,
}

impl Round {
    /// After no answer, or none that can be read: the document may have arrived, and sending it again is harmless.
    pub fn after_silence(&self, before: Before, random: [u8; 2]) -> (Fate, Heard) {
        let [one, all] = random;
        let wait = self.wait(self.retry, before.attempts, one);
        (Fate::Again(wait), Heard::Silence(self.wait(self.retry, before.troubles, all)))
    }

    /// After the Centre said no, with these codes and in this time: not now, or not at all. Several codes can come at once:
    /// the strictest decides.
    pub fn after_refusal<'a>(
        &self,
        codes: impl Iterator<Item = &'a str> + Clone,
        took: Duration,
        before: Before,
        random: [u8; 2],
    ) -> (Fate, Heard) {
        let [one, all] = random;
        let overloaded = |code| matches!(errors::look_up(code), Some(Known::Busy | Known::Unavailable));
        let Class::Later { after_s, tries_at_most } = errors::class_of_all(codes.clone()) else {
            return (Fate::Person, Heard::Answer(took));
        };
        let first = Duration::seconds(after_s.into());
        let heard = match codes.clone().any(overloaded) {
            true => Heard::Busy(self.wait(first, before.troubles, all)),
            false => Heard::Answer(took),
        };
        match before.put_off >= tries_at_most {
            true => (Fate::GivenUp, heard),
            false => (Fate::Again(self.wait(first, before.put_off, one)), heard),
        }
    }
}

/// What a sender heard of one document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// The Centre answered for this document, yes or no, and took so long: it works, and has more to do the longer it took.
    Answer(Duration),
    /// No answer, which concerns all documents: after this wait one is tried, or as soon as the Centre answers anything else.
    Silence(Duration),
    /// The Centre has too much to do, which concerns all documents too: after this wait one is tried, and not before.
    Busy(Duration),
    /// Nothing: the document was not sent after all.
    Nothing,
}

/// An answer within this time is quick, and so is one that took twice as long as the quickest: the Centre has room for more.
const QUICK: Duration = Duration::milliseconds(100);

/// No answer is waited for longer than this (`centre.timeout_ms`).
pub const LONGEST_ANSWER: Duration = Duration::minutes(2);

/// A slow Centre is left alone for this long at the most.
const LONGEST_REST: Duration = Duration::minutes(1);

/// What came together in a time of silence is sent over an eighty-second part of that time, so that the sum of all
/// workstations stays within what the Centre can do, without any of them knowing how many there are: a Centre that bears
/// some ninety times what comes in the hours of work (docs/reliability.md) is used to nine tenths while a country comes back.
const OVER_A_PART: i32 = 82;

/// A longer silence than this makes no wider gap: the clock may have been set meanwhile.
const LONGEST_SILENCE: Duration = Duration::hours(12);

/// What a workstation saves while it catches up waits no longer than this for its place.
const LONGEST_GAP: Duration = Duration::seconds(10);

/// What waited is sent with gaps.
#[derive(Debug, Clone, Copy)]
struct CatchingUp {
    /// From one document to the next.
    gap: Duration,
    /// So many still go that way, at the most.
    left: u64,
    /// From when the next may go.
    next: DateTime<Utc>,
}

/// What all senders of one workstation share: how many documents may be under way at once, and from when.
///
/// While all is well, `most`. After trouble nobody sends for a while, then one alone (a probe); trouble again waits
/// longer, and each quick answer lets one more go at once, so that a Centre that comes back is met by 1, 2, 3 … documents
/// of a workstation and only while it answers. A slow answer leaves one sender, and rests the longer the slower it was:
/// all workstations together so find the rate at which the Centre keeps up, before it has to turn anybody away.
///
/// That notices too much after it has come. What waited through a silence is therefore spread from the beginning: the longer
/// the silence, the longer the time over which it is sent ([`Pace::comes_back`]).
#[derive(Debug, Clone)]
pub struct Pace {
    most: u32,
    width: u32,
    under_way: u32,
    troubles: u32,
    not_before: Option<DateTime<Utc>>,
    /// The quickest answer there was.
    quickest: Option<Duration>,
    /// What is waited for is that the Centre has less to do.
    busy: bool,
    /// Raised by every trouble: what was under way then tells of the time before it.
    turn: u64,
    /// Since when there is nothing but trouble.
    troubled_since: Option<DateTime<Utc>>,
    /// The trouble is over, and lasted so long: what waited is not counted yet.
    silence: Option<Duration>,
    catching_up: Option<CatchingUp>,
}

/// That a document may go. Handed back with what was heard.
#[derive(Debug, PartialEq, Eq)]
pub struct Turn(u64);

impl Pace {
    /// A pace of at most so many at once, one at least.
    pub fn new(most: u32) -> Self {
        let most = most.max(1);
        Self {
            most,
            width: most,
            under_way: 0,
            troubles: 0,
            not_before: None,
            quickest: None,
            busy: false,
            turn: 0,
            troubled_since: None,
            silence: None,
            catching_up: None,
        }
    }

    /// How many more may go now.
    pub fn room(&self, now: DateTime<Utc>) -> usize {
        // A time further away than any wait is a clock that was set back.
        let closed = self.not_before.is_some_and(|until| now < until && until <= now + LONGEST);
        let room = self.width.saturating_sub(self.under_way) as usize;
        match self.catching_up {
            _ if closed => 0,
            Some(CatchingUp { next, .. }) if now < next && next <= now + LONGEST_GAP => 0,
            Some(_) => room.min(1),
            None => room,
        }
    }

    /// One goes.
    pub fn begin(&mut self, now: DateTime<Utc>) -> Turn {
        self.under_way = self.under_way.saturating_add(1);
        if let Some(catching_up) = &mut self.catching_up {
            catching_up.left = catching_up.left.saturating_sub(1);
            catching_up.next = now + catching_up.gap;
        }
        self.catching_up = self.catching_up.filter(|catching_up| catching_up.left > 0);
        Turn(self.turn)
    }

    /// Whether a silence has just ended, so that what waited is to be counted ([`Pace::comes_back`]).
    pub fn is_back(&self) -> bool {
        self.silence.is_some()
    }

    /// A silence has ended, and so many documents wait: they go with gaps, over a time that is the longer the longer the
    /// silence was. What an earlier silence left to catch up is not sent sooner for it.
    pub fn comes_back(&mut self, waiting: u64, now: DateTime<Utc>) {
        let Some(silence) = self.silence.take() else { return };
        let parts = i32::try_from(waiting).unwrap_or(i32::MAX).max(1);
        let gap = (silence.clamp(Duration::zero(), LONGEST_SILENCE) / OVER_A_PART / parts).min(LONGEST_GAP);
        let gap = self.catching_up.map_or(gap, |earlier| earlier.gap.max(gap));
        // What is saved meanwhile takes places too; twice what waited is far more than comes.
        self.catching_up =
            (waiting > 0).then_some(CatchingUp { gap, left: waiting.saturating_mul(2), next: now + gap });
    }

    /// One might have gone, and nothing was there to send: there is nothing to catch up with any more.
    pub fn has_caught_up(&mut self) {
        self.catching_up = None;
    }

    /// How many times in a row there was trouble, the next one counted in: by it a wait is chosen.
    pub fn next_trouble(&self) -> u32 {
        self.troubles.saturating_add(1)
    }

    /// What was heard of one that went.
    pub fn end(&mut self, turn: &Turn, heard: Heard, now: DateTime<Utc>) {
        self.under_way = self.under_way.saturating_sub(1);
        // Several that were under way when the trouble came are one trouble, and an answer from before it is old news.
        if turn.0 != self.turn {
            return;
        }
        match heard {
            Heard::Answer(took) => {
                // No transport waits so long: meanwhile the clock was set, and how long it took is not known.
                let known = (Duration::zero()..=LONGEST_ANSWER).contains(&took);
                let quickest =
                    if known { Some(self.quickest.map_or(took, |one| one.min(took))) } else { self.quickest };
                self.quickest = quickest;
                self.troubles = 0;
                if let Some(since) = self.troubled_since.take() {
                    self.silence = Some(now - since);
                }
                let quick = QUICK.max(quickest.unwrap_or_default() * 2);
                (self.width, self.busy, self.not_before) = if !known || took <= quick {
                    (self.width.saturating_add(1).min(self.most), false, None)
                } else {
                    (1, true, Some(now + rest_after(took, quick)))
                };
            }
            Heard::Silence(wait) | Heard::Busy(wait) => {
                self.busy = matches!(heard, Heard::Busy(_));
                self.turn = self.turn.wrapping_add(1);
                self.width = 1;
                self.troubles = self.next_trouble();
                self.troubled_since.get_or_insert(now);
                // Before the document that met the trouble is due again, so that another one is the probe: one that
                // alone is never answered must not hold all others.
                self.not_before = Some(now + wait / 4 * 3);
            }
            Heard::Nothing => {}
        }
    }

    /// The Centre, which was silent, answered something else than a document: one may go now. Whether that was not so
    /// before.
    pub fn knock(&mut self) -> bool {
        !self.busy && self.not_before.take().is_some()
    }

    /// When the next may go, if not now.
    pub fn opens_at(&self) -> Option<DateTime<Utc>> {
        self.not_before.max(self.catching_up.map(|catching_up| catching_up.next))
    }
}

/// How long a Centre is left alone that took so long: twice as slow, four times as long.
fn rest_after(took: Duration, quick: Duration) -> Duration {
    let (took, quick) = (took.num_milliseconds(), quick.num_milliseconds().max(1));
    let rest = took.saturating_mul(took).saturating_mul(4) / quick;
    Duration::milliseconds(rest.min(LONGEST_REST.num_milliseconds()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(retry_most: Duration) -> Round {
        Round { most: 16, retry: Duration::milliseconds(500), retry_most }
    }

    #[test]
    fn the_first_wait_is_what_the_table_says_and_then_it_doubles_up_to_the_longest() {
        let round = round(Duration::minutes(1));
        let waits: Vec<i64> = (1..=6).map(|n| round.wait(Duration::seconds(10), n, 0).num_seconds()).collect();
        assert_eq!(waits, [10, 20, 40, 60, 60, 60]);
        let spread: Vec<i64> = (1..=6).map(|n| round.wait(Duration::seconds(10), n, 255).num_milliseconds()).collect();
        assert_eq!(
            spread,
            [12_490, 24_980, 45_058, 45_058, 45_058, 45_058],
            "never beyond the longest, never all at once"
        );
    }

    #[test]
    fn whatever_is_set_and_however_often_the_wait_is_within_its_bounds() {
        for most in [Duration::zero(), Duration::seconds(1), Duration::minutes(1), Duration::hours(1), Duration::MAX] {
            for first in [Duration::zero(), Duration::milliseconds(200), Duration::seconds(10), Duration::MAX] {
                for tries in [0, 1, 2, 10, 500, u32::MAX] {
                    for random in [0, 1, 128, 255] {
                        let wait = round(most).wait(first, tries, random);
                        assert!(
                            wait >= Duration::zero() && wait <= most.min(LONGEST),
                            "{most} {first} {tries} {random}"
                        );
                        let roomy = first.checked_mul(2).is_some_and(|twice| twice <= most.min(LONGEST));
                        assert!(!roomy || wait >= first, "{most} {first} {tries} {random}: {wait}");
                    }
                }
            }
        }
    }

    #[test]
    fn after_trouble_one_alone_is_tried_and_each_answer_lets_one_more_go() {
        let now = DateTime::UNIX_EPOCH;
        let mut pace = Pace::new(4);
        assert_eq!(pace.room(now), 4);
        let turns: Vec<Turn> = (0..4).map(|_| pace.begin(now)).collect();
        assert_eq!(pace.room(now), 0);
        // Four under way when the Centre goes are one trouble; what one of them heard before it opens nothing.
        pace.end(&turns[0], Heard::Silence(Duration::seconds(4)), now);
        pace.end(&turns[1], Heard::Silence(Duration::seconds(4)), now);
        pace.end(&turns[2], Heard::Answer(Duration::zero()), now);
        assert_eq!((pace.room(now), pace.next_trouble()), (0, 2));
        assert_eq!(pace.opens_at(), Some(now + Duration::seconds(3)));
        let later = now + Duration::seconds(3);
        assert_eq!(pace.room(later), 0, "the last of the four is still under way");
        pace.end(&turns[3], Heard::Nothing, now);
        assert_eq!(pace.room(later), 1);
        let probe = pace.begin(later);
        assert_eq!(pace.room(later), 0);
        pace.end(&probe, Heard::Silence(Duration::seconds(8)), later);
        assert_eq!((pace.room(later + Duration::seconds(5)), pace.next_trouble()), (0, 3));
        let back = later + Duration::seconds(6);
        let mut widths = vec![];
        for _ in 0..5 {
            widths.push(pace.room(back));
            let turn = pace.begin(back);
            pace.end(&turn, Heard::Answer(Duration::zero()), back);
        }
        assert_eq!((widths, pace.next_trouble()), (vec![1, 2, 3, 4, 4], 1));
    }

    #[test]
    fn a_clock_that_was_set_back_holds_nothing_and_a_knock_opens_for_one() {
        let now = DateTime::UNIX_EPOCH;
        let mut pace = Pace::new(4);
        let turn = pace.begin(now);
        pace.end(&turn, Heard::Silence(Duration::minutes(1)), now);
        assert_eq!((pace.room(now), pace.room(now - Duration::days(1))), (0, 1));
        assert!(pace.knock() && !pace.knock());
        assert_eq!(pace.room(now), 1);
        // One that has too much to do is left alone, whatever else it still answers.
        let turn = pace.begin(now);
        pace.end(&turn, Heard::Busy(Duration::minutes(1)), now);
        assert!(!pace.knock());
        assert_eq!((pace.room(now), pace.room(now + Duration::seconds(45))), (0, 1));
    }

    #[test]
    fn a_clock_that_is_set_while_the_centre_answers_makes_it_no_slower() {
        let now = DateTime::UNIX_EPOCH;
        for jump in [Duration::days(5), Duration::days(-5), Duration::MAX, Duration::MIN] {
            let mut pace = Pace::new(4);
            let turn = pace.begin(now);
            pace.end(&turn, Heard::Answer(jump), now);
            assert_eq!((pace.room(now), pace.opens_at()), (4, None), "{jump}");
        }
    }

    /// A pace after so long a silence, with so many waiting when it ended, and the moment of its end.
    fn back(silence: Duration, waiting: u64) -> (Pace, DateTime<Utc>) {
        let (mut pace, gone) = (Pace::new(4), DateTime::UNIX_EPOCH);
        let turn = pace.begin(gone);
        pace.end(&turn, Heard::Silence(Duration::seconds(1)), gone);
        let back = gone + silence;
        let probe = pace.begin(back);
        pace.end(&probe, Heard::Answer(Duration::zero()), back);
        assert!(pace.is_back());
        pace.comes_back(waiting, back);
        assert!(!pace.is_back());
        (pace, back)
    }

    #[test]
    fn what_waited_through_a_silence_goes_with_gaps_one_by_one_whoever_waits_with_how_much() {
        // Five hours and 36 minutes are 82 times 246 seconds.
        let silence = Duration::seconds(82 * 246);
        for (waiting, gap) in [(123, Duration::seconds(2)), (246, Duration::seconds(1)), (3, LONGEST_GAP)] {
            let (mut pace, mut now) = back(silence, waiting);
            for _ in 0..waiting * 2 {
                assert_eq!((pace.room(now), pace.opens_at()), (0, Some(now + gap)), "{waiting}");
                assert_eq!(pace.room(now - Duration::days(1)), 1, "a clock that was set back holds nothing");
                now += gap;
                assert_eq!(pace.room(now), 1);
                let turn = pace.begin(now);
                pace.end(&turn, Heard::Answer(Duration::zero()), now);
            }
            assert_eq!(pace.room(now), 4, "twice what waited has gone");
        }
    }

    #[test]
    fn a_short_silence_makes_no_gap_worth_the_name_and_who_has_caught_up_goes_on_as_ever() {
        let (pace, now) = back(Duration::seconds(10), 100);
        assert!(pace.opens_at().unwrap() - now < Duration::milliseconds(2));
        let (mut pace, now) = back(Duration::hours(5), 100);
        pace.has_caught_up();
        assert!(pace.room(now) > 1);
        let (mut pace, now) = back(Duration::hours(5), 0);
        assert!(pace.room(now) > 1, "nothing waited");
        // Trouble in the midst of it, and few are left: they go no faster for that.
        pace.catching_up = Some(CatchingUp { gap: Duration::seconds(3), left: 5, next: now });
        let turn = pace.begin(now);
        pace.end(&turn, Heard::Silence(Duration::seconds(1)), now);
        let turn = pace.begin(now + Duration::seconds(3));
        pace.end(&turn, Heard::Answer(Duration::zero()), now + Duration::seconds(3));
        pace.comes_back(4, now + Duration::seconds(3));
        assert_eq!(pace.opens_at(), Some(now + Duration::seconds(6)));
    }

    #[test]
    fn a_clock_that_was_set_during_a_silence_makes_no_gap_beyond_the_longest() {
        for silence in [Duration::days(400), Duration::days(-400)] {
            let (pace, now) = back(silence, 2);
            assert!(pace.opens_at().is_some_and(|at| now <= at && at <= now + LONGEST_GAP));
        }
    }

    #[test]
    fn a_slow_centre_is_met_by_one_and_rests_the_longer_the_slower_it_is() {
        let now = DateTime::UNIX_EPOCH;
        let mut pace = Pace::new(4);
        let turn = pace.begin(now);
        pace.end(&turn, Heard::Answer(Duration::milliseconds(40)), now);
        for (took, rest) in [(200, 1_600), (400, 6_400), (10_000, 60_000), (120_000, 60_000)] {
            let turn = pace.begin(now);
            pace.end(&turn, Heard::Answer(Duration::milliseconds(took)), now);
            assert_eq!(pace.opens_at(), Some(now + Duration::milliseconds(rest)), "{took}");
            assert!(!pace.knock(), "it answers, and has too much to do");
            assert_eq!((pace.room(now), pace.room(now + Duration::milliseconds(rest))), (0, 1));
        }
        let turn = pace.begin(now);
        pace.end(&turn, Heard::Answer(QUICK), now);
        assert_eq!(pace.room(now), 2);
        // One that never is quicker is as quick as it can be.
        let mut pace = Pace::new(4);
        for took in [2_000, 3_000, 4_000] {
            let turn = pace.begin(now);
            pace.end(&turn, Heard::Answer(Duration::milliseconds(took)), now);
            assert_eq!((pace.room(now), pace.opens_at()), (4, None));
        }
    }
}
