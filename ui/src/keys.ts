// The keyboard, said once: what the footer shows, what the help lists, and what a key press does.

import { counter } from './state/counter.svelte';
import { desks, focusOn, goTo, screen, type Desk } from './state/screen.svelte';
import type { Word } from './words.svelte';

type KeyLine = readonly [key: string, word: Word];

const everywhere: readonly KeyLine[] = [
  ['F1', 'key.help'],
  ['F2', 'key.search'],
  ['Ctrl 1–4', 'key.desks'],
  ['F7', 'key.outage'],
  ['Esc', 'key.back'],
];
const inVisit: readonly KeyLine[] = [
  ['↑ ↓', 'key.move'],
  ['Enter', 'key.open'],
  ['Space', 'key.basket'],
  ['F3', 'key.reason'],
  ['F4', 'key.package'],
  ['F5', 'key.label'],
  ['F6', 'key.amount'],
  ['F7', 'key.refuse'],
  ['F8', 'key.cover'],
  ['F9', 'key.sign'],
  ['F10', 'key.suggestion'],
  ['Ctrl P', 'key.printLabel'],
  ['Ctrl K', 'key.kela'],
  ['Ctrl D', 'key.deviate'],
];

export const allKeys: readonly { title: Word; lines: readonly KeyLine[] }[] = [
  { title: 'keys.everywhere', lines: everywhere },
  {
    title: 'keys.onDesks',
    lines: [
      ['↑ ↓', 'key.move'],
      ['Enter', 'key.document'],
      ['F4', 'key.settle'],
      ['F5', 'key.resend'],
      ['F6', 'key.writeUp'],
      ['F7', 'key.sendNow'],
      ['← →', 'key.day'],
    ],
  },
  { title: 'keys.inVisit', lines: inVisit },
];

/** What the footer shows: only what works here. */
export function keysHere(desk: Desk, visit: boolean, open: boolean, silent: boolean): readonly KeyLine[] {
  const f1 = ['F1', 'key.help'] as const;
  const f2 = ['F2', visit ? 'key.newCustomer' : 'key.search'] as const;
  if (desk === 'waiting') return [f2, ['F4', 'key.settle'], ['F5', 'key.resend'], ['F7', 'key.sendNow'], ['Enter', 'key.document'], f1];
  if (desk === 'review') return [f2, ['Enter', 'key.document'], f1];
  if (desk === 'settings') return [f2, f1];
  if (!visit && silent) return [f2, ['F7', 'key.outage'], ['Ctrl 1–4', 'key.desks'], f1];
  if (!visit) return [f2, ['Ctrl 1–4', 'key.desks'], f1];
  if (!open) return [f2, ['Enter', 'key.open'], ['Space', 'key.basket'], ['F8', 'key.cover'], ['F9', 'key.sign'], f1];
  return [f2, ['F4', 'key.package'], ['F7', 'key.refuse'], ['F6', 'key.amount'], ['Space', 'key.basket'], ['F8', 'key.cover'], ['F9', 'key.sign'], f1];
}

/** A page in a window is no page of a browser: nothing reloads it under a half-done dispensation. */
export function stay(event: KeyboardEvent): void {
  const lower = event.key.toLowerCase();
  if (event.key === 'F5' || (event.ctrlKey && (lower === 'r' || lower === 'p'))) event.preventDefault();
}

/** Presses the button of that place: in the row on which the hand rests, or the first one. */
function pressHere(place: string): void {
  const button = `[data-place~="${place}"]`;
  const row = document.activeElement?.closest('tr');
  (row?.querySelector<HTMLElement>(button) ?? document.querySelector<HTMLElement>(button))?.click();
}

/** What the letters press at the counter, held with Control. */
const withControl: Record<string, string> = { p: 'print-label', k: 'kela', d: 'deviate' };

/** Keys that work on the whole page; the desks hear their own keys first. */
export function press(event: KeyboardEvent): void {
  if (event.key === 'F5' || event.key === 'F3' || event.key === 'F7') event.preventDefault();
  if (document.querySelector('dialog[open]')) {
    if (event.key.startsWith('F') && event.key.length > 1) event.preventDefault();
    return;
  }
  const desk = event.ctrlKey && !event.altKey && !event.shiftKey ? desks[Number(event.key) - 1] : undefined;
  if (desk) {
    event.preventDefault();
    goTo(desk);
    return;
  }
  const atCounter = screen.desk === 'counter' && counter.visit !== null;
  const place = event.ctrlKey && !event.altKey ? withControl[event.key.toLowerCase()] : undefined;
  if (place) {
    event.preventDefault();
    if (atCounter) pressHere(place);
    return;
  }
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const done = (): void => event.preventDefault();
  switch (event.key) {
    case 'F1':
      done();
      screen.panel = 'keys';
      break;
    case 'F2':
      done();
      void focusOn('search');
      break;
    case 'F3':
      if (atCounter) void focusOn('reason');
      break;
    case 'F4':
      done();
      if (atCounter) void focusOn('package');
      else if (screen.desk === 'waiting') pressHere('settle');
      break;
    case 'F5':
      if (atCounter) void focusOn('label');
      else if (screen.desk === 'waiting') pressHere('resend');
      break;
    case 'F6':
      done();
      if (atCounter) void focusOn('amount');
      else if (screen.desk === 'waiting') pressHere('write-up');
      break;
    case 'F7':
      if (screen.desk === 'waiting') pressHere('send-now');
      else if (atCounter) pressHere('refuse');
      else if (screen.desk === 'counter' && !atCounter) screen.panel = 'outage';
      break;
    case 'F8':
      done();
      if (atCounter) screen.covered = !screen.covered;
      break;
    case 'F9':
      done();
      if (atCounter && counter.visit?.basket.length) screen.panel = 'sign';
      else if (atCounter) void focusOn('row');
      break;
    case 'F10':
      done();
      if (atCounter) pressHere('suggestion');
      break;
    case 'Escape':
      if (!atCounter) {
        if (screen.desk !== 'counter') goTo('counter');
        break;
      }
      done();
      if (counter.problem) counter.problem = null;
      else if (document.activeElement?.matches('[data-place~="row"]')) screen.panel = 'leave';
      else void focusOn('row');
      break;
  }
}
