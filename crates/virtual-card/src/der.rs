//! Writes the little DER that a PKCS#15 card holds. Reading is left to those who read cards.

/// One element: tag byte, length, content.
pub(crate) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    // No file of a card reaches 64 KiB; what would is cut by the limits on certificates long before.
    let [high, low] = u16::try_from(content.len()).unwrap_or(u16::MAX).to_be_bytes();
    match (high, low) {
        (0, 0..0x80) => out.push(low),
        (0, _) => out.extend([0x81, low]),
        _ => out.extend([0x82, high, low]),
    }
    out.extend_from_slice(content);
    out
}

/// One element with several elements inside.
pub(crate) fn nested(tag: u8, parts: &[Vec<u8>]) -> Vec<u8> {
    element(tag, &parts.concat())
}

/// SEQUENCE.
pub(crate) fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    nested(0x30, parts)
}

/// INTEGER of a small number that is never negative.
pub(crate) fn integer(value: u16) -> Vec<u8> {
    element(0x02, &unsigned(value))
}

/// The content of an INTEGER: a leading zero where the top bit would make it negative.
pub(crate) fn unsigned(value: u16) -> Vec<u8> {
    let [high, low] = value.to_be_bytes();
    match (high, low) {
        (0, 0..0x80) => vec![low],
        (0..0x80, _) => vec![high, low],
        _ => vec![0, high, low],
    }
}

/// OCTET STRING.
pub(crate) fn octets(bytes: &[u8]) -> Vec<u8> {
    element(0x04, bytes)
}

/// UTF8String.
pub(crate) fn text(text: &str) -> Vec<u8> {
    element(0x0C, text.as_bytes())
}

/// BIT STRING with `unused` bits at its end.
pub(crate) fn bits(unused: u8, bytes: &[u8]) -> Vec<u8> {
    element(0x03, &[&[unused], bytes].concat())
}

/// Path: SEQUENCE of one OCTET STRING of file identifiers.
pub(crate) fn path(identifiers: &[u16]) -> Vec<u8> {
    let bytes: Vec<u8> = identifiers.iter().flat_map(|id| id.to_be_bytes()).collect();
    sequence(&[octets(&bytes)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_integers_are_minimal() {
        assert_eq!(element(4, &[7; 3]), [4, 3, 7, 7, 7]);
        assert_eq!(element(4, &[0; 200])[..3], [4, 0x81, 200]);
        assert_eq!(element(4, &[0; 300])[..4], [4, 0x82, 1, 44]);
        assert_eq!(integer(1), [2, 1, 1]);
        assert_eq!(integer(0x82), [2, 2, 0, 0x82]);
        assert_eq!(integer(384), [2, 2, 1, 0x80]);
    }
}
