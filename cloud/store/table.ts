// SPDX-License-Identifier: MIT

/** Names of indexes, each with the value by which it finds a record. */
export type Indexes<T> = Readonly<Record<string, (record: T) => string>>;

/**
 * Records by key, and by the value of each index, in the order in which they were first put.
 * Records are immutable: to change one, put another at its key.
 */
export class Table<T extends object> {
  readonly #records = new Map<string, T>();
  readonly #indexes: Indexes<T>;
  readonly #found = new Map<string, Map<string, T>>();
  readonly #changed: (key: string, record: T | undefined) => void;

  constructor(indexes: Indexes<T>, changed: (key: string, record: T | undefined) => void) {
    this.#indexes = indexes;
    this.#changed = changed;
  }

  /** Takes what the disk had, without calling it a change. */
  load(records: ReadonlyMap<string, T>): void {
    for (const [key, record] of records) this.#set(key, record);
  }

  get size(): number {
    return this.#records.size;
  }

  get(key: string): T | undefined {
    return this.#records.get(key);
  }

  has(key: string): boolean {
    return this.#records.has(key);
  }

  put(key: string, record: T): void {
    this.#set(key, record);
    this.#changed(key, record);
  }

  /** Forgets the record at `key`; harmless when there is none. */
  delete(key: string): void {
    const old = this.#records.get(key);
    if (old === undefined) return;
    this.#records.delete(key);
    for (const place of this.#places(old)) this.#found.get(place)?.delete(key);
    this.#changed(key, undefined);
  }

  values(): T[] {
    return [...this.#records.values()];
  }

  entries(): [string, T][] {
    return [...this.#records.entries()];
  }

  /** The records whose index `name` has that value. */
  by(name: string, value: string): T[] {
    return [...(this.#found.get(`${name}\0${value}`)?.values() ?? [])];
  }

  #set(key: string, record: T): void {
    const old = this.#records.get(key);
    const now = this.#places(record);
    for (const place of old === undefined ? [] : this.#places(old)) {
      if (!now.includes(place)) this.#found.get(place)?.delete(key);
    }
    this.#records.set(key, record);
    for (const place of now) {
      const records = this.#found.get(place) ?? new Map<string, T>();
      this.#found.set(place, records.set(key, record));
    }
  }

  #places(record: T): string[] {
    return Object.entries(this.#indexes).map(([name, of]) => `${name}\0${of(record)}`);
  }
}
