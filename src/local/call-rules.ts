/** What Weave demands of a call beyond its shape. Each rule returns what is wrong, or undefined. */
import type { EndedCall, StartedCall } from './bodies/calls.ts';
import { MAX_DISPLAY_NAME_CHARACTERS, MAX_OP_NAME_CHARACTERS } from './limits.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const OP_REF = /^weave:\/\/\/[^/]+\/[^/]+\/op\/[^/:]+:[^/:]+$/;

export function wrongWithStart(call: StartedCall): string | undefined {
  return (
    wrongWithId('id', call.id, 16) ??
    wrongWithId('parent_id', call.parent_id, 16) ??
    wrongWithId('trace_id', call.trace_id, 32) ??
    wrongWithOpName(call.op_name) ??
    wrongWithDisplayName(call.display_name) ??
    wrongWithUser(call.wb_user_id)
  );
}

export function wrongWithEnd(call: EndedCall): string | undefined {
  return wrongWithId('id', call.id, 16);
}

/** Weave fills this field itself. */
export function wrongWithUser(wbUserId: string | null | undefined): string | undefined {
  return wbUserId ? 'wb_user_id must not be set by the client' : undefined;
}

/** A canonical UUID, or an OpenTelemetry id, of which Weave checks only the length and the case. */
function wrongWithId(field: string, id: string | null | undefined, length: number): string | undefined {
  if (id === null || id === undefined) return undefined;
  if (UUID.test(id) || (id.length === length && id === id.toLowerCase())) return undefined;
  return `Invalid ${field}: expected a UUID or ${length} lower-case hex characters, got '${clip(id)}'`;
}

function wrongWithOpName(name: string): string | undefined {
  if (name.startsWith('weave:///')) return OP_REF.test(name) ? undefined : `Invalid op ref '${clip(name)}'`;
  return longer(name, MAX_OP_NAME_CHARACTERS)
    ? `op_name is longer than ${MAX_OP_NAME_CHARACTERS} characters`
    : undefined;
}

function wrongWithDisplayName(name: string | null | undefined): string | undefined {
  return longer(name ?? '', MAX_DISPLAY_NAME_CHARACTERS)
    ? `display_name is longer than ${MAX_DISPLAY_NAME_CHARACTERS} characters`
    : undefined;
}

/** Characters as Python counts them: a surrogate pair is one. */
function longer(text: string, characters: number): boolean {
  return text.length > characters && [...text].length > characters;
}

function clip(text: string): string {
  return text.slice(0, 64);
}
