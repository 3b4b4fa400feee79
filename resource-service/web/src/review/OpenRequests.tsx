// The open requests for a verdict on a calculation: who asks whom, and what the reader may do with each.
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { useApi, useIdentity, useScope } from '@/app/services';
import { usePeople } from '@/people/names';
import { Confirm } from '@/ui/confirm';
import { Markdown } from '@/ui/Markdown';
import { Section } from '@/ui/page';
import { Failure } from '@/ui/states';
import { StatusMark } from '@/ui/status';
import { TimeText } from '@/ui/time';

import { actsOn, isAnswered } from './acts';
import { PersonName } from './PersonName';
import { useRequests, useVerdicts } from './queries';
import { assignRequest, QUEUE, requestsKey, withdrawRequest } from './requests';
import type { Document, Review } from './types';

/** A section of a page; nothing where no request is open. */
export function OpenRequests({ calculation }: { calculation: Document }) {
  const requests = useRequests(calculation._id);
  const verdicts = useVerdicts(calculation._id);
  const nameOf = useNames(calculation, requests.data ?? []);
  if (requests.error) {
    return (
      <Section title="Open requests">
        <Failure error={requests.error} />
      </Section>
    );
  }
  const given = verdicts.data?.items ?? [];
  const open = (requests.data ?? []).filter((request) => !isAnswered(request, calculation._revision, given));
  if (open.length === 0) return null;
  return (
    <Section title="Open requests">
      {open.map((request) => (
        <One key={request._id} request={request} nameOf={nameOf} />
      ))}
    </Section>
  );
}

/** Names of people as far as documents, verdicts and, for administrators, the list of users tell them. */
function useNames(calculation: Document, requests: readonly Review[]) {
  const verdicts = useVerdicts(calculation._id);
  const known = new Map<string, string>();
  for (const { by, by_name: name } of verdicts.data?.items ?? []) if (name !== undefined) known.set(by, name);
  for (const one of [calculation, ...requests]) {
    if (typeof one._owner_name === 'string') known.set(one._owner, one._owner_name);
  }
  const ids = requests.flatMap(({ assignee, requested_by: by }) => [assignee, by]);
  const people = usePeople(ids.filter((id) => id !== undefined && !known.has(id)));
  return (id: string) => known.get(id) ?? people.get(id);
}

interface OneProps {
  request: Review;
  nameOf(id: string): string | undefined;
}

function One({ request, nameOf }: OneProps) {
  const { _owner, assignee, requested_by: by = _owner, comment, revision, _created_at: at } = request;
  return (
    <Box sx={{ py: 2, '& + &': { borderTop: '1px solid var(--t-palette-line)' }, minWidth: 0 }}>
      <Box sx={{ display: 'flex', flexWrap: 'wrap', columnGap: 3 }}>
        <StatusMark status="requested" word="requested" />
        <span>from {assignee === undefined ? 'anybody' : <PersonName id={assignee} name={nameOf(assignee)} />}</span>
        <span>
          by <PersonName id={by} name={nameOf(by)} />
        </span>
        <Box component="span" sx={{ color: 'text.secondary' }}>
          <TimeText at={at} />
        </Box>
        <span>for revision {revision}</span>
      </Box>
      {comment !== undefined && comment !== '' && <Markdown text={comment} />}
      <Acts request={request} />
    </Box>
  );
}

function Acts({ request }: { request: Review }) {
  const api = useApi();
  const client = useQueryClient();
  const { sub } = useIdentity();
  const mayWrite = useScope('reviews:write');
  const administers = useScope('reviews:admin');
  const [withdrawing, setWithdrawing] = useState(false);
  const refresh = () => {
    void client.invalidateQueries({ queryKey: QUEUE });
    return client.invalidateQueries({ queryKey: requestsKey(request.calculation) });
  };
  const assign = useMutation({
    mutationFn: (assignee: string | null) => assignRequest(api, request, assignee),
    onSettled: refresh,
  });
  const withdraw = async () => {
    await withdrawRequest(api, request);
    await refresh();
  };
  const { take, giveBack, withdraw: mayWithdraw } = actsOn(request, sub, administers);
  if (!mayWrite) return null;
  return (
    <>
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 2 }}>
        {take && (
          <Button loading={assign.isPending} onClick={() => assign.mutate(sub)}>
            Take it
          </Button>
        )}
        {giveBack && (
          <Button loading={assign.isPending} onClick={() => assign.mutate(null)}>
            Give it back
          </Button>
        )}
        {mayWithdraw && <Button onClick={() => setWithdrawing(true)}>Withdraw</Button>}
      </Box>
      {assign.error && <Failure error={assign.error} />}
      {withdrawing && (
        <Confirm title="Withdraw this request?" action="Withdraw" run={withdraw} onClose={() => setWithdrawing(false)}>
          The request is removed and nobody is asked by it any more. You can request a review again.
        </Confirm>
      )}
    </>
  );
}
