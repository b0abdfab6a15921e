import { z } from 'zod';

export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Any JSON object, passed on as it is: z.record would copy it, and lose a key such as `__proto__`. */
export const jsonObject = z.custom<JsonObject>(isJsonObject, { params: { type: 'dict_type' } });
