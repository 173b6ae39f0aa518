/** Hands a file to the browser, where the host has not written it itself (development only; the window's host writes it). */
export function saveHere(name: string, content: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([content], { type: 'text/csv' }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
