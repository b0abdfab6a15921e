import type { Database } from './database.ts';

/** Which of Weave's two kinds of table the calls of a project go to: the first write decides. */
export type ProjectMode = 'complete' | 'legacy';

export interface Project {
  readonly key: number;
  readonly name: string;
  /** Null until a call is written. */
  readonly mode: ProjectMode | null;
}

export interface Projects {
  find(name: string): Project | undefined;
  /** The project, made if there is none yet; `mode` becomes its mode if it has none. */
  ensure(name: string, mode: ProjectMode | null): Project;
  /** How many calls each project holds. */
  counts(): readonly { readonly name: string; readonly calls: number }[];
}

export function createProjects(db: Database): Projects {
  const select = db.prepare('SELECT key, name, mode FROM projects WHERE name = ?');
  const upsert = db.prepare(
    `INSERT INTO projects (name, mode) VALUES (?, ?)
     ON CONFLICT DO UPDATE SET mode = excluded.mode WHERE mode IS NULL`,
  );
  const count = db.prepare(
    `SELECT name, (SELECT count(*) FROM calls WHERE project = key AND started_us IS NOT NULL) AS calls
     FROM projects ORDER BY name`,
  );
  const find = (name: string) => select.get(name) as Project | undefined;
  return {
    find,
    ensure(name, mode) {
      upsert.run(name, mode);
      const project = find(name);
      if (!project) throw new Error(`Project ${name} was not stored.`);
      return project;
    },
    counts: () => count.all() as { name: string; calls: number }[],
  };
}
