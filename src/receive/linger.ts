import type { Socket } from 'node:net';
import type { Clock } from '../core/clock.ts';

/** How long a connection that we have ended waits for its peer to end it, too. */
const LINGER_MS = 5_000;

/**
 * A peer that floods a TLS connection with cancelled calls is told to go and not listened to any more; without this it
 * keeps its connection for as long as it likes.
 */
export function cutAfterEnd(socket: Socket, clock: Clock): void {
  socket.once('finish', () => {
    const deadline = clock.after(LINGER_MS, () => socket.destroy());
    socket.once('close', () => deadline.cancel());
  });
}
