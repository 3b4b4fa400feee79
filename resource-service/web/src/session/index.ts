// The session of a browser: who is logged in, and requests with a token that is always fresh. No React.
export { createSession } from './session';
export { browserSession } from './browser';
export type {
  ChannelPort,
  Identity,
  LockPort,
  PageEvent,
  PagePort,
  Session,
  SessionEnv,
  SessionState,
  TimerPort,
} from './types';
