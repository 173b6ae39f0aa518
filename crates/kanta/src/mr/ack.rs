//! The acknowledgement in an answer, and the issues of a refusal (`reasonOf/detectedIssueEvent`).

use super::frame::{self, Head, Opened, hl7};
use super::{Frame, MessageId};
use crate::http::Response;
use crate::identifiers::{Key, get};
use crate::xml::{Element, Writer};
use crate::{Issue, KantaError, errors};

/// The most issues that are read or written in one answer.
const ISSUES_AT_MOST: usize = 50;
/// The longest code that is kept, in characters.
const CODE_CHARS_AT_MOST: usize = 64;
/// The longest detail or diagnostics that is kept, in characters.
const TEXT_CHARS_AT_MOST: usize = 1000;

/// The head of an answer of the Centre.
pub(super) fn head(interaction: Key, frame: &Frame, to: Option<MessageId>) -> Head<'_> {
    let centre = get(Key::PartyCentre);
    Head {
        interaction,
        frame,
        sender: centre,
        sender_name: None,
        numbered_by: centre,
        receiver: None,
        relates_to: to,
        accept_ack: Key::AcceptAckAnswer,
    }
}

/// Writes an acknowledgement; `notes` are remarks beside an acceptance.
pub(super) fn write(w: &mut Writer, accepted: bool, to: Option<MessageId>, notes: &[String]) {
    w.element("acknowledgement", &[("typeCode", if accepted { "AA" } else { "AE" })], |w| {
        w.element("targetMessage", &[], |w| match to {
            Some(id) => w.empty("id", &[("root", get(Key::InteractionRoot)), ("extension", &id.to_string())]),
            None => w.empty("id", &[("nullFlavor", "NI")]),
        });
        for code in notes {
            w.element("acknowledgementDetail", &[("typeCode", "I")], |w| {
                w.empty("code", &[("code", code), ("codeSystem", get(Key::SystemOwnErrors))]);
            });
        }
    });
}

/// Writes a refusal.
pub(super) fn refusal(issues: &[Issue], frame: &Frame, to: Option<MessageId>) -> Response {
    let body = frame::write(&head(Key::InteractionRefusal, frame, to), |w| {
        write(w, false, to, &[]);
        w.element("controlActProcess", &[("classCode", "CACT"), ("moodCode", "EVN")], |w| {
            issues.iter().take(ISSUES_AT_MOST).for_each(|issue| write_issue(w, issue));
        });
    });
    // A refusal is an ordinary answer; only what a load balancer would also say has its status.
    let status = issues.first().map_or(500, |issue| errors::entry(&issue.code).http_status);
    frame::response(if status >= 500 { status } else { 200 }, body)
}

fn write_issue(w: &mut Writer, issue: &Issue) {
    let system = if issue.code.starts_with("TSK-") { Key::SystemOwnErrors } else { Key::SystemErrors };
    w.element("reasonOf", &[("typeCode", "RSON")], |w| {
        w.element("detectedIssueEvent", &[("classCode", "ALRT"), ("moodCode", "EVN")], |w| {
            let name = errors::meaning(&issue.code).fi;
            w.empty("code", &[("code", issue.code.as_str()), ("codeSystem", get(system)), ("displayName", name)]);
            if let Some(text) = &issue.diagnostics {
                w.leaf("text", &[], text);
            }
            if let Some(detail) = &issue.detail {
                w.leaf("value", &[], detail);
            }
        });
    });
}

/// Opens an answer to the request `to`: of the expected kind and accepting, or the refusal as an error.
pub(super) fn open<T>(
    response: &Response,
    to: MessageId,
    interaction: Key,
    read: impl FnOnce(&Opened<'_>, Element<'_>) -> Result<T, KantaError>,
) -> Result<T, KantaError> {
    let read = frame::open(&response.body, |opened| {
        let ack = opened.message.must(hl7(), "acknowledgement", "no acknowledgement")?;
        let target = ack.must(hl7(), "targetMessage", "no targetMessage")?.must(hl7(), "id", "no targetMessage")?;
        let target = target.attribute("extension").map(MessageId::parse);
        let accepted = match ack.attribute("typeCode") {
            Some("AA" | "CA") => true,
            Some("AE" | "AR" | "CE" | "CR") => false,
            _ => return Err(KantaError::Malformed("acknowledgement of an unknown type")),
        };
        // A refusal may come from one who could not read which message it was; an acceptance may not.
        if target != Some(Some(to)) && (accepted || target.is_some()) {
            return Err(KantaError::AnswerToAnother);
        }
        if !accepted {
            return Err(KantaError::Refused(read_issues(opened)?));
        }
        opened.must_be(interaction)?;
        read(opened, ack)
    });
    match read {
        Err(KantaError::Malformed(_) | KantaError::Truncated) if response.status != 200 => {
            Err(KantaError::Status(response.status))
        }
        read => read,
    }
}

fn read_issues(opened: &Opened<'_>) -> Result<Vec<Issue>, KantaError> {
    let issues: Vec<Issue> = opened
        .act()?
        .all(hl7(), "reasonOf")
        .take(ISSUES_AT_MOST)
        .map(|reason| read_issue(reason.must(hl7(), "detectedIssueEvent", "no detectedIssueEvent")?))
        .collect::<Result<_, _>>()?;
    if issues.is_empty() { Err(KantaError::Malformed("refusal without issues")) } else { Ok(issues) }
}

fn read_issue(event: Element<'_>) -> Result<Issue, KantaError> {
    let code = event.must(hl7(), "code", "issue without code")?.must_attribute("code", "issue without code")?;
    let text = |name| Ok(event.child(hl7(), name)?.map(|e| shortened(&e.text(), TEXT_CHARS_AT_MOST)));
    Ok(Issue { code: shortened(code, CODE_CHARS_AT_MOST), detail: text("value")?, diagnostics: text("text")? })
}

fn shortened(text: &str, chars_at_most: usize) -> String {
    text.chars().take(chars_at_most).collect()
}
