// Arrow keys among the buttons of a table's rows.

export function rowKeys(event: KeyboardEvent): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  const body = event.currentTarget as HTMLElement;
  const buttons = [...body.querySelectorAll<HTMLElement>('button[data-row]')];
  const at = buttons.indexOf(document.activeElement as HTMLElement);
  const to = buttons[at + (event.key === 'ArrowDown' ? 1 : -1)];
  if (to) {
    event.preventDefault();
    to.focus();
  }
}
