//! To come.
use super::*;
pub(super) fn request(_: &Query, _: &Requester) -> Result<Request, KantaError> { Err(KantaError::UnknownPath) }
pub(super) fn response(_: &Answer) -> Response { Response { status: 500, headers: vec![], body: vec![] } }
pub(super) fn error_response(_: &[Issue]) -> Response { Response { status: 500, headers: vec![], body: vec![] } }
