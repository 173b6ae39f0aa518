// The page's only way to the program. Inside the window it is one command and one channel; in development a double with
// artificial people answers instead, and the build leaves the double out.

import { invoke, isTauri } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import type { Catalogue, Event, Problem } from './generated/api';

export type Asked = keyof Catalogue;
type With<Q extends Asked> = Catalogue[Q]['with'];
type Gives<Q extends Asked> = Catalogue[Q]['gives'];

interface Host {
  ask(request: { ask: string; with: unknown }): Promise<unknown>;
  listen(heard: (event: Event) => void): Promise<void>;
}

const shell: Host = {
  ask: (request) => invoke('ask', { request }),
  listen: async (heard) => {
    await listen<Event>('tiski', (message) => heard(message.payload));
  },
};

const nobody: Host = {
  ask: () => Promise.reject(new Error('the page is open outside the program')),
  listen: () => Promise.resolve(),
};

async function find(): Promise<Host> {
  if (isTauri()) return shell;
  if (import.meta.env.DEV) return (await import('../dev/double')).double;
  return nobody;
}

const host = find();

function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'code' in value && 'sentence' in value;
}

/** The host itself did not answer: the sentence comes from the language files, because the program could not say it. */
const HOST_SILENT = 'host-silent';

/** Asks the program; throws a [`Problem`] and nothing else. */
export async function ask<Q extends Asked>(name: Q, given: With<Q>): Promise<Gives<Q>> {
  try {
    return (await (await host).ask({ ask: name, with: given })) as Gives<Q>;
  } catch (thrown) {
    if (isProblem(thrown)) throw thrown;
    const silent: Problem = {
      code: HOST_SILENT,
      sentence: '',
      advice: '',
      place: 'program',
      rule: null,
      triesLeft: null,
    };
    throw silent;
  }
}

/** Hears what the program pushes. */
export async function hear(heard: (event: Event) => void): Promise<void> {
  await (await host).listen(heard);
}

/** What was thrown by [`ask`]. */
export function problemOf(thrown: unknown): Problem {
  if (isProblem(thrown)) return thrown;
  return { code: 'page', sentence: '', advice: String(thrown), place: 'program', rule: null, triesLeft: null };
}
