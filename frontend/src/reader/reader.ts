// The reader beyond its page: keys, swipes, hits next and previous, the page slider with hit ticks, and the remembered place.
import type { components } from '../app/api-types';
import { say } from '../app/words';

type Hits = components['schemas']['Hits'];
let hits: Hits | undefined;
let hitsOf = '';
let current = -1; // the marked hit on this page

export function wakeReader(paper: HTMLElement): void {
  const { work = '', q = '', signedIn } = paper.dataset;
  const page = Number(paper.dataset.page);
  if (signedIn) void remember(work, page);
  void load(work, q).then((found) => {
    if (!paper.isConnected) return;
    scrub(paper, page, found);
    markCurrent(paper, page, found, history.state?.from === 'later' ? -1 : 0);
  });
  document.onkeydown = (event) => onKey(event);
  document.querySelectorAll<HTMLAnchorElement>('[data-hit="1"], [data-hit="-1"]').forEach((link) => {
    link.onclick = (event) => {
      if (step(paper, page, Number(link.dataset.hit))) event.preventDefault();
    };
  });
  swipe(paper);
  preload();
}

async function load(work: string, q: string): Promise<Hits | undefined> {
  if (!q) return (hits = undefined);
  if (hitsOf !== `${work} ${q}`) {
    const answer = await fetch(`/api/v1/works/${work}/hits?q=${encodeURIComponent(q)}`);
    hits = answer.ok ? ((await answer.json()) as Hits) : undefined;
    hitsOf = `${work} ${q}`;
  }
  return hits;
}

export function placeOf(found: { pages: { number: number; hits: number }[] }, page: number, onPage: number): number {
  let before = 0;
  for (const one of found.pages) if (one.number < page) before += one.hits;
  return before + onPage + 1;
}

function boxes(paper: HTMLElement): number {
  const numbers = [...paper.querySelectorAll<SVGElement>('.hits [data-hit]')].map((box) => Number(box.dataset.hit));
  return numbers.length ? Math.max(...numbers) + 1 : 0;
}

function markCurrent(paper: HTMLElement, page: number, found: Hits | undefined, at: number): void {
  const count = boxes(paper);
  if (!found || !found.pages.some((one) => one.number === page)) return;
  current = Math.max(0, at < 0 ? count - 1 : at);
  paper.querySelectorAll('.hits [data-hit]').forEach((box) => {
    box.classList.toggle('now', Number((box as SVGElement).dataset.hit) === current);
  });
  const text = `${placeOf(found, page, current)}/${found.hit_total}`;
  document.querySelectorAll('[data-count]').forEach((place) => (place.textContent = text));
}

function step(paper: HTMLElement, page: number, by: number): boolean {
  const next = current + by;
  if (next < 0 || next >= boxes(paper)) return false; // the link goes on to the page with the next hit
  markCurrent(paper, page, hits, next);
  paper.querySelector('.hits .now')?.scrollIntoView({ block: 'center' });
  return true;
}

function onKey(event: KeyboardEvent): void {
  if (!document.getElementById('paper') || (event.target as Element).closest('input, textarea, select') || event.ctrlKey || event.metaKey || event.altKey) return;
  const wanted = { ArrowRight: '[rel="next"]', ArrowLeft: '[rel="prev"]', n: '[data-hit="1"]', p: '[data-hit="-1"]' }[event.key];
  if (wanted) document.querySelector<HTMLElement>(wanted)?.click();
}

function swipe(paper: HTMLElement): void {
  let start: Touch | undefined;
  paper.ontouchstart = (event) => (start = event.touches.length === 1 ? event.touches[0] : undefined);
  paper.ontouchend = (event) => {
    const end = event.changedTouches[0];
    if (!start || !end || (window.visualViewport?.scale ?? 1) > 1.05) return;
    const [x, y] = [end.clientX - start.clientX, end.clientY - start.clientY];
    if (Math.abs(x) > 60 && Math.abs(x) > 2 * Math.abs(y)) document.querySelector<HTMLElement>(x < 0 ? '[rel="next"]' : '[rel="prev"]')?.click();
  };
}

function scrub(paper: HTMLElement, page: number, found: Hits | undefined): void {
  const place = document.getElementById('scrub');
  const pages = Number(paper.dataset.pages);
  if (!place || pages < 2) return;
  const label = document.createElement('label');
  const slider = Object.assign(document.createElement('input'), { type: 'range', min: '1', max: String(pages), value: String(page) });
  slider.setAttribute('aria-label', say({ vi: 'Trang', en: 'Page' }));
  const shown = Object.assign(document.createElement('span'), { textContent: say({ vi: 'Trang {n}', en: 'Page {n}' }, { n: page }) });
  slider.oninput = () => (shown.textContent = say({ vi: 'Trang {n}', en: 'Page {n}' }, { n: slider.value }));
  slider.onchange = () => {
    const form = document.querySelector<HTMLFormElement>('form.goto');
    const input = form?.querySelector<HTMLInputElement>('[name="p"]');
    if (form && input) {
      input.value = slider.value;
      form.requestSubmit();
    }
  };
  label.append(ticks(pages, found), slider);
  place.replaceChildren(shown, label, Object.assign(document.createElement('span'), { textContent: String(pages) }));
}

function ticks(pages: number, found: Hits | undefined): SVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', `0 0 ${(pages - 1) * 10} 44`);
  svg.setAttribute('preserveAspectRatio', 'none');
  for (const one of found?.pages ?? []) {
    const tick = document.createElementNS('http://www.w3.org/2000/svg', 'path');
    tick.setAttribute('d', `M${(one.number - 1) * 10} 6v8`);
    svg.append(tick);
  }
  return svg;
}

async function remember(work: string, page: number): Promise<void> {
  const headers = { 'Content-Type': 'application/json' };
  await fetch(`/api/v1/works/${work}/place`, { method: 'PUT', headers, body: JSON.stringify({ page }), keepalive: true });
}

function preload(): void {
  const connection = (navigator as Navigator & { connection?: { saveData?: boolean } }).connection;
  const image = document.querySelector<HTMLImageElement>('img.sheet');
  const next = document.querySelector<HTMLAnchorElement>('a[rel="next"]');
  if (!image || !next || connection?.saveData) return;
  const ahead = (): void => {
    const number = new URL(next.href).searchParams.get('p');
    const other = (address: string): string => address.replace(/\/pages\/\d+\//, `/pages/${number}/`);
    const coming = new Image();
    coming.sizes = image.sizes;
    coming.srcset = image.srcset.replace(/\S*\/pages\/\d+\/\S*/g, other);
  };
  if (image.complete) ahead();
  else image.addEventListener('load', ahead, { once: true });
}
