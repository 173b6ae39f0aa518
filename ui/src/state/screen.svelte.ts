// What the screen shows apart from the program's own state: desk, panels, theme, and the voice for screen readers.

import { tick } from 'svelte';

export type Desk = 'counter' | 'waiting' | 'review' | 'settings';
export type Theme = 'light' | 'dark' | 'system';
export type Panel = 'keys' | 'sign' | 'leave' | 'health' | 'person' | 'outage' | null;

export const desks: readonly Desk[] = ['counter', 'waiting', 'review', 'settings'];

const KEPT = 'tiski.theme';
const night = matchMedia('(prefers-color-scheme: dark)');

function kept(): Theme {
  const value = localStorage.getItem(KEPT);
  return value === 'light' || value === 'dark' ? value : 'system';
}

export const screen = $state<{
  desk: Desk;
  panel: Panel;
  covered: boolean;
  theme: Theme;
  document: string | null;
  said: string;
}>({ desk: 'counter', panel: null, covered: false, theme: kept(), document: null, said: '' });

function paint(): void {
  const dark = screen.theme === 'dark' || (screen.theme === 'system' && night.matches);
  document.documentElement.dataset['theme'] = dark ? 'dark' : 'light';
}

night.addEventListener('change', paint);
paint();

export function wear(theme: Theme): void {
  screen.theme = theme;
  localStorage.setItem(KEPT, theme);
  paint();
}

export function goTo(desk: Desk): void {
  screen.panel = null;
  screen.document = null;
  screen.desk = desk;
  void focusOn('desk');
}

/** Says a change aloud to those who do not see it. */
export function announce(text: string): void {
  screen.said = '';
  void tick().then(() => {
    screen.said = text;
  });
}

/** Moves the hand: the element that carries data-place of this name, once it is there. */
export async function focusOn(place: string): Promise<boolean> {
  await tick();
  const found = document.querySelector<HTMLElement>(`[data-place~="${place}"]`);
  if (!found) return false;
  found.focus();
  if (found instanceof HTMLInputElement && found.type === 'text') found.select();
  return document.activeElement === found;
}

/** Everything of one person leaves the screen. */
export function clearScreen(): void {
  screen.panel = null;
  screen.document = null;
  screen.covered = false;
  screen.desk = 'counter';
}
