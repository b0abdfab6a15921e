import { z } from 'zod';
import { parseProjectId } from '../core/call.ts';
import { createSecret, type Secret } from './secret.ts';

/** An item of `receive.auth.keys`: a key, or the file that holds it. */
export interface SenderKeyOption {
  readonly name: string;
  /** Null: a bearer token; else the key is the password of this user. */
  readonly username: string | null;
  readonly key: { readonly value: Secret } | { readonly file: string };
  readonly project: ReturnType<typeof parseProjectId> | null;
}

const text = z.string().min(1).max(4096);
/** What can travel in an `Authorization` header as it is. */
const token = text.regex(/^[\x21-\x7e]+$/, 'must be printable text without spaces');

export const senderKey: z.ZodType<SenderKeyOption> = z
  .strictObject({
    name: z.string().regex(/^[\w.-]{1,64}$/, 'must be 1 to 64 letters, digits, dots, dashes or underscores'),
    token: token.optional(),
    token_file: text.optional(),
    username: text.regex(/^[^:]+$/, 'must be without a colon').optional(),
    password: text.optional(),
    password_file: text.optional(),
    project: text
      .refine((given) => parseProjectId(given) !== undefined, 'must be a W&B project as entity/project')
      .optional(),
  })
  .transform(({ name, token, token_file, username, password, password_file, project }, context) => {
    const values = [token, password].filter((value) => value !== undefined);
    const files = [token_file, password_file].filter((file) => file !== undefined);
    const isBasic = username !== undefined;
    const isMixed = isBasic === (token !== undefined || token_file !== undefined);
    const [value] = values;
    const [file] = files;
    if (values.length + files.length !== 1 || isMixed) {
      context.addIssue({
        code: 'custom',
        message: 'must have one of: token, token_file, username with password, username with password_file',
      });
      return z.NEVER;
    }
    return {
      name,
      username: username ?? null,
      key: value === undefined ? { file: file ?? '' } : { value: createSecret(value) },
      project: project === undefined ? null : parseProjectId(project),
    };
  });

/** `*`, or an origin as a browser sends it, with `*` for any text within. */
export const origin = z
  .string()
  .max(300)
  .regex(/^(\*|https?:\/\/[\w.:*[\]-]+)$/i, 'must be an origin such as https://app.example.com, without a path');

export const headerName = z
  .string()
  .max(100)
  .regex(/^(\*|[\w-]+)$/, 'must be the name of a header, or *');
