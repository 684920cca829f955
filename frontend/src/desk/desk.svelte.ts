// The desk at work: one list of entries, sent in order, each until the house has settled it. It belongs to no page: who moves on to the
// copies and back finds it as it was.
import { english } from '../app/words';
import { added, aired, made, nextOf, settled, type Answer, type Borrower, type Entry, type Scan, type Wish } from './entries';
import type { Kept } from './kept';
import { lineOf, type Line } from './rows';
import { tone } from './tones';

const AGAIN = 2000; // ms after a cut line
const AIRING = 60_000;
const FOR_PEOPLE = [401, 403]; // somebody has to sign in or switch back; then the page is looked at again

export interface Told {
  well: boolean;
  words: string;
  scan: Scan | null; // what can be undone
}
export interface Start {
  lines: Line[];
  done: Scan | null;
  problem: string | null;
  opened_by: string | null;
  borrower: Borrower | null;
  code: string | null; // what was scanned and refused
}

export class Desk {
  entries = $state.raw<Entry[]>([]);
  lines = $state.raw<Line[]>([]);
  told = $state.raw<Told | null>(null);
  lost = $state.raw<{ since: number; status: number } | null>(null);
  #sending = false;
  #more = false;

  constructor(
    readonly kept: Kept,
    readonly ask: (one: Entry) => Promise<Answer>,
  ) {}

  /** Begin with what the page knows; a card that was scanned into the page itself is open here too. */
  async start({ lines, done, problem, opened_by, borrower, code }: Start): Promise<void> {
    this.lines = lines;
    this.told = problem ? { well: false, words: problem, scan: null } : done ? { well: true, words: done.sentence, scan: done } : null;
    // one change, asked for before any scan: what comes next is for this reader
    await this.change((entries) => opened(aired(entries, Date.now()), opened_by, borrower, { code: code ?? '', words: problem ?? '' }));
    void this.send();
  }

  /** Something was scanned or pressed: kept first, then sent. `given`: it says itself for whom it is. */
  async take(wish: Wish, given = false): Promise<void> {
    await this.keep(wish, given);
    await this.send();
  }

  /** A refused line is done otherwise: away with it and on with the other, as one change. */
  async instead(about: string, wish: Wish): Promise<void> {
    const now = Date.now();
    const [gone, other] = [made({ act: 'dismissal', about }, now), made(wish, now)];
    await this.change((entries) => added(added(entries, gone), other, true));
    await this.send();
  }

  async keep(wish: Wish, given = false): Promise<void> {
    const one = made(wish, Date.now());
    await this.change((entries) => added(entries, one, given));
  }

  /** What another tab has done meanwhile, and whoever stands at the desk no more. */
  async look(): Promise<void> {
    await this.change((entries) => aired(entries, Date.now()));
    await this.send();
  }

  async send(): Promise<void> {
    this.#more = true;
    if (this.#sending) return;
    this.#sending = true;
    try {
      await oneAtATime(async () => {
        while (this.#more) {
          this.#more = false;
          await this.#sendAll();
        }
      });
    } finally {
      this.#sending = false;
    }
  }

  async #sendAll(): Promise<void> {
    for (let next = await this.#next(); next; next = await this.#next()) {
      const answer = await this.ask(next);
      if ('waits' in answer) {
        this.lost = { since: this.lost?.since ?? Date.now(), status: answer.waits };
        if (!FOR_PEOPLE.includes(answer.waits)) setTimeout(() => void this.send(), AGAIN);
        return;
      }
      this.lost = null;
      const { id } = next;
      await this.change((entries) => settled(entries, id, answer));
      this.#tell(answer);
    }
  }

  async #next(): Promise<Entry | undefined> {
    return nextOf(await this.change((entries) => entries));
  }

  #tell(answer: Exclude<Answer, { waits: number }>): void {
    const well = 'scan' in answer;
    tone(well);
    if (!well) {
      this.told = { well, words: english() ? answer.problem.en : answer.problem.vi, scan: null };
      return;
    }
    this.told = { well, words: answer.scan.sentence, scan: answer.scan };
    this.lines = [lineOf(answer.scan), ...this.lines.filter((line) => line.id !== answer.scan.id)];
  }

  async change(act: (entries: Entry[]) => Entry[]): Promise<Entry[]> {
    return (this.entries = await this.kept.change(act));
  }
}

function opened(entries: Entry[], id: string | null, reader: Borrower | null, refused: { code: string; words: string }): Entry[] {
  if (!id || entries.some((one) => one.id === id)) return entries;
  if (!reader) {
    const { code, words } = refused; // its copies are nobody else's, as if it had been scanned here
    return words ? added(entries, made({ act: 'scan', id, code, problem: { code: '', vi: words, en: words } }, Date.now())) : entries;
  }
  const card = made({ act: 'scan', id, code: reader.card }, Date.now());
  return settled(added(entries, card), id, { scan: { kind: 'patron', borrower: reader } as Scan });
}

/** Of several tabs one sends, where the browser can tell; elsewhere the keys see to it that nothing is done twice. */
async function oneAtATime(send: () => Promise<void>): Promise<void> {
  const locks = (navigator as Partial<Navigator>).locks;
  await (locks ? locks.request('hoclieu-desk', send) : send());
}

/** Send again when the line is back, look again when the tab is looked at. */
export function keepGoing(desk: Desk): void {
  addEventListener('online', () => void desk.send());
  addEventListener('focus', () => void desk.look());
  setInterval(() => void desk.change((entries) => aired(entries, Date.now())), AIRING);
}
