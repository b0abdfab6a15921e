import { type ProjectId, parseProjectId } from '../core/call.ts';
import { keyFromNetrc } from './api-key.ts';
import { usableHeaders } from './app-headers.ts';
import { type AppNumbers, appNumbers, type NumberOptions } from './app-numbers.ts';
import { type TransportOptions, usableTransport } from './app-transport.ts';
import { isThisMachine, parseBaseUrl } from './base-url.ts';
import type { Environment } from './given.ts';
import { proxyEnvironment } from './proxy.ts';
import { createSecret, redact, type Secret } from './secret.ts';
import type { Sources } from './sources.ts';
import { traceServerUrl } from './wandb.ts';

/** The options that an app gives in its own process. Each may be left out. */
export interface AppOptions extends NumberOptions, TransportOptions {
  /** `entity/project`, else `WEAVE_PROJECT`. A resource with `wandb.entity` and `wandb.project` names its own. */
  readonly project?: string | undefined;
  /** Weave trace server; else `WF_TRACE_SERVER_URL`, else the one that belongs to `WANDB_BASE_URL`, else W&B's. */
  readonly url?: string | undefined;
  /** W&B API key; else `WANDB_API_KEY`, else from `~/.netrc`. A Weave on this machine needs none. */
  readonly apiKey?: string | undefined;
  /** `immediate`: a span is sent when it ends, for processes that may be frozen at any time. Default `batched`. */
  readonly exportMode?: 'batched' | 'immediate' | undefined;
  /**
   * Shows calls while their spans run: those that run longer than `after` milliseconds (default 1000).
   * Else `OTEL_WEAVE_LIVE=true`.
   */
  readonly live?: boolean | { readonly after?: number | undefined } | undefined;
  /**
   * A directory of its own where spans wait for their delivery: what is left when the process ends, a later one
   * delivers, or a sidecar that is given it as its queue directory. Else `OTEL_WEAVE_SPOOL_DIR`.
   */
  readonly spoolDir?: string | undefined;
  /** False: calls without messages, arguments, results and documents. */
  readonly captureContent?: boolean | undefined;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** What the in-app part is set up from. */
export interface AppSettings extends AppNumbers {
  /** Null: spans go where their resource says. */
  readonly project: ProjectId | null;
  readonly url: string;
  readonly apiKey: Secret | null;
  /** Null: no live calls. */
  readonly liveAfterMillis: number | null;
  readonly spoolDir: string | null;
  readonly captureContent: boolean;
  readonly headers: Readonly<Record<string, string>>;
  /** As Node's agents read it. */
  readonly proxyEnv: Environment;
  readonly ca: readonly (string | Buffer)[];
  readonly agent: NonNullable<TransportOptions['agent']> | null;
}

export type AppConfig =
  | { readonly status: 'on'; readonly settings: AppSettings; readonly warnings: readonly string[] }
  /** Spans cannot be delivered anywhere; `reason` says what to do. */
  | { readonly status: 'off'; readonly reason: string };

const WANDB_TRACE_SERVER = 'https://trace.wandb.ai';
const LIVE_AFTER_MS = 1000;

/** Options, then the environment, then `~/.netrc`. Never throws: the app must start whatever it is given. */
export function resolveAppOptions(options: AppOptions, sources: Sources): AppConfig {
  const { env } = sources;
  const urlText = options.url || env['WF_TRACE_SERVER_URL'] || baseUrlOf(env) || WANDB_TRACE_SERVER;
  const url = parseBaseUrl(urlText);
  if (url === undefined) {
    return off(`the Weave URL is ${shown(urlText)}; allowed: an http or https URL without credentials or query`);
  }
  const apiKey = options.apiKey || env['WANDB_API_KEY'] || keyFromNetrc(url, sources)[0]?.text;
  if (apiKey === undefined && !isThisMachine(url)) {
    return off('the W&B API key is missing; set WANDB_API_KEY, or the option apiKey, or run `wandb login`');
  }
  if (apiKey !== undefined && !/^[\x21-\x7e]+$/.test(apiKey)) {
    return off('the W&B API key holds blanks or characters that no key has');
  }
  const projectText = options.project || env['WEAVE_PROJECT'] || undefined;
  const project = projectText === undefined ? null : parseProjectId(projectText);
  if (project === undefined) {
    return off(`the Weave project is ${shown(projectText ?? '')}; allowed: a W&B project as entity/project`);
  }
  const { numbers, warnings } = appNumbers(options, env);
  const usable = usableHeaders(options.headers ?? {});
  const transport = usableTransport(options);
  return {
    status: 'on',
    warnings: [
      ...warnings,
      ...usable.warnings,
      ...transport.warnings,
      ...modeWarnings(options.exportMode),
      ...liveWarnings(options.live, env['OTEL_WEAVE_LIVE']),
    ],
    settings: {
      ...numbers,
      ...(options.exportMode === 'immediate' && { scheduledDelayMillis: 0 }),
      project,
      url,
      apiKey: apiKey === undefined ? null : createSecret(apiKey),
      liveAfterMillis: liveAfter(options.live ?? env['OTEL_WEAVE_LIVE'] === 'true'),
      spoolDir: options.spoolDir || env['OTEL_WEAVE_SPOOL_DIR'] || null,
      // What is neither true nor false, such as a text from the environment, must not let content out.
      captureContent: (options.captureContent ?? true) === true,
      headers: usable.headers,
      proxyEnv: proxyEnvironment(transport.proxy, env),
      ca: [transport.ca ?? []].flat() as readonly (string | Buffer)[],
      agent: transport.agent ?? null,
    },
  };
}

function modeWarnings(mode: unknown): readonly string[] {
  if (mode === undefined || mode === 'batched' || mode === 'immediate') return [];
  return [`exportMode is ${shown(String(mode))}; allowed: batched, immediate. Spans are batched`];
}

function liveWarnings(live: AppOptions['live'], text: string | undefined): readonly string[] {
  if (typeof live === 'object') {
    const isMistaken = Object.keys(live).some((name) => name !== 'after') || !isAfter(live.after ?? 0);
    return isMistaken ? ['The option live is true, false or { after }, in milliseconds'] : [];
  }
  if (live !== undefined || !text || text === 'true' || text === 'false') return [];
  return [`OTEL_WEAVE_LIVE is ${shown(text)}; allowed: true, false. Calls are not shown while they run`];
}

const isAfter = (after: unknown): after is number => typeof after === 'number' && after >= 0;

const off = (reason: string): AppConfig => ({ status: 'off', reason });

const shown = (text: string) => JSON.stringify(redact(text, false));

function baseUrlOf(env: Environment): string | undefined {
  const text = env['WANDB_BASE_URL'];
  return text ? traceServerUrl(text) : undefined;
}

function liveAfter(live: NonNullable<AppOptions['live']>): number | null {
  if (live === false) return null;
  const after = live === true ? undefined : live.after;
  return isAfter(after) ? after : LIVE_AFTER_MS;
}
