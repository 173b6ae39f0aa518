// The visit at the counter: what the program answered last, and the few steps that change it.

import type { PrescriptionLine, PrescriptionView, Problem, Propose, SaidOfUnlisted, ScanView, Search, StatedDeviation, VisitView } from '../generated/api';
import { ask, problemOf } from '../ipc';
import { counted, t, type Word } from '../words.svelte';
import { forgetLabels } from './label.svelte';
import { program, refresh, takeStatus, whenLeft, whenMoved, type Entered } from './program.svelte';
import { announce, focusOn, screen } from './screen.svelte';

type Busy = 'search' | 'open' | 'propose' | 'basket' | 'sign' | null;

export const counter = $state<{
  visit: VisitView | null;
  busy: Busy;
  problem: Problem | null;
  /** The row on which the hand rests. */
  at: string | null;
  /** When the search was answered, by this machine's own running clock, ms. */
  fetchedMs: number | null;
}>({ visit: null, busy: null, problem: null, at: null, fetchedMs: null });

let movedWhileSigning = false;
/** Counts the steps, so that an older answer never overwrites a newer one. */
let turn = 0;

export function openView(): PrescriptionView | null {
  return counter.visit?.open ?? null;
}

export function lineOf(setId: string): PrescriptionLine | undefined {
  return counter.visit?.prescriptions.find((line) => line.setId === setId);
}

/** The rows that may be seen: with the screen covered, only what this customer is being given. */
export function shownLines(): PrescriptionLine[] {
  const visit = counter.visit;
  if (!visit) return [];
  if (!screen.covered) return visit.prescriptions;
  return visit.prescriptions.filter((line) => line.inBasket || line.setId === visit.open?.setId);
}

function forget(): void {
  counter.visit = null;
  counter.problem = null;
  counter.at = null;
  counter.fetchedMs = null;
  counter.busy = null;
  forgetLabels();
}

async function step<T>(busy: Busy, work: () => Promise<T>): Promise<T | null> {
  if (counter.busy) return null;
  turn += 1;
  counter.busy = busy;
  counter.problem = null;
  try {
    return await work();
  } catch (thrown) {
    counter.problem = problemOf(thrown);
    return null;
  } finally {
    counter.busy = null;
  }
}

/** Who is here, with what right, and how that was seen. */
export type Errand = Omit<Search, 'text'>;

export async function search(text: string, errand: Errand): Promise<boolean> {
  const visit = await step('search', () => ask('search', { text, ...errand }));
  if (!visit) return false;
  forgetLabels();
  counter.visit = visit;
  counter.fetchedMs = performance.now();
  counter.at = visit.open?.setId ?? visit.prescriptions[0]?.setId ?? null;
  screen.covered = false;
  announce(visit.warning ?? `${visit.customer}. ${counted('counter.prescriptions', visit.prescriptions.length)}`);
  await focusOn('row');
  return true;
}

/** A visit that was opened elsewhere on the page: a hand-over of an outage is written in it. */
export async function takeUp(visit: VisitView): Promise<void> {
  turn += 1;
  forget();
  counter.visit = visit;
  counter.fetchedMs = performance.now();
  counter.at = visit.open?.setId ?? visit.prescriptions[0]?.setId ?? null;
  screen.covered = false;
}

/** After a reload or an unlock: the visit that the program still holds. */
export async function resume(): Promise<void> {
  const asked = turn;
  try {
    const visit = await ask('visit', {});
    if (asked !== turn || counter.busy) return;
    counter.visit = visit;
    counter.at ??= visit.open?.setId ?? visit.prescriptions[0]?.setId ?? null;
  } catch (thrown) {
    if (asked === turn && problemOf(thrown).code === 'no-visit') forget();
  }
}

function takeOpen(view: PrescriptionView): void {
  if (counter.visit) counter.visit.open = view;
}

export async function openPrescription(setId: string): Promise<boolean> {
  counter.at = setId;
  const view = await step('open', () => ask('open', { setId }));
  if (!view) return false;
  takeOpen(view);
  announce(view.title);
  return true;
}

export async function propose(change: Omit<Propose, 'setId'>): Promise<boolean> {
  const setId = openView()?.setId;
  if (!setId) return false;
  const view = await step('propose', () => ask('propose', { setId, ...change }));
  return view ? proposed(view) : false;
}

/** A pharmacist deviates from the prescription or corrects an obvious error in it; null takes that back. */
export async function deviate(says: StatedDeviation | null): Promise<boolean> {
  const setId = openView()?.setId;
  if (!setId) return false;
  const view = await step('propose', () => ask('deviate', says ? { setId, says } : { setId }));
  return view ? proposed(view) : false;
}

/** What the database does not have is given so. */
export async function giveUnlisted(says: SaidOfUnlisted): Promise<boolean> {
  const setId = openView()?.setId;
  if (!setId) return false;
  const view = await step('propose', () => ask('give_unlisted', { setId, says }));
  return view ? proposed(view) : false;
}

async function proposed(view: PrescriptionView): Promise<boolean> {
  takeOpen(view);
  // What stands in the basket may have become another thing, or have left it.
  if (lineOf(view.setId)?.inBasket) await resume();
  const hinders = view.proposal?.checks.find((check) => check.outcome === 'stop' || check.outcome === 'needs-reason');
  announce(hinders?.sentence ?? t('counter.may.be.added'));
  return true;
}

/** With the customer's permission: what was paid this year. That there is no answer is said in the visit. */
export async function askKela(): Promise<void> {
  const visit = await step('basket', () => ask('ask_kela', {}));
  if (!visit) return;
  takeVisit(visit);
  announce(visit.payment.terms);
}

function takeVisit(visit: VisitView): void {
  counter.visit = visit;
}

/** Puts the prescription in hand into the basket, or takes a row out of it; the hand then goes to what is next. */
export async function toggle(setId: string): Promise<void> {
  const line = lineOf(setId);
  if (!line) return;
  if (line.inBasket) {
    const visit = await step('basket', () => ask('remove', { setId }));
    if (visit) {
      takeVisit(visit);
      announce(t('basket.removed'));
    }
    return;
  }
  if (openView()?.setId !== setId && !(await openPrescription(setId))) return;
  if (!openView()?.proposal?.mayAdd) return;
  const visit = await step('basket', () => ask('add', { setId }));
  if (!visit) return;
  takeVisit(visit);
  announce(counted('basket.title', visit.basket.length));
  const next = visit.prescriptions.find((other) => other.dispensable && !other.inBasket && other.setId !== setId);
  if (next) {
    counter.at = next.setId;
    await focusOn('row');
  } else {
    await focusOn('sign');
  }
}

/** Signs with the PIN whose digits the program has under this entry: for this one call. */
export async function sign(pin: Entered, allowLastTry: boolean): Promise<boolean> {
  movedWhileSigning = false;
  const visit = await step('sign', () => ask('sign', { ...pin, waitMs: 0, allowLastTry }));
  if (!visit) {
    // Prices were counted anew: the person sees the new ones before signing.
    if (counter.problem?.code === 'edition-changed') await resume();
    return false;
  }
  takeVisit(visit);
  announce(t('sign.saved.all'));
  if (movedWhileSigning) await resume();
  void refresh();
  return true;
}

export async function closeVisit(): Promise<void> {
  const status = await step('basket', () => ask('close_visit', {}));
  if (!status) return;
  takeStatus(status);
  forget();
  screen.panel = null;
  screen.covered = false;
  announce(t('visit.closed'));
  await focusOn('search');
}

/** What the program says of a scanned package: the right one, or the flow stops and says what differs. */
export async function takeScan(view: ScanView): Promise<void> {
  if (!view.open) return;
  turn += 1;
  counter.problem = view.doubts[0] ?? null;
  takeOpen(view.open);
  const hand = view.open.inHand;
  if (!hand?.other && !hand?.unknown) {
    announce(t('scan.right'));
    return;
  }
  announce(t(hand.other ? 'scan.wrong' : 'scan.unknown'));
  await focusOn('aside');
}

async function withHand(asked: 'confirm_scan' | 'put_aside', said: Word): Promise<void> {
  const setId = openView()?.setId;
  if (!setId) return;
  const view = await step('propose', () => ask(asked, { setId }));
  if (!view) return;
  takeOpen(view);
  announce(t(said));
  await focusOn(view.proposal?.mayAdd ? 'add' : 'row');
}

/** A code was learnt wrongly: nobody knows any more what it stands for. */
export async function takeBackLink(gtin: string, vnr: string): Promise<void> {
  if (!(await step('propose', () => ask('take_back_link', { gtin, vnr })))) return;
  await resume();
  announce(t('scan.takenBack'));
  await focusOn(openView()?.inHand?.unknown ? 'aside' : 'row');
}

export const confirmScan = (): Promise<void> => withHand('confirm_scan', 'scan.right');
/** Of a part: a new package is split although what is left of another would do, or that is taken after all. */
export async function splitNew(isNew: boolean): Promise<void> {
  const setId = openView()?.setId;
  const view = setId ? await step('propose', () => ask('split_new', { setId, new: isNew })) : null;
  if (!view) return;
  takeOpen(view);
  announce(view.inHand?.part?.sentence ?? '');
}

export const putAside = (): Promise<void> => withHand('put_aside', 'scan.aside.done');

whenLeft(forget);

whenMoved((documentId, state) => {
  movedWhileSigning ||= counter.busy === 'sign';
  const line = counter.visit?.signed.find((signed) => signed.documentId === documentId);
  if (!line) return;
  line.state = state;
  announce(`${line.title}: ${t(`document.${state}`)}`);
  if (!program.status?.session?.locked) void resume();
});
