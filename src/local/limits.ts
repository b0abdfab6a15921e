/** Every bound of the local Weave. The first group are Weave's own figures. */

/** A request body; beyond it Weave answers 413. */
export const MAX_BODY_BYTES = 32 * 1024 * 1024;
/** One stored call; beyond it Weave replaces its largest JSON columns. */
export const MAX_ROW_BYTES = 3.5 * 1024 * 1024;
export const MAX_FEEDBACK_PAYLOAD_BYTES = 1024 * 1024;
export const MAX_NOTE_CHARACTERS = 1024;
export const MAX_OP_NAME_CHARACTERS = 128;
export const MAX_DISPLAY_NAME_CHARACTERS = 1024;
/** An input file of a batch, and the requests in it. */
export const MAX_FILE_BYTES = 200_000_000;
export const MAX_BATCH_REQUESTS = 50_000;
export const MAX_METADATA_PAIRS = 16;
export const MAX_METADATA_KEY_CHARACTERS = 64;
export const MAX_METADATA_VALUE_CHARACTERS = 512;
/** Values of one list in a query's filter. */
export const MAX_FILTER_VALUES = 1000;

/** A body that is too large is read to its end up to this many times the limit, so that its sender sees the 413 and not a reset. */
export const DRAIN_FACTOR = 4;
export const MAX_URL_CHARACTERS = 8192;
export const MAX_FAULT_RULES = 1000;
export const MAX_FAULT_DELAY_MS = 600_000;
/** Operators in one feedback query. */
export const MAX_QUERY_OPERATORS = 100;
/** How long `close` waits for requests under way. */
export const CLOSE_GRACE_MS = 1000;

/** Scores that are still to come; more are dropped, as with Weave. */
export const MAX_WAITING_SCORES = 10_000;
/** What comes around the file in the request that uploads it. */
export const MAX_MULTIPART_BYTES = 64 * 1024;
/** Batches, and requests for scores, on their page. */
export const MAX_SHOWN_BATCHES = 100;
/** Rows of the trace list on one page. */
export const TRACES_PER_PAGE = 50;
/** Calls of one trace that the page puts into a tree; of a larger trace the earliest ones. */
export const MAX_TREE_CALLS = 20_000;
/** Rows of the tree on one page. */
export const TREE_ROWS_PER_PAGE = 500;
/** Levels that the tree draws; deeper calls stay at the last one. */
export const MAX_TREE_INDENT = 24;
/** Text of one value on the page: characters, nesting, chat messages, and the length of an inline image. */
export const MAX_SHOWN_CHARACTERS = 100_000;
export const MAX_SHOWN_DEPTH = 40;
export const MAX_SHOWN_MESSAGES = 200;
export const MAX_SHOWN_IMAGE_CHARACTERS = 4 * 1024 * 1024;
export const MAX_SHOWN_FEEDBACK = 50;
