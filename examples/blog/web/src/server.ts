import { join } from 'node:path';

import { buildApp } from './app.ts';

const host = process.env.HOST ?? '127.0.0.1';
const port = portNumber(process.env.PORT ?? '3000');

const app = await buildApp({
  publicDir: join(import.meta.dirname, 'public'),
  logger: { level: process.env.LOG_LEVEL ?? 'info' },
});

// Stop taking connections, finish the requests in flight, leave with 0. Whoever hangs on to a
// connection for longer than the grace is cut off.
const grace = 20_000;
let stopping = false;
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    if (stopping) return;
    stopping = true;
    app.log.info({ signal }, 'stopping');
    setTimeout(() => app.server.closeAllConnections(), grace).unref();
    void app.close().then(() => app.log.info('stopped'));
  });
}

await app.listen({ host, port });

function portNumber(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number > 65_535) {
    process.stderr.write(`PORT must be a number from 0 to 65535, not "${text}"\n`);
    process.exit(1);
  }
  return number;
}
