// What the waiting desk shows: a page of each group, kept fresh while documents move. However much waits, a page is all that
// is ever here; and however fast documents move, it is asked for twice a second at the most.

import type { Problem, WaitingGroup, WaitingPart, WaitingRow } from '../generated/api';
import { ask, problemOf } from '../ipc';

const AT_MOST_EVERY_MS = 500;

type Shown = { part: WaitingPart; rows: WaitingRow[]; from: number };

export class WaitingPages {
  shown = $state<Shown[] | null>(null);
  problem = $state<Problem | null>(null);
  /** Where each page before the shown one began, and how many rows stand before it. */
  #way = new Map<WaitingGroup, { after: number | null; from: number }[]>();
  #asking: Promise<void> | null = null;
  #again = false;

  /** Asks for the pages that are shown; while an answer is on its way, one more asking is all that waits behind it. */
  async show(): Promise<void> {
    if (this.#asking) {
      this.#again = true;
      return this.#asking;
    }
    this.#asking = this.#ask();
    await this.#asking;
    this.#asking = null;
    if (this.#again) {
      this.#again = false;
      await new Promise((done) => setTimeout(done, AT_MOST_EVERY_MS));
      await this.show();
    }
  }

  async #ask(): Promise<void> {
    try {
      const desk = await ask('waiting', {});
      const shown: Shown[] = [];
      for (const part of desk.parts) {
        const at = this.#way.get(part.group)?.at(-1);
        const rows = desk.rows.filter((row) => row.group === part.group);
        if (!at || at.after === null) {
          shown.push({ part, rows, from: 0 });
          continue;
        }
        const page = await ask('waiting', { group: part.group, after: at.after });
        const again = page.parts[0];
        // What stood on that page has gone: the first one is shown.
        if (!again || page.rows.length === 0) {
          this.#way.delete(part.group);
          shown.push({ part, rows, from: 0 });
        } else shown.push({ part: again, rows: page.rows, from: at.from });
      }
      this.shown = shown;
    } catch (thrown) {
      this.problem = problemOf(thrown);
    }
  }

  /** Turns to the next or the previous page of a group. */
  async turn(group: WaitingGroup, by: 1 | -1): Promise<void> {
    const here = this.shown?.find((one) => one.part.group === group);
    if (!here) return;
    const way = this.#way.get(group) ?? [];
    if (by === -1) way.pop();
    else if (here.part.next !== null) way.push({ after: here.part.next, from: here.from + here.rows.length });
    this.#way.set(group, way);
    await this.show();
  }
}
