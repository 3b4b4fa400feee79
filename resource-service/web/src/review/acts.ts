// What may be done with an open request. Pure.
import type { GivenVerdict, Review } from './types';

/** What a user may do with an open request, as the service allows it to those who write reviews. */
export function actsOn({ assignee, requested_by: by, _owner }: Review, user: string, administers: boolean) {
  return {
    take: assignee === undefined,
    giveBack: assignee === user,
    withdraw: administers || (by ?? _owner) === user,
  };
}

/** Whether the assignee has given a verdict on this revision since they were asked. The queue has no such request. */
export function isAnswered(request: Review, revision: number, verdicts: readonly GivenVerdict[]): boolean {
  const { assignee, _created_at: asked } = request;
  return verdicts.some(({ by, at, revision: of }) => by === assignee && of >= revision && at >= asked);
}
