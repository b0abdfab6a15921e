import type { Config } from '../config/options.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { MapSettings } from '../map/map-spans.ts';
import { VERSION } from '../version.ts';

/** The `map` section of the config, for the mapper. */
export function mapSettings({ map }: Config, log: Log): MapSettings {
  const { keep, include, exclude } = map;
  const isShaped = keep !== 'all' || include.length > 0 || exclude.length > 0;
  return {
    version: VERSION,
    usage: map.usage,
    captureContent: map.capture_content,
    redact: map.redact,
    ...(isShaped && { shape: { keep, include, exclude } }),
    onFailure: (thrown) =>
      log.error('A span could not be read by its convention and became a plain call; please report this.', {
        reason: messageOf(thrown),
      }),
  };
}
