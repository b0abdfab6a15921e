/**
 * Watches a gRPC call until its request has arrived; grpc-js itself waits for as long as the sender likes. Who may not
 * send is turned away before: grpc-js would take all of the request in first.
 */
import { type Metadata, ServerInterceptingCall, type ServerInterceptor, type StatusObject } from '@grpc/grpc-js';
import type { Clock } from '../core/clock.ts';

export interface ArrivalSettings {
  readonly timeoutMs: number;
  readonly isAdmitted: (metadata: Metadata) => boolean;
  /** What a call is ended with that is not admitted. */
  readonly refusal: StatusObject;
  /** What a call is ended with that is not there in time. */
  readonly tooSlow: StatusObject;
  /** Called when a call ended before its request was there. `aborted`: cancelled, or refused by grpc-js itself. */
  readonly onLost: (why: 'unauthenticated' | 'too_slow' | 'aborted') => void;
}

export function createArrivalInterceptor(clock: Clock, settings: ArrivalSettings): ServerInterceptor {
  return (_method, call) => {
    let state: 'empty' | 'begun' | 'arrived' | 'too_slow' | 'unauthenticated' = 'empty';
    const timer = clock.after(settings.timeoutMs, () => {
      state = 'too_slow';
      guarded.sendStatus(settings.tooSlow);
    });
    const guarded = new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata(metadata, pass) {
            if (settings.isAdmitted(metadata)) return pass(metadata);
            state = 'unauthenticated';
            timer.cancel();
            guarded.sendStatus(settings.refusal);
          },
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
            if (state !== 'arrived') settings.onLost(state === 'empty' || state === 'begun' ? 'aborted' : state);
          },
        }),
    });
    return guarded;
  };
}
