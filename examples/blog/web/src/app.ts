import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import fastifyStatic from '@fastify/static';
import Fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerOptions,
} from 'fastify';

import { parseRoute } from './shared/routes.ts';

export interface AppOptions {
  /** The folder that scripts/build.ts wrote: index.html, assets/ and the loose images. */
  publicDir: string;
  logger?: FastifyServerOptions['logger'];
}

/**
 * Scripts, styles and calls stay on our own origin. Images may come from anywhere, because people
 * paste the addresses of their pictures.
 */
export const securityHeaders = {
  'content-security-policy': [
    "default-src 'self'",
    "base-uri 'none'",
    "connect-src 'self'",
    "font-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "frame-src 'none'",
    "img-src 'self' data: http: https:",
    "object-src 'none'",
    "script-src 'self'",
    "script-src-attr 'none'",
    "style-src 'self'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

const entryOfAnyRelease = /^\/assets\/(main|style)-[0-9A-Z]{8}\.(?:js|css)$/;

const images = ['default-avatar.svg', 'favicon.svg'];

export async function buildApp({ publicDir, logger = false }: AppOptions): Promise<FastifyInstance> {
  const shell = await readFile(join(publicDir, 'index.html'));
  const assetsDir = join(publicDir, 'assets');
  const entries = Array.from(shell.toString().matchAll(/\/assets\/([^"]+)/g), ([, name = '']) => name);

  const app = Fastify({
    logger,
    requestIdHeader: 'x-request-id',
    requestTimeout: 30_000,
    // While we stop, a request that still comes in on an open connection is served, not refused.
    return503OnClosing: false,
    // Addresses with a broken escape (`/profile/100%`) don't get past the router; they are pages too.
    // What hooks and plugins add to a request or a reply isn't there.
    frameworkErrors: (error, request: FastifyRequest, reply: FastifyReply) => {
      reply.headers(securityHeaders);
      if (error.code === 'FST_ERR_BAD_URL' && isRead(request) && !/^\/api(\/|$)/.test(request.raw.url ?? '')) {
        return void answerPage(request, reply);
      }
      void reply.code(error.statusCode ?? 500).send({ errors: { request: ['is not understood'] } });
    },
  });

  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(securityHeaders);
    done();
  });

  let stopping = false;
  app.addHook('preClose', (done) => {
    stopping = true;
    done();
  });
  app.get('/health/live', { logLevel: 'warn' }, () => ({ status: 'up' }));
  app.get('/health/ready', { logLevel: 'warn' }, (_request, reply) =>
    stopping ? reply.code(503).send({ status: 'stopping' }) : { status: 'up' },
  );

  // Names carry a hash of the content, so what a name stands for never changes.
  await app.register(fastifyStatic, {
    root: assetsDir,
    prefix: '/assets/',
    index: false,
    immutable: true,
    maxAge: '365d',
    preCompressed: true,
  });
  for (const image of images) {
    app.get(`/${image}`, (_request, reply) => reply.sendFile(image, publicDir, { maxAge: '1d', immutable: false }));
  }

  app.get('/', answerPage);
  app.get('/*', answerPage);
  // Refused at once: nothing of the body is read.
  app.all('/api', { onRequest: refuseApi }, refuseApi);
  app.all('/api/*', { onRequest: refuseApi }, refuseApi);
  app.setNotFoundHandler((request, reply) => {
    // While a release rolls out, the page may come from one instance and its script be asked of
    // another: the script or style of another release is answered with ours, and not kept.
    const [, entry] = entryOfAnyRelease.exec(request.url) ?? [];
    const ours = entries.find((name) => entry !== undefined && name.startsWith(`${entry}-`));
    if (ours !== undefined && isRead(request)) {
      return reply.header('cache-control', 'no-store').sendFile(ours, assetsDir, { cacheControl: false });
    }
    return plainNotFound(reply);
  });
  app.setErrorHandler((error, request, reply) => {
    const status = statusOf(error);
    if (status >= 500) request.log.error({ err: error }, 'request failed');
    return reply.code(status).type('text/plain; charset=utf-8').send(status >= 500 ? 'Internal error' : 'Bad request');
  });

  /**
   * The application; with 404 when it will say "not found" itself. It has no validator: one made of
   * size and time would be the same for two releases out of a reproducible build.
   */
  function answerPage(request: FastifyRequest, reply: FastifyReply) {
    return reply
      .code(isKnown(request) ? 200 : 404)
      .header('cache-control', 'no-cache')
      .type('text/html; charset=utf-8')
      .send(shell);
  }

  return app;
}

/** The API lives behind the gateway; a call that ends up here has no answer. */
function refuseApi(_request: FastifyRequest, reply: FastifyReply) {
  void reply.code(404).send({ errors: { path: ['not found'] } });
}

function plainNotFound(reply: FastifyReply) {
  return reply.code(404).header('cache-control', 'no-store').type('text/plain; charset=utf-8').send('Not found');
}

function isKnown(request: FastifyRequest): boolean {
  const [pathname = '/'] = request.raw.url?.split('?', 1) ?? [];
  return parseRoute(pathname).page !== 'unknown';
}

function isRead(request: FastifyRequest): boolean {
  return request.method === 'GET' || request.method === 'HEAD';
}

function statusOf(error: unknown): number {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : 500;
  return typeof status === 'number' ? status : 500;
}
