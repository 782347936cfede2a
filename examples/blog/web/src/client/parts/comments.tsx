import { useState } from 'preact/hooks';

import { href } from '../../shared/routes.ts';
import { addComment, deleteComment, getComments } from '../api.ts';
import { dayOf } from '../format.ts';
import { useAction, useLoad } from '../hooks.ts';
import type { Comment, User } from '../model.ts';
import { session } from '../session.ts';
import { useStore } from '../store.ts';
import { Avatar } from './avatar.tsx';
import { ErrorMessages } from './error-messages.tsx';

export function Comments({ slug, path }: { slug: string; path: string }) {
  const { state, user, epoch } = useStore(session);
  const [reloads, setReloads] = useState(0);
  const key = `${epoch} ${reloads}`;
  const { loaded, change } = useLoad(key, (signal) => getComments(slug, signal), { keep: true });
  const [messages, setMessages] = useState<string[]>([]);

  const add = (comment: Comment | null) => {
    // An answer without the comment, or a list that never came: then ask for the list.
    if (comment && loaded.state === 'done') change((comments) => [...comments, comment]);
    else setReloads((count) => count + 1);
  };
  const shownMessages = messages.length === 0 && loaded.state === 'failed' ? loaded.messages : messages;
  return (
    <section class="comments" aria-label="Comments">
      <ErrorMessages messages={shownMessages} />
      {user && <CommentForm slug={slug} user={user} onAdd={add} report={setMessages} />}
      {state === 'unauthenticated' && (
        <div class="comment-hint">
          <a href={href.loginFor(path)}>Sign in</a> to add comments on this article.
        </div>
      )}
      {loaded.state === 'loading' && <div class="notice">Loading comments...</div>}
      {loaded.state === 'done' &&
        loaded.value.map((comment) => (
          <CommentCard
            key={comment.id}
            slug={slug}
            comment={comment}
            own={user?.username === comment.author.username}
            onDelete={() => change((comments) => comments.filter((other) => other.id !== comment.id))}
            report={setMessages}
          />
        ))}
    </section>
  );
}

interface FormProps {
  slug: string;
  user: User;
  onAdd: (comment: Comment | null) => void;
  report: (messages: string[]) => void;
}

function CommentForm({ slug, user, onAdd, report }: FormProps) {
  const { busy, run } = useAction(report);
  return (
    <form
      class="card comment-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const field = event.currentTarget.elements.namedItem('comment');
        if (!(field instanceof HTMLTextAreaElement)) return;
        const sent = field.value;
        run(
          () => addComment(slug, sent),
          (comment) => {
            if (field.value === sent) field.value = ''; // whoever typed on keeps the text
            onAdd(comment);
          },
        );
      }}
    >
      <div class="card-block">
        <textarea
          class="form-control"
          name="comment"
          rows={3}
          placeholder="Write a comment..."
          aria-label="Write a comment"
        />
      </div>
      <div class="card-footer">
        <Avatar class="comment-author-img" image={user.image} />
        <button class="btn btn-sm btn-primary" type="submit" disabled={busy}>
          Post Comment
        </button>
      </div>
    </form>
  );
}

interface CardProps {
  slug: string;
  comment: Comment;
  own: boolean;
  onDelete: () => void;
  report: (messages: string[]) => void;
}

function CommentCard({ slug, comment, own, onDelete, report }: CardProps) {
  const { run } = useAction(report);
  const { author, body, createdAt, id } = comment;
  const remove = () => run(() => deleteComment(slug, id), onDelete);
  return (
    <div class="card">
      <div class="card-block">
        <p class="card-text">{body}</p>
      </div>
      <div class="card-footer">
        <Avatar class="comment-author-img" image={author.image} />
        <a class="comment-author" href={href.profile(author.username)}>
          {author.username}
        </a>
        <time class="date-posted" dateTime={createdAt}>
          {dayOf(createdAt)}
        </time>
        {own && (
          <span class="mod-options">
            <i
              class="ion-trash-a"
              role="button"
              tabIndex={0}
              aria-label="Delete this comment"
              onClick={remove}
              onKeyDown={(event) => {
                if (event.key !== 'Enter' && event.key !== ' ') return;
                event.preventDefault();
                remove();
              }}
            />
          </span>
        )}
      </div>
    </div>
  );
}
