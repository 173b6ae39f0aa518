//! What the rules of the trade and the safety checks say of a lot, as a screen shows it: one list, the gravest first.

use prescription::{Finding, Outcome};

use crate::render::Render;
use crate::{CheckLine, CheckOutcome};

impl Render {
    /// Every rule's answer, hindering ones first.
    pub(crate) fn checks(&self, findings: &[Finding]) -> Vec<CheckLine> {
        gravest_first(findings.iter().map(|finding| self.check(finding)).collect())
    }

    fn check(&self, finding: &Finding) -> CheckLine {
        CheckLine {
            rule: finding.rule.id.to_owned(),
            outcome: outcome(finding.outcome),
            sentence: finding.sentence(self.language),
            advice: finding.advice(self.language).to_owned(),
            subject: String::new(),
            data: String::new(),
            names_another: false,
        }
    }
}

fn gravest_first(mut checks: Vec<CheckLine>) -> Vec<CheckLine> {
    checks.sort_by_key(|check| match check.outcome {
        CheckOutcome::Stop => 0,
        CheckOutcome::NeedsReason => 1,
        CheckOutcome::Reasoned => 2,
        CheckOutcome::Note => 3,
        CheckOutcome::Unchecked => 4,
        CheckOutcome::Pass => 5,
    });
    checks
}

fn outcome(outcome: Outcome) -> CheckOutcome {
    match outcome {
        Outcome::Pass => CheckOutcome::Pass,
        Outcome::Unchecked => CheckOutcome::Unchecked,
        Outcome::Note => CheckOutcome::Note,
        Outcome::Reasoned => CheckOutcome::Reasoned,
        Outcome::NeedsReason => CheckOutcome::NeedsReason,
        Outcome::Stop => CheckOutcome::Stop,
    }
}
