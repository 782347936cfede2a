/** The address bar as a store, and links that don't reload the page. */
import { parseRoute, type Route } from '../shared/routes.ts';
import { createStore } from './store.ts';

export interface Place {
  route: Route;
  path: string;
  search: string;
  /** Goes up with every navigation, also one to the same address: lists are loaded anew. */
  visit: number;
}

export const place = createStore<Place>(here(0));

export function navigate(to: string, { replace = false } = {}): void {
  const same = to === location.pathname + location.search;
  history[replace || same ? 'replaceState' : 'pushState'](null, '', to);
  update();
  window.scrollTo(0, 0);
}

export function startRouter(): void {
  window.addEventListener('popstate', update);
  document.addEventListener('click', followLink);
}

/** The keyboard starts at the top of another page, as it does when a browser loads one. */
function update(): void {
  document.getElementById('app')?.focus({ preventScroll: true });
  place.set(here(place.get().visit + 1));
}

function here(visit: number): Place {
  const { pathname, search } = location;
  return { route: parseRoute(pathname, search), path: pathname + search, search, visit };
}

/** Plain clicks on links to our own pages stay here; everything else is the browser's. */
function followLink(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (!link?.hasAttribute('href') || link.hasAttribute('download') || (link.target && link.target !== '_self')) return;
  const url = new URL(link.href, location.href);
  if (url.origin !== location.origin || url.hash !== '') return;
  if (parseRoute(url.pathname, url.search).page === 'unknown') return;
  event.preventDefault();
  navigate(url.pathname + url.search);
}
