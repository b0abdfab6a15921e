import { Agent, request } from 'node:http';
import { credentials, Client as GrpcClient } from '@grpc/grpc-js';

/** Sends one OTLP body; rejects unless it was accepted whole. */
export interface Sender {
  send(body: Buffer, contentType: string): Promise<void>;
  close(): void;
}

export function httpSender(url: string): Sender {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  return {
    send: (body, contentType) =>
      new Promise((resolve, reject) => {
        const headers = { 'content-type': contentType, 'content-length': body.length };
        const sent = request(url, { method: 'POST', agent, headers }, (answer) => {
          answer.resume();
          answer.on('end', () =>
            answer.statusCode === 200 ? resolve() : reject(new Error(`HTTP ${answer.statusCode}`)),
          );
        });
        sent.on('error', reject);
        sent.end(body);
      }),
    close: () => agent.destroy(),
  };
}

export function grpcSender(address: string): Sender {
  const client = new GrpcClient(address, credentials.createInsecure(), { 'grpc.max_send_message_length': -1 });
  const method = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
  const asIs = (bytes: Buffer) => bytes;
  return {
    send: (body) =>
      new Promise((resolve, reject) => {
        client.makeUnaryRequest(method, asIs, asIs, body, (error) => (error ? reject(error) : resolve()));
      }),
    close: () => client.close(),
  };
}

/** Sends `count` bodies, `width` at a time; waits and comes again where the receiver says that it is full. */
export async function sendAll(
  sender: Sender,
  count: number,
  next: () => { body: Buffer; contentType: string },
  width = 4,
): Promise<void> {
  let left = count;
  const lane = async () => {
    while (left > 0) {
      left -= 1;
      const { body, contentType } = next();
      while (!(await accepted(sender.send(body, contentType))))
        await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
}

async function accepted(sending: Promise<void>): Promise<boolean> {
  try {
    await sending;
    return true;
  } catch (thrown) {
    if (/429|503|UNAVAILABLE|14/.test(String(thrown))) return false;
    throw thrown;
  }
}
