//! To come.
use super::*;
pub(super) fn request(_: &StoreRequest) -> Result<Request, KantaError> { Err(KantaError::UnknownPath) }
pub(super) fn parse_request(_: &Request) -> Result<StoreRequest, KantaError> { Err(KantaError::UnknownPath) }
pub(super) fn response(_: &StoreAnswer, _: &Frame, _: MessageId) -> Response { Response { status: 500, headers: vec![], body: vec![] } }
pub(super) fn parse_response(_: &Response, _: MessageId) -> Result<StoreAnswer, KantaError> { Err(KantaError::UnknownPath) }
