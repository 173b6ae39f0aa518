// The label of the prescription in hand: what would be printed, what was, and what a person says of it for this visit.

import type { LabelView, OnLabel, Problem } from '../generated/api';
import { ask, problemOf } from '../ipc';
import { announce } from './screen.svelte';
import { whenLeft } from './program.svelte';

export type Wishes = Omit<OnLabel, 'setId'>;

export const label = $state<{
  view: LabelView | null;
  printing: boolean;
  problem: Problem | null;
  wishes: Record<string, Wishes>;
}>({ view: null, printing: false, problem: null, wishes: {} });

/** Counts the questions, so that an older answer never overwrites a newer one. */
let turn = 0;

export function wishesOf(setId: string): Wishes {
  return label.wishes[setId] ?? {};
}

/** What a person says of a label: its language, batch and expiry. Kept by the page for as long as it shows this visit. */
export function wish(setId: string, change: Wishes): void {
  label.wishes[setId] = { ...wishesOf(setId), ...change };
  void look(setId);
}

function asked(setId: string): OnLabel {
  const said = Object.entries(wishesOf(setId)).filter(([, value]) => value !== undefined && value.length > 0);
  return { setId, ...Object.fromEntries(said) };
}

export async function look(setId: string): Promise<void> {
  turn += 1;
  const own = turn;
  try {
    const view = await ask('label', asked(setId));
    if (own === turn) label.view = view;
  } catch (thrown) {
    if (own === turn) {
      label.view = null;
      label.problem = problemOf(thrown);
    }
  }
}

/** Prints it; what was printed before is printed again. A printer that fails holds up nothing. */
export async function print(setId: string): Promise<void> {
  if (label.printing) return;
  label.printing = true;
  label.problem = null;
  turn += 1;
  try {
    label.view = await ask('print_label', asked(setId));
    announce(label.view.said);
  } catch (thrown) {
    label.problem = problemOf(thrown);
    announce(label.problem.sentence);
  }
  label.printing = false;
}

/** Another visit has labels of its own. */
export function forgetLabels(): void {
  turn += 1;
  Object.assign(label, { view: null, problem: null, printing: false, wishes: {} });
}

whenLeft(forgetLabels);
