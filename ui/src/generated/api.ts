// Written from crates/api by its test; do not edit. UPDATE=1 writes it anew.

export type Status = { 
/**
 * "test" or "production": shown in the header whenever it is not production.
 */
environment: string, 
/**
 * The pharmacy's name.
 */
pharmacy: string, 
/**
 * fi, sv or en.
 */
language: string, 
/**
 * Who is logged in.
 */
session: SessionView | null, 
/**
 * What the reader holds.
 */
card: CardView, 
/**
 * Link by link, what works.
 */
health: Array<HealthLine>, 
/**
 * What waits, was refused, was accepted today.
 */
outbox: OutboxCounts, 
/**
 * What somebody should hear of, the more pressing first.
 */
notices: Array<NoticeView>, 
/**
 * How fresh what is seen is.
 */
freshness: Freshness, 
/**
 * The program's version.
 */
version: string, 
/**
 * Who is named as the source of the medicines database, a sentence each (CC BY 4.0).
 */
medicinesSources: Array<string>, };

export type SessionView = { 
/**
 * "Siri Salminen".
 */
name: string, 
/**
 * "SS".
 */
initials: string, 
/**
 * "laillistettu farmaseutti".
 */
title: string, 
/**
 * "005".
 */
right: string, 
/**
 * Whether this person may sign a dispensation; a student prepares only.
 */
maySign: boolean, 
/**
 * The card has left: the session is locked, its visit kept; one who may sign can take over what a student prepared.
 */
locked: boolean, 
/**
 * "9.02".
 */
since: string, };

export type CredentialsView = { 
/**
 * Number, right and who said so; certificates; revocation lists.
 */
facts: Array<Fact>, };

export type CardView = { 
/**
 * Where the way to a card ends.
 */
state: CardState, 
/**
 * "Siri Salminen", readable without a PIN.
 */
holder: string | null, 
/**
 * "laillistettu farmaseutti".
 */
title: string | null, 
/**
 * Tries left of PIN1, where the card tells.
 */
pin1Left: number | null, 
/**
 * Tries left of PIN2, where the card tells.
 */
pin2Left: number | null, 
/**
 * Where its PINs are entered.
 */
pinAt: PinAt, 
/**
 * The reader whose card this is, where a card in another reader could be used as well.
 */
chosenReader: string | null, 
/**
 * One sentence where something is wrong.
 */
problem: Problem | null, };

export type CardState = "no-service" | "no-program" | "no-reader" | "no-card" | "reading" | "unread" | "ready" | "unusable";

export type PinAt = "here" | "reader" | "program";

export type Problem = { 
/**
 * Stable, for programs and tests: "pin-wrong", "certificate-revoked", "rule-refused".
 */
code: string, 
/**
 * One sentence.
 */
sentence: string, 
/**
 * What to do next.
 */
advice: string, 
/**
 * Whose fault it is, or where.
 */
place: Place, 
/**
 * The rule that refused, where one did.
 */
rule: string | null, 
/**
 * Tries left, for a wrong PIN.
 */
triesLeft: number | null, };

export type Place = "input" | "card" | "certificate" | "network" | "centre" | "rule" | "program";

export type HealthLine = { 
/**
 * Which.
 */
link: Link, 
/**
 * good, think, bad or unknown.
 */
state: HealthState, 
/**
 * Stable, for programs: "card-none", "clock-wrong".
 */
code: string, 
/**
 * One sentence.
 */
sentence: string, 
/**
 * What to do, empty when good.
 */
advice: string, };

export type Link = "reader" | "card" | "certificate" | "clock" | "network" | "centre" | "medicines" | "printer" | "scanner";

export type HealthState = "good" | "think" | "bad" | "unknown";

export type OutboxCounts = { 
/**
 * Saved here, not yet answered by the Centre.
 */
waiting: number, 
/**
 * Refused by the Centre: a person must settle each.
 */
refused: number, 
/**
 * Accepted in conflict with what happened meanwhile: a person must settle each.
 */
conflicts: number, 
/**
 * Handed over in an outage and not written yet: the person who did it must, when the Centre answers.
 */
handedOver: number, 
/**
 * Accepted today.
 */
acceptedToday: number, };

export type VisitView = { 
/**
 * "Potilas, Pekka Pietari".
 */
customer: string, 
/**
 * "010181-9•••", or empty for a person without one.
 */
identity: string, 
/**
 * "45 v · nainen".
 */
about: string, 
/**
 * Chips: basis, identification, reason of the query.
 */
chips: Array<string>, 
/**
 * Why nothing is listed for whoever acts for the patient, in one calm sentence.
 */
warning: string | null, 
/**
 * "10.42".
 */
fetchedAt: string, 
/**
 * Dispensable first, then those that are not, each with its reason.
 */
prescriptions: Array<PrescriptionLine>, 
/**
 * The prescription in hand.
 */
open: PrescriptionView | null, 
/**
 * What will be signed.
 */
basket: Array<BasketLine>, 
/**
 * "27,96 €".
 */
basketTotal: string, 
/**
 * What the customer pays of it.
 */
payment: PaymentView, 
/**
 * What was signed in this visit, with its way to the Centre.
 */
signed: Array<SignedLine>, 
/**
 * The hand-over of an outage whose document is written in this visit.
 */
handedOver: HandOverFacts | null, };

export type PrescriptionLine = { 
/**
 * Names the prescription in requests.
 */
setId: string, 
/**
 * "DIAPAM".
 */
name: string, 
/**
 * "10 mg tabletti".
 */
strengthForm: string, 
/**
 * "3 × 21 fol", or empty.
 */
remaining: string, 
/**
 * Lots or packages left, for the bars; absent where it is not a number or more than 12.
 */
piecesLeft: number | null, 
/**
 * Of how many.
 */
piecesTotal: number | null, 
/**
 * "24.4.2027".
 */
validUntil: string, 
/**
 * Whether it can be dispensed now, perhaps with a reason, as far as the metadata tells.
 */
dispensable: boolean, 
/**
 * What hinders, in a few words: "vanhentunut 9 pv", "lukittu", "toimitettavana muualla".
 */
hindrance: Chip | null, 
/**
 * "PKV" and the like.
 */
marks: Array<Chip>, 
/**
 * In the basket.
 */
inBasket: boolean, };

export type Chip = { 
/**
 * What it says.
 */
text: string, 
/**
 * How it looks.
 */
tone: Tone, };

export type Tone = "plain" | "good" | "think" | "cannot" | "know";

export type PrescriptionView = { 
/**
 * Names the prescription in requests.
 */
setId: string, 
/**
 * "DIAPAM 10 mg tabletti".
 */
title: string, 
/**
 * "diatsepaami · N05BA01 · määrätty 2.11.2026, Lauri Lääkäri, Esimerkkilän terveysasema".
 */
subtitle: string, 
/**
 * The dosage as it will stand on the label; editable through `propose`.
 */
labelDosage: string, 
/**
 * What the prescriber wrote.
 */
prescribedDosage: string, 
/**
 * The label's dosage with its abbreviations written out, where it has any. Nothing is taken over by itself: a person
 * confirms it through `propose`.
 */
suggestion: LabelSuggestion | null, 
/**
 * The structured dosage in words, a line for each dosing season.
 */
structuredDosage: Array<StructuredDosage>, 
/**
 * Message to the pharmacy.
 */
message: string | null, 
/**
 * Facts as label and text: prescribed, last, earliest, now, what will remain, substitution.
 */
facts: Array<Fact>, 
/**
 * Who signed it and whether that holds: one line each.
 */
signatures: Array<Fact>, 
/**
 * Parts of the document that this program does not understand.
 */
unknown: Array<Fact>, 
/**
 * The document's own identifier.
 */
documentId: string, 
/**
 * Packages that may be dispensed, the prescribed product first.
 */
packages: Array<PackageLine>, 
/**
 * What is said of what the database does not have; absent where it has what was prescribed.
 */
unlisted: UnlistedView | null, 
/**
 * Whether the prescribed package is exchanged; absent where none is chosen.
 */
exchange: ExchangeView | null, 
/**
 * Whether a pharmacist may deviate from it, and how that stands; absent where that path is closed to all.
 */
deviation: DeviationView | null, 
/**
 * What is proposed now.
 */
proposal: ProposalView | null, 
/**
 * What was scanned of the packages in the hand; nothing where nothing was.
 */
inHand: InHandView | null, };

export type LabelSuggestion = { 
/**
 * The whole text; the label's own where nothing could be written out.
 */
text: string, 
/**
 * Whether it differs from the label's own, so that there is something to confirm.
 */
changes: boolean, 
/**
 * The text part by part.
 */
parts: Array<SuggestionPart>, };

export type SuggestionPart = { 
/**
 * As it is suggested.
 */
text: string, 
/**
 * What was done with it.
 */
kind: SuggestionKind, };

export type SuggestionKind = "kept" | "expanded" | "unknown";

export type StructuredDosage = { 
/**
 * A sentence.
 */
text: string, 
/**
 * Whether all of it is said with certainty; where not, coded facts stand in brackets.
 */
sure: boolean, };

export type Fact = { 
/**
 * What.
 */
label: string, 
/**
 * Its value.
 */
text: string, 
/**
 * Whether it should stand out.
 */
strong: boolean, };

export type PackageLine = { 
/**
 * Its number.
 */
vnr: string, 
/**
 * "DIAPAM 10 mg".
 */
name: string, 
/**
 * "ORION OYJ".
 */
holder: string, 
/**
 * "100 fol".
 */
size: string, 
/**
 * "3,86 €".
 */
price: string, 
/**
 * Whether it is another product than the prescribed one.
 */
substitutes: boolean, 
/**
 * The one that is chosen.
 */
chosen: boolean, 
/**
 * Its reference price, "4,62 €", where it has one.
 */
reference: string | null, 
/**
 * What the customer pays of what would be given of it; absent where that is not known.
 */
pays: string | null, 
/**
 * Whether it is of the prescribed one's group and class of sizes.
 */
exchangeable: boolean, 
/**
 * Whether only a deviation from the prescription allows it.
 */
deviates: boolean, 
/**
 * "edullisin", "saatavuushäiriö" and the like.
 */
marks: Array<Chip>, 
/**
 * Why it may not be given in the exchange, in one sentence.
 */
hindered: string | null, 
/**
 * What the customer pays in the other cases.
 */
cases: Array<Fact>, };

export type IndicationSaid = "ordinary" | "epilepsy" | "unusual";

export type ExchangeView = { 
/**
 * What holds: to be exchanged, or why not; or why nothing can be said.
 */
sentence: string, 
/**
 * The customer refuses the exchange.
 */
refuses: boolean, 
/**
 * For what the medicine is taken, as far as exchange depends on it.
 */
indication: IndicationSaid, 
/**
 * Whether it is asked for what: where there is an exchange to hinder, or one is hindered by it.
 */
asksIndication: boolean, 
/**
 * Whether refusing, or taking that back, changes anything.
 */
mayRefuse: boolean, };

export type DeviationView = { 
/**
 * For which reasons, in the order in which they are shown.
 */
reasons: Array<DeviationReasonLine>, 
/**
 * What was said of it; absent where nothing is deviated from.
 */
says: StatedDeviation | null, 
/**
 * Why this prescription is dispensed as it is and not otherwise, in one sentence.
 */
closed: string | null, };

export type DeviationReasonLine = { 
/**
 * "57f" or "57g".
 */
path: string, 
/**
 * Its code.
 */
code: string, 
/**
 * Its name.
 */
name: string, };

export type StatedDeviation = { 
/**
 * "57f": something else is given than what was prescribed. "57g": the prescription has an obvious error.
 */
path: "57f" | "57g", 
/**
 * The reason's code.
 */
code: string, 
/**
 * What is done otherwise, in words; at most 2,000 characters.
 */
words: string, 
/**
 * Whether the prescriber was told.
 */
prescriberTold: boolean, };

export type Deviate = { 
/**
 * Which prescription.
 */
setId: string, 
/**
 * What is said of it; absent takes it back.
 */
says?: StatedDeviation, };

export type Unconfirmed = { 
/**
 * What is missing or ends first, then what is not sure.
 */
rows: Array<UnconfirmedRow>, };

export type UnconfirmedRow = { 
/**
 * "Lääketaksa: reseptilääkkeet".
 */
subject: string, 
/**
 * From when to when: "1.1.2026–".
 */
holds: string, 
/**
 * How sure it is.
 */
mark: Chip, 
/**
 * What was read, and where the rest can be; as the table has it.
 */
source: string, };

export type UnlistedView = { 
/**
 * Whether it is what is proposed; else a package of the database is.
 */
chosen: boolean, 
/**
 * Whether the pharmacy makes it.
 */
compounded: boolean, 
/**
 * What is said of it, as it is entered; what the prescription says where nobody has said anything.
 */
says: SaidOfUnlisted, };

export type SaidOfUnlisted = { 
/**
 * How much one package holds: "100".
 */
size: string, 
/**
 * "g"; at most 20 characters.
 */
unit: string, 
/**
 * What one package costs, euro with VAT: "23,50"; empty where it is not known.
 */
price: string, 
/**
 * Of what the pharmacy makes: what it consists of and how it was made; at most 2,000 characters.
 */
composition: string, 
/**
 * Of what the pharmacy makes: the day on which it was made, "26.11.2026".
 */
prepared: string, 
/**
 * Of what the pharmacy makes: the last day on which it may be used; empty where nobody has said it.
 */
useUntil: string, };

export type GiveUnlisted = { 
/**
 * Which prescription.
 */
setId: string, 
/**
 * What is said of it.
 */
says: SaidOfUnlisted, };

export type DeviationList = { 
/**
 * The day.
 */
day: string, 
/**
 * The newest first.
 */
rows: Array<DeviationRow>, };

export type DeviationRow = { 
/**
 * "10.42.05".
 */
at: string, 
/**
 * Who signed it.
 */
person: string, 
/**
 * "57f" or "57g".
 */
path: string, 
/**
 * The reason: its name, or its code where the settings do not have it any more.
 */
reason: string, 
/**
 * Whether the prescriber was told.
 */
prescriberTold: boolean, 
/**
 * The dispensation.
 */
documentId: string, };

export type PaymentView = { 
/**
 * Prices, fees, what Kela pays: a line each.
 */
lines: Array<Fact>, 
/**
 * "17,90 €"; absent where it cannot be said.
 */
pays: string | null, 
/**
 * On what terms it was counted, or why it could not be, in one sentence.
 */
terms: string, 
/**
 * What has no price: a sentence each.
 */
notes: Array<string>, 
/**
 * What of the counting is to be confirmed, by its name.
 */
toConfirm: Array<string>, 
/**
 * Whether Kela can be asked, with the customer's permission.
 */
mayAsk: boolean, 
/**
 * Whether it was asked in this visit.
 */
asked: boolean, };

export type ProposalView = { 
/**
 * The chosen package; absent where the database does not have what is given.
 */
vnr: string | null, 
/**
 * How many packages, 1 for a part package.
 */
packages: number, 
/**
 * How many units are given: "21".
 */
amount: string, 
/**
 * "fol".
 */
unit: string, 
/**
 * Whether a package is split.
 */
partPackage: boolean, 
/**
 * "21 fol".
 */
delivered: string, 
/**
 * "2X21 fol", or what else stands in field 103.
 */
remainingAfter: string, 
/**
 * Nothing is left afterwards.
 */
fullyDispensed: boolean, 
/**
 * "3,86 €".
 */
price: string, 
/**
 * A person's reason, where one was given.
 */
reason: string | null, 
/**
 * Every rule, hindering ones first.
 */
checks: Array<CheckLine>, 
/**
 * How many rules passed.
 */
passed: number, 
/**
 * Whether the person logged in may put it in the basket: a student may, to prepare it.
 */
mayAdd: boolean, 
/**
 * Whether the person logged in may sign it.
 */
maySign: boolean, };

export type CheckLine = { 
/**
 * "DI-7b".
 */
rule: string, 
/**
 * Its answer.
 */
outcome: CheckOutcome, 
/**
 * One sentence.
 */
sentence: string, 
/**
 * What to do.
 */
advice: string, 
/**
 * Of a safety check: what it is about, in a few words; empty of a rule of the trade.
 */
subject: string, 
/**
 * Of a safety check: on what it rests and of which day that is; empty of a rule of the trade.
 */
data: string, 
/**
 * Whether the sentence names another medicine of the customer: a covered screen does not show it.
 */
namesAnother: boolean, };

export type CheckOutcome = "pass" | "unchecked" | "note" | "reasoned" | "needs-reason" | "stop";

export type BasketLine = { 
/**
 * Names the prescription.
 */
setId: string, 
/**
 * "DIAPAM 10 mg, 21 fol".
 */
title: string, 
/**
 * "osapakkaus" and the like.
 */
detail: string, 
/**
 * "3,86 €".
 */
price: string, 
/**
 * "Onni Opiskelija", where a student prepared it (DI-3).
 */
preparedBy: string | null, };

export type SignedLine = { 
/**
 * Identifier of the document.
 */
documentId: string, 
/**
 * "DIAPAM 10 mg, 21 fol".
 */
title: string, 
/**
 * Where it is.
 */
state: DocumentState, 
/**
 * Why it waits, or who refused it, in one sentence.
 */
problem: Problem | null, };

export type DocumentState = "saved" | "waiting" | "accepted" | "accepted-in-conflict" | "refused" | "settled";

export type DispensationRow = { 
/**
 * Identifier of the document.
 */
documentId: string, 
/**
 * "2026-11-22 10:42:05", Finnish time.
 */
at: string, 
/**
 * Who dispensed.
 */
person: string, 
/**
 * Registration number of that person.
 */
registration: string, 
/**
 * "Potilas, P." — no identity code in a list.
 */
customer: string, 
/**
 * "DIAPAM 10 mg".
 */
product: string, 
/**
 * "21 fol".
 */
amount: string, 
/**
 * What remained, as stated.
 */
remaining: string, 
/**
 * Where it is.
 */
state: DocumentState, 
/**
 * How often it was tried.
 */
attempts: number, 
/**
 * Last error's code.
 */
lastError: string | null, 
/**
 * Why, in one sentence; empty when accepted.
 */
sentence: string, 
/**
 * Each thing that it conflicts with, a sentence each; empty where there is none, or it is settled.
 */
conflicts: Array<string>, 
/**
 * Who settled it, when and how.
 */
settled: Settled | null, 
/**
 * When the next attempt is, "10.43".
 */
nextTry: string | null, 
/**
 * The prescription it was made from.
 */
prescriptionId: string, };

export type Settled = { 
/**
 * Registration number of the person.
 */
by: string, 
/**
 * "Siri Salminen", where it is known.
 */
name: string | null, 
/**
 * "25.11.2026 12.31".
 */
at: string, 
/**
 * The person's note.
 */
note: string, };

export type DayList = { 
/**
 * "2026-11-22".
 */
day: string, 
/**
 * Newest first.
 */
rows: Array<DispensationRow>, };

export type NoticeView = { 
/**
 * Which.
 */
kind: NoticeKind, 
/**
 * How many documents it is about; "at least" beyond a thousand.
 */
number: number, 
/**
 * A few words, for a mark on the screen: "3 odottanut yli tunnin".
 */
short: string, 
/**
 * The whole sentence.
 */
sentence: string, };

export type NoticeKind = "waits-long" | "closing";

export type Freshness = { 
/**
 * When the Centre answered last, "10.42"; absent where it has not answered since the program started.
 */
answeredAt: string | null, 
/**
 * How long ago that was, seconds.
 */
answeredAgoS: number | null, 
/**
 * Since when it does not answer, "10.43"; absent while it does, and before it was asked.
 */
silentSince: string | null, 
/**
 * The edition of the Pharmaceutical Database, "2026.022"; empty where there is none.
 */
medicines: string, };

export type WaitingPage = { 
/**
 * One group only.
 */
group?: WaitingGroup, 
/**
 * The place beyond which that group's page begins, as [`WaitingPart::next`] gave it.
 */
after?: number, };

export type WaitingGroup = "refused" | "conflict" | "waits";

export type WaitingDesk = { 
/**
 * The groups that were asked for, in the order of the desk, empty ones as well.
 */
parts: Array<WaitingPart>, 
/**
 * Their rows, in the same order.
 */
rows: Array<WaitingRow>, };

export type WaitingPart = { 
/**
 * Which.
 */
group: WaitingGroup, 
/**
 * How many there are in all.
 */
count: number, 
/**
 * Where the next page begins; absent on the last one.
 */
next: number | null, };

export type WaitingRow = { 
/**
 * In which group.
 */
group: WaitingGroup, 
/**
 * Since when: "10.38", or "24.11. 10.38" where that was another day.
 */
since: string, 
/**
 * How long that is: "4 min", "1 h 12 min", "2 pv".
 */
waited: string, 
/**
 * Whether that is longer than the settings say.
 */
long: boolean, 
/**
 * Whose fault it is, or where; absent where nothing has failed.
 */
place: Place | null, 
/**
 * What happens next, and when.
 */
next: string, 
/**
 * What a person can do.
 */
advice: string, 
/**
 * Identifier of the document.
 */
documentId: string, 
/**
 * "2026-11-22 10:42:05", Finnish time.
 */
at: string, 
/**
 * Who dispensed.
 */
person: string, 
/**
 * Registration number of that person.
 */
registration: string, 
/**
 * "Potilas, P." — no identity code in a list.
 */
customer: string, 
/**
 * "DIAPAM 10 mg".
 */
product: string, 
/**
 * "21 fol".
 */
amount: string, 
/**
 * What remained, as stated.
 */
remaining: string, 
/**
 * Where it is.
 */
state: DocumentState, 
/**
 * How often it was tried.
 */
attempts: number, 
/**
 * Last error's code.
 */
lastError: string | null, 
/**
 * Why, in one sentence; empty when accepted.
 */
sentence: string, 
/**
 * Each thing that it conflicts with, a sentence each; empty where there is none, or it is settled.
 */
conflicts: Array<string>, 
/**
 * Who settled it, when and how.
 */
settled: Settled | null, 
/**
 * When the next attempt is, "10.43".
 */
nextTry: string | null, 
/**
 * The prescription it was made from.
 */
prescriptionId: string, };

export type Export = { 
/**
 * A name without anybody's data: "dispensations-2026-11-22.csv".
 */
fileName: string, 
/**
 * The file itself.
 */
content: string, 
/**
 * Where it was written, if the host wrote it.
 */
path: string | null, };

export type DocumentView = { 
/**
 * Identifier.
 */
documentId: string, 
/**
 * The exact XML that was signed.
 */
xml: string, 
/**
 * Where it is.
 */
state: DocumentState, 
/**
 * What happened to it, oldest first.
 */
history: Array<Fact>, };

export type Event = { "event": "card", 
/**
 * As it is now.
 */
card: CardView, } | { "event": "session", 
/**
 * As it is now.
 */
session: SessionView | null, } | { "event": "document", 
/**
 * Which.
 */
documentId: string, 
/**
 * Where to.
 */
state: DocumentState, 
/**
 * Counts after it.
 */
counts: OutboxCounts, } | { "event": "health", 
/**
 * All links.
 */
lines: Array<HealthLine>, 
/**
 * How fresh what is seen is.
 */
freshness: Freshness, } | { "event": "scanned", 
/**
 * What it sent.
 */
text: string, } | { "event": "scan-failed", 
/**
 * What to tell the person.
 */
problem: Problem, } | { "event": "notices", 
/**
 * As it is now.
 */
notices: Array<NoticeView>, };

export type Nothing = Record<symbol, never>;

export type SetLanguage = { 
/**
 * fi, sv or en.
 */
language: string, };

export type PinDigit = { 
/**
 * Which time of typing a PIN this is; a greater number is a new beginning.
 */
entry: number, 
/**
 * The digit's place, from 0.
 */
at: number, 
/**
 * The digit.
 */
digit: string, };

export type PinErase = { 
/**
 * The entry whose digits are forgotten, with all before it.
 */
entry: number, };

export type LogIn = { 
/**
 * PIN1, where a host has it whole.
 */
pin?: string, 
/**
 * The entry under which its digits came, where they came one by one.
 */
entry?: number, 
/**
 * The holder enters it where [`crate::CardView::pin_at`] says: this program never has it.
 */
elsewhere?: boolean, 
/**
 * Whether the last try may be spent: the person was warned and said yes.
 */
allowLastTry?: boolean, };

export type Search = { 
/**
 * What was typed or scanned; at most 200 characters.
 */
text: string, 
/**
 * Who is here: "self" or "other".
 */
acting: string, 
/**
 * With what right "other" acts: "instruction", "kela-card", "electronic-authorisation", "guardian".
 */
basis?: string, 
/**
 * The medicine that is named with a Kela card; three letters at least.
 */
medicine?: string, 
/**
 * How the person was identified: "identity-card", "driving-licence", "passport", "kela-card", "instruction", "known".
 */
identified: string, };

export type OnPrescription = { 
/**
 * Its set identifier.
 */
setId: string, };

export type OnLabel = { 
/**
 * The prescription's set identifier.
 */
setId: string, 
/**
 * The label's language: fi, sv or en; the screen's where it is absent.
 */
language?: string, 
/**
 * The batch of a split package, as it stands on the maker's package; that of the scanned package where it is absent.
 */
batch?: string, 
/**
 * Its last day: "31.5.2028", "5.2028" (the month's last day), or "2028-05-31"; likewise.
 */
expiry?: string, 
/**
 * The maker's marks of use and storage, a line each.
 */
marks?: string, 
/**
 * Warnings: "driving", "alcohol", "external-only", "refrigerate", "children"; those that the database asks for where it is
 * absent.
 */
warnings?: Array<string>, 
/**
 * A warning in a pharmacist's own words.
 */
words?: string, };

export type LabelView = { 
/**
 * The prescription's set identifier.
 */
setId: string, 
/**
 * In which language it is.
 */
language: string, 
/**
 * The labels exactly as they would be printed, those of all packages; none where there is a problem.
 */
sheets: Array<LabelSheet>, 
/**
 * Whether the printer sets every letter equally wide.
 */
monospace: boolean, 
/**
 * Where it would be printed; absent where no printer is set.
 */
printer: string | null, 
/**
 * Whether it was printed.
 */
state: LabelState, 
/**
 * The same in a sentence; empty where it was not.
 */
said: string, 
/**
 * Whether a package was split: the label needs batch and expiry.
 */
partPackage: boolean, 
/**
 * The batch that stands on it: what was typed, else what was scanned.
 */
batch: string | null, 
/**
 * The same of its last day.
 */
expiry: string | null, 
/**
 * The warnings that stand on it: those that were chosen, else those that the database asks for.
 */
warnings: Array<string>, 
/**
 * Why there is no label.
 */
problem: Problem | null, };

export type LabelState = "not-printed" | "printed" | "changed" | "void" | "doubtful" | "failed";

export type LabelSheet = { 
/**
 * How wide it is.
 */
width: number, 
/**
 * How high.
 */
height: number, 
/**
 * Its runs of text.
 */
texts: Array<LabelText>, 
/**
 * What is drawn black.
 */
rules: Array<LabelBox>, 
/**
 * What is framed: the outer edges.
 */
frames: Array<LabelBox>, };

export type LabelText = { 
/**
 * Its left end.
 */
x: number, 
/**
 * Its baseline.
 */
y: number, 
/**
 * How wide it becomes.
 */
width: number, 
/**
 * The size of its type.
 */
size: number, 
/**
 * By how much its spaces are wider than the type's own.
 */
spacing: number, 
/**
 * Whether it is bold.
 */
bold: boolean, 
/**
 * Its letters.
 */
text: string, };

export type LabelBox = { 
/**
 * Its left edge.
 */
x: number, 
/**
 * Its top.
 */
y: number, 
/**
 * Its width.
 */
width: number, 
/**
 * Its height.
 */
height: number, 
/**
 * How thick a frame's line is.
 */
thick: number, };

export type PrintedLabels = { 
/**
 * The day.
 */
day: string, 
/**
 * The newest first.
 */
rows: Array<PrintedLabel>, };

export type PrintedLabel = { 
/**
 * "10.42.05".
 */
at: string, 
/**
 * Who.
 */
person: string, 
/**
 * What is in the package: "DIAPAM 10 mg".
 */
product: string, 
/**
 * For which prescription.
 */
prescriptionId: string, 
/**
 * Where it was printed.
 */
printer: string, 
/**
 * How many labels.
 */
sheets: number, 
/**
 * Whether it was printed again.
 */
reprint: boolean, 
/**
 * What became of it.
 */
state: LabelState, 
/**
 * The same in a sentence.
 */
said: string, };

export type Propose = { 
/**
 * Which prescription.
 */
setId: string, 
/**
 * Another package.
 */
vnr?: string, 
/**
 * How many units to give, "21". Fewer than the package holds means a part package.
 */
amount?: string, 
/**
 * The dosage as the label says it.
 */
labelDosage?: string, 
/**
 * A person's reason for what a rule allows with a reason.
 */
reason?: string, 
/**
 * Whether the customer refuses the exchange.
 */
refuses?: boolean, 
/**
 * For what the medicine is taken, where that hinders an exchange.
 */
indication?: IndicationSaid, };

export type Scan = { 
/**
 * Keys in their order; at most 1,024.
 */
keys: Array<PressedKey>, 
/**
 * What a scanner sent whole, where the host knows that it was one; at most 512 bytes.
 */
text?: string, };

export type PressedKey = { 
/**
 * A character, "Enter", "Tab", or "Separator" for the group separator.
 */
key: string, 
/**
 * When, milliseconds of a clock that does not go back.
 */
atMs: number, };

export type ScannerCode = { 
/**
 * Its modules, row by row from the top: "1" is dark. Without the light margin.
 */
rows: Array<string>, };

export type ScannerTest = { 
/**
 * Whether everything arrived as it was sent.
 */
passed: boolean, 
/**
 * What was found, each with what to do; where all is well, one that says so.
 */
findings: Array<Problem>, };

export type FindLinks = { 
/**
 * A part of the item number, of the VNR or of the package's name; everything where it is empty.
 */
text: string, };

export type LearntLinks = { 
/**
 * The newest first; at most fifty.
 */
lines: Array<LinkView>, 
/**
 * How many were found in all.
 */
found: number, };

export type LinkView = { 
/**
 * Its fourteen digits.
 */
gtin: string, 
/**
 * The package's number.
 */
vnr: string, 
/**
 * "DIAPAM 10 mg, 100 fol"; empty where the database does not have it.
 */
package: string, 
/**
 * "26.11.2026".
 */
on: string, 
/**
 * Who confirmed it: a name, or the registration number where no name is kept; empty for a register's.
 */
by: string, };

export type OnLink = { 
/**
 * The item number.
 */
gtin: string, 
/**
 * The package's number.
 */
vnr: string, };

export type ScanView = { 
/**
 * What it was.
 */
kind: ScanKind, 
/**
 * What a person typed just before it.
 */
typed: string, 
/**
 * The identifier, of a prescription.
 */
prescription: string | null, 
/**
 * The prescription in hand as it is now, of a package.
 */
open: PrescriptionView | null, 
/**
 * What makes the scan doubtful; it counts all the same.
 */
doubts: Array<Problem>, };

export type ScanKind = "typed" | "prescription" | "package";

export type InHandView = { 
/**
 * Those that are the chosen one.
 */
packs: Array<PackView>, 
/**
 * One that is not, beside the chosen one.
 */
other: OtherPackView | null, 
/**
 * A number that nobody knows; it can be confirmed as the chosen package's.
 */
unknown: UnknownPackView | null, 
/**
 * Of a split package: from where the part comes.
 */
part: PartView | null, };

export type PackView = { 
/**
 * Its number.
 */
vnr: string, 
/**
 * Its batch; empty where the code does not say it.
 */
batch: string, 
/**
 * "31.5.2028"; empty where the code does not say it.
 */
expiry: string, 
/**
 * Good, think where it expires soon, cannot where it has expired.
 */
tone: Tone, 
/**
 * The item number, where it was recognised by what a person confirmed here once: that can be taken back.
 */
learntBy: string | null, };

export type OtherPackView = { 
/**
 * Its number.
 */
vnr: string, 
/**
 * What differs, the gravest first; empty where the database does not have it.
 */
differs: Array<DifferenceView>, 
/**
 * Whether it may be chosen for this prescription instead.
 */
mayBeChosen: boolean, 
/**
 * The item number, where it was recognised by what a person confirmed here once: that can be taken back.
 */
learntBy: string | null, };

export type PartView = { 
/**
 * Whether a package is split or what is left of one is taken, and what is left then; or why that is not kept.
 */
sentence: string, 
/**
 * Whether a new package may be split instead of taking what is left, and the other way round.
 */
mayChoose: boolean, 
/**
 * A new package is split although what is left of another would do.
 */
splitsNew: boolean, };

export type NearMisses = { 
/**
 * The day.
 */
day: string, 
/**
 * The newest first; at most 500.
 */
rows: Array<NearMiss>, };

export type NearMiss = { 
/**
 * "10.42.05".
 */
at: string, 
/**
 * Who scanned it.
 */
person: string, 
/**
 * What was chosen: name, strength, size, number.
 */
chosen: string, 
/**
 * What was in the hand.
 */
inHand: string, 
/**
 * In what they differ, the gravest first: "vahvuus".
 */
differs: Array<string>, };

export type SplitNew = { 
/**
 * Which prescription.
 */
setId: string, 
/**
 * Whether a new package is split.
 */
new: boolean, };

export type RemnantList = { 
/**
 * The first to expire first; at most 200.
 */
rows: Array<RemnantRow>, 
/**
 * How many there are.
 */
count: number, };

export type RemnantRow = { 
/**
 * Names it in requests.
 */
id: string, 
/**
 * "DIAPAM 10 mg"; its number alone where the database does not have it.
 */
product: string, 
/**
 * Its number.
 */
vnr: string, 
/**
 * "79 fol".
 */
left: string, 
/**
 * Its batch.
 */
batch: string, 
/**
 * Last day of use: "31.5.2028".
 */
expiry: string, 
/**
 * Good, think where it expires soon, cannot where it has expired.
 */
tone: Tone, 
/**
 * The day on which it was split.
 */
opened: string, };

export type DiscardRemnant = { 
/**
 * Which.
 */
id: string, 
/**
 * Why: at least a word, at most 500 characters.
 */
note: string, };

export type DifferenceView = { 
/**
 * "substance", "strength", "form", "name", "size", "holder", "number".
 */
part: string, 
/**
 * What it is called.
 */
label: string, 
/**
 * On the screen.
 */
chosen: string, 
/**
 * In the hand.
 */
inHand: string, };

export type UnknownPackView = { 
/**
 * Its fourteen digits.
 */
gtin: string, 
/**
 * The chosen package, as a person compares it: name and strength, form, size, holder.
 */
chosen: Array<Fact>, };

export type Sign = { 
/**
 * PIN2, where a host has it whole.
 */
pin?: string, 
/**
 * The entry under which its digits came, where they came one by one.
 */
entry?: number, 
/**
 * The holder enters it where [`crate::CardView::pin_at`] says: this program never has it.
 */
elsewhere?: boolean, 
/**
 * Whether the last try may be spent: the person was warned and said yes.
 */
allowLastTry?: boolean, 
/**
 * How long to wait for the Centre's answer before returning, milliseconds, at most 10,000.
 */
waitMs?: number, };

export type OnDay = { 
/**
 * "2026-11-22"; today where it is absent.
 */
day?: string, };

export type OnDocument = { 
/**
 * Its identifier.
 */
documentId: string, };

export type SettleDocument = { 
/**
 * Its identifier.
 */
documentId: string, 
/**
 * What was found and done: at least a word, at most 1,000 characters.
 */
note: string, };

export type BackupMade = { 
/**
 * Where it lies.
 */
file: string, 
/**
 * Its last event.
 */
events: number, 
/**
 * How many documents are in it.
 */
documents: number, };

export type HandOverFacts = { 
/**
 * Names it in requests.
 */
entryId: string, 
/**
 * "25.11.2026 10.42".
 */
at: string, 
/**
 * What was entered then.
 */
said: string, };

export type HandOverForm = { 
/**
 * On what: "instruction", "summary", "old-label", "telephone", "paper", "nothing".
 */
basis: string, 
/**
 * The customer's identity code.
 */
identity: string, 
/**
 * The customer's name.
 */
customer: string, 
/**
 * How whoever is here was identified, as [`crate::Search::identified`].
 */
identified: string, 
/**
 * With what right somebody else acts, as [`crate::Search::basis`]; absent where the customer is here.
 */
onBehalf?: string, 
/**
 * What was scanned: the text of a bar code with the prescription's identifier.
 */
identifier: string, 
/**
 * What was read: the instruction's text, the label, a prescription's words.
 */
read: string, 
/**
 * Who prescribed, with the prescriber's number.
 */
prescriber: string, 
/**
 * The package's number, where the database has it.
 */
vnr?: string, 
/**
 * The product in words, where it has not.
 */
product: string, 
/**
 * How many units.
 */
amount: string, 
/**
 * Of what, where the package does not say.
 */
unit: string, 
/**
 * Whether the need is immediate.
 */
immediate: boolean, 
/**
 * Why, for what a rule opens with a reason.
 */
reason?: string, 
/**
 * When it was handed over, Finnish time: "10.42" of today, or "25.11.2026 10.42"; now where absent.
 */
at?: string, };

export type HandOverChecks = { 
/**
 * Every rule, hindering ones first.
 */
checks: Array<CheckLine>, 
/**
 * Whether nothing hinders.
 */
maySave: boolean, 
/**
 * What it costs in full, where the package is known: "3,86 €".
 */
price: string | null, };

export type HandOverLine = { 
/**
 * Names it in requests.
 */
entryId: string, 
/**
 * "25.11.2026 10.42".
 */
at: string, 
/**
 * Who handed over.
 */
person: string, 
/**
 * Whether that is who is logged in: this person writes its document.
 */
mine: boolean, 
/**
 * The customer's name; no identity code in a list.
 */
customer: string, 
/**
 * "AMLODIPIN MALLI 5 mg".
 */
product: string, 
/**
 * "98 fol".
 */
amount: string, 
/**
 * "Potilasohje".
 */
basis: string, 
/**
 * All that was recorded, as label and text.
 */
facts: Array<Fact>, 
/**
 * Whether it rests on a telephone or paper prescription that can be stored.
 */
storable: boolean, };

export type HandOverList = { 
/**
 * Oldest first.
 */
lines: Array<HandOverLine>, };

export type HandOverSaved = { 
/**
 * As the list shows it.
 */
line: HandOverLine, 
/**
 * Counts after it.
 */
counts: OutboxCounts, };

export type OnHandOver = { 
/**
 * Which.
 */
entryId: string, };

export type SettleHandOver = { 
/**
 * Which.
 */
entryId: string, 
/**
 * What was found and done: at least a word, at most 1,000 characters.
 */
note: string, };

export type StoringDraft = { 
/**
 * The hand-over.
 */
line: HandOverLine, 
/**
 * Whether it was by telephone: then the prescription has a time of the day.
 */
byTelephone: boolean, 
/**
 * What was noted of the prescription, word for word.
 */
read: string, 
/**
 * What was noted of the prescriber.
 */
prescriber: string, 
/**
 * Whether the hand-over lacks the customer's identity code.
 */
needsIdentity: boolean, 
/**
 * The customer's first names, by a guess.
 */
given: string, 
/**
 * The family name.
 */
family: string, 
/**
 * The prescriber's first names.
 */
prescriberGiven: string, 
/**
 * The family name.
 */
prescriberFamily: string, 
/**
 * Registration number or identifier, where one was noted.
 */
prescriberNumber: string, 
/**
 * The day of the hand-over: "25.11.2026".
 */
prescribed: string, 
/**
 * The package that was handed over.
 */
package: FoundPackage, 
/**
 * How many units were: "98".
 */
amount: string, };

export type StoringForm = { 
/**
 * The hand-over.
 */
entryId: string, 
/**
 * The customer's identity code, where the hand-over has none.
 */
identity: string, 
/**
 * The customer's first names.
 */
given: string, 
/**
 * The family name.
 */
family: string, 
/**
 * The prescriber's first names.
 */
prescriberGiven: string, 
/**
 * The family name.
 */
prescriberFamily: string, 
/**
 * The prescriber's registration number (11 digits) or identifier (6 digits).
 */
prescriberNumber: string, 
/**
 * Code of the prescriber's right: "001", "003", "031", "034".
 */
prescriberRight: string, 
/**
 * When it was prescribed: "25.11.2026 10.42" or "10.42" by telephone, "25.11.2026" on paper.
 */
prescribed: string, 
/**
 * The prescribed package's number, where the database has it.
 */
vnr?: string, 
/**
 * The product as written, where it has not.
 */
product: string, 
/**
 * How many units are prescribed in all.
 */
amount: string, 
/**
 * Of what, where no package says.
 */
unit: string, 
/**
 * How to take it.
 */
dosage: string, 
/**
 * What it is for.
 */
purpose: string, 
/**
 * Why it was not made electronically: "1" technical fault, "2" urgent care, "3" another reason.
 */
why: string, 
/**
 * The words beside that.
 */
whyWords: string, 
/**
 * The last day of validity, "25.2.2027"; as long as the act allows where empty.
 */
validUntil: string, 
/**
 * A person's reason, for what a rule opens with one.
 */
reason?: string, };

export type StoringChecked = { 
/**
 * Every rule, hindering ones first.
 */
checks: Array<CheckLine>, 
/**
 * What is missing, in words: "määrä, annostus"; empty where nothing is.
 */
lacks: string, 
/**
 * Whether nothing hinders.
 */
maySign: boolean, 
/**
 * The last day of validity that it would have: "25.2.2027".
 */
validUntil: string | null, 
/**
 * The first thing in the form that is not understood.
 */
wrong: Problem | null, };

export type StorePrescription = { 
/**
 * The form.
 */
form: StoringForm, 
/**
 * The PIN, and how long to wait.
 */
sign: Sign, };

export type StoringSaved = { 
/**
 * The prescription, then its dispensation.
 */
signed: Array<SignedLine>, 
/**
 * Counts after it.
 */
counts: OutboxCounts, };

export type FindPackages = { 
/**
 * Words of the product, or a package's number, typed or scanned; at most 100 characters.
 */
text: string, };

export type FoundPackages = { 
/**
 * At most twelve.
 */
packages: Array<FoundPackage>, };

export type FoundPackage = { 
/**
 * Its number.
 */
vnr: string, 
/**
 * "DIAPAM 10 mg".
 */
name: string, 
/**
 * "tabletti".
 */
form: string, 
/**
 * How many units it holds: "100".
 */
size: string, 
/**
 * "fol".
 */
unit: string, 
/**
 * "7,72 €".
 */
price: string, 
/**
 * "PKV" and the like, or empty.
 */
mark: string, };

export type OutagePack = { 
/**
 * fi, sv or en.
 */
language: string, 
/**
 * Its heading.
 */
title: string, 
/**
 * What it is for, in a sentence.
 */
lead: string, 
/**
 * What to mind, one sentence each.
 */
rules: Array<string>, 
/**
 * What is written on it.
 */
fields: Array<PackField>, 
/**
 * What becomes of the paper.
 */
foot: string, };

export type PackField = { 
/**
 * What is asked.
 */
label: string, 
/**
 * Boxes to tick; none where words are written.
 */
choices: Array<string>, 
/**
 * How many lines there are to write on.
 */
lines: number, 
/**
 * Whether it takes half of the width.
 */
half: boolean, };

export interface Catalogue {
  status: { with: Nothing; gives: Status };
  set_language: { with: SetLanguage; gives: Status };
  examine: { with: Nothing; gives: Status };
  pin_digit: { with: PinDigit; gives: Nothing };
  pin_erase: { with: PinErase; gives: Nothing };
  still_here: { with: Nothing; gives: Nothing };
  log_in: { with: LogIn; gives: SessionView };
  log_out: { with: Nothing; gives: Status };
  search: { with: Search; gives: VisitView };
  visit: { with: Nothing; gives: VisitView };
  open: { with: OnPrescription; gives: PrescriptionView };
  propose: { with: Propose; gives: PrescriptionView };
  ask_kela: { with: Nothing; gives: VisitView };
  scan: { with: Scan; gives: ScanView };
  scanner_code: { with: Nothing; gives: ScannerCode };
  test_scanner: { with: Scan; gives: ScannerTest };
  confirm_scan: { with: OnPrescription; gives: PrescriptionView };
  put_aside: { with: OnPrescription; gives: PrescriptionView };
  near_misses: { with: OnDay; gives: NearMisses };
  deviations: { with: OnDay; gives: DeviationList };
  split_new: { with: SplitNew; gives: PrescriptionView };
  unconfirmed: { with: Nothing; gives: Unconfirmed };
  remnants: { with: Nothing; gives: RemnantList };
  discard_remnant: { with: DiscardRemnant; gives: RemnantList };
  deviate: { with: Deviate; gives: PrescriptionView };
  give_unlisted: { with: GiveUnlisted; gives: PrescriptionView };
  learnt_links: { with: FindLinks; gives: LearntLinks };
  take_back_link: { with: OnLink; gives: Nothing };
  add: { with: OnPrescription; gives: VisitView };
  remove: { with: OnPrescription; gives: VisitView };
  label: { with: OnLabel; gives: LabelView };
  print_label: { with: OnLabel; gives: LabelView };
  printed_labels: { with: OnDay; gives: PrintedLabels };
  sign: { with: Sign; gives: VisitView };
  close_visit: { with: Nothing; gives: Status };
  waiting: { with: WaitingPage; gives: WaitingDesk };
  resend: { with: OnDocument; gives: OutboxCounts };
  settle: { with: SettleDocument; gives: OutboxCounts };
  send_now: { with: Nothing; gives: OutboxCounts };
  review_day: { with: OnDay; gives: DayList };
  export_day: { with: OnDay; gives: Export };
  document: { with: OnDocument; gives: DocumentView };
  find_packages: { with: FindPackages; gives: FoundPackages };
  check_hand_over: { with: HandOverForm; gives: HandOverChecks };
  hand_over: { with: HandOverForm; gives: HandOverSaved };
  hand_overs: { with: Nothing; gives: HandOverList };
  write_up: { with: OnHandOver; gives: VisitView };
  storing: { with: OnHandOver; gives: StoringDraft };
  check_storing: { with: StoringForm; gives: StoringChecked };
  store_prescription: { with: StorePrescription; gives: StoringSaved };
  settle_hand_over: { with: SettleHandOver; gives: OutboxCounts };
  outage_pack: { with: Nothing; gives: OutagePack };
  credentials: { with: Nothing; gives: CredentialsView };
  backup: { with: Nothing; gives: BackupMade };
}
