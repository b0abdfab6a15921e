/** Path patterns: `/v2/:entity/:project/calls/complete`. Routes match them, links are made from them. */

type ParameterNames<Path extends string> = Path extends `${infer Head}/${infer Tail}`
  ? ParameterNames<Head> | ParameterNames<Tail>
  : Path extends `:${infer Name}`
    ? Name
    : never;

/** The parameters of a pattern, by name: PathParameters<'/a/:b'> is { b: string }. */
export type PathParameters<Path extends string> = Readonly<Record<ParameterNames<Path>, string>>;

/** Returns a function that reads the parameters of a path, or returns undefined where the path is another one. */
export function pathMatcher<Path extends string>(pattern: Path): (path: string) => PathParameters<Path> | undefined {
  const parts = pattern.split('/');
  return (path) => {
    const given = path.split('/');
    if (given.length !== parts.length) return undefined;
    const parameters: Record<string, string> = {};
    for (const [index, part] of parts.entries()) {
      const value = decode(given[index] ?? '');
      if (!part.startsWith(':')) {
        if (part !== value) return undefined;
      } else if (value) parameters[part.slice(1)] = value;
      else return undefined;
    }
    return parameters as PathParameters<Path>;
  };
}

/** The path of a pattern with its parameters filled in, each escaped; then the query, without what is undefined. */
export function pathTo<Path extends string>(
  pattern: Path,
  parameters: PathParameters<Path>,
  query: Readonly<Record<string, string | number | undefined>> = {},
): string {
  const values: Readonly<Record<string, string>> = parameters;
  const path = pattern.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(values[name] ?? ''));
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) if (value !== undefined) search.set(key, String(value));
  return search.size > 0 ? `${path}?${search}` : path;
}

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
