// Words of the page in three languages of equal rank. A key that one language lacks does not compile.

import en from '../languages/en.json';
import fi from '../languages/fi.json';
import sv from '../languages/sv.json';

export type Word = keyof typeof fi;
export type Language = 'fi' | 'sv' | 'en';

type Same<A, B> = [keyof A, keyof B] extends [keyof B, keyof A] ? true : never;
const swedishIsWhole: Same<typeof fi, typeof sv> = true;
const englishIsWhole: Same<typeof fi, typeof en> = true;
void swedishIsWhole;
void englishIsWhole;

const all: Record<Language, Record<Word, string>> = { fi, sv, en };
const chosen = $state<{ language: Language }>({ language: 'fi' });

export const languages: readonly { code: Language; name: string }[] = [
  { code: 'fi', name: 'Suomi' },
  { code: 'sv', name: 'Svenska' },
  { code: 'en', name: 'English' },
];

export function language(): Language {
  return chosen.language;
}

export function speak(code: string): void {
  if (code === 'fi' || code === 'sv' || code === 'en') {
    chosen.language = code;
    document.documentElement.lang = code;
  }
}

/** The word, with {name}s filled in. */
export function t(word: Word, fill: Record<string, string | number> = {}): string {
  return all[chosen.language][word].replace(/\{(\w+)\}/g, (whole, name: string) => String(fill[name] ?? whole));
}

type Counted = { [W in Word]: W extends `${infer Stem}.other` ? Stem : never }[Word];

/** The word for a number: `stem.one` or `stem.other`; all three languages know these two forms. */
export function counted(stem: Counted, n: number, fill: Record<string, string | number> = {}): string {
  const word = (n === 1 ? `${stem}.one` : `${stem}.other`) as Word;
  return t(word, { n, ...fill });
}
