import { DiagLogLevel, diag } from '@opentelemetry/api';

/** Everything that is said through OpenTelemetry's `diag` from now on: `warn otel-weave-bridge …`. Undo it with `diag.disable()`. */
export function recordDiag(): readonly string[] {
  const lines: string[] = [];
  const at =
    (level: string) =>
    (...said: unknown[]) =>
      void lines.push([level, ...said].join(' '));
  const logger = {
    verbose: at('verbose'),
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
  };
  diag.setLogger(logger, { logLevel: DiagLogLevel.ALL, suppressOverrideMessage: true });
  return lines;
}
