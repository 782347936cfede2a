import { useState } from 'preact/hooks';

import { href, type Route } from '../../shared/routes.ts';
import { getProfile } from '../api.ts';
import { useLoad, useTitle } from '../hooks.ts';
import type { Profile } from '../model.ts';
import { ArticleList } from '../parts/article-list.tsx';
import { Avatar } from '../parts/avatar.tsx';
import { ErrorMessages } from '../parts/error-messages.tsx';
import { FollowButton } from '../parts/follow-button.tsx';
import { Tabs } from '../parts/tabs.tsx';
import { session } from '../session.ts';
import { useStore } from '../store.ts';

type ProfileRoute = Extract<Route, { page: 'profile' }>;

export function ProfilePage({ route, visit }: { route: ProfileRoute; visit: number }) {
  const { username, favorites, number } = route;
  const { user, epoch } = useStore(session);
  const key = `${epoch} ${visit}`;
  const { loaded, change } = useLoad(key, (signal) => getProfile(username, signal), { keep: true });
  const [messages, setMessages] = useState<string[]>([]);
  useTitle(username);

  if (loaded.state === 'failed') {
    return (
      <div class="profile-page">
        <div class="container page">
          <ErrorMessages messages={loaded.messages} />
        </div>
      </div>
    );
  }
  const own = user?.username === username;
  const tabs = [
    { to: href.profile(username), label: own ? 'My Articles' : 'Articles', active: !favorites },
    { to: href.favorites(username), label: 'Favorited Articles', active: favorites },
  ];
  return (
    <div class="profile-page">
      {loaded.state === 'done' ? (
        <UserInfo
          profile={loaded.value}
          own={own}
          onChange={(profile) => change(() => profile)}
          report={setMessages}
        />
      ) : (
        <div class="user-info-pending" />
      )}
      <div class="container page medium">
        <ErrorMessages messages={messages} />
        <Tabs class="articles-toggle" tabs={tabs} />
        <ArticleList
          source={favorites ? { favorited: username } : { author: username }}
          page={number}
          visit={visit}
          hrefOf={(page) => (favorites ? href.favorites(username, page) : href.profile(username, page))}
          empty="No articles are here... yet."
        />
      </div>
    </div>
  );
}

interface InfoProps {
  profile: Profile;
  own: boolean;
  onChange: (profile: Profile) => void;
  report: (messages: string[]) => void;
}

function UserInfo({ profile, own, onChange, report }: InfoProps) {
  const { state } = useStore(session);
  return (
    <div class="user-info">
      <div class="container">
        <Avatar class="user-img" image={profile.image} />
        <h4>{profile.username}</h4>
        <p>{profile.bio}</p>
        {own ? (
          <a class="btn btn-sm btn-outline-secondary action-btn" href={href.settings}>
            <i class="ion-gear-a" aria-hidden="true" />
            Edit Profile Settings
          </a>
        ) : (
          state !== 'loading' && <FollowButton profile={profile} onChange={onChange} report={report} />
        )}
      </div>
    </div>
  );
}
