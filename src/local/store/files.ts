import type { Database } from './database.ts';

/** A file of the batch API, without its content. */
export interface StoredFile {
  readonly id: string;
  readonly filename: string;
  readonly purpose: string;
  /** Seconds since the epoch; null: it is kept. */
  readonly created_at: number;
  readonly expires_at: number | null;
  readonly bytes: number;
}

export interface FileStore {
  add(file: StoredFile, content: string): void;
  get(id: string): StoredFile | undefined;
  content(id: string): string | undefined;
  /** By age, from behind the file of this id. */
  list(order: 'asc' | 'desc', after: string | null, purpose: string | null, limit: number): readonly StoredFile[];
  /** False: there was none. */
  remove(id: string): boolean;
}

const COLUMNS = 'id, filename, purpose, created_at, expires_at, bytes';

export function createFileStore(db: Database): FileStore {
  const insert = db.prepare(`INSERT INTO files (${COLUMNS}, content) VALUES (?, ?, ?, ?, ?, ?, ?)`);
  const select = db.prepare(`SELECT ${COLUMNS} FROM files WHERE id = ?`);
  const content = db.prepare('SELECT content FROM files WHERE id = ?');
  const remove = db.prepare('DELETE FROM files WHERE id = ?');
  const page = (comparison: string, order: string) =>
    db.prepare(
      `SELECT ${COLUMNS} FROM files WHERE (?1 IS NULL OR seq ${comparison} (SELECT seq FROM files WHERE id = ?1))
       AND (?2 IS NULL OR purpose = ?2) ORDER BY seq ${order} LIMIT ?3`,
    );
  const pages = { asc: page('>', 'ASC'), desc: page('<', 'DESC') };
  return {
    add({ id, filename, purpose, created_at, expires_at, bytes }, text) {
      insert.run(id, filename, purpose, created_at, expires_at, bytes, text);
    },
    get: (id) => select.get(id) as StoredFile | undefined,
    content: (id) => (content.get(id) as { readonly content: string } | undefined)?.content,
    list: (order, after, purpose, limit) => pages[order].all(after, purpose, limit) as StoredFile[],
    remove: (id) => remove.run(id).changes > 0,
  };
}
