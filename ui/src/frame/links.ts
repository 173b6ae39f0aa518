import { t } from '../words.svelte';

/** The name of a link of the chain; an unknown one keeps the program's own word. */
export function linkName(link: string): string {
  switch (link) {
    case 'card':
      return t('link.card');
    case 'certificate':
      return t('link.certificate');
    case 'centre':
      return t('link.centre');
    case 'medicines':
      return t('link.medicines');
    case 'record':
      return t('link.record');
    default:
      return link;
  }
}
