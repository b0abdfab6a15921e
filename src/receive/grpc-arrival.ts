/** Watches a gRPC call until its request has arrived; grpc-js itself waits for as long as the sender likes. */
import { ServerInterceptingCall, type ServerInterceptor, type StatusObject } from '@grpc/grpc-js';
import type { Clock } from '../core/clock.ts';

export interface ArrivalSettings {
  readonly timeoutMs: number;
  /** What a call is ended with that is not there in time. */
  readonly tooSlow: StatusObject;
  /** Called when a call ended before its request was there. `aborted`: cancelled, or refused by grpc-js itself. */
  readonly onLost: (why: 'too_slow' | 'aborted') => void;
}

export function createArrivalInterceptor(clock: Clock, settings: ArrivalSettings): ServerInterceptor {
  return (_method, call) => {
    let state: 'empty' | 'begun' | 'arrived' | 'too_slow' = 'empty';
    const timer = clock.after(settings.timeoutMs, () => {
      state = 'too_slow';
      guarded.sendStatus(settings.tooSlow);
    });
    const guarded = new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMessage(message, pass) {
            state = 'begun';
            pass(message);
          },
          onReceiveHalfClose(pass) {
            timer.cancel();
            if (state === 'begun') state = 'arrived';
            pass();
          },
          // Comes at the end of every call, however it ended.
          onCancel() {
            timer.cancel();
            if (state !== 'arrived') settings.onLost(state === 'too_slow' ? state : 'aborted');
          },
        }),
    });
    return guarded;
  };
}
