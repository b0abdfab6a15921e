/**
 * How deep arrays and kvlists may nest in one attribute value; a plain value is level 1.
 * Nothing else in OTLP nests, so this bounds the recursion of every decoder. Counts and lengths are bounded by the body.
 */
export const MAX_VALUE_DEPTH = 64;
