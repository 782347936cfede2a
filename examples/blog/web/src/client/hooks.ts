import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

import { messagesOf, statusOf } from './http.ts';

export type Loaded<T> =
  | { state: 'loading' }
  | { state: 'failed'; status: number | null; messages: string[] }
  | { state: 'done'; value: T };

export interface Loading<T> {
  loaded: Loaded<T>;
  /** Puts a newer value in place; a load that is still under way is dropped. */
  change: (update: (value: T) => T) => void;
}

/**
 * Loads whenever `key` changes; `null` waits. An answer to an earlier key, or one that comes after
 * the component has gone, never shows. With `keep`, the old value stays until the new one is there.
 */
export function useLoad<T>(
  key: string | null,
  load: (signal: AbortSignal) => Promise<T>,
  { keep = false } = {},
): Loading<T> {
  const [slot, setSlot] = useState<{ key: string | null; loaded: Loaded<T> }>({ key, loaded: { state: 'loading' } });
  const current = useRef<AbortController | null>(null);
  const latest = useRef(load);
  latest.current = load;

  useEffect(() => {
    if (key === null) return;
    const controller = new AbortController();
    current.current = controller;
    const settle = (loaded: Loaded<T>) => {
      if (!controller.signal.aborted) setSlot({ key, loaded });
    };
    latest.current(controller.signal).then(
      (value) => settle({ state: 'done', value }),
      (error: unknown) => settle({ state: 'failed', status: statusOf(error), messages: messagesOf(error) }),
    );
    return () => controller.abort();
  }, [key]);

  const stale = slot.key !== key && !(keep && slot.loaded.state === 'done');
  const shown = useRef(true);
  shown.current = !stale;

  const change = useCallback((update: (value: T) => T) => {
    if (!shown.current) return;
    current.current?.abort();
    setSlot((old) =>
      old.loaded.state === 'done' ? { key: old.key, loaded: { state: 'done', value: update(old.loaded.value) } } : old,
    );
  }, []);

  return { loaded: stale ? { state: 'loading' } : slot.loaded, change };
}

export interface Action {
  busy: boolean;
  messages: string[];
  /** Does one thing at a time. `then` runs only if the component is still there. */
  run: <T>(work: () => Promise<T>, then: (result: T) => void) => void;
}

/** What went wrong is kept in `messages`; or told to `report`, which is emptied by each new try. */
export function useAction(report?: (messages: string[]) => void): Action {
  const [busy, setBusy] = useState(false);
  const [messages, setMessages] = useState<string[]>([]);
  const tell = useRef(setMessages as (messages: string[]) => void);
  tell.current = report ?? setMessages;
  const running = useRef(false);
  const gone = useRef(false);
  useEffect(() => {
    gone.current = false;
    return () => {
      gone.current = true;
    };
  }, []);

  const run = useCallback(<T>(work: () => Promise<T>, then: (result: T) => void) => {
    if (running.current) return;
    running.current = true;
    setBusy(true);
    tell.current([]);
    work()
      .then(
        (result) => {
          if (!gone.current) then(result);
        },
        (error: unknown) => {
          if (!gone.current) tell.current(messagesOf(error));
        },
      )
      .finally(() => {
        running.current = false;
        setBusy(false);
      });
  }, []);
  return { busy, messages, run };
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title === '' ? 'Conduit' : `${title} | Conduit`;
  }, [title]);
}
