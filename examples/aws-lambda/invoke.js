// Stands for Lambda: calls the handler, and stops the process at once when it has answered.
import { handler } from './handler.js';

console.log(await handler({ question: 'What is a span?' }, { functionName: 'ask' }));
process.kill(process.pid, 'SIGKILL');
