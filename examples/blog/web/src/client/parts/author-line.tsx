import type { ComponentChildren } from 'preact';

import { href } from '../../shared/routes.ts';
import { dayOf } from '../format.ts';
import type { Article } from '../model.ts';
import { Avatar } from './avatar.tsx';

/** Avatar, author and date, and whatever may be done with the article. */
export function AuthorLine({ article, children }: { article: Article; children?: ComponentChildren }) {
  const { author, createdAt } = article;
  const profile = href.profile(author.username);
  return (
    <div class="article-meta">
      <a href={profile} tabIndex={-1} aria-hidden="true">
        <Avatar image={author.image} />
      </a>
      <div class="info">
        <a class="author" href={profile}>
          {author.username}
        </a>
        <time class="date" dateTime={createdAt}>
          {dayOf(createdAt)}
        </time>
      </div>
      {children}
    </div>
  );
}
