/** https://www.rfc-editor.org/rfc/rfc9110#section-5: written here, since Node's own check would load its HTTP. */
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** The headers that can be sent, and a warning for each other one: with it no request would ever leave. */
export function usableHeaders(given: Readonly<Record<string, string>>): {
  readonly headers: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
} {
  const all = Object.entries(given);
  const isUsable = ([name, value]: readonly [string, string]) => NAME.test(name) && VALUE.test(value);
  return {
    headers: Object.fromEntries(all.filter(isUsable)),
    // the value may be a key: it is not shown
    warnings: all
      .filter((header) => !isUsable(header))
      .map(([name]) => `The header ${JSON.stringify(name)} is none that HTTP can carry: it is left out`),
  };
}
