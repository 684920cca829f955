// The upload form with script: every chosen file goes through the resumable way and shows up in the tray at once. Where a review comes
// first, sending begins as soon as a file is chosen; the button only says that it shall go on to the reviewers.
import { send, wantReview } from './sending.svelte';
import { openTray } from './wake';

export function wakeUploadForm(form: HTMLFormElement): void {
  const files = form.querySelector<HTMLInputElement>('input[type="file"]')!;
  const atOnce = form.dataset.atOnce === 'yes';
  let begun: number[] = [];

  const begin = (): void => {
    const chosen = new FormData(form);
    const choices = { sight: sightOf(chosen), approve: chosen.get('approve') === 'true', work: String(chosen.get('work') ?? '') };
    begun.push(...[...(files.files ?? [])].map((file) => send(file, choices)));
    if (begun.length) openTray();
  };
  if (atOnce) {
    files.onchange = begin;
    if (files.files?.length) begin(); // chosen before this script had come over a slow line
  }
  form.onsubmit = (event) => {
    event.preventDefault();
    if (!begun.length) begin();
    const review = (event.submitter as HTMLButtonElement | null)?.name === 'review';
    if (review) begun.forEach((key) => wantReview(key, sightOf(new FormData(form))));
    if (atOnce && begun.length) say(form, review);
    begun = [];
    files.value = '';
  };
}

const sightOf = (chosen: FormData): string => String(chosen.get('sight') ?? '');

function say(form: HTMLFormElement, review: boolean): void {
  const told = form.querySelector<HTMLElement>('#sent')!;
  told.textContent = (review ? told.dataset.review : told.dataset.draft) ?? '';
}
