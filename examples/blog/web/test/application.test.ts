import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type {} from '../src/client/debug.ts';
import { type Api, Browser } from './browser.ts';

const eve = { username: 'eve', bio: null, image: null, following: false };
const user = { username: 'adam', email: 'a@x', bio: null, image: '', token: 't1' };

function article(slug: string, more: object = {}) {
  const createdAt = '2026-01-02T03:04:05.678Z';
  const texts = { title: `Title ${slug}`, description: `About ${slug}`, body: 'One paragraph.' };
  const counts = { tagList: ['x'], favorited: false, favoritesCount: 0 };
  return { slug, ...texts, ...counts, createdAt, updatedAt: createdAt, author: eve, ...more };
}

const list = (...slugs: string[]) => ({ json: { articles: slugs.map((slug) => article(slug)), articlesCount: slugs.length } });

const open: Api = { 'GET /articles': list('a', 'b'), 'GET /tags': { json: { tags: ['x', 'y'] } } };
const logged: Api = { ...open, 'GET /user': { json: { user } } };

describe('home', () => {
  it('shows articles and tags to anyone', async () => {
    using page = new Browser('/', open);
    await page.until(() => page.all('.article-preview').length === 2 && page.all('.sidebar .tag-pill').length === 2);
    assert.equal(page.state, 'unauthenticated');
    assert.deepEqual(page.texts('.navbar .nav-link'), ['Home', 'Sign in', 'Sign up']);
    assert.deepEqual(page.texts('.feed-toggle .nav-link'), ['Global Feed']);
    assert.deepEqual(page.texts('.preview-link h1'), ['Title a', 'Title b']);
    assert.equal(page.all('a[href="/login"]').length, 1);
    assert.equal(page.all('.pagination').length, 0);
    assert.match(page.all('.article-meta img')[0]?.getAttribute('src') ?? '', /default-avatar\.svg$/);
  });

  it('pages by ten, in the order of the contract', async () => {
    const many: Api = { ...open, 'GET /articles': { json: { articles: [article('k')], articlesCount: 21 } } };
    using page = new Browser('/tag/x?page=2', many);
    await page.until(() => page.all('.page-item').length === 3);
    assert.equal(page.one('.page-item.active').textContent, '2');
    assert.equal(page.one('.feed-toggle .active').textContent, 'x');
    const [call] = page.calls.filter(({ path }) => path === '/articles');
    assert.equal(String(call?.query), 'tag=x&limit=10&offset=10');
    (page.all('.page-link')[2] as HTMLElement).click();
    await page.until(() => page.address === '/tag/x?page=3');
  });

  it('keeps its frame whatever fails, and the tags out of it', async () => {
    for (const broken of [{ status: 500 }, 'no network', { text: '' }, { text: '{"articles":' }, { json: [] }] as const) {
      using page = new Browser('/', { ...open, 'GET /articles': broken });
      await page.until(() => page.all('.error-messages').length === 1);
      for (const part of ['.banner', '.feed-toggle', 'nav.navbar', '.empty-feed-message']) page.one(part);
      await page.until(() => page.all('.sidebar .tag-pill').length === 2);
    }
    using page = new Browser('/', { ...open, 'GET /tags': 'no network' });
    await page.until(() => page.all('.article-preview').length === 2);
    assert.equal(page.all('.error-messages').length, 0);
  });

  it('drops the answer to a question nobody asks any more', async () => {
    const late = Promise.withResolvers<null>();
    const slow: Api = {
      ...open,
      'GET /articles': async ({ query }) => {
        if (query.get('tag') !== null) return list('tagged');
        await late.promise;
        return list('late');
      },
    };
    using page = new Browser('/', slow);
    await page.until(() => page.all('.sidebar .tag-pill').length === 2);
    (page.all('.sidebar .tag-pill')[0] as HTMLElement).click();
    await page.until(() => page.texts('.preview-link h1').join() === 'Title tagged');
    late.resolve(null);
    await new Promise((resolve) => setTimeout(resolve, 30));
    assert.deepEqual(page.texts('.preview-link h1'), ['Title tagged']);
  });

  it('turns a favorite, and leaves it as it was when refused', async () => {
    const favorite = (status: number): Api => ({
      ...logged,
      'POST /articles/a/favorite': { status, json: { article: article('a', { favorited: true, favoritesCount: 1 }) } },
    });
    using page = new Browser('/', favorite(200), 't1');
    await page.until(() => page.state === 'authenticated' && page.all('.article-preview').length === 2);
    (page.all('.article-preview button')[0] as HTMLElement).click();
    await page.until(() => page.all('.article-preview button.btn-primary').length === 1);
    assert.deepEqual(page.texts('.article-preview button'), ['1', '0']);

    using refused = new Browser('/', favorite(403), 't1');
    await refused.until(() => refused.state === 'authenticated' && refused.all('.article-preview').length === 2);
    (refused.all('.article-preview button')[0] as HTMLElement).click();
    await refused.until(() => refused.all('.error-messages').length === 1);
    assert.equal(refused.all('.article-preview button.btn-outline-primary').length, 2);
  });
});

describe('session', () => {
  it('is taken up from the stored token', async () => {
    using page = new Browser('/', logged, 't1');
    assert.equal(page.state, 'loading');
    await page.until(() => page.state === 'authenticated');
    await page.until(() => page.all('nav a[href="/profile/adam"]').length === 1);
    assert.deepEqual(page.texts('.navbar .nav-link'), ['Home', 'New Article', 'Settings', 'adam']);
    assert.deepEqual(page.texts('.feed-toggle .nav-link'), ['Your Feed', 'Global Feed']);
    assert.equal(page.calls[0]?.token, 'Token t1');
    assert.deepEqual({ ...page.window.__conduit_debug__?.getCurrentUser() }, { ...user, image: null });
  });

  it('ends when the token is refused', async () => {
    using page = new Browser('/', { ...open, 'GET /user': { status: 401 } }, 'old');
    await page.until(() => page.state === 'unauthenticated');
    assert.equal(page.token, null);
    await page.until(() => page.all('.article-preview').length === 2 && page.all('a[href="/login"]').length === 1);
  });

  it('waits with its token when nobody can judge it, and comes back', async () => {
    for (const broken of [{ status: 503 }, 'no network', { text: '<html>' }, { json: {} }] as const) {
      using page = new Browser('/?feed=following', { ...open, 'GET /user': broken, 'GET /articles/feed': { status: 401 } }, 't1');
      await page.until(() => page.state === 'unavailable' && page.all('.error-messages').length === 1);
      assert.equal(page.token, 't1');
      assert.equal(page.address, '/?feed=following');
      assert.deepEqual(page.texts('.navbar .nav-item'), ['Home', 'Connecting...']);
    }
    let asked = 0;
    const returning: Api = { ...open, 'GET /user': () => (++asked === 1 ? { status: 500 } : { json: { user } }) };
    using page = new Browser('/', returning, 't1');
    await page.until(() => page.state === 'unavailable');
    await page.until(() => page.state === 'authenticated'); // two seconds later
  });

  it('is needed for some pages', async () => {
    for (const path of ['/settings', '/editor', '/editor/a', '/?feed=following']) {
      using page = new Browser(path, open);
      await page.until(() => page.address === '/login');
    }
    using page = new Browser('/?feed=following', { ...logged, 'GET /articles/feed': { status: 401 } }, 't1');
    await page.until(() => page.address === '/login');
    assert.equal(page.token, null);
  });
});

describe('forms', () => {
  it('sign in', async () => {
    using page = new Browser('/login', { ...logged, 'POST /users/login': { json: { user } } });
    page.type('input[name=email]', 'a@x');
    page.type('input[name=password]', 'secret');
    page.one('button[type=submit]').click();
    await page.until(() => page.address === '/' && page.state === 'authenticated');
    assert.equal(page.token, 't1');
  });

  it('stay with what was typed when refused', async () => {
    const answers = [
      [{ status: 401, json: { errors: { credentials: ['invalid'] } } }, 'credentials invalid'],
      ['no network', /Unable to connect/],
      [{ status: 500, text: 'oops' }, /Something went wrong/],
      [{ status: 200, text: '' }, /could not be read/],
    ] as const;
    for (const [answer, message] of answers) {
      using page = new Browser('/login', { 'POST /users/login': answer });
      page.type('input[name=email]', 'typed');
      page.one('button[type=submit]').click();
      await page.until(() => page.all('.error-messages li').length === 1);
      assert.match(page.one('.error-messages').textContent, new RegExp(message));
      assert.equal(page.value('input[name=email]'), 'typed');
      assert.equal(page.address, '/login');
    }
  });

  it('save settings, without an empty password', async () => {
    const put = { json: { user: { ...user, username: 'adam2', bio: 'Hi' } } };
    const profile = { json: { profile: { ...eve, username: 'adam2', bio: 'Hi' } } };
    using page = new Browser('/settings', { ...logged, 'PUT /user': put, 'GET /profiles/adam2': profile }, 't1');
    await page.until(() => page.all('input[name=username]').length === 1);
    assert.equal(page.value('input[name=image]'), '');
    page.type('input[name=username]', 'adam2');
    page.type('textarea[name=bio]', 'Hi');
    page.one('button[type=submit]').click();
    await page.until(() => page.address === '/profile/adam2' && page.all('.user-info').length === 1);
    const sent = page.calls.filter(({ method }) => method === 'PUT').map(({ body }) => body);
    assert.deepEqual(sent, [{ user: { image: '', username: 'adam2', bio: 'Hi', email: 'a@x' } }]);
    assert.equal(page.one('h4').textContent, 'adam2');
    page.one('nav a[href="/profile/adam2"]');
  });

  it('keep someone with refused settings on the page', async () => {
    using page = new Browser('/settings', { ...logged, 'PUT /user': { status: 401, json: { errors: { token: ['is invalid'] } } } }, 't1');
    await page.until(() => page.all('input[name=username]').length === 1);
    page.one('button[type=submit]').click();
    await page.until(() => page.texts('.error-messages li').join() === 'token is invalid');
    assert.equal(page.address, '/settings');
  });

  it('publish an article, always with its tags', async () => {
    const made = { status: 201, json: { article: article('new', { author: user }) } };
    using page = new Browser('/editor', { ...logged, 'POST /articles': made, 'GET /articles/new': made }, 't1');
    await page.until(() => page.all('input[name=title]').length === 1);
    page.type('input[name=title]', 'T');
    for (const tag of ['one', 'two', 'one', ' ']) {
      page.type('input[placeholder="Enter tags"]', tag);
      const enter = new page.window.KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true });
      page.one('input[placeholder="Enter tags"]').dispatchEvent(enter);
      assert.ok(enter.defaultPrevented);
      assert.equal(page.value('input[placeholder="Enter tags"]'), '');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assert.deepEqual(page.texts('.tag-list .tag-default.tag-pill'), ['one', 'two']);
    (page.all('.tag-pill i')[0] as HTMLElement).click();
    await page.until(() => page.all('.tag-pill').length === 1);
    page.one('button[type=submit]').click();
    await page.until(() => page.address === '/article/new' && page.all('.article-content').length === 1);
    const sent = page.calls.find(({ method }) => method === 'POST')?.body;
    assert.deepEqual(sent, { article: { title: 'T', description: '', body: '', tagList: ['two'] } });
    assert.equal(page.all('.article-meta').length, 2);
    assert.deepEqual(new Set(page.texts('.actions')), new Set(['Edit ArticleDelete Article']));
  });
});

describe('an article', () => {
  const comment = { id: 7, body: '<b>not bold</b>', createdAt: '2026-01-02T03:04:05.678Z', author: user };
  const reading: Api = {
    ...logged,
    'GET /articles/a': { json: { article: article('a') } },
    'GET /articles/a/comments': { json: { comments: [comment] } },
  };

  it('is shown with its comments as text', async () => {
    using page = new Browser('/article/a', reading, 't1');
    await page.until(() => page.all('.card .card-block p').length === 1 && page.all('.comment-form').length === 1);
    assert.deepEqual(page.texts('h1'), ['Title a']);
    assert.deepEqual(page.texts('.article-content p'), ['One paragraph.']);
    assert.deepEqual(page.texts('.tag-list .tag-default'), ['x']);
    assert.equal(page.one('.card-block p').textContent, '<b>not bold</b>');
    await page.until(() => page.all('button.btn-outline-primary').length === 2);
    assert.deepEqual(page.texts('button.btn-outline-primary'), ['Favorite Article (0)', 'Favorite Article (0)']);
    assert.equal(page.texts('.actions button')[0], 'Follow eve');
    assert.equal(page.all('span.mod-options > i.ion-trash-a').length, 1);
  });

  it('takes a comment, and one away, by the status alone', async () => {
    const added = { ...comment, id: 8, body: 'Second' };
    const api: Api = {
      ...reading,
      'POST /articles/a/comments': { status: 201, json: { comment: added } },
      'DELETE /articles/a/comments/7': { status: 200 },
      'DELETE /articles/a/comments/8': { status: 403, json: { errors: { comment: ['forbidden'] } } },
    };
    using page = new Browser('/article/a', api, 't1');
    await page.until(() => page.all('.comment-form').length === 1 && page.all('.card p').length === 1);
    page.type('.comment-form textarea', 'Second');
    page.one('.comment-form button').click();
    await page.until(() => page.all('.card p').length === 2);
    assert.equal(page.value('.comment-form textarea'), '');
    (page.all('i.ion-trash-a')[0] as HTMLElement).click();
    await page.until(() => page.texts('.card p').join() === 'Second');
    page.one('i.ion-trash-a').click();
    await page.until(() => page.texts('.error-messages li').join() === 'comment forbidden');
    assert.deepEqual(page.texts('.card p'), ['Second']);
  });

  it('has no second link to the login page', async () => {
    using page = new Browser('/article/a', reading);
    await page.until(() => page.all('.comment-hint').length === 1);
    assert.equal(page.all('a[href="/login"]').length, 1);
    assert.equal(page.all('.comment-form').length, 0);
  });

  it('keeps its frame when it is not there', async () => {
    for (const broken of [{ status: 404 }, { status: 500 }, 'no network', { text: '' }] as const) {
      using page = new Browser('/article/a', { 'GET /articles/a': broken });
      await page.until(() => page.all('.article-page .error-messages').length === 1);
      page.one('nav.navbar');
    }
  });
});

describe('a profile', () => {
  it('follows, and keeps the tabs out of nav', async () => {
    const api: Api = {
      ...logged,
      'GET /profiles/eve': { json: { profile: { ...eve, image: '"><img src=x onerror=alert(1)>' } } },
      'POST /profiles/eve/follow': { json: { profile: { ...eve, following: true } } },
    };
    using page = new Browser('/profile/eve', api, 't1');
    await page.until(() => page.state === 'authenticated' && page.all('.user-info button').length === 1);
    assert.equal(page.one('h4').textContent, 'eve');
    assert.equal(page.one('.user-info p').textContent, '');
    assert.equal(page.one('.user-img').getAttribute('src'), '"><img src=x onerror=alert(1)>');
    assert.equal(page.all('[onerror]').length, 0);
    page.one('.user-info button').click();
    await page.until(() => page.texts('.user-info button').join() === 'Unfollow eve');
    assert.equal(page.all('nav a[href="/profile/eve"]').length, 0);
    await page.until(() => page.all('.article-preview').length === 2);
  });
});
