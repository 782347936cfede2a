import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { href, nextPath, parseRoute } from '../src/shared/routes.ts';

describe('routes', () => {
  it('knows every page', () => {
    const home = { page: 'home', number: 1 };
    assert.deepEqual(parseRoute('/'), { ...home, feed: 'global' });
    assert.deepEqual(parseRoute('/', '?page=2'), { ...home, feed: 'global', number: 2 });
    assert.deepEqual(parseRoute('/', '?feed=following&page=3'), { ...home, feed: 'following', number: 3 });
    assert.deepEqual(parseRoute('/tag/x', '?page=2'), { ...home, feed: 'tag', tag: 'x', number: 2 });
    assert.deepEqual(parseRoute('/login'), { page: 'login' });
    assert.deepEqual(parseRoute('/register'), { page: 'register' });
    assert.deepEqual(parseRoute('/settings'), { page: 'settings' });
    assert.deepEqual(parseRoute('/editor'), { page: 'editor', slug: null });
    assert.deepEqual(parseRoute('/editor/a-b'), { page: 'editor', slug: 'a-b' });
    assert.deepEqual(parseRoute('/article/a-b'), { page: 'article', slug: 'a-b' });
    const profile = { page: 'profile', username: 'john.doe', number: 1 };
    assert.deepEqual(parseRoute('/profile/john.doe'), { ...profile, favorites: false });
    assert.deepEqual(parseRoute('/profile/john.doe/favorites'), { ...profile, favorites: true });
  });

  it('knows what is no page', () => {
    for (const path of ['/x', '/tag', '/article', '/profile', '/profile/a/b', '/profile/a/favorites/b', '/login/x', '//x']) {
      assert.deepEqual(parseRoute(path), { page: 'unknown' }, path);
    }
  });

  it('takes a bad page number as the first page', () => {
    for (const text of ['0', '-1', 'x', '1.5', '99999999999999999999', '']) {
      assert.equal((parseRoute('/', `?page=${text}`) as { number: number }).number, 1, text);
    }
  });

  it('carries any name through an address and back', () => {
    for (const name of ['john.doe', 'a/b', '100%', '%2F', 'x;y=z', '日本 語', '?#&', 'ü']) {
      const to = new URL(href.tag(name), 'http://x');
      assert.equal((parseRoute(to.pathname, to.search) as { tag: string }).tag, name);
      const favorites = new URL(href.favorites(name, 4), 'http://x');
      assert.deepEqual(parseRoute(favorites.pathname, favorites.search), {
        page: 'profile',
        username: name,
        favorites: true,
        number: 4,
      });
    }
  });

  it('takes a broken escape as it stands', () => {
    assert.deepEqual(parseRoute('/article/100%'), { page: 'article', slug: '100%' });
  });

  it('writes the addresses of the contract', () => {
    assert.equal(href.home(), '/');
    assert.equal(href.home(2), '/?page=2');
    assert.equal(href.following(), '/?feed=following');
    assert.equal(href.following(2), '/?feed=following&page=2');
    assert.equal(href.tag('x', 2), '/tag/x?page=2');
  });

  it('comes back from the login to pages of its own only', () => {
    const from = (next: string) => nextPath(`?next=${encodeURIComponent(next)}`);
    assert.equal(from('/article/x'), '/article/x');
    for (const next of ['https://evil.test/', '//evil.test', '/\\evil.test', 'javascript:alert(1)', '/login', '/nope', '']) {
      assert.equal(from(next), '/', next);
    }
    assert.equal(nextPath(''), '/');
  });
});
