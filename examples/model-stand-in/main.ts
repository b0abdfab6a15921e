import { startModelStandIn } from './model-stand-in.ts';

const { url } = await startModelStandIn({ port: Number(process.env['PORT'] ?? 8090) });
process.stdout.write(`A stand-in for the model answers on ${url}\n`);
