import { href } from '../../shared/routes.ts';
import { toggleFollow } from '../api.ts';
import { useAction } from '../hooks.ts';
import type { Profile } from '../model.ts';
import { navigate } from '../router.ts';
import { session } from '../session.ts';

interface Props {
  profile: Profile;
  onChange: (profile: Profile) => void;
  report: (messages: string[]) => void;
}

export function FollowButton({ profile, onChange, report }: Props) {
  const { busy, run } = useAction(report);
  const click = () => {
    if (session.get().state === 'unauthenticated') navigate(href.login);
    else run(() => toggleFollow(profile), onChange);
  };
  return (
    <button
      type="button"
      class={`btn btn-sm action-btn ${profile.following ? 'btn-secondary' : 'btn-outline-secondary'}`}
      disabled={busy}
      onClick={click}
    >
      <i class={profile.following ? 'ion-minus-round' : 'ion-plus-round'} aria-hidden="true" />
      {`${profile.following ? 'Unfollow' : 'Follow'} ${profile.username}`}
    </button>
  );
}
