// The rules of the desk's list, pure: what was scanned, for whom, and what became of it. All that the desk shows is made of this list.
// A copy is for whoever's card was scanned last before it, known or not; who that is, the house finds out.
import type { components } from '../app/api-types';

export type Borrower = components['schemas']['Borrower'];
export type Scan = components['schemas']['Scan'];
export interface Problem {
  code: string;
  vi: string;
  en: string;
  copy?: boolean; // it was a copy, whatever its label looks like
}

export interface Entry {
  id: string; // its key: the same entry sent twice is one
  act: 'scan' | 'undo' | 'done' | 'dismissal';
  code: string; // what was scanned
  about: string | null; // the line that is undone or dismissed
  opened_by: string | null; // the scan of the card that was open
  return_first: boolean;
  scanned_at: string;
  used_at: string; // of a card: when the last copy was scanned under it
  reader: Borrower | null; // of a card that is open
  problem: Problem | null; // why it was refused; it stays until somebody has seen to it
}

export type Wish = Pick<Entry, 'act'> & Partial<Entry>;

/** What the house said: what was done, why not, or nothing that settles the matter (`waits`: its status, 0 where the line is cut). */
export type Answer = { scan: Scan } | { problem: Problem; copy: boolean } | { waits: number };

const OPEN_MINUTES = 30; // a card under which nothing was scanned for so long is nobody's who stands at the desk

export function made(wish: Wish, now: number): Entry {
  const at = new Date(now).toISOString();
  return { id: newKey(), code: '', about: null, opened_by: null, return_first: false, scanned_at: at, used_at: at, reader: null, problem: null, ...wish };
}

/** The list with one more entry. What needs nobody's answer is settled at once; a scan is for whoever is at the desk, unless it says for whom. */
export function added(entries: Entry[], one: Entry, given = false): Entry[] {
  if (entries.some((other) => other.id === one.id)) return entries;
  if (one.act === 'dismissal') return tidied(entries.filter((other) => other.id !== one.about));
  if (one.act !== 'scan') return tidied([...entries, one]);
  const opened_by = given ? one.opened_by : openerOf(entries);
  return [...entries.map((other) => (other.id === opened_by ? { ...other, used_at: one.scanned_at } : other)), { ...one, opened_by }];
}

/** The list after the house has answered. */
export function settled(entries: Entry[], id: string, answer: Answer): Entry[] {
  const one = entries.find((other) => other.id === id);
  if (!one || 'waits' in answer) return entries;
  if ('problem' in answer) return refused(entries, one, answer);
  const { borrower, kind } = answer.scan;
  if (one.act === 'scan' && kind === 'patron') {
    return tidied(entries.filter((other) => other.about !== id).map((other) => (other === one ? { ...one, reader: borrower } : other)));
  }
  const rest = one.act === 'scan' ? wasCopy(entries, one) : entries;
  const known = (other: Entry): Entry => (other.reader && other.reader.card === borrower?.card ? { ...other, reader: borrower } : other);
  return tidied(rest.filter((other) => other.id !== id).map(known));
}

function refused(entries: Entry[], one: Entry, { problem, copy }: { problem: Problem; copy: boolean }): Entry[] {
  const rest = copy && one.act === 'scan' ? wasCopy(entries, one) : entries;
  const unwanted = rest.some((other) => other.about === one.id); // nothing was done, which is just what was wished
  if (unwanted) return tidied(rest.filter((other) => other.id !== one.id && other.about !== one.id));
  return tidied(rest.map((other) => (other.id === one.id ? { ...other, problem: { ...problem, copy } } : other)));
}

/** It might have been a card; it was a copy. What was scanned after it is for the reader before it. */
function wasCopy(entries: Entry[], one: Entry): Entry[] {
  return entries.map((other) => (other.opened_by === one.id ? { ...other, opened_by: one.opened_by } : other));
}

/** The scan of the card under which the next copy is scanned. A card that was refused stands too, so that its copies go to nobody else. */
export function openerOf(entries: Entry[]): string | null {
  for (const one of [...entries].reverse()) {
    if (one.act === 'done') return null;
    if (one.act !== 'scan' || isCopy(one.code)) continue;
    if (!one.problem || holdsBack(one)) return one.id;
  }
  return null;
}

/** The next entry to send. */
export const nextOf = (entries: Entry[]): Entry | undefined => entries.find(isWaiting);
export const isWaiting = (one: Entry): boolean => (one.act === 'scan' || one.act === 'undo') && !one.reader && !one.problem;

export const isUnsettled = (one: Entry): boolean => isWaiting(one) || one.problem !== null;

/** Without what is over: cards that another card or "done" has closed, and each "done" that has nothing left to close. */
function tidied(entries: Entry[]): Entry[] {
  const closes = (one: Entry): boolean => one.act === 'done' || one.reader !== null || holdsBack(one);
  const open = entries.filter((one, place) => !(one.reader && entries.slice(place + 1).some(closes)));
  return open.filter((one, place) => one.act !== 'done' || (open.slice(0, place).some(({ act }) => act === 'scan') && !open.slice(place + 1).some(({ act }) => act === 'done')));
}

/** Without a card that nobody has used for long: its reader went without a "done". */
export function aired(entries: Entry[], now: number): Entry[] {
  const oldest = new Date(now - OPEN_MINUTES * 60_000).toISOString();
  return tidied(entries.filter((one) => !one.reader || one.used_at > oldest));
}

/** What looks like a card and was not opened: its copies are nobody else's. */
const holdsBack = (one: Entry): boolean => one.problem !== null && !one.problem.copy && isCard(one.code);

/** Our own labels say what they are; a sign-in name or a school's old label says it only to the house, which has the last word on all. */
export const isCard = (code: string): boolean => /^21\d{11}$/.test(code);
const isCopy = (code: string): boolean => isEan(code) && /^(20|22|29|978|979)/.test(code);

function isEan(code: string): boolean {
  if (!/^\d{13}$/.test(code)) return false;
  const sum = [...code].reduce((total, digit, place) => total + Number(digit) * (place % 2 ? 3 : 1), 0);
  return sum % 10 === 0;
}

/** A key for an entry; `crypto.randomUUID` exists on secure pages only. */
function newKey(): string {
  const made = (crypto as Partial<Crypto>).randomUUID?.call(crypto);
  if (made) return made;
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}
