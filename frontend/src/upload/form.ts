// The upload form with script: every chosen file goes through the resumable way and shows up in the tray. Nothing is sent before the
// button is pressed, so that a wrong choice leaves nothing behind; what was said of the card goes with each file.
import { send } from './sending.svelte';
import { openTray } from './wake';

const OF_THE_FILE = new Set(['file', 'sight', 'approve', 'review', 'work']);

export function wakeUploadForm(form: HTMLFormElement): void {
  const files = form.querySelector<HTMLInputElement>('input[type="file"]')!;
  form.onsubmit = (event) => {
    event.preventDefault();
    const chosen = new FormData(form, event.submitter);
    const choices = {
      sight: text(chosen, 'sight'),
      approve: text(chosen, 'approve') === 'true',
      review: text(chosen, 'review') === 'true',
      work: text(chosen, 'work'),
      card: cardOf(chosen),
    };
    for (const file of files.files ?? []) send(file, choices);
    openTray();
    if (form.querySelector('button[name="review"]')) say(form, choices.review);
    files.value = '';
  };
}

const text = (chosen: FormData, name: string): string => String(chosen.get(name) ?? '');

function cardOf(chosen: FormData): Record<string, string> {
  const told = [...chosen.entries()].filter(([name, value]) => !OF_THE_FILE.has(name) && typeof value === 'string' && value.trim());
  return Object.fromEntries(told) as Record<string, string>;
}

function say(form: HTMLFormElement, review: boolean): void {
  const told = form.querySelector<HTMLElement>('#sent')!;
  told.textContent = (review ? told.dataset.review : told.dataset.draft) ?? '';
  told.classList.add('note', 'ok');
  told.scrollIntoView({ block: 'center' }); // on a phone the tray and the end of the form would hide it
}
