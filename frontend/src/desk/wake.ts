// The desk's page becomes the desk's program: it takes over what stands in the page, and what was scanned before it came.
import { mount, unmount } from 'svelte';
import type { components } from '../app/api-types';
import { ask } from './ask';
import DeskView from './Desk.svelte';
import { Desk, keepGoing, type Start } from './desk.svelte';
import { takeOver } from './earlier';
import { keptFor } from './kept';

type Told = Pick<Start, 'done' | 'opened_by' | 'borrower' | 'code'> & { desk: components['schemas']['Desk'] };
const desks = new Map<string, Desk>();

export function wakeDesk(place: HTMLElement, early: string[]): () => void {
  const told = JSON.parse(place.dataset.told ?? '') as Told;
  const desk = deskOf(told.desk.code);
  const problem = place.querySelector('.band.error b')?.textContent ?? null;
  const typed = place.querySelector<HTMLInputElement>('input[name="code"]')?.value ?? '';
  history.replaceState(history.state, ''); // a page that came as the answer to a form is not sent again by a reload
  void desk.start({ ...told, lines: told.desk.lines, problem });
  for (const code of early) void desk.take({ act: 'scan', code });
  place.replaceChildren();
  const shown = mount(DeskView, { target: place, props: { desk, typed } });
  return () => void unmount(shown);
}

function deskOf(school: string): Desk {
  const known = desks.get(school);
  if (known) return known;
  const made = new Desk(keptFor(school), ask);
  desks.set(school, made);
  keepGoing(made);
  void takeOver((wish) => made.keep(wish)).then(() => made.send());
  return made;
}
