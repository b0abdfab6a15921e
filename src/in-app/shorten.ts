import { shortenCall } from '../map/shorten.ts';

/** A call that Weave finds too large, in maxBytes. */
export const shorten = (json: Buffer, maxBytes: number): Buffer =>
  Buffer.from(shortenCall(json.toString(), maxBytes).text);
