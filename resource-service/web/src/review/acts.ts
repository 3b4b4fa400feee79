// What may be done with an open request. Pure.
import type { Review } from './types';

/** What a user may do with an open request, as the service allows it to those who write reviews. */
export function actsOn({ assignee, requested_by: by, _owner }: Review, user: string, administers: boolean) {
  return {
    take: assignee === undefined,
    giveBack: assignee === user,
    withdraw: administers || (by ?? _owner) === user,
  };
}
