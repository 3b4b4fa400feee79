// The form that gives a verdict on the revision that is on the screen. Keys: a, r, u, c, z.
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useRef, useState } from 'react';
import { flushSync } from 'react-dom';

import { ProblemError } from '@/api/problem';
import { useShortcuts } from '@/app/keys';
import { useApi, useScope } from '@/app/services';
import { Failure } from '@/ui/states';

import { CommentField } from './CommentField';
import { keepDraft, readDraft } from './drafts';
import { currentRevision, type Given } from './requests';
import type { Subject, Verdict } from './types';
import { useGiveVerdict, useUndo } from './useVerdict';
import { VERDICTS } from './verdicts';

interface VerdictFormProps {
  /** The calculation as it is on the screen: the verdict is on this revision. */
  subject: Subject;
  /** The newest revision that the page knows of. */
  latest?: number;
  /** Brings the current revision onto the screen. */
  onShowLatest(): void;
  onGiven?(given: Given): void;
  onUndone?(given: Given): void;
  /** Brings the form into sight where one pane is shown at a time. Called when it has something to say or to type into. */
  onReveal?(): void;
}

/** Give it the calculation's id as its `key`: a comment belongs to one calculation. */
export function VerdictForm(props: VerdictFormProps) {
  const may = useScope('reviews:write');
  if (!may) {
    return (
      <Box sx={{ color: 'text.secondary' }}>
        You may read verdicts. Giving one needs the scope <code>reviews:write</code>, which an administrator can give
        you through a role.
      </Box>
    );
  }
  return <Form {...props} />;
}

function Form({ subject, latest = 0, onShowLatest, onGiven, onUndone, onReveal }: VerdictFormProps) {
  const api = useApi();
  const [comment, setComment] = useState(() => readDraft(subject._id));
  const [found, setFound] = useState(0);
  const [held, setHeld] = useState<{ verdict: Verdict; revision: number } | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const first = useRef<HTMLButtonElement>(null);
  const [asking, setAsking] = useState(false);
  // Set before anything is sent: the form stays on the screen for a moment after its verdict was given.
  const answered = useRef<string | null>(null);
  const [answer, setAnswer] = useState<string | null>(null);
  const shown = `${subject._id}@${subject._revision}`;
  const isGiven = answer === shown;
  const release = () => {
    answered.current = null;
    setAnswer(null);
  };
  const undone = (given: Given) => {
    if (given.subject._id === subject._id) release();
    onUndone?.(given);
  };
  const give = useGiveVerdict({ ...(onGiven && { onGiven }), onUndone: undone });
  const { canUndo, undo } = useUndo({ onUndone: undone });
  const busy = asking || give.isPending;
  const newest = Math.max(latest, found);
  // A verdict that was held back is about the revision that was on the screen then.
  const waiting = held?.revision === subject._revision ? held.verdict : null;
  const isOld = newest > subject._revision;

  const change = (text: string) => {
    setComment(text);
    keepDraft(subject._id, text);
  };
  /** Claims the revision on the screen for one verdict; false if it has one. */
  const claim = (): boolean => {
    if (answered.current === shown) return false;
    answered.current = shown;
    return true;
  };
  const send = async (verdict: Verdict) => {
    setFailure(null);
    setHeld(null);
    try {
      await give.mutateAsync({ subject, verdict, comment });
      setComment('');
      setAnswer(shown);
    } catch (error) {
      release();
      setFailure(error);
      onReveal?.();
    }
  };
  /** Asks for the current revision first: a verdict on an earlier one is given only by who knows. */
  const decide = async (verdict: Verdict) => {
    if (busy || !claim()) return;
    setAsking(true);
    setFailure(null);
    try {
      const current = Math.max(newest, await currentRevision(api, subject._id));
      setFound(current);
      if (current > subject._revision) {
        release();
        setHeld({ verdict, revision: subject._revision });
        onReveal?.();
      } else {
        await send(verdict);
      }
    } catch (error) {
      release();
      setFailure(error);
      onReveal?.();
    } finally {
      setAsking(false);
    }
  };

  useShortcuts('Verdict', [
    ...VERDICTS.map(({ verdict, key, label }) => ({ keys: key, label, run: () => void decide(verdict) })),
    {
      keys: 'c',
      label: 'Comment',
      run: () => {
        // A hidden field takes no focus: it is shown first.
        if (onReveal) flushSync(onReveal);
        field.current?.focus();
      },
    },
    { keys: 'z', label: 'Undo the last verdict', run: undo },
  ]);

  const fault = faultOf(failure, '/comment');
  return (
    <Box role="group" aria-label="Your verdict" sx={{ display: 'grid', gap: 3, minWidth: 0 }}>
      <Box sx={{ color: 'text.secondary' }}>
        Your verdict will be on <strong>revision {subject._revision}</strong>
        {newest === subject._revision ? ', the current one.' : '.'}
      </Box>
      {isOld && (
        <Alert
          severity="warning"
          action={
            <Button color="inherit" onClick={onShowLatest}>
              Show revision {newest}
            </Button>
          }
        >
          The calculation has changed: revision {newest} is the current one.
        </Alert>
      )}
      <CommentField
        value={comment}
        onChange={change}
        fault={fault}
        inputRef={field}
        onLeave={() => first.current?.focus()}
      />
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 2 }}>
        {VERDICTS.map(({ verdict, key, label }, index) => (
          <Button
            key={verdict}
            ref={index === 0 ? first : undefined}
            variant={verdict === 'approve' ? 'contained' : 'outlined'}
            color={verdict === 'reject' ? 'error' : 'primary'}
            aria-disabled={busy || isGiven}
            aria-keyshortcuts={key}
            onClick={() => void decide(verdict)}
          >
            {label}
            <Box component="kbd" aria-hidden sx={{ ml: 2 }}>
              {key}
            </Box>
          </Button>
        ))}
        {canUndo && (
          <Button aria-keyshortcuts="z" onClick={undo}>
            Undo
            <Box component="kbd" aria-hidden sx={{ ml: 2 }}>
              z
            </Box>
          </Button>
        )}
      </Box>
      {isGiven && (
        <Alert
          severity="success"
          action={
            <Button color="inherit" onClick={release}>
              Give another
            </Button>
          }
        >
          Your verdict on revision {subject._revision} is given.
        </Alert>
      )}
      {waiting && (
        <Alert severity="warning" role="alert">
          The verdict was not sent: revision {newest} was stored meanwhile, and you have seen revision{' '}
          {subject._revision}.
          <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 2, mt: 2 }}>
            <Button variant="outlined" color="inherit" onClick={onShowLatest}>
              Show revision {newest}
            </Button>
            <Button color="inherit" onClick={() => claim() && void send(waiting)}>
              {labelOf(waiting)} revision {subject._revision} anyway
            </Button>
          </Box>
        </Alert>
      )}
      {failure !== null && fault === undefined && <Failure error={failure} />}
    </Box>
  );
}

function labelOf(verdict: Verdict): string {
  return verdict === 'rerun' ? 'Ask for a rerun of' : verdict === 'approve' ? 'Approve' : 'Reject';
}

function faultOf(error: unknown, pointer: string): string | undefined {
  if (!(error instanceof ProblemError)) return undefined;
  return error.errors.find((one) => one.pointer === pointer)?.message;
}
