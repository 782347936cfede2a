import { href, type Route } from '../../shared/routes.ts';
import { getTags, type Source } from '../api.ts';
import { useLoad, useTitle } from '../hooks.ts';
import { ArticleList } from '../parts/article-list.tsx';
import { useLoginRequired } from '../parts/logged-in.tsx';
import { Tabs } from '../parts/tabs.tsx';
import { session } from '../session.ts';
import { useStore } from '../store.ts';

type HomeRoute = Extract<Route, { page: 'home' }>;

export function HomePage({ route, visit }: { route: HomeRoute; visit: number }) {
  const { user, state } = useStore(session);
  const { feed } = route;
  useTitle(feed === 'tag' ? route.tag : '');
  useLoginRequired(feed === 'following');

  const tabs = [{ to: href.home(), label: 'Global Feed', active: feed === 'global' }];
  if (user || (feed === 'following' && state !== 'unauthenticated')) {
    tabs.unshift({ to: href.following(), label: 'Your Feed', active: feed === 'following' });
  }
  if (feed === 'tag') tabs.push({ to: href.tag(route.tag), label: route.tag, active: true });

  return (
    <div class="home-page">
      <div class="banner">
        <div class="container">
          <div class="logo-font">conduit</div>
          <div class="tagline">A place to share your knowledge.</div>
        </div>
      </div>
      <div class="container page with-sidebar">
        <div class="main-column">
          <Tabs class="feed-toggle" tabs={tabs} />
          <ArticleList
            source={sourceOf(route)}
            page={route.number}
            visit={visit}
            hrefOf={(page) => addressOf(route, page)}
            empty={
              feed === 'following' ? (
                <>
                  Your feed is empty. Follow some people to fill it: <a href={href.home()}>see what everyone writes</a>.
                </>
              ) : (
                'No articles are here... yet.'
              )
            }
          />
        </div>
        <aside class="sidebar">
          <div class="sidebar-title">Popular Tags</div>
          <TagCloud visit={visit} />
        </aside>
      </div>
    </div>
  );
}

function TagCloud({ visit }: { visit: number }) {
  const { loaded } = useLoad(String(visit), getTags, { keep: true });
  if (loaded.state === 'loading') return <div class="notice">Loading tags...</div>;
  if (loaded.state === 'failed') return <div class="notice">No tags to show right now.</div>;
  if (loaded.value.length === 0) return <div class="notice">No tags are here... yet.</div>;
  return (
    <div class="tag-list">
      {loaded.value.map((tag) => (
        <a class="tag-pill tag-default" href={href.tag(tag)} key={tag}>
          {tag}
        </a>
      ))}
    </div>
  );
}

function sourceOf(route: HomeRoute): Source {
  if (route.feed === 'tag') return { tag: route.tag };
  return route.feed === 'following' ? 'feed' : 'all';
}

function addressOf(route: HomeRoute, page: number): string {
  if (route.feed === 'tag') return href.tag(route.tag, page);
  return route.feed === 'following' ? href.following(page) : href.home(page);
}
