import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Desk } from '../src/desk/desk.svelte';
import { added, aired, made, nextOf, openerOf, type Answer, type Entry, type Scan, type Wish } from '../src/desk/entries';
import type { Change, Kept } from '../src/desk/kept';
import { rowsOf } from '../src/desk/rows';

const LAN = '2100000000012';
const MINH = '2100000000029';
const STRANGER = '2100000000036'; // a card of nobody
const BOOKS = ['2000000000015', '2000000000022', '2000000000039'];

/** A disk that outlives the page. */
class Disk implements Kept {
  entries: Entry[] = [];
  async change(act: Change): Promise<Entry[]> {
    await Promise.resolve();
    return (this.entries = structuredClone(act(this.entries)));
  }
}

/** A house that knows two readers by card, one by a name as well, and lends what it is asked to. */
class House {
  readers: Record<string, string> = { [LAN]: 'Lan', [MINH]: 'Minh', 'em.lan': 'Lan' };
  labels = [...BOOKS, 'GK/B-07'];
  refusing: Record<string, { code: string; copy: boolean }> = {};
  opened = new Map<string, string>(); // scans of cards
  done: string[] = [];
  asked: string[] = [];
  status: number | null = null; // while nothing gets through

  ask = async (one: Entry): Promise<Answer> => {
    await Promise.resolve();
    if (this.status !== null) return { waits: this.status };
    this.asked.push(one.id);
    if (one.act === 'undo') return this.did(`undo ${one.about}`, 'lent', one, null);
    const reader = this.readers[one.code];
    if (reader) {
      this.opened.set(one.id, reader);
      return this.did(`card ${reader}`, 'patron', one, reader);
    }
    const no = this.refusing[one.code];
    if (no) return this.refuses(no.code, no.copy);
    if (!this.labels.includes(one.code)) return this.refuses(one.code.startsWith('21') ? 'unknown-card' : 'unknown-barcode', false);
    if (!one.opened_by) return this.did(`back ${one.code}`, 'taken-back', one, null);
    const to = this.opened.get(one.opened_by);
    return to ? this.did(`${one.code} to ${to}`, 'lent', one, to) : this.refuses('card-not-open', true);
  };

  did(what: string, kind: string, one: Entry, name: string | null): Answer {
    this.done.push(what);
    const borrower = name && { card: name === 'Lan' ? LAN : MINH, name, loans: this.done.filter((line) => line.endsWith(`to ${name}`)).length, limit: 3 };
    const scan = { id: one.about ?? one.id, kind, code: one.code, sentence: what, borrower, title: one.code, accession: 1, due_at: null, scanned_at: one.scanned_at, undone: one.act === 'undo', undoable: one.act !== 'undo' };
    return { scan: scan as Scan };
  }

  refuses(code: string, copy: boolean): Answer {
    this.done.push(code);
    return { problem: { code, vi: code, en: code }, copy };
  }
}

let house: House;
let disk: Disk;
let desk: Desk;
const scan = (code: string): Promise<void> => desk.take({ act: 'scan', code });
const done = (): Promise<void> => desk.take({ act: 'done' });
const last = (): string | undefined => house.done[house.done.length - 1];
const all = (...acts: Promise<void>[]): Promise<void[]> => Promise.all(acts); // as fast as a scanner: none waits for the one before
const start = { lines: [], done: null, problem: null, opened_by: null, borrower: null, code: null };
const back = async (): Promise<void> => {
  house.status = null;
  await desk.send();
  await vi.waitFor(() => expect(nextOf(disk.entries)).toBeUndefined());
};

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-11-30T08:00:00Z') });
  house = new House();
  disk = new Disk();
  desk = new Desk(disk, house.ask);
});
afterEach(() => vi.useRealTimers());

test('entries go out in the order in which they were scanned, each once, however fast they come', async () => {
  await all(scan(LAN), scan(BOOKS[0]!), scan(BOOKS[1]!), done(), scan(MINH), scan(BOOKS[2]!), done());
  expect(house.done).toEqual(['card Lan', `${BOOKS[0]} to Lan`, `${BOOKS[1]} to Lan`, 'card Minh', `${BOOKS[2]} to Minh`]);
  expect(new Set(house.asked).size).toBe(5);
  expect(desk.entries).toEqual([]);
});

test('what was scanned while the line was cut is lent to its reader, though "done" was pressed before it went out', async () => {
  house.status = 0;
  await all(scan(LAN), ...BOOKS.map(scan), done(), scan(MINH));
  expect(desk.lost?.status).toBe(0);
  expect(rowsOf(desk.entries, desk.lines).map(({ state }) => state)).toEqual(Array(5).fill('waiting'));
  await back();
  expect(house.done).toEqual(['card Lan', ...BOOKS.map((book) => `${book} to Lan`), 'card Minh']);
  expect(desk.entries.map((one) => one.reader?.name)).toEqual(['Minh']);
});

test('a reader who is done does not come back when a late answer does', async () => {
  await scan(LAN);
  let answer!: (value: Answer) => void;
  const ask = house.ask;
  desk = new Desk(disk, (one) => (one.code === BOOKS[0] ? new Promise((resolve) => (answer = resolve)) : ask(one)));
  const slow = desk.take({ act: 'scan', code: BOOKS[0]! });
  await vi.waitFor(() => expect(answer).toBeDefined());
  await desk.change((entries) => added(entries, made({ act: 'done' }, Date.now())));
  expect(openerOf(desk.entries)).toBeNull();
  answer(await ask(desk.entries.find((one) => one.code === BOOKS[0])!));
  await slow;
  expect(openerOf(desk.entries)).toBeNull();
  await desk.take({ act: 'scan', code: BOOKS[1]! });
  expect(last()).toBe(`back ${BOOKS[1]}`);
});

test('the list outlives the page: waiting, refused, and whose card is open', async () => {
  await all(scan(LAN), scan('LA-LAM'));
  house.status = 0;
  await all(scan(BOOKS[0]!), scan('SACH-LA'));
  desk = new Desk(disk, house.ask); // a reload
  await desk.start(start);
  expect(rowsOf(desk.entries, []).map(({ state, code }) => [state, code])).toEqual([['refused', 'LA-LAM'], ['waiting', BOOKS[0]], ['waiting', 'SACH-LA']]);
  await back();
  expect(house.done.slice(-2)).toEqual([`${BOOKS[0]} to Lan`, 'unknown-barcode']);
  desk = new Desk(disk, house.ask);
  await desk.start(start);
  expect(desk.entries.filter((one) => one.problem).map(({ code }) => code)).toEqual(['LA-LAM', 'SACH-LA']);
  expect(desk.entries.find((one) => one.id === openerOf(desk.entries))?.reader?.name).toBe('Lan');
  for (const { id } of desk.entries.filter((one) => one.problem)) await desk.take({ act: 'dismissal', about: id });
  expect(disk.entries.map(({ code }) => code)).toEqual([LAN]);
});

test('a card that was refused holds its copies back, from the reader before it and from the returns', async () => {
  await all(scan(LAN), scan(STRANGER), scan(BOOKS[0]!));
  expect(house.done.slice(-2)).toEqual(['unknown-card', 'card-not-open']);
  await scan(BOOKS[1]!);
  expect(last(), 'seen or not').toBe('card-not-open');
  await done();
  await scan(BOOKS[2]!);
  expect(last(), 'after "done" a copy is a return').toBe(`back ${BOOKS[2]}`);
});

test('a name or an old label says what it is only when it is answered; what was scanned meanwhile follows it', async () => {
  await all(scan(LAN), scan('GK/B-07'), scan(BOOKS[0]!), done(), scan('em.lan'), scan(BOOKS[1]!), done(), scan('GK/B-07'), scan(BOOKS[2]!));
  expect(house.done).toEqual(['card Lan', 'GK/B-07 to Lan', `${BOOKS[0]} to Lan`, 'card Lan', `${BOOKS[1]} to Lan`, 'back GK/B-07', `back ${BOOKS[2]}`]);
});

test('of a code that nobody knows, what was scanned before anybody saw that is not guessed at', async () => {
  await all(scan('em.la'), scan(BOOKS[0]!));
  expect(house.done).toEqual(['unknown-barcode', 'card-not-open']);
  await scan(BOOKS[1]!);
  expect(last(), 'it has been seen: nobody is at the desk').toBe(`back ${BOOKS[1]}`);
});

test('a copy that was refused does not stand between a reader and the next copy', async () => {
  house.refusing['GK/B-07'] = { code: 'item-on-loan', copy: true };
  await all(scan(LAN), scan('GK/B-07'), scan(BOOKS[0]!));
  expect(house.done).toEqual(['card Lan', 'item-on-loan', `${BOOKS[0]} to Lan`]);
});

test('a label of the school that looks like our card is a copy all the same, lent or refused', async () => {
  const [label, other] = ['2100000000999', '2100000000982'];
  house.labels.push(label!, other!);
  house.refusing[other!] = { code: 'item-on-loan', copy: true };
  await all(scan(LAN), scan(label!), scan(BOOKS[0]!), scan(other!), scan(BOOKS[1]!));
  await scan(BOOKS[2]!);
  expect(house.done).toEqual(['card Lan', `${label} to Lan`, `${BOOKS[0]} to Lan`, 'item-on-loan', `${BOOKS[1]} to Lan`, `${BOOKS[2]} to Lan`]);
});

test('undo is an entry: it goes after what it undoes, also when that was never sent', async () => {
  house.status = 0;
  await all(scan(LAN), scan(BOOKS[0]!));
  const [, book] = desk.entries;
  await desk.take({ act: 'undo', about: book!.id });
  expect(rowsOf(desk.entries, []).find(({ id }) => id === book!.id)?.state).toBe('undoing');
  await back();
  expect(house.done).toEqual(['card Lan', `${BOOKS[0]} to Lan`, `undo ${book!.id}`]);
  expect(desk.lines.find(({ id }) => id === book!.id)?.undone).toBe(true);
  expect(desk.entries.filter((one) => !one.reader)).toEqual([]);
});

test('what was undone before it was refused is gone with its undo', async () => {
  house.status = 0;
  await scan('SACH-LA');
  await desk.take({ act: 'undo', about: desk.entries[0]!.id });
  await back();
  expect(house.done).toEqual(['unknown-barcode']);
  expect(desk.entries).toEqual([]);
});

test.each([0, 401, 403, 503])('status %i settles nothing: the entry waits and is sent again under its key', async (status) => {
  house.status = status;
  await scan(LAN);
  expect(desk.entries).toHaveLength(1);
  house.status = null;
  await vi.advanceTimersByTimeAsync(5000);
  expect(house.done).toEqual([401, 403].includes(status) ? [] : ['card Lan']);
  await desk.look(); // signed in again in another tab
  expect(house.done).toEqual(['card Lan']);
  expect(desk.lost).toBeNull();
});

test('each copy has its line, with an undo of its own', async () => {
  await all(scan(LAN), scan(BOOKS[0]!), done(), scan(BOOKS[1]!));
  expect(rowsOf(desk.entries, desk.lines).map(({ head, state, undoable }) => [head, state, undoable])).toEqual(
    expect.arrayContaining([[BOOKS[0], 'lent', true], [BOOKS[1], 'taken-back', true]]),
  );
});

test('a card that nobody used for half an hour is closed, one in use is not', () => {
  const open = (wish: Partial<Wish>): Entry => made({ act: 'scan', code: LAN, reader: { card: LAN, name: 'Lan', loans: 0, limit: 3 }, ...wish }, Date.now());
  const forgotten = open({ used_at: '2026-11-30T07:29:00.000Z' });
  expect(aired([forgotten], Date.now())).toEqual([]);
  const used = added([forgotten], made({ act: 'scan', code: BOOKS[0]! }, Date.now()));
  expect(aired(used, Date.now())).toHaveLength(2);
  expect(nextOf(used)?.code).toBe(BOOKS[0]);
});

test('what the house has done already while its answer is on the way is one row, not two', () => {
  const one = made({ act: 'scan', code: BOOKS[0]! }, Date.now());
  const line = { id: one.id, kind: 'lent' as const, code: BOOKS[0]!, happened_at: one.scanned_at, scanned_at: one.scanned_at, borrower: 'Lan', title: 'Dế Mèn', accession: 1, due_at: null, undone: false, undoable: true };
  expect(rowsOf([one], [line]).map(({ state }) => state)).toEqual(['lent']);
  expect(added([one], one), 'the same entry twice is one').toEqual([one]);
});

test('a card that was refused on the page itself holds its copies back here too', async () => {
  await desk.start({ ...start, problem: 'Chưa có thẻ này.', opened_by: 'scan-on-the-page', code: STRANGER });
  await desk.take({ act: 'scan', code: BOOKS[0]! });
  expect(openerOf(desk.entries)).toBe('scan-on-the-page');
  expect(house.done).not.toContain(`back ${BOOKS[0]}`);
});

test('a refused copy is done otherwise as one change: its reader is the one whom the button named', async () => {
  await all(scan(LAN), scan('LA-LAM'));
  const refused = desk.entries.find((one) => one.problem)!;
  const lan = openerOf(desk.entries);
  house.status = 0;
  const taken = desk.instead(refused.id, { act: 'scan', code: BOOKS[0]!, opened_by: lan });
  await Promise.all([taken, desk.take({ act: 'done' }), desk.take({ act: 'scan', code: MINH })]);
  expect(disk.entries.some((one) => one.problem)).toBe(false);
  expect(disk.entries.find(({ code }) => code === BOOKS[0])?.opened_by).toBe(lan);
});
