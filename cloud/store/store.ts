// SPDX-License-Identifier: MIT
import { Table, type Indexes } from "./table.js";

/** One change of one record; `value` is absent when the record is gone. */
export interface Change {
  readonly table: string;
  readonly key: string;
  readonly value?: object;
}

/** Where records last. Everything a `write` was given is on the disk, or none of it is. */
export interface Disk {
  /** Every record, in the order in which each was first written. */
  load(): Iterable<Required<Change>>;
  write(changes: readonly Change[]): void;
  readBlob(id: string): Uint8Array | undefined;
  writeBlob(id: string, bytes: Uint8Array): void;
  deleteBlob(id: string): void;
  close(): void;
}

/**
 * The state of the cloud: tables in memory, written through to a disk.
 *
 * Reads never wait. A service changes tables, then calls {@link Store.commit}, and only then lets
 * anyone know: what was told to a device was on the disk before.
 */
export class Store {
  readonly #disk: Disk;
  readonly #tables = new Map<string, Table<object>>();
  readonly #loaded = new Map<string, Map<string, object>>();
  /** The last change of each record since the last commit, by table and key. */
  readonly #pending = new Map<string, Change>();

  constructor(disk: Disk) {
    this.#disk = disk;
    for (const { table, key, value } of disk.load()) {
      const records = this.#loaded.get(table) ?? new Map<string, object>();
      this.#loaded.set(table, records.set(key, value));
    }
  }

  /** The table of that name; it is made on first use, and only then are its indexes looked at. */
  table<T extends object>(name: string, indexes: Indexes<T> = {}): Table<T> {
    const known = this.#tables.get(name);
    if (known !== undefined) return known as unknown as Table<T>;
    const table = new Table<T>(indexes, (key, value) => {
      const change = value === undefined ? { table: name, key } : { table: name, key, value };
      this.#pending.set(`${name}\0${key}`, change);
    });
    table.load((this.#loaded.get(name) ?? new Map()) as ReadonlyMap<string, T>);
    this.#loaded.delete(name);
    this.#tables.set(name, table as unknown as Table<object>);
    return table;
  }

  /**
   * Makes every change since the last commit last, all or none.
   * @throws whatever the disk throws; the changes then wait for the next commit.
   */
  commit(): void {
    if (this.#pending.size === 0) return;
    this.#disk.write([...this.#pending.values()]);
    this.#pending.clear();
  }

  readBlob(id: string): Uint8Array | undefined {
    return this.#disk.readBlob(id);
  }

  /** Keeps `bytes` at once, without waiting for a commit; write the record that names it after. */
  writeBlob(id: string, bytes: Uint8Array): void {
    this.#disk.writeBlob(id, bytes);
  }

  deleteBlob(id: string): void {
    this.#disk.deleteBlob(id);
  }

  close(): void {
    this.commit();
    this.#disk.close();
  }
}
