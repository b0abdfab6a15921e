/** Shorter ones stand in too many texts by chance, and are nobody's key. */
const MIN_CHARS = 8;

/** Takes secrets out of what somebody else says, should they repeat what they were told. */
export function hide(text: string, secrets: readonly string[]): string {
  return secrets.reduce(
    (shown, secret) => (secret.length < MIN_CHARS ? shown : shown.replaceAll(secret, '[redacted]')),
    text,
  );
}
