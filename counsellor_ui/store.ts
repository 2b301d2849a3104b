/**
 * The one small database of a staff browser: `keys` and `drafts`, as promises.
 */

const NAME = "shift";
const STORES = ["keys", "drafts"] as const;

export type StoreName = (typeof STORES)[number];

/** The database of this browser. */
export class Store {
  private constructor(private readonly database: IDBDatabase) {}

  /** Open it; it is made when it is not there. Rejects with the browser's DOMException. */
  static async open(): Promise<Store> {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      for (const store of STORES) request.result.createObjectStore(store);
    };
    const database = await result(request);
    database.onversionchange = () => database.close(); // another window deletes it: do not stand in its way
    return new Store(database);
  }

  /** Return a value, or undefined. */
  async get<T>(store: StoreName, name: string): Promise<T | undefined> {
    return result<T | undefined>(this.database.transaction(store).objectStore(store).get(name));
  }

  /** Return every name in a store. */
  async names(store: StoreName): Promise<string[]> {
    return (await result(this.database.transaction(store).objectStore(store).getAllKeys())).map(String);
  }

  /** Keep a value. */
  async put(store: StoreName, name: string, value: unknown): Promise<void> {
    await result(this.#writing(store).put(value, name));
  }

  /** Forget a value. */
  async delete(store: StoreName, name: string): Promise<void> {
    await result(this.#writing(store).delete(name));
  }

  /** Forget everything. Where the server's answer made the browser close it already, delete what may be left of it. */
  async clear(): Promise<void> {
    try {
      for (const store of STORES) await result(this.#writing(store).clear());
    } catch {
      this.database.close();
      await result(indexedDB.deleteDatabase(NAME));
    }
  }

  #writing(store: StoreName): IDBObjectStore {
    return this.database.transaction(store, "readwrite").objectStore(store);
  }
}

function result<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new DOMException("no reason given", "UnknownError"));
  });
}
