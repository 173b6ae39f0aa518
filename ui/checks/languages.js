// The three languages hold the same keys with the same places to fill, and none is empty. (That a key exists at all in
// each is also a compile-time fact of src/words.svelte.ts.)

import { readFileSync } from 'node:fs';

const words = Object.fromEntries(
  ['fi', 'sv', 'en'].map((code) => [code, JSON.parse(readFileSync(new URL(`../languages/${code}.json`, import.meta.url), 'utf8'))]),
);
const places = (text) => (text.match(/\{\w+\}/g) ?? []).sort().join(' ');
const faults = [];

for (const code of ['sv', 'en']) {
  if (Object.keys(words[code]).join('\n') !== Object.keys(words.fi).join('\n')) faults.push(`${code}: keys or their order differ from fi`);
  for (const [key, text] of Object.entries(words.fi)) {
    const other = words[code][key];
    if (!other?.trim()) faults.push(`${code} ${key}: empty`);
    else if (places(other) !== places(text)) faults.push(`${code} ${key}: ${places(other)} instead of ${places(text)}`);
  }
}
for (const key of Object.keys(words.fi).filter((key) => !key.startsWith('acting.'))) {
  const pair = key.endsWith('.one') ? key.replace(/one$/, 'other') : key.endsWith('.other') ? key.replace(/other$/, 'one') : key;
  if (!(pair in words.fi)) faults.push(`${key}: ${pair} is missing`);
}

if (faults.length > 0) {
  console.error(faults.join('\n'));
  process.exit(1);
}
console.log(`languages: ${Object.keys(words.fi).length} keys in fi, sv and en`);
