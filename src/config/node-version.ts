/** What the package loads exists since then. Its package.json asks for more, and npm warns of less. */
const OLDEST = [22, 15] as const;

/** What to say where this Node cannot run the package: it would break the app. Undefined where it can. */
export function tooOldNode(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return undefined;
  return `this is Node ${version}; needed is 22.22 or a later 22, or 24.6 or later`;
}
