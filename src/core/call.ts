import type { Account } from './accounts.ts';
import type { Attributes, SpanId, TraceId } from './span.ts';

/** A Weave project as `entity/project`. */
export type ProjectId = string & { readonly brand: 'ProjectId' };

/**
 * Reads `entity/project`: two non-empty parts of characters that W&B allows in a URL path.
 * Returns undefined for anything else, and for `.` and `..`, which would climb the path of the request to Weave.
 */
export function parseProjectId(text: string): ProjectId | undefined {
  return /^(?!\.{1,2}\/)[\w.-]{1,128}\/(?!\.{1,2}$)[\w. -]{1,128}$/.test(text) ? (text as ProjectId) : undefined;
}

/** The project that a resource names with `wandb.entity` and `wandb.project`, as Weave's own OTLP endpoint reads them. */
export function projectOfResource(attributes: Attributes): ProjectId | undefined {
  const entity = attributes.get('wandb.entity');
  const project = attributes.get('wandb.project');
  return typeof entity === 'string' && typeof project === 'string' ? parseProjectId(`${entity}/${project}`) : undefined;
}

/**
 * One finished call, ready to be sent: an item of the `batch` array of
 * `POST /v2/{entity}/{project}/calls/complete`.
 */
export interface Call {
  readonly projectId: ProjectId;
  /** Whose W&B key it is delivered with; left out: the bridge's own. */
  readonly account?: Account | undefined;
  readonly id: SpanId;
  readonly traceId: TraceId;
  /** The whole record as UTF-8 JSON text, `project_id` included. Its length is what limits are measured in. */
  readonly json: Buffer;
  /** Where in `json` the field `summary` begins, with its comma: behind all that is large but the dump. Not known of every call. */
  readonly summaryAt?: number | undefined;
  /** The same of `attributes`, where `summaryAt` is known. */
  readonly attributesAt?: number | undefined;
  /**
   * The names of the members of `attributes`, but for `usage_repeated`, in a set that calls of one form share: what is not
   * among them need not be looked for. Left out where they are not known.
   */
  readonly attributeNames?: ReadonlySet<string> | undefined;
  /** Of a correction: its span was left out at first, so that Weave has not had this call before. */
  readonly returns?: true;
}
