/**
 * How deep arrays and kvlists may nest in one attribute value; a plain value is level 1.
 * Nothing else in OTLP nests, so this bounds the recursion of every decoder. Counts and lengths are bounded by the body.
 */
export const MAX_VALUE_DEPTH = 64;

/** Why a span is rejected that holds such a value, or whose resource or scope does. */
export const TOO_DEEP = `an attribute value is nested deeper than ${MAX_VALUE_DEPTH} levels`;
