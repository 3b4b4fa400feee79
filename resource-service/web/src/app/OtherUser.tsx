// Forgets what was read as soon as another user logs in, in this tab or another. A logout alone forgets nothing, so
// that work in a form survives when the same user logs in again.
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';

import { useServices } from './services';

export function OtherUser() {
  const { session } = useServices();
  const client = useQueryClient();
  useEffect(() => {
    let last: string | null = null;
    const follow = () => {
      const state = session.state();
      if (state.kind !== 'authenticated') return;
      const { sub } = state.identity;
      if (last !== null && last !== sub) void client.resetQueries();
      last = sub;
    };
    follow();
    return session.subscribe(follow);
  }, [session, client]);
  return null;
}
