//! Whether a document that is to be stored obeys the rules of the trade, by what it is. The rules are `prescription`'s; here
//! the Centre's own history is put before them, and a dispensation made in an outage is weighed: the medicine has been
//! handed over, so what happened meanwhile is a conflict and no refusal (section 4).

use cda::{Content, Document};
use chrono::{DateTime, Duration, Utc};
use kanta::Issue;
use kanta::errors::Known;
use prescription::operation::{permitted, prescribing};
use prescription::{
    Act, Case, Conflict, Dispensation, DocumentReference, DocumentType, Finding, Language, Right, Situation, check,
    time,
};

use crate::chain::Chain;
use crate::making::Maker;

/// What is asked beside the document itself.
pub(crate) struct Asked<'a> {
    /// The prescription's chain, unless the document begins one.
    pub chain: Option<&'a Chain>,
    /// Who made it.
    pub maker: &'a Maker,
    /// The organisation that sends it.
    pub unit: &'a prescription::Oid,
    /// Whether it was sent as made in an outage.
    pub late: bool,
    /// The Centre's moment.
    pub now: DateTime<Utc>,
    /// How far the sender's clock may go before the Centre's.
    pub tolerance: Duration,
}

/// Asks every rule: the conflicts of a late dispensation, nothing, or why the document is refused.
pub(crate) fn obeys(document: &Document, asked: &Asked<'_>) -> Result<Vec<Conflict>, Vec<Issue>> {
    if let Content::Prescription(prescription) = &document.content
        && prescription.reference.document_type == DocumentType::Prescription
    {
        if asked.chain.is_some() {
            return Err(vec![Issue::of(Known::VersionConflict)]);
        }
        return refused(&prescribing(prescription, asked.maker.role)).map(|()| vec![]);
    }
    let chain = asked.chain.ok_or_else(|| vec![Issue::of(Known::PrescriptionUnknown)])?;
    if named(document).is_some_and(|named| !chain.versions.contains(&named.id)) {
        return Err(vec![Issue::of(Known::PrescriptionUnknown)]);
    }
    let act = match &document.content {
        Content::Dispensation(made) if made.reference.document_type == DocumentType::Dispensation => {
            return dispensed(made, chain, asked);
        }
        Content::Prescription(version) => Act::Version(version),
        Content::Dispensation(made) => Act::Dispensation(made),
        Content::Mark(mark) => Act::Mark(mark),
        Content::RenewalRequest(request) => Act::Request(request),
        Content::RenewalAnswer(answer) => Act::Answer(answer),
        Content::Other(_) => return Err(vec![Issue::of(Known::DocumentTypeUnsupported)]),
    };
    if !act.operation().may_be_done_by(asked.maker.role) {
        return Err(vec![Issue::of(Known::RightMissing).about("RI-1")]);
    }
    refused(&permitted(&act, &situation(chain, asked))).map(|()| vec![])
}

/// A chain as the rules see it.
fn situation<'a>(chain: &'a Chain, asked: &'a Asked<'_>) -> Situation<'a> {
    Situation {
        prescription: &chain.prescription,
        dispensations: &chain.dispensations,
        standing: &chain.standing,
        hold: chain.hold.as_ref(),
        unit: asked.unit,
        role: asked.maker.role,
        now: time::finnish(asked.now),
        reason: None,
    }
}

/// The prescription that a document names, where it is none itself.
fn named(document: &Document) -> Option<&DocumentReference> {
    match &document.content {
        Content::Dispensation(dispensation) => Some(&dispensation.prescription),
        Content::Mark(mark) => Some(&mark.prescription),
        Content::RenewalRequest(request) => Some(&request.prescription),
        Content::Prescription(_) | Content::RenewalAnswer(_) | Content::Other(_) => None,
    }
}

fn dispensed(made: &Dispensation, chain: &Chain, asked: &Asked<'_>) -> Result<Vec<Conflict>, Vec<Issue>> {
    let missing = |detail: &str| vec![Issue::of(Known::RightMissing).about(detail)];
    // DI-3: a student prepares and does not sign.
    let right: &Right = asked.maker.right.as_ref().ok_or_else(|| missing("register"))?;
    if !right.may_dispense() {
        return Err(missing("DI-3"));
    }
    let mut state = chain.state_at(time::finnish(asked.now));
    if made.prescription.id != chain.prescription.reference.id {
        state.newer = Some(chain.prescription.reference.clone());
    }
    let case = Case {
        prescription: &chain.prescription,
        state: &state,
        signature: chain.signature,
        history: &chain.dispensations,
        proposal: made,
        acting: right,
        // The pharmacy's clock may go before the Centre's by as much as is tolerated.
        now: time::finnish(asked.now + asked.tolerance),
        // The reason travels as the pharmacy's remark (field 106): that is what the signature covers.
        reason: made.remark.as_deref(),
    };
    let findings = check(&case);
    // Only what is really old was handed over in an outage: the mark alone opens nothing.
    let is_late = asked.late && asked.now - time::instant(made.dispensed_at) > asked.tolerance;
    if !is_late {
        return refused(&findings).map(|()| vec![]);
    }
    let (meanwhile, own): (Vec<Finding>, Vec<Finding>) =
        findings.into_iter().filter(Finding::hinders).partition(|f| Conflict::of_rule(f.rule.id).is_some());
    refused(&own)?;
    let ended = asked.maker.right_ended.then_some(Conflict::RightEnded);
    let mut conflicts: Vec<Conflict> =
        meanwhile.iter().filter_map(|finding| Conflict::of_rule(finding.rule.id)).chain(ended).collect();
    conflicts.sort_unstable();
    conflicts.dedup();
    if conflicts.contains(&Conflict::FullyDispensed) {
        // Where nothing was left, less was left than was given: that is said once.
        conflicts.retain(|conflict| *conflict != Conflict::LessRemained);
    }
    if conflicts.contains(&Conflict::Cancelled) {
        // A cancellation is a version itself: that is said once as well.
        conflicts.retain(|conflict| *conflict != Conflict::NewerVersion);
    }
    Ok(conflicts)
}

fn refused(findings: &[Finding]) -> Result<(), Vec<Issue>> {
    let hindering = findings.iter().filter(|finding| finding.hinders());
    let issues: Vec<Issue> =
        hindering.map(|finding| Issue::rule(finding.rule.id).saying(&finding.sentence(Language::Fi))).collect();
    if issues.is_empty() { Ok(()) } else { Err(issues) }
}
