import type { Endpoint } from '../config/endpoint.ts';
import { BridgeError } from '../core/errors.ts';

/** Starts a server at the address that an option gives. Where it cannot be had, the error names the option. */
export async function bind<T>(
  option: string,
  endpoint: Endpoint,
  startAt: (endpoint: Endpoint) => Promise<T>,
): Promise<T> {
  try {
    return await startAt(endpoint);
  } catch (thrown) {
    const isAboutAddress = thrown instanceof BridgeError && thrown.code.startsWith('ADDRESS_');
    if (!isAboutAddress) throw thrown;
    throw new BridgeError(thrown.code, `${option}: ${thrown.message}`, { cause: thrown });
  }
}
