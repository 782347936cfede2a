import { useLayoutEffect, useState } from 'preact/hooks';

/** A value that changes, and those who want to know. */
export interface Store<T> {
  get: () => T;
  set: (value: T) => void;
  subscribe: (listener: () => void) => () => void;
}

export function createStore<T>(initial: T): Store<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      value = next;
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export function useStore<T>(store: Store<T>): T {
  const [value, setValue] = useState(store.get);
  useLayoutEffect(() => {
    const update = () => setValue(() => store.get());
    update(); // it may have changed between rendering and subscribing
    return store.subscribe(update);
  }, [store]);
  return value;
}
