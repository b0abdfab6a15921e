import { readFileSync } from 'node:fs';

/** The version of this package. */
export const VERSION: string = readVersion();

function readVersion(): string {
  // One folder up from src/ as from dist/.
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest) return String(manifest.version);
  throw new Error('package.json holds no version');
}
