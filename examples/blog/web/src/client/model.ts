/**
 * What the API sends, and the reading of it. An answer may come from a server that is half broken,
 * so nothing is believed: a missing part gets its neutral value, a missing whole is `Unreadable`.
 */
export interface Profile {
  username: string;
  bio: string | null;
  image: string | null;
  following: boolean;
}

export interface User {
  username: string;
  email: string;
  bio: string | null;
  image: string | null;
  token: string;
}

export interface Article {
  slug: string;
  title: string;
  description: string;
  body: string;
  tagList: string[];
  createdAt: string;
  updatedAt: string;
  favorited: boolean;
  favoritesCount: number;
  author: Profile;
}

export interface ArticleList {
  articles: Article[];
  total: number;
}

export interface Comment {
  id: number | string;
  body: string;
  createdAt: string;
  author: Profile;
}

/** A successful status around something that is not what was asked for. */
export class Unreadable extends Error {}

export function readUser(answer: unknown): User {
  const raw = member(answer, 'user');
  if (text(raw.username) === '') throw new Unreadable();
  // The object stays the API's own, with whatever else the API put into it.
  return {
    ...raw,
    username: text(raw.username),
    email: text(raw.email),
    bio: textOrNull(raw.bio),
    image: textOrNull(raw.image),
    token: text(raw.token),
  };
}

export function readProfile(answer: unknown): Profile {
  return profile(member(answer, 'profile'));
}

export function readArticle(answer: unknown): Article {
  return article(member(answer, 'article'));
}

export function readArticles(answer: unknown): ArticleList {
  const articles = list(answer, 'articles').filter(isRecord).map(article);
  const total = isRecord(answer) ? answer.articlesCount : undefined;
  return { articles, total: typeof total === 'number' ? total : articles.length };
}

export function readComment(answer: unknown): Comment {
  return comment(member(answer, 'comment'));
}

export function readComments(answer: unknown): Comment[] {
  return list(answer, 'comments').filter(isRecord).map(comment);
}

export function readTags(answer: unknown): string[] {
  return list(answer, 'tags').filter((tag) => typeof tag === 'string' && tag !== '') as string[];
}

type Raw = Record<string, unknown>;

export function isRecord(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function member(answer: unknown, key: string): Raw {
  const value = isRecord(answer) ? answer[key] : undefined;
  if (!isRecord(value)) throw new Unreadable();
  return value;
}

function list(answer: unknown, key: string): unknown[] {
  const value = isRecord(answer) ? answer[key] : undefined;
  if (!Array.isArray(value)) throw new Unreadable();
  return value;
}

function profile(raw: Raw): Profile {
  return {
    username: text(raw.username),
    bio: textOrNull(raw.bio),
    image: textOrNull(raw.image),
    following: raw.following === true,
  };
}

function article(raw: Raw): Article {
  return {
    slug: text(raw.slug),
    title: text(raw.title),
    description: text(raw.description),
    body: text(raw.body),
    tagList: Array.isArray(raw.tagList) ? raw.tagList.filter((tag) => typeof tag === 'string') : [],
    createdAt: text(raw.createdAt),
    updatedAt: text(raw.updatedAt),
    favorited: raw.favorited === true,
    favoritesCount: typeof raw.favoritesCount === 'number' ? raw.favoritesCount : 0,
    author: profile(isRecord(raw.author) ? raw.author : {}),
  };
}

function comment(raw: Raw): Comment {
  return {
    id: typeof raw.id === 'number' || typeof raw.id === 'string' ? raw.id : '',
    body: text(raw.body),
    createdAt: text(raw.createdAt),
    author: profile(isRecord(raw.author) ? raw.author : {}),
  };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
