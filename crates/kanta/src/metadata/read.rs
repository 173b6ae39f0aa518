//! To come.
use super::*;
pub(super) fn request(_: &Request) -> Result<(Query, Requester), KantaError> { Err(KantaError::UnknownPath) }
pub(super) fn response(_: &Response) -> Result<Answer, KantaError> { Err(KantaError::UnknownPath) }
pub(super) fn resources(_: &[&[u8]]) -> Result<Vec<Metadata>, KantaError> { Err(KantaError::UnknownPath) }
