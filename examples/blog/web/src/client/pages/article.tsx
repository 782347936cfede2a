import { useLayoutEffect, useRef, useState } from 'preact/hooks';

import { href } from '../../shared/routes.ts';
import { deleteArticle, getArticle } from '../api.ts';
import { useAction, useLoad, useTitle } from '../hooks.ts';
import { createRenderer } from '../markdown.ts';
import type { Article } from '../model.ts';
import { AuthorLine } from '../parts/author-line.tsx';
import { Comments } from '../parts/comments.tsx';
import { ErrorMessages } from '../parts/error-messages.tsx';
import { FavoriteButton } from '../parts/favorite-button.tsx';
import { FollowButton } from '../parts/follow-button.tsx';
import { navigate } from '../router.ts';
import { session } from '../session.ts';
import { useStore } from '../store.ts';

export function ArticlePage({ slug, path }: { slug: string; path: string }) {
  const { epoch } = useStore(session);
  const { loaded, change } = useLoad(String(epoch), (signal) => getArticle(slug, signal), { keep: true });
  const [messages, setMessages] = useState<string[]>([]);
  useTitle(loaded.state === 'done' ? loaded.value.title : 'Article');

  if (loaded.state !== 'done') {
    return (
      <div class="article-page">
        <div class="container page">
          {loaded.state === 'loading' ? (
            <div class="notice" role="status">
              Loading article...
            </div>
          ) : (
            <ErrorMessages messages={loaded.messages} />
          )}
        </div>
      </div>
    );
  }

  const article = loaded.value;
  const actions = <Actions article={article} onChange={(next) => change(() => next)} report={setMessages} />;
  return (
    <div class="article-page">
      <div class="banner">
        <div class="container">
          <h1>{article.title}</h1>
          <AuthorLine article={article}>{actions}</AuthorLine>
        </div>
      </div>
      <div class="container page medium">
        <ErrorMessages messages={messages} />
        <div class="article-content">
          <Markdown text={article.body} />
          <ul class="tag-list">
            {article.tagList.map((tag) => (
              <li key={tag}>
                <a class="tag-default tag-pill tag-outline" href={href.tag(tag)}>
                  {tag}
                </a>
              </li>
            ))}
          </ul>
        </div>
        <hr />
        <div class="article-actions">
          <AuthorLine article={article}>{actions}</AuthorLine>
        </div>
        <Comments slug={article.slug} path={path} />
      </div>
    </div>
  );
}

interface ActionsProps {
  article: Article;
  onChange: (article: Article) => void;
  report: (messages: string[]) => void;
}

function Actions({ article, onChange, report }: ActionsProps) {
  const { state, user } = useStore(session);
  const { busy, run } = useAction(report);
  if (state === 'loading') return null; // whose article this is, is not known yet
  if (user?.username === article.author.username) {
    return (
      <div class="actions">
        <a class="btn btn-sm btn-outline-secondary" href={href.editor(article.slug)}>
          <i class="ion-edit" aria-hidden="true" />
          Edit Article
        </a>
        <button
          type="button"
          class="btn btn-sm btn-outline-danger"
          disabled={busy}
          onClick={() => run(() => deleteArticle(article.slug), () => navigate(href.home()))}
        >
          <i class="ion-trash" aria-hidden="true" />
          Delete Article
        </button>
      </div>
    );
  }
  return (
    <div class="actions">
      <FollowButton
        profile={article.author}
        onChange={(author) => onChange({ ...article, author })}
        report={report}
      />
      <FavoriteButton article={article} wordy onChange={onChange} report={report} />
    </div>
  );
}

const render = createRenderer(window);

/** The sanitizer's nodes go into the page as they are; no text is ever read as HTML here. */
function Markdown({ text }: { text: string }) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    box.current?.replaceChildren(render(text));
  }, [text]);
  return <div class="markdown" ref={box} />;
}
