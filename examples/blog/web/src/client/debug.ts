import { type AuthState, getToken, session } from './session.ts';
import type { User } from './model.ts';

interface DebugInterface {
  getToken: () => string | null;
  getAuthState: () => AuthState;
  getCurrentUser: () => User | null;
}

declare global {
  interface Window {
    __conduit_debug__?: DebugInterface;
  }
}

/** What a test, or a curious person at the console, may ask the running application. */
export function exposeDebugInterface(): void {
  window.__conduit_debug__ = {
    getToken,
    getAuthState: () => session.get().state,
    getCurrentUser: () => session.get().user,
  };
}
