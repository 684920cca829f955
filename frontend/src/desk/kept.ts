// Where the list is kept: in IndexedDB, one list for each school whose desk this browser has been. It is read, changed and written in one
// transaction, so that two tabs never write over each other; "changed" means on the disk.
import type { Entry } from './entries';

export type Change = (entries: Entry[]) => Entry[];
export interface Kept {
  change(act: Change): Promise<Entry[]>;
}

const STORE = 'lists';
let database: Promise<IDBDatabase> | undefined;

/** The list of a school's desk. Where the browser keeps nothing for us it lives as long as the page. */
export function keptFor(school: string): Kept {
  let known: Entry[] = [];
  let works = true;
  return {
    async change(act) {
      if (works) {
        try {
          return (known = await stored(school, act));
        } catch {
          works = false;
        }
      }
      return (known = act(known));
    },
  };
}

async function stored(school: string, act: Change): Promise<Entry[]> {
  database ??= opened();
  const transaction = (await database).transaction(STORE, 'readwrite', { durability: 'strict' });
  const lists = transaction.objectStore(STORE);
  return new Promise((resolve, reject) => {
    let after: Entry[] = [];
    const reading = lists.get(school) as IDBRequest<Entry[] | undefined>;
    reading.onsuccess = () => {
      after = act(reading.result ?? []);
      lists.put(after, school);
    };
    transaction.oncomplete = () => resolve(after);
    transaction.onabort = () => reject(new Error(`the list was not kept: ${transaction.error?.message}`));
  });
}

function opened(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open('hoclieu-desk-list', 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(new Error(`no place for the list: ${request.error?.message}`));
  });
}
