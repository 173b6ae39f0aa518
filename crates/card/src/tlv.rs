//! Reads the DER that a card's directory files are made of: one-byte tags, definite lengths below 64 KiB.
//! A card's bytes are a stranger's: everything is checked and nothing is followed without limit.

/// One element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Element<'a> {
    pub(crate) tag: u8,
    pub(crate) content: &'a [u8],
}

/// The elements of `bytes` one after the other; ends at the first that is none (files are padded at their end).
pub(crate) fn elements(bytes: &[u8]) -> impl Iterator<Item = Element<'_>> {
    let mut left = bytes;
    std::iter::from_fn(move || {
        let (element, rest) = read(left)?;
        left = rest;
        Some(element)
    })
}

/// The first element with this tag.
pub(crate) fn find(bytes: &[u8], tag: u8) -> Option<&[u8]> {
    elements(bytes).find(|element| element.tag == tag).map(|element| element.content)
}

/// Whole length of the element whose first bytes these are: tag, length and content.
pub(crate) fn whole_length(start: &[u8]) -> Option<usize> {
    let (header, content) = lengths(start)?;
    Some(header + content)
}

fn read(bytes: &[u8]) -> Option<(Element<'_>, &[u8])> {
    let tag = *bytes.first()?;
    let (header, content) = lengths(bytes)?;
    let (content, rest) = bytes.get(header..)?.split_at_checked(content)?;
    Some((Element { tag, content }, rest))
}

/// Length of the header and of the content.
fn lengths(bytes: &[u8]) -> Option<(usize, usize)> {
    match bytes {
        [0x00 | 0xFF, ..] => None, // padding
        [tag, ..] if tag & 0x1F == 0x1F => None,
        [_, short @ 0..=0x7F, ..] => Some((2, usize::from(*short))),
        [_, 0x81, length, ..] => Some((3, usize::from(*length))),
        [_, 0x82, high, low, ..] => Some((4, usize::from(u16::from_be_bytes([*high, *low])))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn elements_end_at_padding_and_at_what_is_cut() {
        let tags = |bytes: &[u8]| elements(bytes).map(|element| element.tag).collect::<Vec<_>>();
        assert_eq!(tags(&[0x30, 1, 9, 0x04, 0, 0, 0, 0]), [0x30, 0x04]);
        assert_eq!(tags(&[0x30, 1, 9, 0xFF, 0xFF]), [0x30]);
        assert_eq!(tags(&[0x30, 5, 9]), []);
        assert_eq!(tags(&[0xDF, 0x21, 1, 1]), []);
        assert_eq!(whole_length(&[0x30, 0x82, 1, 0]), Some(260));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_fall_over(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let total: usize = elements(&bytes).map(|element| element.content.len() + 2).sum();
            prop_assert!(total <= bytes.len());
        }
    }
}
