import type { ComponentChildren } from 'preact';

import { href, type Route } from '../../shared/routes.ts';
import { session } from '../session.ts';
import { useStore } from '../store.ts';
import { Avatar } from './avatar.tsx';

export function Navbar({ route }: { route: Route }) {
  const { state, user } = useStore(session);
  return (
    <nav class="navbar">
      <div class="container">
        <a class="navbar-brand logo-font" href={href.home()}>
          conduit
        </a>
        <ul class="navbar-nav">
          <Item to={href.home()} active={route.page === 'home'}>
            Home
          </Item>
          {user && (
            <>
              <Item to={href.editor()} active={route.page === 'editor' && route.slug === null}>
                <i class="ion-compose" aria-hidden="true" />
                New Article
              </Item>
              <Item to={href.settings} active={route.page === 'settings'}>
                <i class="ion-gear-a" aria-hidden="true" />
                Settings
              </Item>
              <Item
                to={href.profile(user.username)}
                active={route.page === 'profile' && route.username === user.username}
              >
                <Avatar class="user-pic" image={user.image} />
                {user.username}
              </Item>
            </>
          )}
          {state === 'unauthenticated' && (
            <>
              <Item to={href.login} active={route.page === 'login'}>
                Sign in
              </Item>
              <Item to={href.register} active={route.page === 'register'}>
                Sign up
              </Item>
            </>
          )}
          {state === 'unavailable' && (
            <li class="nav-item connecting" role="status">
              Connecting...
            </li>
          )}
        </ul>
      </div>
    </nav>
  );
}

interface ItemProps {
  to: string;
  active: boolean;
  children: ComponentChildren;
}

function Item({ to, active, children }: ItemProps) {
  return (
    <li class="nav-item">
      <a class={active ? 'nav-link active' : 'nav-link'} href={to} aria-current={active ? 'page' : undefined}>
        {children}
      </a>
    </li>
  );
}
