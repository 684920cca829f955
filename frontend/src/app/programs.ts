// The programs that need script, by the mark of the place they work in. Each comes when a page has such a place, and ends when the place
// is gone from the page.
type Stop = () => void;
type Wake = (place: HTMLElement, early: string[]) => Stop | void;

const PROGRAMS: Record<string, () => Promise<Wake>> = {
  '[data-program="desk"]': async () => (await import('../desk/wake')).wakeDesk,
  '#paper': async () => (await import('../reader/reader')).wakeReader,
  '#upload-form': async () => {
    const { wakeUploadForm } = await import('../upload/form');
    return (place) => wakeUploadForm(place as HTMLFormElement);
  },
  '#deposits': async () => (await import('../upload/follow')).followDeposits,
  'body.p-review': async () => (await import('../review/review')).wakeReview,
};
const running = new Map<HTMLElement, Stop>();

export async function wakePrograms(): Promise<void> {
  for (const [place, stop] of running) {
    if (place.isConnected) continue;
    running.delete(place);
    stop();
  }
  for (const [mark, load] of Object.entries(PROGRAMS)) {
    const place = document.querySelector<HTMLElement>(mark);
    if (place) await wakeIn(place, load);
  }
}

async function wakeIn(place: HTMLElement, load: () => Promise<Wake>): Promise<void> {
  const { codes, release, giveBack } = held(place);
  try {
    const wake = await load();
    const stop = place.isConnected && !running.has(place) && wake(place, codes);
    if (stop) running.set(place, stop);
  } catch (error) {
    giveBack();
    throw error;
  } finally {
    release();
  }
}

/** What a scanner enters before the desk's program is there waits for it: sent as a plain form it would not know whose card is open. */
function held(place: HTMLElement): { codes: string[]; release: Stop; giveBack: Stop } {
  const codes: string[] = [];
  const form = place.querySelector<HTMLFormElement>('[data-program="desk"] > form');
  const box = form?.elements.namedItem('code') as HTMLInputElement | null;
  const hold = (event: Event): void => {
    event.preventDefault();
    const code = box?.value.trim();
    if (code) codes.push(code);
    box?.form?.reset();
  };
  form?.addEventListener('submit', hold);
  const giveBack = (): void => {
    if (box && codes.length) box.value = codes.join(' '); // the program did not come: what was scanned is to be seen, and is not lost
  };
  return { codes, release: () => form?.removeEventListener('submit', hold), giveBack };
}
