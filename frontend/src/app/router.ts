// Moving between pages without losing running uploads: the next page is fetched as the API wrote it, and its body takes the place
// of this one's; the tray stays. There is no second renderer. Anything unusual is left to the browser.

const parser = new DOMParser();
let running: AbortController | undefined;

export function startRouter(wake: () => unknown): void {
  history.scrollRestoration = 'manual';
  document.addEventListener('click', (event) => {
    const link = (event.target as Element).closest?.('a');
    if (!link || !isOurs(link, event)) return;
    event.preventDefault();
    void go(link.href, wake);
  });
  document.addEventListener('submit', (event) => {
    const form = event.target as HTMLFormElement;
    if (event.defaultPrevented || form.method !== 'get' || new URL(form.action).origin !== location.origin) return;
    event.preventDefault();
    void go(addressOf(form), wake);
  });
  window.addEventListener('popstate', () => void go(location.href, wake, { keep: true }));
}

export function addressOf(form: HTMLFormElement): string {
  const address = new URL(form.action);
  address.search = new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)])).toString();
  return address.href;
}

export function isOurs(link: HTMLAnchorElement, event: MouseEvent): boolean {
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey && !event.defaultPrevented;
  const here = link.href.split('#')[0] === location.href.split('#')[0] && link.hash !== '';
  const stays = link.target || link.hasAttribute('download') || 'reload' in link.dataset;
  return plain && !here && !stays && link.origin === location.origin && !link.pathname.startsWith('/api/');
}

export async function go(href: string, wake: () => unknown, { keep = false } = {}): Promise<void> {
  running?.abort();
  const mine = (running = new AbortController());
  if (!keep) history.replaceState({ ...history.state, scroll: window.scrollY }, '');
  try {
    const answer = await fetch(href, { headers: { Accept: 'text/html', 'Hoclieu-Swap': '1' }, signal: mine.signal });
    if (!answer.headers.get('content-type')?.startsWith('text/html')) throw new Error('not a page');
    const next = parser.parseFromString(await answer.text(), 'text/html');
    if (mine.signal.aborted) return;
    if (!keep) history.pushState({}, '', answer.url + new URL(href).hash);
    show(next);
    window.scrollTo(0, keep ? ((history.state as { scroll?: number } | null)?.scroll ?? 0) : 0);
    if (!keep) document.querySelector<HTMLElement>('#noi-dung')?.focus({ preventScroll: true });
    wake();
  } catch {
    const sending = document.getElementById('tray')?.hasChildNodes(); // leaving would stop the uploads: stay, the tray says that the line is cut
    if (!mine.signal.aborted && !sending) location.assign(href); // the browser's own way says what is wrong
  }
}

function show(next: Document): void {
  const tray = document.getElementById('tray');
  document.title = next.title;
  document.documentElement.lang = next.documentElement.lang;
  document.body.className = next.body.className;
  document.body.replaceChildren(...next.body.childNodes);
  const place = document.getElementById('tray');
  if (!tray) return;
  if (place) place.replaceWith(tray);
  else document.body.append(tray);
}
