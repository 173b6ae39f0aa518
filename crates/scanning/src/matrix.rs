//! A GS1 DataMatrix (ISO/IEC 16022, ECC 200) to be shown on a screen and scanned from it: the self-test code. Square symbols of
//! one region, text in ASCII encodation; a longer text has no picture here.

use crate::transport::GS;

/// Symbols of one region: modules on a side, codewords of data, codewords of correction.
const SIZES: [(usize, usize, usize); 9] = [
    (10, 3, 5),
    (12, 5, 7),
    (14, 8, 10),
    (16, 12, 12),
    (18, 18, 14),
    (20, 22, 18),
    (22, 30, 20),
    (24, 36, 24),
    (26, 44, 28),
];

/// Function 1: at the beginning it says GS1, later it is the separator.
const FNC1: u8 = 232;
/// The first codeword after the data.
const PAD: u8 = 129;
/// The polynomial of the field of 256.
const FIELD: u16 = 0x12d;

/// The modules of a code, row by row from the top, dark ones true; without the quiet zone of at least one light module on each
/// side. Nothing where the text is too long or holds what ASCII does not.
pub fn data_matrix(text: &str) -> Option<Vec<Vec<bool>>> {
    let mut words = codewords(text)?;
    let &(side, data, correction) = SIZES.iter().find(|(_, data, _)| *data >= words.len())?;
    pad(&mut words, data);
    words.extend(remainder(&words, correction));
    let placed = Placement::of(side - 2, &words);
    let module = |row: usize, column: usize| match (row, column) {
        // The finder: solid at the left and at the foot, every other one dark at the top and at the right.
        (_, 0) => true,
        (row, _) if row + 1 == side => true,
        (0, column) => column % 2 == 0,
        (row, column) if column + 1 == side => row % 2 == 1,
        (row, column) => placed.is_dark(row - 1, column - 1),
    };
    Some((0..side).map(|row| (0..side).map(|column| module(row, column)).collect()).collect())
}

/// ASCII encodation: two digits are one codeword, a character its value and one.
fn codewords(text: &str) -> Option<Vec<u8>> {
    let mut words = vec![FNC1];
    let mut rest = text.bytes().peekable();
    while let Some(byte) = rest.next() {
        let next = rest.peek().copied().filter(u8::is_ascii_digit);
        words.push(match (byte, next) {
            (b'0'..=b'9', Some(next)) => {
                rest.next();
                130 + (byte - b'0') * 10 + (next - b'0')
            }
            (byte, _) if char::from(byte) == GS => FNC1,
            (0..=127, _) => byte + 1,
            _ => return None,
        });
    }
    Some(words)
}

/// Fills up with codewords that look like chance.
fn pad(words: &mut Vec<u8>, length: usize) {
    if words.len() < length {
        words.push(PAD);
    }
    while words.len() < length {
        let position = words.len() + 1;
        let value = usize::from(PAD) + (149 * position) % 253 + 1;
        words.push(u8::try_from(if value > 254 { value - 254 } else { value }).unwrap_or(PAD));
    }
}

/// The codewords of correction (Reed–Solomon, roots from the first power on).
fn remainder(words: &[u8], length: usize) -> Vec<u8> {
    let mut generator = vec![1_u8];
    let mut root = 1;
    for _ in 0..length {
        root = product(root, 2);
        let before = generator.clone();
        generator.extend([0]);
        for (coefficient, lower) in generator.iter_mut().skip(1).zip(&before) {
            *coefficient ^= product(*lower, root);
        }
    }
    let mut rest = vec![0; length];
    for word in words {
        let factor = word ^ rest.first().copied().unwrap_or_default();
        rest.rotate_left(1);
        if let Some(last) = rest.last_mut() {
            *last = 0;
        }
        for (coefficient, of_generator) in rest.iter_mut().zip(generator.iter().skip(1)) {
            *coefficient ^= product(*of_generator, factor);
        }
    }
    rest
}

/// The product in the field.
fn product(one: u8, other: u8) -> u8 {
    let mut sum = 0_u16;
    for bit in (0..8).rev() {
        sum <<= 1;
        if sum & 0x100 != 0 {
            sum ^= FIELD;
        }
        if other >> bit & 1 == 1 {
            sum ^= u16::from(one);
        }
    }
    u8::try_from(sum & 0xff).unwrap_or_default()
}

/// Where the bits of the codewords lie (annex F of the standard): each codeword is a shape of eight modules, laid along diagonals
/// that go up and down; at four corners the shape is another.
struct Placement<'a> {
    side: i32,
    words: &'a [u8],
    dark: Vec<Option<bool>>,
}

/// Row and column of a module.
type Place = (i32, i32);

/// A codeword's modules from its last one, the highest bit first.
const SHAPE: [Place; 8] = [(-2, -2), (-2, -1), (-1, -2), (-1, -1), (-1, 0), (0, -2), (0, -1), (0, 0)];

impl<'a> Placement<'a> {
    fn of(side: usize, words: &'a [u8]) -> Self {
        let mut placement =
            Self { side: i32::try_from(side).unwrap_or_default(), words, dark: vec![None; side * side] };
        placement.lay();
        placement
    }

    fn is_dark(&self, row: usize, column: usize) -> bool {
        let side = usize::try_from(self.side).unwrap_or_default();
        self.dark.get(row * side + column).copied().flatten().unwrap_or_default()
    }

    fn lay(&mut self) {
        let n = self.side;
        let (mut word, mut row, mut column) = (0, 4, 0);
        loop {
            for (at, corner) in self.corners() {
                if (row, column) == at {
                    self.put_all(word, corner);
                    word += 1;
                }
            }
            loop {
                if row < n && column >= 0 && self.is_free(row, column) {
                    self.put_shape(word, row, column);
                    word += 1;
                }
                (row, column) = (row - 2, column + 2);
                if row < 0 || column >= n {
                    break;
                }
            }
            (row, column) = (row + 1, column + 3);
            loop {
                if row >= 0 && column < n && self.is_free(row, column) {
                    self.put_shape(word, row, column);
                    word += 1;
                }
                (row, column) = (row + 2, column - 2);
                if row >= n || column < 0 {
                    break;
                }
            }
            (row, column) = (row + 3, column + 1);
            if row >= n && column >= n {
                break;
            }
        }
        // What no codeword reaches, at the lower right: dark on the diagonal.
        if self.is_free(n - 1, n - 1) {
            self.put(n - 1, n - 1, true);
            self.put(n - 2, n - 2, true);
        }
    }

    /// The places at which the shape is another, and its modules, the highest bit first. Of the squares of one region only two
    /// of the standard's four occur.
    fn corners(&self) -> Vec<(Place, [Place; 8])> {
        let n = self.side;
        let first = [(n - 1, 0), (n - 1, 1), (n - 1, 2), (0, n - 2), (0, n - 1), (1, n - 1), (2, n - 1), (3, n - 1)];
        let second = [(n - 3, 0), (n - 2, 0), (n - 1, 0), (0, n - 4), (0, n - 3), (0, n - 2), (0, n - 1), (1, n - 1)];
        let mut corners = vec![((n, 0), first)];
        if n % 4 != 0 {
            corners.push(((n - 2, 0), second));
        }
        corners
    }

    fn put_shape(&mut self, word: usize, row: i32, column: i32) {
        self.put_all(word, SHAPE.map(|(down, right)| (row + down, column + right)));
    }

    fn put_all(&mut self, word: usize, places: [Place; 8]) {
        let value = self.words.get(word).copied().unwrap_or_default();
        for (bit, (row, column)) in places.into_iter().enumerate() {
            self.put(row, column, value >> (7 - bit) & 1 == 1);
        }
    }

    /// Lays a module; beyond an edge it comes back at the other side, shifted.
    fn put(&mut self, mut row: i32, mut column: i32, dark: bool) {
        let n = self.side;
        if row < 0 {
            (row, column) = (row + n, column + 4 - (n + 4) % 8);
        }
        if column < 0 {
            (row, column) = (row + 4 - (n + 4) % 8, column + n);
        }
        if let Some(module) = self.at(row, column).and_then(|at| self.dark.get_mut(at)) {
            *module = Some(dark);
        }
    }

    fn is_free(&self, row: i32, column: i32) -> bool {
        self.at(row, column).and_then(|at| self.dark.get(at)) == Some(&None)
    }

    fn at(&self, row: i32, column: i32) -> Option<usize> {
        let is_inside = (0..self.side).contains(&row) && (0..self.side).contains(&column);
        is_inside.then(|| usize::try_from(row * self.side + column).ok()).flatten()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::SELF_TEST;

    fn drawn(text: &str) -> String {
        let row = |row: Vec<bool>| row.into_iter().map(|dark| if dark { '#' } else { '.' }).collect::<String>();
        data_matrix(text).unwrap().into_iter().map(row).collect::<Vec<_>>().join("\n")
    }

    /// As an independent reader (zxing-cpp) read it, with as many modules spoilt as its correction bears.
    const SELF_TEST_DRAWN: &str = "\
        #.#.#.#.#.#.#.#.#.#.#.#.\n\
        ##.#.....#.#..#...#.##.#\n\
        #...#..#.....#.#.#...#..\n\
        #.##...#..#..##...##...#\n\
        ###..#...#...#####......\n\
        #....####.#.#.#.########\n\
        #..#.#...###.......#.#..\n\
        #..#.#.####...#.####...#\n\
        ##..#....#.###..##..#.#.\n\
        ##..####..##..#....#.#.#\n\
        #..#.#...#########.#.#..\n\
        #.#..##.#...##...##..###\n\
        #..#.#..#...#.....#..#..\n\
        #.#..#..#..#.#..#.####.#\n\
        ##....#.####.....###....\n\
        ########.##..###......##\n\
        ####.#..####.###.##..#..\n\
        #.....##...#....#.##..##\n\
        ####..#.###.#.#####.#...\n\
        #....###...#.#.##..#...#\n\
        #..###...##.#.#.###.#.#.\n\
        #.#..#.#.....#..#.#.##.#\n\
        ####....#.##...#.##...#.\n\
        ########################";

    #[test]
    fn med_5_3_the_self_test_code_is_drawn_as_a_reader_has_read_it() {
        assert_eq!(drawn(SELF_TEST), SELF_TEST_DRAWN);
    }

    #[test]
    fn a_text_that_has_no_symbol_has_no_picture() {
        assert_eq!(data_matrix("12").map(|rows| rows.len()), Some(10));
        assert_eq!(data_matrix(&"A".repeat(43)).map(|rows| rows.len()), Some(26));
        assert_eq!(data_matrix(&"A".repeat(44)), None);
        assert_eq!(data_matrix("ä"), None);
    }

    #[test]
    fn the_remainder_leaves_nothing_over() {
        let words = codewords(SELF_TEST).unwrap();
        let whole = [words.clone(), remainder(&words, 24)].concat();
        let value_at = |root: u8| whole.iter().fold(0, |value, word| product(value, root) ^ word);
        let mut root = 1;
        for _ in 0..24 {
            root = product(root, 2);
            assert_eq!(value_at(root), 0);
        }
    }

    proptest! {
        #[test]
        fn every_text_that_fits_is_a_square_with_its_finder(text in "[ -~\u{1d}]{0,60}") {
            if let Some(rows) = data_matrix(&text) {
                let side = rows.len();
                prop_assert!(rows.iter().all(|row| row.len() == side && row[0]));
                prop_assert!(rows[side - 1].iter().all(|dark| *dark));
                prop_assert!((0..side).all(|at| rows[0][at] == (at % 2 == 0) && rows[at][side - 1] == (at % 2 == 1)));
            }
        }
    }
}
