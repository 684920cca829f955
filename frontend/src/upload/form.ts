// The upload form with script: every chosen file goes through the resumable way and shows up in the tray at once.
import { send } from './sending.svelte';
import { openTray } from './wake';

export function wakeUploadForm(form: HTMLFormElement): void {
  form.onsubmit = (event) => {
    event.preventDefault();
    const chosen = new FormData(form);
    const files = chosen.getAll('file').filter((one): one is File => one instanceof File && one.name !== '');
    for (const file of files) send(file, { sight: String(chosen.get('sight') ?? 'public'), approve: chosen.get('approve') === 'true' });
    openTray();
    form.querySelector<HTMLInputElement>('input[type="file"]')!.value = '';
  };
}
