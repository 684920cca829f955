// The desk's page becomes the desk's program: it takes over what stands in the page, and what was scanned before it came.
import { mount, unmount } from 'svelte';
import { say } from '../app/words';
import type { components } from '../app/api-types';
import { ask } from './ask';
import DeskView from './Desk.svelte';
import { Desk, keepGoing, type Start } from './desk.svelte';
import { takeOver } from './earlier';
import { isUnsettled } from './entries';
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
  const made = new Desk(keptFor(school), (one) => ask(one, school));
  desks.set(school, made);
  keepGoing(made);
  holdSignOut(made);
  void takeOver((wish) => made.keep(wish)).then(() => made.send());
  return made;
}

/** Signing out makes the browser forget the list: not while something in it is neither recorded nor dismissed, unless the librarian says so. */
function holdSignOut(desk: Desk): void {
  const words = { vi: 'Ở quầy còn {n} lượt chưa ghi được. Đăng xuất thì máy quên các lượt này. Vẫn đăng xuất?', en: '{n} at the desk {n:is|are} not recorded yet. Signing out makes this computer forget {n:it|them}. Sign out all the same?' };
  addEventListener(
    'submit',
    (event) => {
      const left = desk.entries.filter(isUnsettled).length;
      if (!left || !(event.target as HTMLFormElement).action.endsWith('/dang-xuat') || confirm(say(words, { n: left }))) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    { capture: true },
  );
}
