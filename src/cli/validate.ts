import { BridgeError } from '../core/errors.ts';
import { checkOnline } from '../service/validate.ts';
import type { Verdict } from '../service/verdict.ts';
import type { Arguments } from './arguments.ts';
import { prepare } from './config.ts';
import type { Host } from './host.ts';
import { tableText } from './table.ts';

type ValidateArguments = Extract<Arguments, { command: 'validate' }>;

const MARKS: Readonly<Record<Verdict['status'], string>> = { ok: 'ok', unclear: '??', failed: 'FAILED' };

/**
 * `otel-weave validate`: throws CONFIG_INVALID with every problem of the configuration, as `serve` would;
 * with `--online` CHECK_FAILED where the servers do not take what is configured.
 */
export async function validate({ config: given, online }: ValidateArguments, host: Host): Promise<void> {
  const { config } = prepare(given, { keyNeeded: true }, host, 'text');
  host.stdout.write('The configuration is sound.\n');
  if (!online) return;
  const verdicts = await checkOnline(config, host.clock, host.stop);
  host.stdout.write(`${tableText(verdicts.map(({ status, about, text }) => [MARKS[status], about, text]))}\n`);
  const failed = verdicts.filter(({ status }) => status === 'failed').length;
  if (failed > 0) throw new BridgeError('CHECK_FAILED', `${failed} of ${verdicts.length} checks failed.`);
}
