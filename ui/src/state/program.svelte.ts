// The frame of the screen as the program tells it: card, person, health, outbox. Pushed by events; asked again now and
// then, so that a lost event cannot leave an old picture standing.

import type { DocumentState, Event, OutboxCounts, Problem, SessionView, Status } from '../generated/api';
import { ask, hear, problemOf } from '../ipc';
import { speak, t } from '../words.svelte';
import { announce, clearScreen } from './screen.svelte';

const ASK_AGAIN_MS = 20_000;

/** `silent` is why the program did not answer the last time; null while it answers. */
export const program = $state<{ status: Status | null; silent: Problem | null }>({ status: null, silent: null });

let events = 0;

type Moved = (documentId: string, state: DocumentState) => unknown;
const onMoved = new Set<Moved>();
const onLeft = new Set<() => void>();
export type Scanned = { text: string } | { problem: Problem };
const onScanned = new Set<(scanned: Scanned) => void>();

/** Calls back when a document moved. */
export function whenMoved(call: Moved): () => void {
  onMoved.add(call);
  return () => onMoved.delete(call);
}

/** Calls back when the person has left. */
export function whenLeft(call: () => void): void {
  onLeft.add(call);
}

/** Calls back when a scanner that the program reads itself has sent something. */
export function whenScanned(call: (scanned: Scanned) => void): void {
  onScanned.add(call);
}

export function takeStatus(status: Status): void {
  program.status = status;
  program.silent = null;
  speak(status.language);
  if (!status.session) leave();
}

function leave(): void {
  clearScreen();
  for (const call of onLeft) call();
}

export function takeSession(session: SessionView | null): void {
  if (!program.status) return;
  const before = program.status.session;
  program.status.session = session;
  if (!session) leave();
  else if (session.locked && !before?.locked) announce(t('locked.title'));
}

export function takeCounts(counts: OutboxCounts): void {
  if (program.status) program.status.outbox = counts;
}

function take(event: Event): void {
  events += 1;
  if (!program.status) return;
  switch (event.event) {
    case 'card':
      program.status.card = event.card;
      break;
    case 'session':
      takeSession(event.session);
      break;
    case 'health':
      program.status.health = event.lines;
      program.status.freshness = event.freshness;
      break;
    case 'scanned':
    case 'scan-failed':
      for (const call of onScanned) call(event);
      break;
    case 'notices':
      program.status.notices = event.notices;
      break;
    case 'document':
      takeCounts(event.counts);
      for (const call of onMoved) call(event.documentId, event.state);
      break;
  }
}

/** Asks for the whole frame. An answer that was on its way while an event came may be older than the event: ask again. */
export async function refresh(): Promise<void> {
  try {
    for (let again = 0; again < 3; again += 1) {
      const before = events;
      const status = await ask('status', {});
      if (events !== before && again < 2) continue;
      takeStatus(status);
      return;
    }
  } catch (thrown) {
    program.silent = problemOf(thrown);
  }
}

export async function begin(): Promise<void> {
  await hear(take);
  await refresh();
  setInterval(() => void refresh(), ASK_AGAIN_MS);
  addEventListener('focus', () => void refresh());
}

const STILL_HERE_MS = 30_000;
let lastHere = 0;

/** Somebody is at the keyboard: the program need not lock the session. Said now and then, not with every key. */
export function stillHere(): void {
  if (!program.status?.session || performance.now() - lastHere < STILL_HERE_MS) return;
  lastHere = performance.now();
  void ask('still_here', {}).catch(() => undefined);
}

/** Looks at every link of the chain anew. */
export async function examine(): Promise<void> {
  try {
    takeStatus(await ask('examine', {}));
  } catch (thrown) {
    program.silent = problemOf(thrown);
  }
}

/** A PIN shorter than any: nothing of it goes to the card. */
export function shortPin(): Problem {
  return {
    code: 'pin-length',
    sentence: t('pin.short'),
    advice: t('pin.short.advice'),
    place: 'input',
    rule: null,
    triesLeft: null,
  };
}

/** Where the PIN is: under the number of an entry, or with its holder, who enters it elsewhere. */
export type Entered = { entry: number } | { elsewhere: true };

export async function logIn(pin: Entered, allowLastTry: boolean): Promise<Problem | null> {
  try {
    takeSession(await ask('log_in', { ...pin, allowLastTry }));
    await refresh();
    return null;
  } catch (thrown) {
    return problemOf(thrown);
  }
}

export async function logOut(): Promise<void> {
  try {
    takeStatus(await ask('log_out', {}));
  } catch {
    await refresh();
  }
}

export async function chooseLanguage(language: string): Promise<void> {
  speak(language);
  try {
    takeStatus(await ask('set_language', { language }));
  } catch {
    await refresh();
  }
}
