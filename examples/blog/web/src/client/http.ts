/** One call of the API, and the one kind of failure it can have. */
import { isRecord, Unreadable } from './model.ts';

/** `status` 0: no answer at all; 2xx: a success that could not be read. */
export class ApiError extends Error {
  readonly status: number;
  readonly messages: string[];

  constructor(status: number, messages: string[]) {
    super(messages.join('; '));
    this.status = status;
    this.messages = messages;
  }
}

export const unableToConnect = 'Unable to connect. Please check your connection and try again.';
export const unreadable = 'The answer of the server could not be read. Please try again.';

const patience = 30_000;

export interface Call {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  token?: string | null;
  body?: unknown;
  signal?: AbortSignal | undefined;
}

/** The parsed body of any 2xx answer, `undefined` where there is none; everything else is thrown. */
export async function call(path: string, { method = 'GET', token, body, signal }: Call = {}): Promise<unknown> {
  const headers = new Headers({ accept: 'application/json' });
  if (token) headers.set('authorization', `Token ${token}`);
  if (body !== undefined) headers.set('content-type', 'application/json');
  const timeout = AbortSignal.timeout(patience);

  let response: Response;
  let content: string;
  try {
    response = await fetch(`/api${path}`, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      cache: 'no-store',
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    content = await response.text();
  } catch {
    signal?.throwIfAborted(); // nobody waits for this any more: not a failure to show
    throw new ApiError(0, [unableToConnect]);
  }
  const parsed = parse(content);
  if (!response.ok) throw new ApiError(response.status, errorMessages(response.status, parsed));
  return parsed;
}

/** "field message" for every message of an `errors` answer; one general line if there is none. */
export function errorMessages(status: number, answer: unknown): string[] {
  const errors = isRecord(answer) ? answer.errors : undefined;
  const messages: string[] = [];
  if (isRecord(errors)) {
    for (const [field, value] of Object.entries(errors)) {
      for (const message of Array.isArray(value) ? value : [value]) {
        messages.push(`${field} ${plain(message)}`.trim());
      }
    }
  } else if (Array.isArray(errors)) {
    messages.push(...errors.map(plain));
  } else if (typeof errors === 'string') {
    messages.push(errors);
  }
  const shown = messages.filter((message) => message !== '');
  return shown.length > 0 ? shown : [`Something went wrong (status ${status}). Please try again.`];
}

/** What to tell the user about anything that was thrown. */
export function messagesOf(error: unknown): string[] {
  if (error instanceof ApiError) return error.messages;
  if (error instanceof Unreadable) return [unreadable];
  return ['Something went wrong. Please try again.'];
}

export function statusOf(error: unknown): number | null {
  return error instanceof ApiError ? error.status : null;
}

function parse(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}

function plain(message: unknown): string {
  return typeof message === 'string' ? message : JSON.stringify(message);
}
