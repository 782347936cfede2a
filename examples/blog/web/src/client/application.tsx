import { Component, type ComponentChildren } from 'preact';

import { ErrorMessages } from './parts/error-messages.tsx';
import { Navbar } from './parts/navbar.tsx';
import { LoggedIn } from './parts/logged-in.tsx';
import { ArticlePage } from './pages/article.tsx';
import { EditorPage } from './pages/editor.tsx';
import { HomePage } from './pages/home.tsx';
import { LoginPage } from './pages/login.tsx';
import { ProfilePage } from './pages/profile.tsx';
import { RegisterPage } from './pages/register.tsx';
import { SettingsPage } from './pages/settings.tsx';
import { UnknownPage } from './pages/unknown.tsx';
import { place, type Place } from './router.ts';
import { useStore } from './store.ts';

export function Application() {
  const here = useStore(place);
  return (
    <>
      <Navbar route={here.route} />
      <main>
        <Guard visit={here.visit}>
          <Page here={here} />
        </Guard>
      </main>
      <footer class="site-footer">
        <div class="container">
          <span class="logo-font">conduit</span>
          <span>An example: three services, one application.</span>
        </div>
      </footer>
    </>
  );
}

function Page({ here }: { here: Place }) {
  const { route } = here;
  switch (route.page) {
    case 'home':
      return <HomePage key="home" route={route} visit={here.visit} />;
    case 'login':
      return <LoginPage key="login" search={here.search} />;
    case 'register':
      return <RegisterPage key="register" />;
    case 'settings':
      return <LoggedIn>{(user) => <SettingsPage user={user} />}</LoggedIn>;
    case 'editor':
      return <EditorPage key={`editor ${route.slug ?? ''}`} slug={route.slug} />;
    case 'article':
      return <ArticlePage key={`article ${route.slug}`} slug={route.slug} path={here.path} />;
    case 'profile':
      return <ProfilePage key={`profile ${route.username}`} route={route} visit={here.visit} />;
    case 'unknown':
      return <UnknownPage key="unknown" />;
  }
}

interface GuardProps {
  visit: number;
  children: ComponentChildren;
}

interface GuardState {
  visit: number;
  broken: boolean;
}

/** A mistake of ours on one page must not take the navbar, and the way out, with it. */
class Guard extends Component<GuardProps, GuardState> {
  override state = { visit: 0, broken: false };

  static override getDerivedStateFromError() {
    return { broken: true };
  }

  /** The next page gets its chance. */
  static override getDerivedStateFromProps({ visit }: GuardProps, state: GuardState) {
    return visit === state.visit ? null : { visit, broken: false };
  }

  override componentDidCatch(error: unknown) {
    console.error(error);
  }

  override render() {
    if (!this.state.broken) return this.props.children;
    return (
      <div class="container page">
        <ErrorMessages messages={['Something went wrong on this page.']} />
      </div>
    );
  }
}
