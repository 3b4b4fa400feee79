// Errors as the services send them: RFC 9457 problems.

/** One fault of a request: where it is and what is wrong. */
export interface FieldFault {
  pointer?: string;
  parameter?: string;
  code: string;
  message: string;
}

/** What is wrong, without the name of the field before it: for a place that names the field already. */
export function withoutName({ pointer, parameter, message }: FieldFault): string {
  const name = parameter ?? pointer?.slice(1).replaceAll('/', '.');
  return name && message.startsWith(`${name}: `) ? message.slice(name.length + 2) : message;
}

/** Codes that the console itself gives to failures without an answer. */
export type LocalCode = 'offline' | 'unreadable';

/** A request that failed. `message` is a sentence for people. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';

  constructor(
    /** HTTP status; 0 without an answer. */
    readonly status: number,
    readonly code: string,
    message: string,
    readonly requestId: string | undefined = undefined,
    readonly errors: FieldFault[] = [],
    /** Seconds after which the server asks to try again. */
    readonly retryAfter: number | undefined = undefined,
    /** The scope that is missing (RFC 6750). */
    readonly scope: string | undefined = undefined,
  ) {
    super(message);
  }

  /** Whether the same request can succeed later without any change. */
  get isPassing(): boolean {
    return (
      this.status === 0 || this.status === 429 || this.status === 502 || this.status === 503 || this.status === 504
    );
  }
}

interface ProblemBody {
  title?: string;
  detail?: string;
  code?: string;
  request_id?: string;
  errors?: FieldFault[];
  error?: string;
  error_description?: string;
}

/** The problem that an answer describes. */
export async function problemOf(response: Response): Promise<ProblemError> {
  let body: ProblemBody = {};
  try {
    body = JSON.parse(await response.text()) as ProblemBody;
  } catch {
    // A proxy answered in place of the service.
  }
  const detail = body.detail ?? body.error_description ?? body.title;
  const retryAfter = Number(response.headers.get('retry-after') ?? NaN);
  const scope = /scope="([^"]*)"/.exec(response.headers.get('www-authenticate') ?? '')?.[1];
  return new ProblemError(
    response.status,
    body.code ?? body.error ?? 'unreadable',
    detail ?? `The server answered ${response.status} ${response.statusText}`.trim(),
    body.request_id ?? response.headers.get('x-request-id') ?? undefined,
    body.errors ?? [],
    Number.isFinite(retryAfter) ? retryAfter : undefined,
    scope,
  );
}

/** The problem of a request that got no answer. An abort stays what it is. */
export function failureOf(error: unknown): unknown {
  if (error instanceof ProblemError) return error;
  if (error instanceof DOMException && error.name === 'AbortError') return error;
  return new ProblemError(0, 'offline', 'The server cannot be reached. Check the connection; the page retries.');
}
