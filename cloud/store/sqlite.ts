// SPDX-License-Identifier: MIT
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import Database from "libsql";
import type { Change, Disk } from "./store.js";

/** The files in the cloud's folder: the state, and what shows that it is in use. */
const FILE = "cloud.sqlite";
const LOCK = "cloud.lock";
/** Goes up when a table below changes; a file of another format is refused. */
const FORMAT = 1;

const schema = `
  CREATE TABLE IF NOT EXISTS records (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
    UNIQUE (name, key));
  CREATE TABLE IF NOT EXISTS blobs (id TEXT PRIMARY KEY, bytes BLOB NOT NULL);
`;

interface RecordRow {
  readonly name: string;
  readonly key: string;
  readonly value: string;
}

/**
 * A disk in an SQLite file in `directory`, which is made if need be.
 *
 * Each write is one transaction in a write-ahead log: a process killed at any moment leaves all of
 * it or none of it. Two clouds cannot share a folder: the second is refused.
 * @throws Error that names the file and says what to do.
 */
export function sqliteDisk(directory: string): Disk {
  mkdirSync(directory, { recursive: true });
  const lock = takeLock(join(directory, LOCK));
  const database = openDatabase(join(directory, FILE));
  const put = database.prepare(
    `INSERT INTO records (name, key, value) VALUES (?, ?, ?)
     ON CONFLICT (name, key) DO UPDATE SET value = excluded.value`,
  );
  const remove = database.prepare("DELETE FROM records WHERE name = ? AND key = ?");
  const readBlob = database.prepare("SELECT bytes FROM blobs WHERE id = ?");
  const writeBlob = database.prepare("INSERT OR REPLACE INTO blobs (id, bytes) VALUES (?, ?)");
  const deleteBlob = database.prepare("DELETE FROM blobs WHERE id = ?");
  const write = database.transaction((changes: readonly Change[]) => {
    for (const { table, key, value } of changes) {
      if (value === undefined) remove.run(table, key);
      else put.run(table, key, JSON.stringify(value));
    }
  });
  return {
    load: () => loadRecords(database),
    write: changes => write(changes),
    readBlob: id => (readBlob.get(id) as { bytes: Uint8Array } | undefined)?.bytes,
    writeBlob: (id, bytes) => void writeBlob.run(id, Buffer.from(bytes)),
    deleteBlob: id => void deleteBlob.run(id),
    close() {
      database.close();
      lock.exec("ROLLBACK");
      lock.close();
    },
  };
}

/** The lock is an open transaction: the system takes it back however the process ends. */
function takeLock(path: string): Database.Database {
  return explain(path, "Another cloud runs there: stop it, or name another folder.", () => {
    const lock = new Database(path);
    lock.exec("BEGIN EXCLUSIVE");
    return lock;
  });
}

function openDatabase(path: string): Database.Database {
  return explain(path, "Name another folder, or remove the file to begin anew.", () => {
    const database = new Database(path);
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    const row = database.prepare("PRAGMA user_version").get();
    const { user_version: format } = row as { user_version: number };
    if (format !== 0 && format !== FORMAT) {
      throw new Error(`it has format ${format}, this version reads ${FORMAT}`);
    }
    database.exec(`BEGIN IMMEDIATE; ${schema} PRAGMA user_version = ${FORMAT}; COMMIT`);
    return database;
  });
}

function explain<R>(path: string, remedy: string, act: () => R): R {
  try {
    return act();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`cannot open ${path}: ${why}. ${remedy}`, { cause });
  }
}

function* loadRecords(database: Database.Database): Generator<Required<Change>> {
  const rows = database.prepare("SELECT name, key, value FROM records ORDER BY id").all();
  for (const { name, key, value } of rows as RecordRow[]) {
    yield { table: name, key, value: JSON.parse(value) as object };
  }
}
