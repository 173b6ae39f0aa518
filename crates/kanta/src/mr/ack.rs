//! To come.
use super::*;
pub(super) fn refusal(_: &[Issue], _: &Frame, _: Option<MessageId>) -> Response { Response { status: 500, headers: vec![], body: vec![] } }
