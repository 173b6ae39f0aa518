import type { Link } from '../generated/api';
import { t } from '../words.svelte';

/** The name of a link of the chain. */
export function linkName(link: Link): string {
  return t(`link.${link}`);
}
