/** The calls of the API by name, each with the token of the moment. */
import { call, type Call } from './http.ts';
import {
  type Article,
  type ArticleList,
  type Comment,
  type Profile,
  readArticle,
  readArticles,
  readComment,
  readComments,
  readProfile,
  readTags,
  readUser,
  Unreadable,
  type User,
} from './model.ts';
import { getToken } from './session.ts';

export const pageSize = 10;

export interface ArticleFields {
  title: string;
  description: string;
  body: string;
  tagList: string[];
}

export interface UserFields {
  image: string;
  username: string;
  bio: string;
  email: string;
  password?: string;
}

/** Which articles: everyone's, those of the followed, or those that a filter finds. */
export type Source = 'all' | 'feed' | { tag: string } | { author: string } | { favorited: string };

const enc = encodeURIComponent;

const ask = (path: string, options: Call = {}) => call(path, { token: getToken(), ...options });

export async function login(email: string, password: string): Promise<User> {
  return readUser(await call('/users/login', { method: 'POST', body: { user: { email, password } } }));
}

export async function register(username: string, email: string, password: string): Promise<User> {
  return readUser(await call('/users', { method: 'POST', body: { user: { username, email, password } } }));
}

/** `null`: it was done, and the answer does not say what the user looks like now. */
export async function updateUser(user: UserFields): Promise<User | null> {
  return readable(readUser, await ask('/user', { method: 'PUT', body: { user } }));
}

export async function getArticles(source: Source, page: number, signal: AbortSignal): Promise<ArticleList> {
  const query = new URLSearchParams(typeof source === 'string' ? {} : { ...source });
  query.set('limit', String(pageSize));
  query.set('offset', String((page - 1) * pageSize));
  return readArticles(await ask(`/articles${source === 'feed' ? '/feed' : ''}?${query}`, { signal }));
}

export async function getTags(signal: AbortSignal): Promise<string[]> {
  return readTags(await call('/tags', { signal }));
}

export async function getArticle(slug: string, signal: AbortSignal): Promise<Article> {
  return readArticle(await ask(`/articles/${enc(slug)}`, { signal }));
}

export async function createArticle(article: ArticleFields): Promise<Article | null> {
  return readable(readArticle, await ask('/articles', { method: 'POST', body: { article } }));
}

export async function updateArticle(slug: string, article: ArticleFields): Promise<Article | null> {
  return readable(readArticle, await ask(`/articles/${enc(slug)}`, { method: 'PUT', body: { article } }));
}

export async function deleteArticle(slug: string): Promise<void> {
  await ask(`/articles/${enc(slug)}`, { method: 'DELETE' });
}

/** The article with its favorite turned: as the API says, or as it must be when it says nothing. */
export async function toggleFavorite(article: Article): Promise<Article> {
  const method = article.favorited ? 'DELETE' : 'POST';
  const answer = readable(readArticle, await ask(`/articles/${enc(article.slug)}/favorite`, { method }));
  const favorited = answer?.favorited ?? !article.favorited;
  const favoritesCount = answer?.favoritesCount ?? article.favoritesCount + (favorited ? 1 : -1);
  return { ...article, favorited, favoritesCount };
}

export async function getProfile(username: string, signal: AbortSignal): Promise<Profile> {
  return readProfile(await ask(`/profiles/${enc(username)}`, { signal }));
}

export async function toggleFollow(profile: Profile): Promise<Profile> {
  const method = profile.following ? 'DELETE' : 'POST';
  const answer = readable(readProfile, await ask(`/profiles/${enc(profile.username)}/follow`, { method }));
  return { ...profile, following: answer?.following ?? !profile.following };
}

export async function getComments(slug: string, signal?: AbortSignal): Promise<Comment[]> {
  return readComments(await ask(`/articles/${enc(slug)}/comments`, { signal }));
}

export async function addComment(slug: string, body: string): Promise<Comment | null> {
  const answer = await ask(`/articles/${enc(slug)}/comments`, { method: 'POST', body: { comment: { body } } });
  return readable(readComment, answer);
}

export async function deleteComment(slug: string, id: Comment['id']): Promise<void> {
  await ask(`/articles/${enc(slug)}/comments/${enc(String(id))}`, { method: 'DELETE' });
}

/** For answers whose status alone is the success. */
function readable<T>(read: (answer: unknown) => T, answer: unknown): T | null {
  try {
    return read(answer);
  } catch (error) {
    if (error instanceof Unreadable) return null;
    throw error;
  }
}
