import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { href } from '../../shared/routes.ts';
import type { User } from '../model.ts';
import { navigate } from '../router.ts';
import { session } from '../session.ts';
import { useStore } from '../store.ts';

/** Leads to the login page once it is certain that nobody is logged in. */
export function useLoginRequired(required = true): void {
  const { state } = useStore(session);
  const leave = required && state === 'unauthenticated';
  useEffect(() => {
    if (leave) navigate(href.login, { replace: true });
  }, [leave]);
}

/** What only someone logged in can see; until the user is known, a word about it. */
export function LoggedIn({ children }: { children: (user: User) => JSX.Element }) {
  const { state, user } = useStore(session);
  useLoginRequired();
  if (user) return children(user);
  if (state === 'unauthenticated') return null;
  return (
    <div class="container page">
      <p class="notice">
        {state === 'loading' ? 'Loading…' : 'Your account can’t be reached right now. This page shows up when it can.'}
      </p>
    </div>
  );
}
