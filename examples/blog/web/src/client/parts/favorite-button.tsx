import { href } from '../../shared/routes.ts';
import { toggleFavorite } from '../api.ts';
import { useAction } from '../hooks.ts';
import type { Article } from '../model.ts';
import { navigate } from '../router.ts';
import { session } from '../session.ts';

interface Props {
  article: Article;
  /** With words, as on the article's page, or with the count alone. */
  wordy?: boolean;
  onChange: (article: Article) => void;
  report: (messages: string[]) => void;
}

export function FavoriteButton({ article, wordy = false, onChange, report }: Props) {
  const { busy, run } = useAction(report);
  const { favorited, favoritesCount } = article;
  const click = () => {
    if (session.get().state === 'unauthenticated') navigate(href.login);
    else run(() => toggleFavorite(article), onChange);
  };
  const verb = favorited ? 'Unfavorite' : 'Favorite';
  return (
    <button
      type="button"
      class={`btn btn-sm ${favorited ? 'btn-primary' : 'btn-outline-primary'}`}
      title={`${verb} this article`}
      disabled={busy}
      onClick={click}
    >
      <i class="ion-heart" aria-hidden="true" />
      {wordy ? `${verb} Article (${favoritesCount})` : favoritesCount}
    </button>
  );
}
