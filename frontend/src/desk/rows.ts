// What the log of the desk shows: the lines of the house, and of the list what waits or was refused; all as one kind of row, the newest first.
import type { components } from '../app/api-types';
import { english } from '../app/words';
import { isCard, isWaiting, type Entry, type Scan } from './entries';

export type Line = components['schemas']['ScanLine'];
export interface Row {
  id: string;
  state: Line['kind'] | 'undone' | 'undoing' | 'waiting' | 'refused';
  at: string;
  head: string;
  borrower: string | null;
  code: string;
  accession: number | null;
  due_at: string | null;
  undoable: boolean;
  entry: Entry | null; // what waits or was refused
}

export const lineOf = (scan: Scan): Line => ({ ...scan, borrower: scan.borrower?.name ?? null, happened_at: scan.scanned_at });

export function rowsOf(entries: Entry[], lines: Line[]): Row[] {
  const undone = new Set(entries.filter((one) => one.act === 'undo' && isWaiting(one)).map((one) => one.about));
  const known = new Set(lines.map((line) => line.id)); // done already, only the answer has not come
  const ofEntries = entries.filter((one) => !known.has(one.id)).filter((one) => one.problem || (one.act === 'scan' && isWaiting(one))).map((one) => rowOfEntry(one, undone, entries, lines));
  return [...ofEntries, ...lines.map((line) => rowOfLine(line, undone))].sort((one, other) => other.at.localeCompare(one.at));
}

function rowOfLine(line: Line, undone: Set<string | null>): Row {
  const state = line.undone ? 'undone' : undone.has(line.id) ? 'undoing' : line.kind;
  const { id, code, accession, due_at, borrower } = line;
  const head = line.title ?? borrower ?? code;
  return { id, state, at: new Date(line.scanned_at).toISOString(), head, borrower, code, accession, due_at, undoable: line.undoable && !undone.has(id), entry: null };
}

function rowOfEntry(one: Entry, undone: Set<string | null>, entries: Entry[], lines: Line[]): Row {
  const opener = entries.find((other) => other.id === one.opened_by);
  const about = lines.find((line) => line.id === one.about);
  const state = one.problem ? 'refused' : undone.has(one.id) ? 'undoing' : 'waiting';
  const head = one.problem ? (english() ? one.problem.en : one.problem.vi) : one.code;
  const undoable = state === 'waiting' && !isCard(one.code);
  return { id: one.id, state, at: one.scanned_at, head, borrower: opener ? (opener.reader?.name ?? opener.code) : null, code: about?.title ?? one.code, accession: null, due_at: null, undoable, entry: one };
}
