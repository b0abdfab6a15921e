/** Reads `multipart/form-data`: https://www.rfc-editor.org/rfc/rfc7578 */

export interface FormPart {
  readonly name: string;
  /** Undefined for a plain field. */
  readonly filename: string | undefined;
  readonly content: Buffer;
}

/** Undefined where the body is none, or ends too soon. */
export function formParts(contentType: string, body: Buffer): readonly FormPart[] | undefined {
  const [, quoted, plain] =
    /^multipart\/form-data\s*;.*?boundary=(?:"([^"]{1,200})"|([^;\s]{1,200}))/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) return undefined;
  const mark = Buffer.from(`--${boundary}`);
  const parts: FormPart[] = [];
  let at = body.indexOf(mark);
  while (at >= 0) {
    const start = at + mark.length;
    if (body.toString('latin1', start, start + 2) === '--') return parts;
    const end = body.indexOf(Buffer.from(`\r\n--${boundary}`), start);
    if (end < 0) return undefined;
    const part = partOf(body.subarray(start + 2, end));
    if (part) parts.push(part);
    at = end + 2;
  }
  return undefined;
}

function partOf(part: Buffer): FormPart | undefined {
  const headEnd = part.indexOf('\r\n\r\n');
  const head = part.toString('utf8', 0, Math.max(0, headEnd));
  const name = /content-disposition:[^\r\n]*?[\s;]name="([^"]*)"/i.exec(head)?.[1];
  if (headEnd < 0 || name === undefined) return undefined;
  const filename = /content-disposition:[^\r\n]*?filename="([^"]*)"/i.exec(head)?.[1];
  return { name, filename, content: part.subarray(headEnd + 4) };
}
