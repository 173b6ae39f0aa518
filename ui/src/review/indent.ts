/** Breaks XML into indented lines for reading only: no byte of this is ever signed or sent. */
export function indented(xml: string): string {
  const parts = xml.match(/<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<[^>]*>|[^<]+/g) ?? [];
  const lines: string[] = [];
  let depth = 0;
  let open = false;
  for (const part of parts) {
    const text = part.trim();
    if (text === '') continue;
    const closes = text.startsWith('</');
    const tag = text.startsWith('<') && !/^<[!?]/.test(text);
    if (closes) depth = Math.max(0, depth - 1);
    const last = lines.length - 1;
    if (open && (closes || !tag) && last >= 0) lines[last] += text;
    else if (!tag && !text.startsWith('<') && last >= 0) lines[last] += text;
    else lines.push('  '.repeat(Math.min(depth, 40)) + text);
    open = tag && !closes && !text.endsWith('/>') ? true : open && !tag && !text.startsWith('<');
    if (tag && !closes && !text.endsWith('/>')) depth += 1;
  }
  return lines.join('\n');
}
