import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';

import { href } from '../../shared/routes.ts';
import { getArticles, pageSize, type Source } from '../api.ts';
import { useLoad } from '../hooks.ts';
import type { Article } from '../model.ts';
import { session, tokenRefused } from '../session.ts';
import { useStore } from '../store.ts';
import { AuthorLine } from './author-line.tsx';
import { ErrorMessages } from './error-messages.tsx';
import { FavoriteButton } from './favorite-button.tsx';
import { Pagination } from './pagination.tsx';

interface Props {
  source: Source;
  page: number;
  visit: number;
  /** The address of another page of the same list. */
  hrefOf: (page: number) => string;
  /** What to say when there is nothing. */
  empty: ComponentChildren;
}

/** One page of articles, loaded anew at every visit. */
export function ArticleList({ source, page, visit, hrefOf, empty }: Props) {
  const { state, epoch } = useStore(session);
  const needsUser = source === 'feed';
  const wait = needsUser && (state === 'loading' || state === 'unauthenticated');
  const key = wait ? null : JSON.stringify([source, page, visit, epoch]);
  const { loaded, change } = useLoad(key, (signal) => getArticles(source, page, signal));

  const [messages, setMessages] = useState<string[]>([]);
  useEffect(() => setMessages([]), [key]);

  const refused = needsUser && loaded.state === 'failed' && loaded.status === 401;
  useEffect(() => {
    if (refused) tokenRefused();
  }, [refused]);

  if (loaded.state === 'loading') {
    return (
      <div class="notice" role="status">
        Loading articles...
      </div>
    );
  }
  if (loaded.state === 'failed') {
    return (
      <>
        <ErrorMessages messages={loaded.messages} />
        <div class="empty-feed-message">The articles can’t be shown right now.</div>
      </>
    );
  }
  const { articles, total } = loaded.value;
  const replace = (article: Article) =>
    change((list) => ({ ...list, articles: list.articles.map((old) => (old.slug === article.slug ? article : old)) }));
  return (
    <>
      <ErrorMessages messages={messages} />
      {articles.length === 0 && <div class="empty-feed-message">{empty}</div>}
      {articles.map((article) => (
        <ArticlePreview key={article.slug} article={article} onChange={replace} report={setMessages} />
      ))}
      <Pagination pages={Math.ceil(total / pageSize)} current={page} hrefOf={hrefOf} />
    </>
  );
}

interface PreviewProps {
  article: Article;
  onChange: (article: Article) => void;
  report: (messages: string[]) => void;
}

function ArticlePreview({ article, onChange, report }: PreviewProps) {
  return (
    <article class="article-preview">
      <AuthorLine article={article}>
        <FavoriteButton article={article} onChange={onChange} report={report} />
      </AuthorLine>
      <a class="preview-link" href={href.article(article.slug)}>
        <h1>{article.title}</h1>
        <p>{article.description}</p>
        <span class="read-more">Read more...</span>
        <ul class="tag-list">
          {article.tagList.map((tag) => (
            <li class="tag-default tag-pill tag-outline">{tag}</li>
          ))}
        </ul>
      </a>
    </article>
  );
}
