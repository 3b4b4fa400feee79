// The services as any react-admin application can use them.
export { createAuthProvider, type ScopeOf } from './authProvider';
export {
  ConflictError,
  createDataProvider,
  merge3,
  RefusedError,
  withValue,
  type Collision,
  type ListMeta,
  type Merge,
} from './dataProvider';
export { FollowSession } from './FollowSession';
export {
  browserStream,
  createStream,
  type Change,
  type ChangeStream,
  type StreamEvent,
  type StreamState,
} from './stream';
