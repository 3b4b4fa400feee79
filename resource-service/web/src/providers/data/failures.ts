// Failures of writes as react-admin shows them: faults beside the fields, and a conflict that can be merged.
import type { JsonObject } from '@/api/json';
import { ProblemError, withoutName, type FieldFault } from '@/api/problem';

import { merge3, type Merge } from './merge3';
import { contentOf } from './values';

/** Messages by field, nested as the form is. */
export interface FieldErrors {
  [field: string]: string | FieldErrors;
}

/** A refused write. react-admin puts `body.errors` beside the fields of a form. */
export class RefusedError extends ProblemError {
  readonly body: { errors: FieldErrors };

  constructor(problem: ProblemError) {
    const { status, code, message, requestId, errors, retryAfter, scope } = problem;
    super(status, code, message, requestId, errors, retryAfter, scope);
    this.body = { errors: fieldErrors(errors) };
  }
}

/** Somebody else has changed the document since it was read (412). Nothing was stored. */
export class ConflictError extends ProblemError {
  constructor(
    problem: ProblemError,
    /** The document as it was read, as it was to be, and as it is now. */
    readonly documents: { base: JsonObject; mine: JsonObject; current: JsonObject },
  ) {
    const { status, code, message, requestId } = problem;
    super(status, code, message, requestId);
  }

  /** Both changes together. Save `merged` with `current` as `previousData`. */
  merge(): Merge {
    const { base, mine, current } = this.documents;
    return merge3(contentOf(base), contentOf(mine), contentOf(current));
  }
}

/** The error to throw for a failed write. */
export function failureOfWrite(error: unknown): unknown {
  return error instanceof ProblemError && error.errors.length > 0 ? new RefusedError(error) : error;
}

/** Messages by JSON pointer (RFC 6901), as nested members. The first message of a field counts. */
export function fieldErrors(faults: readonly FieldFault[]): FieldErrors {
  const errors: FieldErrors = {};
  for (const fault of faults) {
    const { pointer, parameter } = fault;
    const names = pointer === undefined ? [parameter ?? ''] : pointer.split('/').slice(1).map(unescape);
    place(
      errors,
      names.filter((name) => name !== ''),
      withoutName(fault),
    );
  }
  return errors;
}

function unescape(name: string): string {
  return name.replaceAll('~1', '/').replaceAll('~0', '~');
}

function place(errors: FieldErrors, names: string[], message: string): void {
  const [name = 'root', ...rest] = names;
  // `root` is what react-hook-form shows for a form as a whole.
  const path = names.length === 0 ? ['serverError'] : rest;
  const here = errors[name];
  if (path.length === 0) errors[name] ??= message;
  else if (typeof here !== 'string') place((errors[name] = here ?? {}), path, message);
}
