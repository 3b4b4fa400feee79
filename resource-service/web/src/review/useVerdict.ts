// Giving and undoing verdicts from a page: the requests, the messages, and what is fetched again.
import { useMutation, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useCallback, useSyncExternalStore } from 'react';

import type { Api } from '@/api/client';
import { ProblemError } from '@/api/problem';
import { useApi, useIdentity } from '@/app/services';
import { useToast } from '@/ui/toasts';

import { keepDraft } from './drafts';
import { calculationKey, giveVerdict, QUEUE, requestsKey, takeBack, verdictsKey, type Given } from './requests';
import type { Subject, Verdict } from './types';
import { UNDO_FOR, UndoStack } from './undo';
import { VERDICTS } from './verdicts';

interface Act {
  given: Given;
  /** Whose verdict it was: another user of this tab does not undo it. */
  user: string;
}

/** The acts of this tab. They outlive a page, so that a verdict can be undone from the next one. */
const acts = new UndoStack<Act>({ now: () => performance.now(), set: (work, delay) => setTimeout(work, delay) });

interface UndoOptions {
  /** Called after a verdict was taken back. */
  onUndone?(given: Given): void;
}

/** Undoes the newest verdict of the last ten seconds. */
export function useUndo({ onUndone }: UndoOptions = {}): { canUndo: boolean; undo: () => void } {
  const api = useApi();
  const client = useQueryClient();
  const toast = useToast();
  const { sub } = useIdentity();
  const size = useSyncExternalStore(acts.subscribe, acts.size);
  const undo = useCallback(() => {
    const act = acts.pop();
    if (!act) {
      toast({ text: 'Nothing to undo: a verdict can be undone for 10 seconds.' });
      return;
    }
    void revert(api, client, toast, act, sub).then((done) => done && onUndone?.(act.given));
  }, [api, client, toast, sub, onUndone]);
  return { canUndo: size > 0, undo };
}

interface VerdictOptions extends UndoOptions {
  onGiven?(given: Given): void;
}

/** Gives verdicts. A message offers to undo each one. */
export function useGiveVerdict({ onGiven, onUndone }: VerdictOptions) {
  const api = useApi();
  const client = useQueryClient();
  const toast = useToast();
  const { sub } = useIdentity();
  return useMutation({
    mutationFn: ({ subject, verdict, comment }: { subject: Subject; verdict: Verdict; comment: string }) =>
      giveVerdict(api, sub, subject, verdict, comment),
    onSuccess: (given) => {
      const act = { given, user: sub };
      keepDraft(given.subject._id, '');
      acts.push(act);
      const done = VERDICTS.find(({ verdict }) => verdict === given.verdict)?.done ?? '';
      toast({
        text: `${done}: ${given.subject.name}, revision ${given.subject._revision}`,
        shown: UNDO_FOR,
        action: {
          label: 'Undo (z)',
          run: () => {
            if (!acts.take(act)) return;
            void revert(api, client, toast, act, sub).then((reverted) => reverted && onUndone?.(given));
          },
        },
      });
      refresh(client, given.subject._id);
      onGiven?.(given);
    },
  });
}

async function revert(
  api: Api,
  client: QueryClient,
  toast: ReturnType<typeof useToast>,
  { given, user }: Act,
  current: string,
): Promise<boolean> {
  if (user !== current) return false;
  try {
    await takeBack(api, given);
    if (given.comment !== '') keepDraft(given.subject._id, given.comment);
    toast({ text: `Undone: ${given.subject.name} has no verdict of yours on revision ${given.subject._revision}` });
    return true;
  } catch (error) {
    const why = error instanceof ProblemError ? error.message : String(error);
    toast({ text: `The verdict on ${given.subject.name} was not undone: ${why}`, tone: 'error' });
    return false;
  } finally {
    refresh(client, given.subject._id);
  }
}

/** Fetches again what shows the verdicts of a calculation. */
function refresh(client: QueryClient, calculation: string): void {
  void client.invalidateQueries({ queryKey: QUEUE });
  void client.invalidateQueries({ queryKey: verdictsKey(calculation) });
  void client.invalidateQueries({ queryKey: requestsKey(calculation) });
  void client.invalidateQueries({ queryKey: calculationKey(calculation), refetchType: 'none' });
}
