// The review page with script: keys for the two decisions and for turning pages, and ten seconds in which the last decision can be undone.
export function wakeReview(): void {
  countDown(document.getElementById('vua-xong'));
  for (const form of document.querySelectorAll<HTMLFormElement>('#duyet, #tra-lai form')) form.addEventListener('submit', () => window.setTimeout(() => lock(form)));
  document.getElementById('tra-lai')?.addEventListener('toggle', (event) => focusFirst(event.currentTarget as HTMLDetailsElement));
}

export function countDown(toast: HTMLElement | null, later: (act: () => void) => unknown = (act) => window.setTimeout(act, 1000)): void {
  if (!toast) return;
  const left = Number(toast.dataset.seconds);
  if (left <= 0) {
    toast.remove();
    return;
  }
  toast.querySelector('.num')!.textContent = ` (${left})`;
  toast.dataset.seconds = String(left - 1);
  later(() => countDown(toast, later));
}

// A second press must not decide on the next work.
function lock(form: HTMLFormElement): void {
  form.querySelectorAll('button').forEach((button) => (button.disabled = true));
}

function focusFirst(details: HTMLDetailsElement): void {
  if (details.open) details.querySelector<HTMLInputElement>('input[type="checkbox"]')?.focus({ preventScroll: true });
}

export function onKey(event: KeyboardEvent): void {
  const approve = document.querySelector<HTMLButtonElement>('#duyet button');
  const back = document.querySelector<HTMLDetailsElement>('#tra-lai');
  const writing = (event.target as Element).closest?.('input, textarea, select');
  if (event.altKey && event.code === 'KeyD' && approve) approve.click();
  else if (event.altKey && event.code === 'KeyT' && back) back.open = !back.open;
  else if (!event.altKey && !event.ctrlKey && !event.metaKey && !writing && (event.key === 'ArrowLeft' || event.key === 'ArrowRight'))
    document.querySelector<HTMLAnchorElement>(`#trang a[rel="${event.key === 'ArrowLeft' ? 'prev' : 'next'}"]`)?.click();
  else return;
  event.preventDefault();
}

document.addEventListener('keydown', onKey);
