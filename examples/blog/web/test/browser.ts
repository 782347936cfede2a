/** The application as the browser gets it, in a window without a screen, in front of a scripted API. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { build } from 'esbuild';
import { JSDOM } from 'jsdom';

type Answer = { status?: number; json?: unknown; text?: string } | 'no network';

/** Answers by "METHOD /path", the path without its query. What isn't there is 404. */
export type Api = Record<string, Answer | ((call: Call) => Answer | Promise<Answer>)>;

export interface Call {
  method: string;
  path: string;
  query: URLSearchParams;
  token: string | null;
  body: unknown;
}

const { outputFiles } = await build({
  entryPoints: [join(import.meta.dirname, '..', 'src', 'client', 'main.tsx')],
  bundle: true,
  format: 'iife',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  write: false,
});
const script = outputFiles[0]?.text ?? '';

export class Browser implements Disposable {
  readonly calls: Call[] = [];
  readonly window: JSDOM['window'];
  private readonly api: Api;

  constructor(path: string, api: Api, token?: string) {
    this.api = api;
    const dom = new JSDOM('<!doctype html><div id="app"></div>', {
      url: `http://localhost${path}`,
      runScripts: 'outside-only',
      pretendToBeVisual: true,
    });
    this.window = dom.window;
    if (token !== undefined) this.window.localStorage.setItem('jwtToken', token);
    Object.assign(this.window, { Headers, scrollTo: () => undefined, fetch: this.fetch.bind(this) });
    this.window.eval(script);
  }

  [Symbol.dispose]() {
    this.window.close();
  }

  get address(): string {
    return this.window.location.pathname + this.window.location.search;
  }

  get token(): string | null {
    return this.window.localStorage.getItem('jwtToken');
  }

  get state(): string {
    return this.window.__conduit_debug__?.getAuthState() ?? 'no debug interface';
  }

  all(selector: string): Element[] {
    return [...this.window.document.querySelectorAll(selector)];
  }

  texts(selector: string): string[] {
    return this.all(selector).map((element) => element.textContent.trim());
  }

  one(selector: string): HTMLElement {
    const found = this.all(selector);
    if (found.length !== 1) throw new Error(`${found.length} of ${selector}`);
    return found[0] as HTMLElement;
  }

  type(selector: string, text: string): void {
    (this.one(selector) as HTMLInputElement).value = text;
  }

  value(selector: string): string {
    return (this.one(selector) as HTMLInputElement).value;
  }

  async until(what: () => unknown): Promise<void> {
    const end = Date.now() + 3000;
    while (Date.now() < end) {
      if (what()) return;
      await sleep(5);
    }
    throw new Error(`never came: ${String(what)}\n${this.window.document.body.innerHTML}`);
  }

  private async fetch(target: string, init: RequestInit): Promise<Response> {
    const url = new URL(target, 'http://localhost');
    const call: Call = {
      method: init.method ?? 'GET',
      path: url.pathname.replace(/^\/api/, ''),
      query: url.searchParams,
      token: new Headers(init.headers).get('authorization'),
      body: typeof init.body === 'string' ? JSON.parse(init.body) : undefined,
    };
    this.calls.push(call);
    const scripted = this.api[`${call.method} ${call.path}`] ?? { status: 404, json: { errors: { path: ['not found'] } } };
    const answer = await (typeof scripted === 'function' ? scripted(call) : scripted);
    if (answer === 'no network') throw new TypeError('Failed to fetch');
    const { status = 200, json, text = json === undefined ? '' : JSON.stringify(json) } = answer;
    return new Response(status === 204 ? null : text, { status });
  }
}
