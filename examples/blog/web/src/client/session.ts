/**
 * Who is using the application. The token lies in localStorage; GET /api/user says whom it names.
 *
 *   loading          a token is there, the answer isn't yet
 *   authenticated    the API knows the user
 *   unauthenticated  no token, or one that the API refused
 *   unavailable      a token is there and nobody could judge it: it is kept, and we ask again
 */
import { call, statusOf } from './http.ts';
import { readUser, type User } from './model.ts';
import { createStore } from './store.ts';

export type AuthState = 'authenticated' | 'unauthenticated' | 'unavailable' | 'loading';

export interface Session {
  state: AuthState;
  user: User | null;
  /** Goes up when the user becomes another one; data that was loaded for the last one is stale. */
  epoch: number;
}

const storageKey = 'jwtToken';

/** Seconds until the user is asked for again; the last one repeats. */
const delays = [2, 4, 8, 16];

export const session = createStore<Session>({ state: 'loading', user: null, epoch: 0 });

let attempt = 0;
let timer: ReturnType<typeof setTimeout> | undefined;
let asking: AbortController | undefined;

/** Where localStorage is forbidden, the token lives as long as the page. */
let unstored: string | null = null;

export function getToken(): string | null {
  try {
    return localStorage.getItem(storageKey) ?? unstored;
  } catch {
    return unstored;
  }
}

export function startSession(): void {
  window.addEventListener('storage', (event) => {
    // Another tab signed in or out.
    if (event.key === storageKey || event.key === null) decide(session.get().epoch + 1);
  });
  decide(0);
}

/** The API sent this user, with a token, in answer to a login, a sign-up or an update. */
export function setUser(user: User): void {
  const before = session.get();
  stopAsking();
  storeToken(user.token);
  const epoch = before.user === null ? before.epoch + 1 : before.epoch;
  session.set({ state: 'authenticated', user, epoch });
}

export function signOut(): void {
  stopAsking();
  storeToken(null);
  session.set({ state: 'unauthenticated', user: null, epoch: session.get().epoch + 1 });
}

/**
 * A page that is for those logged in was answered with 401. That settles it, unless the user could
 * not be asked for: then the token is kept until GET /api/user says something about it.
 */
export function tokenRefused(): void {
  if (session.get().state === 'authenticated') signOut();
}

function decide(epoch: number): void {
  stopAsking();
  if (getToken() === null) {
    session.set({ state: 'unauthenticated', user: null, epoch });
  } else {
    session.set({ state: 'loading', user: null, epoch });
    void ask();
  }
}

async function ask(): Promise<void> {
  const controller = new AbortController();
  asking = controller;
  try {
    const user = readUser(await call('/user', { token: getToken(), signal: controller.signal }));
    if (controller.signal.aborted) return;
    attempt = 0;
    storeToken(user.token);
    session.set({ ...session.get(), state: 'authenticated', user });
  } catch (error) {
    if (controller.signal.aborted) return;
    const status = statusOf(error);
    if (status !== null && status >= 400 && status < 500) {
      signOut();
      return;
    }
    session.set({ ...session.get(), state: 'unavailable', user: null });
    const delay = delays[Math.min(attempt, delays.length - 1)] ?? 16;
    attempt += 1;
    timer = setTimeout(() => void ask(), delay * 1000);
  }
}

function stopAsking(): void {
  clearTimeout(timer);
  asking?.abort();
  attempt = 0;
}

function storeToken(token: string | null): void {
  if (token === '') return; // an answer without a token: the one we have stays good
  unstored = null;
  try {
    if (token === null) localStorage.removeItem(storageKey);
    else localStorage.setItem(storageKey, token);
  } catch {
    unstored = token;
  }
}
