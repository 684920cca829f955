// The desk: the box is free for the next scan at once; scans are sent one after the other, each with a key of its own.
import type { components } from '../app/api-types';
import { say } from '../app/words';
import * as queue from './queue';
import { tone } from './tones';

type Scan = components['schemas']['Scan'];
type Borrower = components['schemas']['Borrower'];
interface Problem {
  code: string;
  detail: string;
}

const AGAIN = 3000; // ms after a cut line
const CARD = 'hoclieu-card'; // who is at the desk, across reloads of this tab

let box: HTMLInputElement;
let sending = false;

export function wakeDesk(form: HTMLFormElement): void {
  box = form.elements.namedItem('code') as HTMLInputElement;
  const shown = (form.elements.namedItem('card') as HTMLInputElement).value;
  if (shown) sessionStorage.setItem(CARD, shown);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void take(box.value.trim());
  });
  document.querySelector('#at-desk a')?.addEventListener('click', () => sessionStorage.removeItem(CARD));
  addEventListener('online', () => void send());
  box.focus();
  void send();
}

async function take(code: string, returnFirst = false): Promise<void> {
  box.value = '';
  box.focus();
  if (!code) return;
  await queue.add({ id: queue.newKey(), code, returnFirst });
  await send();
}

async function send(): Promise<void> {
  if (sending) return;
  sending = true;
  try {
    for (let next = await queue.first(); next; next = await queue.first()) {
      const answer = await ask(next.scan);
      if (!answer || answer.status >= 500) {
        await tellWaiting();
        setTimeout(() => void send(), AGAIN);
        return;
      }
      await queue.remove(next.key);
      if (answer.ok) tellDone((await answer.json()) as Scan);
      else tellProblem(next.scan, (await answer.json()) as Problem);
    }
  } finally {
    sending = false;
  }
}

async function ask(scan: queue.Waiting): Promise<Response | null> {
  const body = { id: scan.id, code: scan.code, card: sessionStorage.getItem(CARD), return_first: scan.returnFirst };
  const headers = { 'Content-Type': 'application/json', 'Accept-Language': document.documentElement.lang };
  try {
    return await fetch('/api/v1/desk/scans', { method: 'POST', headers, body: JSON.stringify(body) });
  } catch {
    return null; // the line is cut: the scan stays where it is
  }
}

function tellDone(scan: Scan): void {
  tone(true);
  if (scan.borrower && scan.kind !== 'taken-back') sessionStorage.setItem(CARD, scan.borrower.card);
  band('ok', 'okay', scan.sentence, scan.undoable ? () => void undo(scan.id) : null);
  if (scan.kind === 'patron' || scan.kind === 'lent') showBorrower(scan.borrower);
  line(scan.id, scan.title ?? scan.borrower?.name ?? '', scan.title ? (scan.borrower?.name ?? '') : '', scan.kind);
}

function tellProblem(scan: queue.Waiting, problem: Problem): void {
  tone(false);
  band('error', 'warn', problem.detail, null);
  const item = line(scan.id, problem.detail, scan.code, 'refused');
  if (problem.code === 'item-on-loan') {
    item.append(button(say({ vi: 'Nhận trả rồi cho mượn', en: 'Return, then lend' }), () => void take(scan.code, true)));
  }
}

async function tellWaiting(): Promise<void> {
  const lost = document.getElementById('log')?.dataset.lost ?? '';
  band('warn', 'clock', lost.replace('{n}', String(await queue.count())), null);
}

function band(kind: string, icon: string, words: string, act: (() => void) | null): void {
  const made = document.createElement('div');
  made.className = `band ${kind}`;
  made.innerHTML = `<svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-${icon}"/></svg><div><b></b></div>`;
  made.querySelector('b')!.textContent = words;
  if (act) made.append(button(document.getElementById('log')?.dataset.undo ?? '', act));
  document.getElementById('band')?.replaceChildren(made);
}

function showBorrower(borrower: Borrower | null): void {
  const place = document.getElementById('at-desk');
  if (!place || !borrower) return;
  const made = document.createElement('div');
  made.className = 'panel at-desk';
  made.innerHTML = '<div><h2></h2><p class="muted"></p></div>';
  made.querySelector('h2')!.textContent = borrower.name;
  const words = { vi: 'Đang mượn {a} trên {b} cuốn. Sách quét tiếp theo là cho người này.', en: '{a} of {b} {b:copy|copies}. The next copies go to this reader.' };
  made.querySelector('p')!.textContent = say(words, { a: borrower.loans, b: borrower.limit });
  made.append(button(say({ vi: 'Xong', en: 'Done' }), () => {
    sessionStorage.removeItem(CARD);
    place.replaceChildren();
    box.focus();
  }));
  place.replaceChildren(made);
}

function line(id: string, head: string, under: string, kind: string): HTMLLIElement {
  const log = document.getElementById('log')!;
  const made = document.createElement('li');
  made.dataset.id = id;
  made.className = kind === 'refused' ? 'stop' : '';
  made.innerHTML = '<span><b></b><br><span class="to muted"></span></span><span class="right"></span>';
  made.querySelector('b')!.textContent = head;
  made.querySelector('.to')!.textContent = under;
  const words: Record<string, string | undefined> = { lent: log.dataset.lent, 'taken-back': log.dataset.back };
  if (words[kind]) made.querySelector('.right')!.innerHTML = `<span class="badge ${kind === 'lent' ? 'ok' : 'info'}">${words[kind]}</span>`;
  log.querySelector(`[data-id="${CSS.escape(id)}"]`)?.remove();
  log.prepend(made);
  document.querySelector('.empty-line')?.setAttribute('hidden', '');
  return made;
}

async function undo(id: string): Promise<void> {
  const answer = await fetch(`/api/v1/desk/scans/${id}/undo`, { method: 'POST', headers: { 'Accept-Language': document.documentElement.lang } }).catch(() => null);
  if (answer?.ok) {
    tone(true);
    band('ok', 'undo', say({ vi: 'Đã hoàn tác.', en: 'Undone.' }), null);
    document.querySelector(`#log [data-id="${CSS.escape(id)}"] .right`)?.replaceChildren(say({ vi: 'Đã hoàn tác', en: 'Undone' }));
  } else {
    tone(false);
    const problem = answer ? ((await answer.json()) as Problem).detail : say({ vi: 'Mất mạng, chưa hoàn tác được.', en: 'The line is cut; not undone yet.' });
    band('error', 'warn', problem, null);
  }
  box.focus();
}

function button(words: string, act: () => void): HTMLButtonElement {
  const made = document.createElement('button');
  made.className = 'btn';
  made.type = 'button';
  made.textContent = words;
  made.addEventListener('click', act);
  return made;
}
