// The lock file installs everywhere: every package that one names is in it, for every platform, and no registry's host is.
// (`npm install` succeeds without this, and `npm ci` in a fresh clone then does not.)

import { readFileSync } from 'node:fs';

const lock = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'));
const names = new Set(Object.keys(lock.packages).map((path) => path.split('node_modules/').pop()));
const faults = [];

for (const [path, entry] of Object.entries(lock.packages)) {
  if (entry.resolved) faults.push(`${path}: names where it came from`);
  for (const name of Object.keys({ ...entry.dependencies, ...entry.optionalDependencies })) {
    if (!names.has(name)) faults.push(`${path || 'the page'}: ${name} is missing`);
  }
}
if (faults.length > 0) {
  console.error(faults.join('\n'));
  process.exit(1);
}
console.log(`lock file: ${names.size - 1} packages, all there, no host named`);
