import { jobRule } from './jobs-options.ts';
import { KAFKA } from './kafka-options.ts';
import { redactRule, spanFilter } from './map-options.ts';
import { type Option, option, optional } from './option.ts';
import { headerName, origin, senderKey } from './receive-options.ts';
import { namedList } from './rule-options.ts';
import { scoringRule } from './scoring-options.ts';
import {
  bool,
  choice,
  duration,
  endpoint,
  integer,
  list,
  path,
  project,
  proxyUrl,
  secret,
  size,
  url,
} from './types.ts';
import { traceServerUrl } from './wandb.ts';

const MIB = 2 ** 20;
const SECOND = 1000;
const HOUR = 3600 * SECOND;

/** Named as in the OpenTelemetry Collector. */
const RECEIVER_TLS = {
  cert_file: optional(path, { about: 'certificate (PEM), its chain behind it; turns TLS on' }),
  key_file: optional(path, { about: 'its key' }),
  client_ca_file: optional(path, { about: 'senders must show a certificate that one of these (PEM) has signed' }),
  min_version: option(choice(['1.2', '1.3']), '1.2', { about: 'the oldest TLS that is spoken' }),
  reload_interval: option(duration(SECOND, 24 * HOUR), '1m', {
    about: 'how often the files are looked at for new ones',
  }),
} as const;

/**
 * Every option, in the shape of the YAML file. Flags, environment variables, `--help`, the README's list
 * and the type of the config all come from here: a new option is one more row.
 */
export const OPTIONS = {
  weave: {
    url: option(url, 'https://trace.wandb.ai', {
      env: 'WF_TRACE_SERVER_URL',
      envElse: { name: 'WANDB_BASE_URL', convert: traceServerUrl },
      flag: '--weave-url',
      about: 'Weave trace server',
    }),
    api_key: optional(secret, { env: 'WANDB_API_KEY', about: 'W&B API key; else from ~/.netrc' }),
    api_key_file: optional(path, {
      about: 'a file with the key, which counts before weave.api_key; read again when Weave turns the key away',
    }),
    project: optional(project, {
      env: 'WEAVE_PROJECT',
      flag: '--project',
      about: 'where spans go whose resource or request names no project',
    }),
    timeout: option(duration(100, HOUR), '30s', { about: 'longest time for one request to Weave' }),
    concurrency: option(integer(1, 256), '4', { about: 'requests to Weave at the same time' }),
    proxy: optional(proxyUrl, { about: 'proxy on the way to Weave; else HTTPS_PROXY, HTTP_PROXY and NO_PROXY' }),
    tls: {
      ca_file: optional(path, { about: 'certificates (PEM) to trust beside those that Node trusts' }),
      cert_file: optional(path, { about: 'certificate (PEM) to show to Weave, where it asks for one' }),
      key_file: optional(path, { about: 'its key' }),
    },
  },
  receive: {
    http: {
      endpoint: option(endpoint, 'localhost:4318', { flag: '--http', about: 'where OTLP/HTTP is received' }),
      tls: RECEIVER_TLS,
      cors: {
        allowed_origins: option(list(origin, 'a list of origins'), '[]', {
          about: 'web pages that may send from a browser: https://app.example.com, * within for any text',
        }),
        allowed_headers: option(list(headerName, 'a list of header names'), '[]', {
          about: 'headers that they may set beside Content-Type; * for all',
        }),
        max_age: option(duration(0, 24 * HOUR), '0s', { about: 'how long a browser remembers that; 0s: its own time' }),
      },
    },
    grpc: {
      endpoint: option(endpoint, 'localhost:4317', { flag: '--grpc', about: 'where OTLP/gRPC is received' }),
      tls: RECEIVER_TLS,
    },
    kafka: KAFKA,
    auth: {
      keys: option(list(senderKey, 'a list of {name, token | token_file | username and password, project}'), '[]', {
        about: 'who may send; none: everybody. With a project, all that is sent with the key goes there',
      }),
      wandb_key: option(choice(['ignore', 'accept', 'require']), 'ignore', {
        about: "whether a sender's own W&B key (wandb-api-key) delivers its calls in place of weave.api_key",
      }),
      reload_interval: option(duration(SECOND, 24 * HOUR), '1m', {
        about: 'how often files with keys of senders are looked at for new ones',
      }),
    },
    max_body: option(size(1024, 512 * MIB), '64MiB', { about: 'largest OTLP request, before and after decompression' }),
  },
  queue: {
    dir: option(path, '.otel-weave/queue', {
      flag: '--queue-dir',
      about: 'where accepted requests wait on disk (dev keeps its local Weave there, too)',
    }),
    max_size: option(size(MIB, 2 ** 20 * MIB), '1GiB', {
      about: 'bytes that may wait; then queue.on_full counts',
    }),
    fsync: option(bool, 'false', { about: 'survive a power cut, too: slower' }),
    on_full: option(choice(['refuse', 'drop_oldest']), 'refuse', {
      about: 'what to do at max_size: tell senders to come again, or drop what has waited longest',
    }),
    dead_letters: {
      max_size: option(size(MIB, 2 ** 20 * MIB), '256MiB', {
        about: 'bytes of requests kept of which Weave refused something for good; then the oldest go',
      }),
      max_age: option(duration(0, 10_000 * HOUR), '720h', {
        about: 'how long they are kept after the last try; 0s: for ever',
      }),
    },
  },
  batch: {
    max_calls: option(integer(1, 10_000), '1000', { about: 'most calls in one request to Weave' }),
    max_bytes: option(size(1024, 31 * MIB), '10MiB', { about: 'largest request to Weave' }),
    max_wait: option(duration(0, 60 * SECOND), '200ms', {
      about: 'how long a call waits for others to share its request',
    }),
  },
  retry: {
    initial: option(duration(1, HOUR), '1s', { about: 'first wait after a failed request; doubles each time' }),
    max: option(duration(1, 24 * HOUR), '30s', { about: 'longest wait between two tries' }),
    max_elapsed: option(duration(0, 1000 * HOUR), '0s', {
      about: 'a try that fails is the last one for what came in longer ago than this; 0s: never',
    }),
  },
  map: {
    usage: option(choice(['leaf', 'rollup']), 'leaf', {
      about: 'tokens on the call that used them, once; or on every call above it, too',
    }),
    keep: option(choice(['all', 'llm']), 'all', { about: 'all spans, or those of LLM work and what is above them' }),
    include: option(list(spanFilter, 'a list of {scope, name, attribute, value}, each a pattern'), '[]', {
      about: 'only spans that match one of these, and what is above them',
    }),
    exclude: option(list(spanFilter, 'a list of {scope, name, attribute, value}, each a pattern'), '[]', {
      about: 'spans that match one of these are left out, their children move up',
    }),
    redact: option(list(redactRule, 'a list of {key, value, replace}'), '[]', {
      about: 'what is taken out of spans before anything else sees them, by key and by value pattern',
    }),
    capture_content: option(bool, 'true', {
      about:
        'false: nothing of what was said, given and answered; models, tokens, names, ids and errors stay (docs/privacy.md)',
    }),
    join_logs: {
      wait: option(duration(0, 10 * 60 * SECOND), '5s', {
        about:
          'how long a call without content waits for log records that hold it; once 100 like it have waited in vain, ' +
          'the next do not, until a record comes. 0s: logs are dropped',
      }),
      keep: option(duration(SECOND, 24 * HOUR), '10m', {
        about: 'how long such log records wait for their span, at most 64 MiB of them',
      }),
    },
  },
  scoring: option(namedList(scoringRule, 'a list of {name, when, sample, scorers, …}'), '[]', {
    about: 'calls that Weave is asked to score once it has them',
  }),
  jobs: {
    url: optional(url, {
      envElse: { name: 'IMPALA_BASE_URL', convert: (text) => text },
      about: 'an OpenAI-compatible batch API, with or without /v1',
    }),
    api_key: optional(secret, {
      envElse: { name: 'IMPALA_API_KEY', convert: (text) => text },
      about: 'its key; not set: no key is sent',
    }),
    poll: option(duration(10, HOUR), '10s', {
      about: 'first wait between two looks at a batch; later ones are longer',
    }),
    rules: option(namedList(jobRule, 'a list of {name, when, sample, job_id, model, prompt, …}'), '[]', {
      about: 'calls that a model is asked about in batches, and where its answers go',
    }),
  },
  telemetry: {
    health: option(endpoint, 'localhost:13133', { about: 'where GET / tells whether the bridge is ready' }),
    metrics: option(endpoint, 'localhost:8888', { about: 'where GET /metrics answers in Prometheus text' }),
    traces: {
      endpoint: optional(url, {
        about:
          'where the bridge sends spans of its own work, as OTLP/JSON: a whole URL such as http://collector:4318/v1/traces',
      }),
    },
    log_level: option(choice(['debug', 'info', 'warn', 'error']), 'info', {
      flag: '--log-level',
      about: 'the least that is logged, on stderr',
    }),
  },
  local: {
    endpoint: option(endpoint, 'localhost:6007', { about: 'dev: where the local Weave and its page are served' }),
  },
  shutdown: {
    timeout: option(duration(0, HOUR), '5s', {
      about: 'how long to go on delivering when asked to stop; the rest stays on disk',
    }),
  },
} as const;

type ValuesOf<Tree> = Tree extends Option<infer T> ? T : { readonly [Key in keyof Tree]: ValuesOf<Tree[Key]> };

/** What every part of the bridge is set up from: frozen, durations in milliseconds, sizes in bytes. */
export type Config = ValuesOf<typeof OPTIONS>;

/** A section of the tree: more sections, or options. */
export interface Section {
  readonly [key: string]: Section | Option<unknown>;
}

export function isOption(node: Section | Option<unknown>): node is Option<unknown> {
  return 'about' in node && typeof node.about === 'string';
}

export interface PlacedOption {
  /** Keys of the YAML tree, joined by dots. */
  readonly path: string;
  readonly env: string;
  readonly option: Option<unknown>;
}

/** The table as a list, in its own order. */
export const ALL_OPTIONS: readonly PlacedOption[] = listOptions(OPTIONS, '');

function listOptions(section: Section, prefix: string): PlacedOption[] {
  return Object.entries(section).flatMap(([key, node]) => {
    const at = prefix + key;
    if (!isOption(node)) return listOptions(node, `${at}.`);
    return [{ path: at, env: node.env ?? `OTEL_WEAVE_${at.replaceAll('.', '_').toUpperCase()}`, option: node }];
  });
}
