// A scanner that types, heard from any focus. The page only collects fast keys with their times and hands a burst over:
// whether it was a scan, and of what, the program says. What was no scan is given back as it was typed. A scanner that the
// program reads itself tells what it scanned in an event, and the same becomes of it.

import type { PressedKey, ScanView } from './generated/api';
import { ask, problemOf } from './ipc';
import { counter, takeScan } from './state/counter.svelte';
import { program, whenScanned, type Scanned } from './state/program.svelte';
import { announce, focusOn } from './state/screen.svelte';
import { t } from './words.svelte';

/** Wider than the program's own limits: what is not collected it never hears of. */
const GAP_MS = 80;
/** A scanner that names the kind of code first may be slower. */
const NAMED_GAP_MS = 250;
const LEAST = 6;
const MOST = 512;
/** A PIN has at most eight digits: more keys in its field are a scanner's, and must not be tried at the card. */
const LONGEST_PIN = 8;

type Field = HTMLInputElement | HTMLTextAreaElement;

interface Burst {
  keys: PressedKey[];
  /** What stood in the field before each key. */
  before: string[];
  target: EventTarget | null;
  slowest: number;
}

let burst: Burst | null = null;
let lastMs = 0;
let ending: ReturnType<typeof setTimeout> | undefined;
/** Keys in a PIN's field are counted and never kept. */
let inPin = 0;

function fieldOf(target: EventTarget | null): Field | null {
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement ? target : null;
}

export function named(event: KeyboardEvent): string | null {
  const graph = event.getModifierState('AltGraph');
  if (event.key === '\u001d' || (event.ctrlKey && !graph && (event.key === ']' || event.code === 'BracketRight'))) return 'Separator';
  if ((event.ctrlKey || event.altKey || event.metaKey) && !graph) return null;
  return event.key === 'Enter' || event.key === 'Tab' || event.key.length === 1 ? event.key : null;
}

function drop(): void {
  clearTimeout(ending);
  burst = null;
}

/** Hears every key before anything else on the page does; at the door only whether a scan falls into a PIN's field. */
export function listen(event: KeyboardEvent, open: boolean): void {
  if (!event.isTrusted || ['Shift', 'Control', 'Alt', 'AltGraph', 'CapsLock'].includes(event.key)) return;
  const gap = event.timeStamp - lastMs;
  lastMs = event.timeStamp;
  if (fieldOf(event.target)?.dataset['testid']?.startsWith('pin')) {
    drop();
    hearInPin(event, gap);
    return;
  }
  const key = event.repeat || !open ? null : named(event);
  // What is typed in a dialog belongs to the dialog.
  if (key === null || document.querySelector('dialog[open]')) {
    drop();
    return;
  }
  if (burst && (gap > (burst.keys[0]?.key === ']' ? NAMED_GAP_MS : GAP_MS) || event.target !== burst.target)) drop();
  burst ??= { keys: [], before: [], target: event.target, slowest: 0 };
  if (burst.keys.length > 0) burst.slowest = Math.max(burst.slowest, gap);
  burst.before.push(fieldOf(event.target)?.value ?? '');
  burst.keys.push({ key, atMs: Math.round(event.timeStamp) });
  const whole = burst;
  if (key === 'Enter' || key === 'Tab') {
    drop();
    if (whole.keys.length <= LEAST) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    void handOver(whole);
    return;
  }
  // Outside a field a blank would press the button on which the focus rests.
  if (key === 'Separator' || (key === ' ' && whole.keys.length > 1 && !fieldOf(event.target))) event.preventDefault();
  if (whole.keys.length > MOST) drop();
  clearTimeout(ending);
  // A scanner that sends no end key, or a scan that was cut short: no hand types so fast.
  ending = setTimeout(() => {
    if (burst !== whole) return;
    drop();
    if (whole.keys.length >= LEAST && whole.slowest <= GAP_MS / 2) void handOver(whole);
  }, NAMED_GAP_MS);
}

function hearInPin(event: KeyboardEvent, gap: number): void {
  if (event.key !== 'Enter') {
    inPin = gap > GAP_MS ? 1 : inPin + 1;
    return;
  }
  const scanned = gap <= GAP_MS && inPin > LONGEST_PIN;
  inPin = 0;
  if (!scanned) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  // As if a hand had erased it: the program forgets the digits as well.
  event.target?.dispatchEvent(new InputEvent('beforeinput', { inputType: 'deleteContentBackward', bubbles: true, cancelable: true }));
  announce(t('scan.inPin'));
}

async function handOver(whole: Burst): Promise<void> {
  try {
    took(whole, await ask('scan', { keys: whole.keys }));
  } catch (thrown) {
    const problem = problemOf(thrown);
    // A fast hand, or another kind of code in the field in which it belongs.
    if (problem.code === 'scan-not-recognised' && fieldOf(whole.target)) {
      typed(whole);
      return;
    }
    giveBack(whole, 0);
    counter.problem = problem;
  }
}

function took(whole: Burst, view: ScanView): void {
  if (view.kind === 'typed') {
    typed(whole);
    return;
  }
  giveBack(whole, view.typed.length);
  follow(view);
}

function follow(view: ScanView): void {
  if (view.kind === 'prescription') searchFor(view.prescription ?? '');
  else void takeScan(view);
}

let taker: ((scanned: Scanned) => void) | null = null;

/** For as long as the scanner is being tested, what it sends goes here. */
export function takeScans(call: (scanned: Scanned) => void): () => void {
  taker = call;
  return () => (taker = null);
}

whenScanned(async (scanned) => {
  if (!program.status?.session || program.status.session.locked) return;
  if (taker) {
    taker(scanned);
    return;
  }
  const dialog = document.querySelector('dialog[open]');
  if (dialog) {
    if ('text' in scanned && typeInto(fieldOf(document.activeElement), scanned.text)) return;
    announce(t('scan.inDialog'));
    return;
  }
  try {
    if ('problem' in scanned) throw scanned.problem;
    follow(await ask('scan', { keys: [], text: scanned.text }));
  } catch (thrown) {
    const problem = problemOf(thrown);
    // Another kind of code, in the field in which it belongs.
    const belongs = problem.code === 'scan-not-recognised' && 'text' in scanned;
    if (!belongs || !typeInto(fieldOf(document.activeElement), scanned.text)) counter.problem = problem;
  }
});

/** Where it is no package's, a scan goes where the hand is, as a scanner that types would have it; never where a PIN is entered. */
function typeInto(field: Field | null, text: string): boolean {
  if (!field || field.readOnly || field.type === 'password' || field.dataset['testid']?.startsWith('pin')) return false;
  const written = Array.from(text).filter((c) => c >= ' ').join('');
  const [from, to] = [field.selectionStart ?? field.value.length, field.selectionEnd ?? field.value.length];
  field.value = field.value.slice(0, from) + written + field.value.slice(to);
  field.dispatchEvent(new Event('input', { bubbles: true }));
  if (field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }))) field.form?.requestSubmit();
  return true;
}

/** The field as it was before the scan: only what a hand had typed stays. */
function giveBack(whole: Burst, kept: number): void {
  const field = fieldOf(whole.target);
  const before = whole.before[kept];
  if (!field || before === undefined || field.value === before) return;
  field.value = before;
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

/** It was typed after all: its end key does what it would have done. */
function typed(whole: Burst): void {
  const { target } = whole;
  if (whole.keys.at(-1)?.key !== 'Enter' || !(target instanceof HTMLElement)) return;
  const goes = target.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
  const field = fieldOf(target);
  if (goes && field?.form) field.form.requestSubmit();
  else if (goes && !field) target.click();
}

/** A prescription's identifier goes where a hand would have typed it. */
function searchFor(identifier: string): void {
  const field = document.querySelector<HTMLInputElement>('[data-place~="search"]');
  if (!field) return;
  void focusOn('search');
  field.value = identifier;
  field.dispatchEvent(new Event('input', { bubbles: true }));
  field.form?.requestSubmit();
}
