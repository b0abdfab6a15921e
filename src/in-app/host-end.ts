/** Whose end is noticed. */
export type Host = Pick<NodeJS.EventEmitter, 'on' | 'off'>;
type Ending = 'beforeExit' | 'exit';

/** One listener serves all processors of a process: from the eleventh on Node would warn the app of a leak. */
const heard = new WeakMap<Host, Map<Ending, Listener>>();

interface Listener {
  readonly runs: Set<() => void>;
  readonly listen: () => void;
}

/** Runs at each such event. Answers how to end that. `run` must not throw: the others follow. */
export function onEnding(host: Host, ending: Ending, run: () => void): () => void {
  const ofHost = heard.get(host) ?? new Map<Ending, Listener>();
  heard.set(host, ofHost);
  const listener = ofHost.get(ending) ?? start(host, ending);
  ofHost.set(ending, listener);
  listener.runs.add(run);
  return () => {
    listener.runs.delete(run);
    if (listener.runs.size > 0 || ofHost.get(ending) !== listener) return;
    ofHost.delete(ending);
    host.off(ending, listener.listen);
  };
}

function start(host: Host, ending: Ending): Listener {
  const runs = new Set<() => void>();
  const listen = () => {
    for (const run of [...runs]) run();
  };
  host.on(ending, listen);
  return { runs, listen };
}
