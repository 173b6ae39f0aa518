// Hand-overs of an outage: whether the Centre can be reached, and what was handed over and is not written yet.

import type { HandOverLine, Problem, StoringDraft } from '../generated/api';
import { ask, problemOf } from '../ipc';
import { takeUp } from '../state/counter.svelte';
import { program, whenLeft } from '../state/program.svelte';
import { focusOn } from '../state/screen.svelte';

export const outage = $state<{
  lines: HandOverLine[];
  problem: Problem | null;
  printing: boolean;
  /** The hand-over whose prescription is being stored. */
  storing: StoringDraft | null;
}>({ lines: [], problem: null, printing: false, storing: null });

/** Whether the chain is broken on the way to the Centre, as far as the program knows. */
export function unreachable(): boolean {
  const lines = program.status?.health ?? [];
  return lines.some((line) => (line.link === 'network' || line.link === 'centre') && line.state === 'bad');
}

export async function showHandOvers(): Promise<void> {
  try {
    outage.lines = (await ask('hand_overs', {})).lines;
    outage.problem = null;
  } catch (thrown) {
    outage.problem = problemOf(thrown);
  }
}

/** Opens the visit in which a hand-over is written; the program finds the prescription. */
export async function writeUp(entryId: string): Promise<boolean> {
  outage.problem = null;
  try {
    await takeUp(await ask('write_up', { entryId }));
    return true;
  } catch (thrown) {
    outage.problem = problemOf(thrown);
    return false;
  }
}

/** Opens the form in which the prescription of a hand-over is stored. */
export async function storePrescriptionOf(entryId: string): Promise<void> {
  outage.problem = null;
  try {
    outage.storing = await ask('storing', { entryId });
  } catch (thrown) {
    outage.problem = problemOf(thrown);
  }
}

/** The form is left, with or without its documents. */
export async function leaveStoring(): Promise<void> {
  outage.storing = null;
  await showHandOvers();
  await focusOn('desk');
}

whenLeft(() => {
  outage.storing = null;
});
