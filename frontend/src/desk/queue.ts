// Scans are saved first and sent then, in order, so that a cut line or a closed browser loses none.
export interface Waiting {
  id: string;
  code: string;
  returnFirst: boolean;
}

const STORE = 'scans';

function opened(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open('hoclieu-desk', 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { autoIncrement: true });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(new Error(`no store for scans: ${request.error?.message}`));
  });
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(new Error(`the store refused: ${request.error?.message}`));
  });
}

let database: Promise<IDBDatabase> | null = null;

async function store(mode: IDBTransactionMode): Promise<IDBObjectStore> {
  database ??= opened();
  return (await database).transaction(STORE, mode).objectStore(STORE);
}

export async function add(scan: Waiting): Promise<void> {
  await done((await store('readwrite')).add(scan));
}

export async function first(): Promise<{ key: IDBValidKey; scan: Waiting } | null> {
  const cursor = await done((await store('readonly')).openCursor());
  return cursor ? { key: cursor.key, scan: cursor.value as Waiting } : null;
}

export async function remove(key: IDBValidKey): Promise<void> {
  await done((await store('readwrite')).delete(key));
}

export async function count(): Promise<number> {
  return done((await store('readonly')).count());
}

/** A key for a scan; `crypto.randomUUID` exists on secure pages only. */
export function newKey(): string {
  const made = (crypto as Partial<Crypto>).randomUUID?.call(crypto);
  if (made) return made;
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}
