const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_LIST, CLOSE_LIST] = [0x7b, 0x7d, 0x5b, 0x5d];

/**
 * The members of a JSON object as `"key":value`, by key, each a view of the text as it stands: nothing is parsed
 * and written anew, so numbers keep their digits. For JSON as JSON.stringify writes it: valid, and without white space.
 */
export function membersOf(json: Buffer): ReadonlyMap<string, Buffer> {
  const members = new Map<string, Buffer>();
  let depth = 0;
  let start = 1;
  for (let at = 0; at < json.length; at += 1) {
    switch (json[at]) {
      case QUOTE:
        at = endOfText(json, at);
        break;
      case OPEN_OBJECT:
      case OPEN_LIST:
        depth += 1;
        break;
      case CLOSE_OBJECT:
      case CLOSE_LIST:
        depth -= 1;
        if (depth === 0 && at > start) add(json.subarray(start, at));
        break;
      case COMMA:
        if (depth > 1) break;
        add(json.subarray(start, at));
        start = at + 1;
        break;
    }
  }
  return members;

  function add(member: Buffer): void {
    members.set(String(JSON.parse(member.toString('utf8', 0, endOfText(member, 0) + 1))), member);
  }
}

/** Where the text that begins at `start` has its closing quote. */
function endOfText(json: Buffer, start: number): number {
  let at = start + 1;
  while (at < json.length && json[at] !== QUOTE) at += json[at] === BACKSLASH ? 2 : 1;
  return at;
}
