import run from './run.cjs';

await run(await import(process.env.SDK), await import(process.env.BRIDGE));
