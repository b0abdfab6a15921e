import type { Environment } from './given.ts';

export type Expanded =
  | { readonly status: 'ok'; readonly text: string }
  | { readonly status: 'bad'; readonly message: string };

/**
 * Replaces `${env:NAME}` and `${env:NAME:-default}`, as the OpenTelemetry Collector does; `$$` stands for one `$`.
 * The default serves where the variable is unset or empty; without a default that is an error.
 */
export function expand(text: string, env: Environment): Expanded {
  let message: string | undefined;
  const expanded = text.replace(/\$\$|\$\{[^}]*\}?/g, (expression) => {
    if (expression === '$$') return '$';
    const match = /^\$\{env:([A-Za-z_]\w*)(?::-(.*))?\}$/s.exec(expression);
    const name = match?.[1];
    if (name === undefined) {
      message ??= `${expression} is not understood; allowed: \${env:NAME}, \${env:NAME:-default}, and $$ for a dollar sign`;
      return '';
    }
    const value = env[name] || match?.[2];
    if (value === undefined)
      message ??= `environment variable ${name} is not set; \${env:${name}:-…} would give a default`;
    return value ?? '';
  });
  return message === undefined ? { status: 'ok', text: expanded } : { status: 'bad', message };
}
