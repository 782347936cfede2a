import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import type { FastifyInstance } from 'fastify';

import { buildApp } from '../src/app.ts';

const shell = '<script src="/assets/main-ABCD1234.js"></script><div id="app"></div>';

describe('server', () => {
  let publicDir: string;
  let app: FastifyInstance;

  before(async () => {
    publicDir = await mkdtemp(join(tmpdir(), 'blog-web-'));
    await mkdir(join(publicDir, 'assets'));
    await writeFile(join(publicDir, 'index.html'), shell);
    await writeFile(join(publicDir, 'default-avatar.svg'), '<svg/>');
    await writeFile(join(publicDir, 'favicon.svg'), '<svg/>');
    await writeFile(join(publicDir, 'assets', 'main-ABCD1234.js'), 'plain');
    await writeFile(join(publicDir, 'assets', 'main-ABCD1234.js.br'), 'brotli');
    app = await buildApp({ publicDir });
  });

  after(async () => {
    await app.close();
    await rm(publicDir, { recursive: true });
  });

  it('answers every page with the application', async () => {
    const pages = [
      '/',
      '/?feed=following&page=2',
      '/tag/a%2Fb?page=2',
      '/login',
      '/register',
      '/settings',
      '/editor',
      '/editor/x',
      '/article/x',
      `/article/${'long-'.repeat(400)}`,
      '/profile/john.doe',
      '/profile/john.doe/favorites',
      '/profile/a%2Fb%25%3B.js',
      '/profile/100%',
      '/profile/x;y',
      '/profile/%E6%97%A5',
    ];
    for (const url of pages) {
      const answer = await app.inject(url);
      assert.equal(answer.statusCode, 200, url);
      assert.equal(answer.body, shell, url);
      assert.match(String(answer.headers['content-type']), /^text\/html/, url);
      assert.equal(answer.headers['cache-control'], 'no-cache', url);
    }
  });

  it('answers an unknown page with the application and 404', async () => {
    for (const url of ['/nope', '/nope%', '/index.html', '/profile/a/b']) {
      const answer = await app.inject(url);
      assert.equal(answer.statusCode, 404, url);
      assert.equal(answer.body, shell, url);
    }
  });

  it('never answers the API', async () => {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS'] as const) {
      for (const url of ['/api', '/api/user', '/api/articles/x?y=z', '/api/nope.js']) {
        const answer = await app.inject({ method, url });
        assert.equal(answer.statusCode, 404, `${method} ${url}`);
        assert.deepEqual(answer.json(), { errors: { path: ['not found'] } });
      }
    }
    const odd = { method: 'POST', url: '/api/users', headers: { 'content-type': 'application/json' } } as const;
    assert.equal((await app.inject({ ...odd, payload: '{broken' })).statusCode, 404);
    assert.equal((await app.inject('/api/%')).headers['content-type'], 'application/json; charset=utf-8');
  });

  it('serves assets for good, compressed where wanted', async () => {
    const plain = await app.inject('/assets/main-ABCD1234.js');
    assert.equal(plain.body, 'plain');
    assert.equal(plain.headers['cache-control'], 'public, max-age=31536000, immutable');
    const small = await app.inject({ url: '/assets/main-ABCD1234.js', headers: { 'accept-encoding': 'gzip, br' } });
    assert.equal(small.body, 'brotli');
    assert.equal(small.headers['content-encoding'], 'br');
    assert.match(String(small.headers['content-type']), /javascript/);
    assert.match(String((await app.inject('/default-avatar.svg')).headers['content-type']), /^image\/svg\+xml/);
  });

  it('gives the page of another release our script, and has nobody keep it', async () => {
    const answer = await app.inject('/assets/main-ZZZZ9999.js');
    assert.equal(answer.statusCode, 200);
    assert.equal(answer.body, 'plain');
    assert.equal(answer.headers['cache-control'], 'no-store');
  });

  it('has no application for a missing asset, and no way out of the folder', async () => {
    for (const url of ['/assets/main-XYZ.js', '/assets/style-ZZZZ9999.css', '/assets/main-ZZZZ9999.js.map', '/assets/x.png', '/assets/..%2Findex.html']) {
      const answer = await app.inject(url);
      assert.ok([403, 404].includes(answer.statusCode), url);
      assert.doesNotMatch(answer.body, /id="app"/, url);
      assert.doesNotMatch(String(answer.headers['cache-control']), /immutable/, url);
    }
  });

  it('sets the security headers on everything', async () => {
    for (const url of ['/', '/nope', '/profile/100%', '/assets/main-ABCD1234.js', '/assets/x', '/api', '/health/live']) {
      const { headers } = await app.inject(url);
      const policy = String(headers['content-security-policy']);
      assert.match(policy, /script-src 'self'(;|$)/, url);
      assert.match(policy, /frame-ancestors 'none'/, url);
      assert.doesNotMatch(policy, /unsafe/, url);
      assert.equal(headers['x-content-type-options'], 'nosniff', url);
      assert.ok(headers['referrer-policy'], url);
    }
  });

  it('says how it is, and that it is going', async () => {
    assert.equal((await app.inject('/health/live')).statusCode, 200);
    assert.equal((await app.inject('/health/ready')).statusCode, 200);
  });

  it('finishes a request in flight when it is closed', async () => {
    const other = await buildApp({ publicDir });
    const held = Promise.withResolvers<null>();
    const inside = Promise.withResolvers<null>();
    other.get('/slow', async () => {
      inside.resolve(null);
      await held.promise;
      return 'done';
    });
    const url = await other.listen({ host: '127.0.0.1', port: 0 });
    const answer = fetch(`${url}/slow`);
    await inside.promise;
    const closed = other.close();
    held.resolve(null);
    assert.equal(await (await answer).text(), 'done');
    await closed;
    await assert.rejects(fetch(url));
  });
});
