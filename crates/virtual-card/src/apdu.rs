//! Reads command APDUs as ISO 7816-4 defines them (short form only) and names the answers' status words.
//! Whatever bytes come in, the result is a command or a status word to refuse with.

/// A status word: the last two bytes of every answer.
pub(crate) type Sw = u16;

pub(crate) const OK: Sw = 0x9000;
pub(crate) const MEMORY_FAILURE: Sw = 0x6581;
pub(crate) const WRONG_LENGTH: Sw = 0x6700;
pub(crate) const CHAINING_UNKNOWN: Sw = 0x6884;
pub(crate) const NOT_AN_ELEMENTARY_FILE: Sw = 0x6986;
pub(crate) const SECURITY_NOT_SATISFIED: Sw = 0x6982;
pub(crate) const PIN_BLOCKED: Sw = 0x6983;
pub(crate) const REFERENCE_NOT_USABLE: Sw = 0x6984;
pub(crate) const CONDITIONS_NOT_SATISFIED: Sw = 0x6985;
pub(crate) const WRONG_DATA: Sw = 0x6A80;
pub(crate) const FILE_NOT_FOUND: Sw = 0x6A82;
pub(crate) const WRONG_P1_P2: Sw = 0x6A86;
pub(crate) const REFERENCE_NOT_FOUND: Sw = 0x6A88;
pub(crate) const OFFSET_OUTSIDE: Sw = 0x6B00;
pub(crate) const UNKNOWN_INSTRUCTION: Sw = 0x6D00;
pub(crate) const UNKNOWN_CLASS: Sw = 0x6E00;

/// "63Cx": the verification failed or is due, `left` tries remain.
pub(crate) fn tries_left(left: u8) -> Sw {
    0x63C0 | u16::from(left.min(15))
}

/// A command as the card's logic sees it.
pub(crate) struct Command<'a> {
    pub(crate) ins: u8,
    pub(crate) p1: u8,
    pub(crate) p2: u8,
    pub(crate) data: &'a [u8],
    /// Number of bytes that the caller wants at most; `None` when it asked for none.
    pub(crate) le: Option<usize>,
}

impl<'a> Command<'a> {
    /// Takes the bytes apart (cases 1 to 4, short lengths).
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, Sw> {
        let [cla, ins, p1, p2, rest @ ..] = bytes else {
            return Err(WRONG_LENGTH);
        };
        match cla {
            0x00 => {}
            0x10 => return Err(CHAINING_UNKNOWN),
            _ => return Err(UNKNOWN_CLASS),
        }
        let (data, le) = match rest {
            [] => (&[][..], None),
            [le] => (&[][..], Some(wanted(*le))),
            [lc, rest @ ..] => {
                let (data, tail) = rest.split_at_checked(usize::from(*lc)).ok_or(WRONG_LENGTH)?;
                match tail {
                    _ if *lc == 0 => return Err(WRONG_LENGTH), // extended form, or a length that is none
                    [] => (data, None),
                    [le] => (data, Some(wanted(*le))),
                    _ => return Err(WRONG_LENGTH),
                }
            }
        };
        Ok(Self { ins: *ins, p1: *p1, p2: *p2, data, le })
    }
}

/// Le 00 stands for 256.
fn wanted(le: u8) -> usize {
    if le == 0 { 256 } else { usize::from(le) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_four_cases() {
        let case1 = Command::parse(&[0, 0x20, 0, 3]).map(|c| (c.data.len(), c.le));
        assert_eq!(case1, Ok((0, None)));
        let case2 = Command::parse(&[0, 0xB0, 0, 0, 0]).map(|c| (c.data.len(), c.le));
        assert_eq!(case2, Ok((0, Some(256))));
        let case3 = Command::parse(&[0, 0x20, 0, 3, 2, 0x31, 0x32]).map(|c| (c.data.len(), c.le));
        assert_eq!(case3, Ok((2, None)));
        let case4 = Command::parse(&[0, 0x2A, 0x9E, 0x9A, 1, 9, 0x60]).map(|c| (c.data.len(), c.le));
        assert_eq!(case4, Ok((1, Some(0x60))));
    }

    #[test]
    fn what_is_no_command_is_refused() {
        for bytes in
            [&[][..], &[0, 0x20], &[0, 0x20, 0, 3, 5, 1], &[0, 0x20, 0, 3, 1, 1, 0, 0], &[0, 0x20, 0, 3, 0, 0, 1]]
        {
            assert_eq!(Command::parse(bytes).map(|_| ()), Err(WRONG_LENGTH));
        }
        assert_eq!(Command::parse(&[0x80, 0x20, 0, 3]).map(|_| ()), Err(UNKNOWN_CLASS));
        assert_eq!(Command::parse(&[0x10, 0x20, 0, 3]).map(|_| ()), Err(CHAINING_UNKNOWN));
    }
}
