//! To come.
use super::*;
pub(super) fn request(_: &FetchQuery, _: &Requester, _: &Frame) -> Result<Request, KantaError> { Err(KantaError::UnknownPath) }
pub(super) fn parse_request(_: &Request) -> Result<(FetchQuery, Requester, Frame), KantaError> { Err(KantaError::UnknownPath) }
pub(super) fn response(_: &[FetchedDocument], _: &Frame, _: MessageId) -> Response { Response { status: 500, headers: vec![], body: vec![] } }
pub(super) fn parse_response(_: &Response, _: MessageId) -> Result<Vec<FetchedDocument>, KantaError> { Err(KantaError::UnknownPath) }
