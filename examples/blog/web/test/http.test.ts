import assert from 'node:assert/strict';
import { afterEach, describe, it, mock } from 'node:test';

import { ApiError, call, errorMessages, messagesOf, unableToConnect, unreadable } from '../src/client/http.ts';
import { readArticles, readUser, Unreadable } from '../src/client/model.ts';

afterEach(() => mock.restoreAll());

function answer(status: number, body: string) {
  mock.method(globalThis, 'fetch', () => Promise.resolve(new Response(status === 204 ? null : body, { status })));
}

describe('errors', () => {
  it('are a line per message', () => {
    const errors = { email: ['has already been taken', 'is odd'], password: ["can't be blank"] };
    assert.deepEqual(errorMessages(422, { errors }), [
      'email has already been taken',
      'email is odd',
      "password can't be blank",
    ]);
  });

  it('are read in any shape, and are never empty', () => {
    assert.deepEqual(errorMessages(400, { errors: { body: 'is bad' } }), ['body is bad']);
    assert.deepEqual(errorMessages(400, { errors: ['one'] }), ['one']);
    assert.deepEqual(errorMessages(400, { errors: { n: [{ a: 1 }] } }), ['n {"a":1}']);
    for (const broken of [undefined, null, 'x', {}, { errors: {} }, { errors: null }, []]) {
      assert.deepEqual(errorMessages(500, broken), ['Something went wrong (status 500). Please try again.']);
    }
  });
});

describe('a call', () => {
  it('takes any 2xx as success, with or without a body', async () => {
    answer(200, '{"a":1}');
    assert.deepEqual(await call('/x'), { a: 1 });
    answer(204, '');
    assert.equal(await call('/x', { method: 'DELETE' }), undefined);
    answer(200, 'no json');
    assert.equal(await call('/x'), undefined);
  });

  it('says what the API says', async () => {
    answer(403, '{"errors":{"article":["forbidden"]}}');
    await assert.rejects(call('/x'), (error) => {
      assert(error instanceof ApiError);
      assert.equal(error.status, 403);
      assert.deepEqual(error.messages, ['article forbidden']);
      return true;
    });
  });

  it('says that it could not connect', async () => {
    mock.method(globalThis, 'fetch', () => Promise.reject(new TypeError('failed')));
    await assert.rejects(call('/x'), (error) => {
      assert.deepEqual(messagesOf(error), [unableToConnect]);
      return true;
    });
  });

  it('sends the token and the body', async () => {
    answer(200, '{}');
    await call('/user', { method: 'PUT', token: 'abc', body: { user: {} } });
    const [path, init] = (globalThis.fetch as unknown as { mock: { calls: { arguments: [string, RequestInit] }[] } }).mock
      .calls[0]?.arguments ?? ['', {}];
    assert.equal(path, '/api/user');
    assert.equal(new Headers(init.headers).get('authorization'), 'Token abc');
    assert.equal(init.body, '{"user":{}}');
  });
});

describe('reading', () => {
  it('refuses what is not there', () => {
    for (const broken of [undefined, null, {}, { user: null }, { user: {} }, [], 'x']) {
      assert.throws(() => readUser(broken), Unreadable);
    }
    assert.deepEqual(messagesOf(new Unreadable()), [unreadable]);
  });

  it('gives missing parts their neutral value', () => {
    const { articles, total } = readArticles({ articles: [{ slug: 'a' }, null, 3] });
    assert.equal(total, 1);
    assert.equal(articles[0]?.author.username, '');
    assert.deepEqual(articles[0].tagList, []);
  });
});
