/** A rule of `map.redact` that names keys. */
export interface KeyRule {
  readonly key: RegExp;
  /** Only what matches this below the key is replaced; undefined: the whole value. */
  readonly pattern: RegExp | undefined;
  readonly replacement: string;
}

/** Paths whose rules are remembered. */
const MAX_PATHS = 10_000;
/** So many ends of a path are matched, besides the whole. */
const MAX_ENDS = 32;
/** Of a longer path only the end is looked at. In characters. */
const MAX_PATH = 256;

/** The path of a member. */
export function pathTo(parent: string, name: string | number): string {
  return parent === '' ? String(name).slice(-MAX_PATH) : `${parent}.${name}`.slice(-MAX_PATH);
}

/**
 * Makes the function that finds the rules for a path. A path is an attribute's key and, below it, the members' names and
 * the places in lists, with dots between them: `a.b` is the same whether it came as one key, as a kvlist or as JSON.
 * A pattern is matched against the whole path and against what is left of it behind each dot, so that `^password$` finds
 * the attribute `db.password` as well as the member `password` of some JSON.
 */
export function createKeyRules(rules: readonly KeyRule[]): (path: string) => readonly KeyRule[] {
  const known = new Map<string, readonly KeyRule[]>();
  return (path) => {
    if (rules.length === 0) return rules;
    const before = known.get(path);
    if (before) return before;
    const ends = endsOf(path);
    const found = rules.filter(({ key }) => ends.some((end) => key.test(end)));
    if (known.size >= MAX_PATHS) known.clear();
    known.set(path, found);
    return found;
  };
}

function endsOf(path: string): readonly string[] {
  const ends = [path];
  for (let dot = path.lastIndexOf('.'); dot >= 0 && ends.length <= MAX_ENDS; dot = path.lastIndexOf('.', dot - 1)) {
    ends.push(path.slice(dot + 1));
    if (dot === 0) break;
  }
  return ends;
}
