// What a react-admin application does when the session changes by itself: it ends, or another user logs in.
import { useQueryClient } from '@tanstack/react-query';
import { useLogout } from 'ra-core';
import { useEffect, useEffectEvent } from 'react';

import type { Session, SessionState } from '@/session';

/** Belongs into the layout of an application, below its `Admin`. Shows nothing. */
export function FollowSession({ session }: { session: Session }) {
  const logout = useLogout();
  const client = useQueryClient();
  const follow = useEffectEvent((state: SessionState, last: string | null) => {
    if (state.kind === 'anonymous') void logout();
    if (state.kind === 'authenticated' && last !== null && last !== state.identity.sub) void client.resetQueries();
  });
  useEffect(() => {
    let last = subOf(session.state());
    return session.subscribe((state) => {
      follow(state, last);
      last = subOf(state) ?? last;
    });
  }, [session]);
  return null;
}

function subOf(state: SessionState): string | null {
  return state.kind === 'authenticated' ? state.identity.sub : null;
}
