/**
 * The addresses of the application, both ways: text → route and route → text. The server uses the
 * same table to tell a page (200) from an address that nobody knows (404).
 *
 * Names travel percent-encoded and are cut into segments before they are decoded, so a user `a/b`
 * is one segment. A segment with a broken escape is taken as it stands.
 */
export type Route =
  | { page: 'home'; feed: 'global' | 'following'; number: number }
  | { page: 'home'; feed: 'tag'; tag: string; number: number }
  | { page: 'login' }
  | { page: 'register' }
  | { page: 'settings' }
  | { page: 'editor'; slug: string | null }
  | { page: 'article'; slug: string }
  | { page: 'profile'; username: string; favorites: boolean; number: number }
  | { page: 'unknown' };

export function parseRoute(pathname: string, search = ''): Route {
  const query = new URLSearchParams(search);
  const number = pageNumber(query.get('page'));
  const [first, second, third, ...rest] = segments(pathname);
  if (rest.length > 0) return { page: 'unknown' };

  if (first === undefined) {
    return { page: 'home', feed: query.get('feed') === 'following' ? 'following' : 'global', number };
  }
  if (third !== undefined) {
    return first === 'profile' && second !== undefined && third === 'favorites'
      ? { page: 'profile', username: second, favorites: true, number }
      : { page: 'unknown' };
  }
  if (second === undefined) {
    switch (first) {
      case 'login':
      case 'register':
      case 'settings':
        return { page: first };
      case 'editor':
        return { page: 'editor', slug: null };
      default:
        return { page: 'unknown' };
    }
  }
  switch (first) {
    case 'tag':
      return { page: 'home', feed: 'tag', tag: second, number };
    case 'editor':
      return { page: 'editor', slug: second };
    case 'article':
      return { page: 'article', slug: second };
    case 'profile':
      return { page: 'profile', username: second, favorites: false, number };
    default:
      return { page: 'unknown' };
  }
}

export const href = {
  home: (number = 1) => onPage('/', number),
  following: (number = 1) => onPage('/?feed=following', number),
  tag: (tag: string, number = 1) => onPage(`/tag/${encodeURIComponent(tag)}`, number),
  login: '/login',
  /** Sign in, then come back to `path`. */
  loginFor: (path: string) => `/login?next=${encodeURIComponent(path)}`,
  register: '/register',
  settings: '/settings',
  editor: (slug?: string) => (slug === undefined ? '/editor' : `/editor/${encodeURIComponent(slug)}`),
  article: (slug: string) => `/article/${encodeURIComponent(slug)}`,
  profile: (username: string, number = 1) =>
    onPage(`/profile/${encodeURIComponent(username)}`, number),
  favorites: (username: string, number = 1) =>
    onPage(`/profile/${encodeURIComponent(username)}/favorites`, number),
};

/** The path to go to after signing in: only a page of this application, never another site. */
export function nextPath(search: string): string {
  const next = new URLSearchParams(search).get('next') ?? '';
  if (!next.startsWith('/') || next.startsWith('//') || next.includes('\\')) return '/';
  const [pathname = '', query = ''] = next.split('?', 2);
  const route = parseRoute(pathname, query);
  return route.page === 'unknown' || route.page === 'login' || route.page === 'register' ? '/' : next;
}

function segments(pathname: string): string[] {
  const parts = pathname.split('/').slice(1);
  if (parts.at(-1) === '') parts.pop(); // one trailing slash means nothing
  return parts.map(decoded);
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function pageNumber(text: string | null): number {
  return text !== null && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : 1;
}

function onPage(path: string, number: number): string {
  if (number <= 1) return path;
  return `${path}${path.includes('?') ? '&' : '?'}page=${number}`;
}
