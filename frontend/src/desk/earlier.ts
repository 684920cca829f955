// What the desk's program of the release before had not sent when this one came: its scans, and the card it would have sent them with.
// It goes when no browser can hold such a queue any more.
import type { Wish } from './entries';

const STORE = 'scans';
const CARD = 'hoclieu-card';

/** Take over what was left behind; it is forgotten there when it is kept here. The keys stay, for that program may still run in another tab. */
export async function takeOver(take: (wish: Wish) => Promise<unknown>): Promise<void> {
  try {
    const left = await opened();
    const scans = (await done(left.transaction(STORE).objectStore(STORE).getAll())) as { id: string; code: string; returnFirst: boolean }[];
    const card = sessionStorage.getItem(CARD);
    if (scans.length && card) await take({ act: 'scan', code: card });
    for (const { id, code, returnFirst } of scans) await take({ act: 'scan', id, code, return_first: returnFirst });
    await done(left.transaction(STORE, 'readwrite').objectStore(STORE).clear());
    left.close();
  } catch {
    // a browser that keeps nothing has left nothing behind
  }
}

async function opened(): Promise<IDBDatabase> {
  const request = indexedDB.open('hoclieu-desk', 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE, { autoIncrement: true });
  return done(request);
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(new Error(request.error?.message));
  });
}
