// My uploads, kept fresh while the server works: the list is fetched again as the API writes it.
let timer: number | undefined;

export function followDeposits(): void {
  window.clearTimeout(timer);
  const list = document.getElementById('deposits');
  if (!list?.dataset.busy) return;
  timer = window.setTimeout(async () => {
    const answer = await fetch(location.href, { headers: { Accept: 'text/html', 'Hoclieu-Swap': '1' } }).catch(() => null);
    const next = answer?.ok ? new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('deposits') : null;
    if (next && list.isConnected && !list.contains(document.activeElement)) list.replaceWith(next);
    followDeposits();
  }, 2000);
}
