// One entry to the house and its answer. It says at whose desk it was scanned: in another role the house lets it wait.
import type { Answer, Entry, Problem, Scan } from './entries';

const PATIENCE = 20_000; // ms; then the line counts as cut, and the entry goes again under its key
// Signed out, in another role, too many at once: the entry itself is sound
const WAITS = [401, 403, 408, 423, 425, 429];

export async function ask(one: Entry, school: string): Promise<Answer> {
  const given = new AbortController();
  const timer = setTimeout(() => given.abort(), PATIENCE);
  try {
    const answer = await fetch(...wishOf(one, school, given.signal));
    if (answer.ok) return { scan: (await answer.json()) as Scan };
    if (answer.status >= 500 || WAITS.includes(answer.status)) return { waits: answer.status };
    const problem = (await answer.json()) as Problem;
    if (problem.code === 'same-moment') return { waits: answer.status }; // two desks at once: nothing was written, the same again is right
    return { problem, copy: answer.status === 409 }; // what clashes is a copy; a card is known or it is not
  } catch {
    return { waits: 0 };
  } finally {
    clearTimeout(timer);
  }
}

function wishOf(one: Entry, school: string, signal: AbortSignal): [string, RequestInit] {
  const headers = { 'Content-Type': 'application/json', 'Accept-Language': document.documentElement.lang };
  const told = { method: 'POST', headers, signal };
  if (one.act === 'undo') return [`/api/v1/desk/scans/${one.about}/undo`, told];
  const { id, code, opened_by, scanned_at, return_first } = one;
  return ['/api/v1/desk/scans', { ...told, body: JSON.stringify({ id, code, opened_by, scanned_at, school, return_first }) }];
}
