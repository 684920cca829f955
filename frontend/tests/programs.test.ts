import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { wakePrograms } from '../src/app/programs';

const LAN = '2100000000012';
const BOOK = '2000000000015';
const reader = { card: LAN, name: 'Lan', loans: 0, limit: 3 };
const line = { id: 'before', kind: 'taken-back', code: BOOK, happened_at: '2026-11-30T01:00:00Z', scanned_at: '2026-11-30T01:00:00Z', borrower: 'Minh', title: 'Dế Mèn', accession: 7, due_at: null, undone: false, undoable: true };
let sent: { code: string; opened_by: string | null }[];

/** The page as the house writes it; `more` is what it tells the program. */
function page(more: object): void {
  const told = { desk: { code: crypto.randomUUID(), school: 'AA', open_loans: 0, overdue: 0, lines: [line] }, done: null, opened_by: null, borrower: null, ...more };
  document.body.innerHTML = `<main><div data-program="desk"><form class="scan" action="/quay" method="post"><input name="code"></form><div id="band"></div></div></main>`;
  document.querySelector<HTMLElement>('[data-program]')!.dataset.told = JSON.stringify(told);
}

function enter(code: string): boolean {
  const box = document.querySelector<HTMLInputElement>('input[name="code"]')!;
  box.value = code;
  return box.form!.dispatchEvent(new Event('submit', { bubbles: true, cancelable: true }));
}

const refused = (): NodeListOf<HTMLElement> => document.querySelectorAll('#log li.stop');

/** Every refused line, of which there are so many, is dismissed: the tests share one desk. */
async function dismiss(count: number): Promise<void> {
  await vi.waitFor(() => expect(refused()).toHaveLength(count));
  refused().forEach((line) => line.querySelector('button')!.click());
  await vi.waitFor(() => expect(refused()).toHaveLength(0));
}

beforeAll(async () => void (await import('../src/desk/wake')), 120_000); // compiled once, before the tests' own clocks run

beforeEach(() => {
  sent = [];
  vi.stubGlobal('fetch', async (_: string, told: RequestInit) => {
    sent.push(JSON.parse(String(told.body)) as (typeof sent)[0]);
    return new Response(JSON.stringify({ code: 'unknown-barcode', vi: 'Chưa có', en: 'Not there' }), { status: 404 });
  });
});
afterEach(() => vi.unstubAllGlobals());

test('what is entered before the program has come is kept for it, and goes to the reader whom the page knows', async () => {
  page({ opened_by: 'scan-of-the-card', borrower: reader });
  const woken = wakePrograms();
  expect(enter(BOOK), 'the plain form is held').toBe(false);
  await woken;
  enter('2000000000022');
  await vi.waitFor(() => expect(sent).toHaveLength(2));
  expect(sent.map(({ code, opened_by }) => [code, opened_by])).toEqual([[BOOK, 'scan-of-the-card'], ['2000000000022', 'scan-of-the-card']]);
  await dismiss(2);
});

test('lines of the house and of the list are rows of one kind; each says whose undo it is', async () => {
  page({});
  await wakePrograms();
  expect(document.activeElement).toBe(document.querySelector('input[name="code"]'));
  enter('LA-LAM');
  await vi.waitFor(() => expect(refused()).toHaveLength(1));
  const [stopped, returned] = document.querySelectorAll('#log li');
  expect(stopped!.querySelector('button')!.getAttribute('aria-label')).toBe('Bỏ dòng này: LA-LAM');
  expect(returned!.querySelector('button')!.getAttribute('aria-label')).toBe('Hoàn tác: Dế Mèn');
  expect(returned!.querySelector('.to')!.textContent).toBe('Minh · số 7');
  expect(document.querySelector('#band .band.error')!.textContent).toContain('Chưa có');
  await dismiss(1);
});

test('a program whose place has left the page ends', async () => {
  page({});
  const place = document.querySelector('[data-program]')!;
  await wakePrograms();
  expect(place.childElementCount).toBeGreaterThan(0);
  document.body.innerHTML = '<p>another page</p>';
  await wakePrograms();
  await vi.waitFor(() => expect(place.childElementCount).toBe(0));
});

test('where the program does not come, what was scanned stands in the box again', async () => {
  page({});
  document.querySelector<HTMLElement>('[data-program]')!.dataset.told = 'not what a program can read';
  const woken = wakePrograms();
  enter(BOOK);
  await expect(woken).rejects.toThrow();
  expect(document.querySelector<HTMLInputElement>('input[name="code"]')!.value).toBe(BOOK);
});

test('nobody signs out of what is not recorded without having been asked', async () => {
  page({});
  await wakePrograms();
  document.body.insertAdjacentHTML('beforeend', '<form id="out" action="/dang-xuat" method="post"></form>');
  const out = (): boolean => document.querySelector('#out')!.dispatchEvent(new Event('submit', { bubbles: true, cancelable: true }));
  const asked = vi.spyOn(window, 'confirm').mockReturnValue(false);
  expect([out(), asked.mock.calls.length]).toEqual([true, 0]);
  enter('LA-LAM');
  await vi.waitFor(() => expect(refused()).toHaveLength(1));
  expect(out(), 'a refused line is still there').toBe(false);
  expect(asked.mock.calls[0]![0]).toContain('còn 1 lượt');
  asked.mockReturnValue(true);
  expect(out()).toBe(true);
});
