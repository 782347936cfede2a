import { useEffect, useState } from 'preact/hooks';

import { href } from '../../shared/routes.ts';
import { type ArticleFields, createArticle, getArticle, updateArticle } from '../api.ts';
import { useAction, useLoad, useTitle } from '../hooks.ts';
import type { Article } from '../model.ts';
import { ErrorMessages } from '../parts/error-messages.tsx';
import { Form, Input, Textarea } from '../parts/form.tsx';
import { useLoginRequired } from '../parts/logged-in.tsx';
import { navigate } from '../router.ts';
import { session, tokenRefused } from '../session.ts';
import { useStore } from '../store.ts';

export function EditorPage({ slug }: { slug: string | null }) {
  const { state } = useStore(session);
  useLoginRequired();
  useTitle(slug === null ? 'New article' : 'Edit article');
  if (state === 'unauthenticated') return null;
  return (
    <div class="editor-page container page medium">
      {slug === null ? <Editor article={null} /> : <ExistingArticle slug={slug} wait={state === 'loading'} />}
    </div>
  );
}

function ExistingArticle({ slug, wait }: { slug: string; wait: boolean }) {
  const { loaded } = useLoad(wait ? null : slug, (signal) => getArticle(slug, signal));
  const refused = loaded.state === 'failed' && loaded.status === 401;
  useEffect(() => {
    if (refused) tokenRefused();
  }, [refused]);
  if (loaded.state === 'loading') return <div class="notice">Loading article...</div>;
  if (loaded.state === 'failed') return <ErrorMessages messages={loaded.messages} />;
  return <Editor article={loaded.value} />;
}

function Editor({ article }: { article: Article | null }) {
  const [stored] = useState(article);
  const [tags, setTags] = useState(stored?.tagList ?? []);
  const { busy, messages, run } = useAction();

  const send = (value: (name: string) => string) => {
    const fields: ArticleFields = {
      title: value('title'),
      description: value('description'),
      body: value('body'),
      tagList: tags,
    };
    run(
      () => (stored ? updateArticle(stored.slug, fields) : createArticle(fields)),
      (answer) => {
        const slug = answer?.slug ?? stored?.slug;
        navigate(slug ? href.article(slug) : href.home());
      },
    );
  };

  return (
    <>
      <h1>{stored === null ? 'Write an article' : 'Change an article'}</h1>
      <ErrorMessages messages={messages} />
      <Form onSend={send}>
        <Input
          name="title"
          label="Title"
          class="form-control form-control-lg"
          placeholder="Article Title"
          defaultValue={stored?.title ?? ''}
        />
        <Input
          name="description"
          label="Description"
          placeholder="What's this article about?"
          defaultValue={stored?.description ?? ''}
        />
        <Textarea
          name="body"
          label="Article"
          placeholder="Write your article (in markdown)"
          rows={14}
          defaultValue={stored?.body ?? ''}
        />
        <TagInput tags={tags} onChange={setTags} />
        <button class="btn btn-lg btn-primary pull-right" type="submit" disabled={busy}>
          Publish Article
        </button>
      </Form>
    </>
  );
}

function TagInput({ tags, onChange }: { tags: string[]; onChange: (tags: string[]) => void }) {
  const remove = (tag: string) => onChange(tags.filter((other) => other !== tag));
  return (
    <div class="form-group">
      <Input
        name="tag"
        label="Tags"
        placeholder="Enter tags"
        autoComplete="off"
        enterkeyhint="done"
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.isComposing) return;
          event.preventDefault();
          const tag = event.currentTarget.value.trim();
          event.currentTarget.value = '';
          if (tag !== '' && !tags.includes(tag)) onChange([...tags, tag]);
        }}
      />
      <div class="tag-list">
        {tags.map((tag) => (
          <span class="tag-default tag-pill" key={tag}>
            <i
              class="ion-close-round"
              role="button"
              tabIndex={0}
              aria-label={`Remove the tag ${tag}`}
              onClick={() => remove(tag)}
              onKeyDown={(event) => {
                if (event.key !== 'Enter' && event.key !== ' ') return;
                event.preventDefault();
                remove(tag);
              }}
            />
            {tag}
          </span>
        ))}
      </div>
    </div>
  );
}
