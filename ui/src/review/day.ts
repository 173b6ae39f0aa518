// Days as people here write them (22.11.2026) and as programs do (2026-11-22).

export function written(day: string): string {
  const [year, month, date] = day.split('-').map(Number);
  return year && month && date ? `${date}.${month}.${year}` : day;
}

/** "22.11.2026" or "22.11." (of the given year); null where it is no day. */
export function read(text: string, year: number): string | null {
  const found = /^\s*(\d{1,2})\.(\d{1,2})\.?(\d{4})?\s*$/.exec(text);
  if (!found) return null;
  return iso(Number(found[3] ?? year), Number(found[2]), Number(found[1]));
}

export function shifted(day: string, by: number): string {
  const [year = 1970, month = 1, date = 1] = day.split('-').map(Number);
  const moved = new Date(Date.UTC(year, month - 1, date + by));
  return moved.toISOString().slice(0, 10);
}

function iso(year: number, month: number, date: number): string | null {
  const day = new Date(Date.UTC(year, month - 1, date));
  const same = day.getUTCFullYear() === year && day.getUTCMonth() === month - 1 && day.getUTCDate() === date;
  return same ? day.toISOString().slice(0, 10) : null;
}
