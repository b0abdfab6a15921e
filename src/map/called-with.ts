import { isObject } from './chat/message.ts';

/** What a tool of smolagents is told beside its arguments. */
const NO_ARGUMENT = 'sanitize_inputs_outputs';

/**
 * What a function was called with, out of Python's `{args, kwargs}`; whole where it was called with both. Parameters that
 * have a name of their own stand beside the two. One of the two beside others is a parameter that happens to be called so.
 */
export function calledWith(value: unknown): unknown {
  if (!isObject(value) || !isObject(value['kwargs'])) return value;
  const { args, kwargs, [NO_ARGUMENT]: _, ...own } = value;
  if (!Array.isArray(args)) return Object.keys(value).length === 1 ? kwargs : value;
  const named = { ...own, ...value['kwargs'] };
  if (Object.keys(named).length === 0) return args.length > 1 ? args : (args[0] ?? {});
  return args.length === 0 ? named : value;
}
