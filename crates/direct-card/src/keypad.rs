//! What a reader with a keypad makes of a PIN_VERIFY_STRUCTURE (PC/SC part 10) and of what its holder types: the command
//! for the card, or an answer of its own. Written from the reader's side, so that a mistake in the structure shows.

use crate::Typed;
use zeroize::Zeroizing;

const TIMEOUT: u16 = 0x6400;
const CANCELLED: u16 = 0x6401;
const LENGTH: u16 = 0x6403;
/// The structure is not one that this reader could follow.
const REFUSED: u16 = 0x6B80;

/// The finished command, or the reader's own status word.
pub(crate) fn command(structure: &[u8], typed: &Typed) -> Result<Zeroizing<Vec<u8>>, u16> {
    let ([_, _, format, block, lengths, most, least, _, _, _, _, _, _, _, _, size @ ..], Typed::Digits(digits)) =
        (structure, typed)
    else {
        return Err(match typed {
            Typed::Cancel => CANCELLED,
            Typed::Nothing => TIMEOUT,
            Typed::Digits(_) => REFUSED,
        });
    };
    let ([a, b, c, d, template @ ..], 0x82, 0) = (size, *format, *lengths) else { return Err(REFUSED) };
    if usize::try_from(u32::from_ne_bytes([*a, *b, *c, *d])) != Ok(template.len()) {
        return Err(REFUSED);
    }
    if !(usize::from(*least)..=usize::from(*most)).contains(&digits.len()) {
        return Err(LENGTH);
    }
    let mut command = Zeroizing::new(template.to_vec());
    match (template, block) {
        // Bare: the reader adds length and digits.
        ([_, _, _, _], 0) => {
            command.push(u8::try_from(digits.len()).map_err(|_| REFUSED)?);
            command.extend_from_slice(digits.as_bytes());
        }
        // A block: the digits are put over its beginning.
        ([_, _, _, _, length, padding @ ..], block) if length == block && padding.len() == usize::from(*block) => {
            command.iter_mut().skip(5).zip(digits.bytes()).for_each(|(to, digit)| *to = digit);
        }
        _ => return Err(REFUSED),
    }
    Ok(command)
}
