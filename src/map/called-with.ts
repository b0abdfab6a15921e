import { isObject } from './chat/message.ts';

/** What a function was called with, out of Python's `{args, kwargs}`; whole where it was called with both. */
export function calledWith(value: unknown): unknown {
  if (!isObject(value)) return value;
  const { args, kwargs } = value;
  if (!Array.isArray(args) && !isObject(kwargs)) return value;
  const positional = Array.isArray(args) ? args : [];
  const named = isObject(kwargs) ? kwargs : {};
  if (Object.keys(named).length === 0) return positional.length > 1 ? positional : (positional[0] ?? {});
  return positional.length === 0 ? named : value;
}
