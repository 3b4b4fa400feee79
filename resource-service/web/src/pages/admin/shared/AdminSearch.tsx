// One search box for e-mail, name, user, session, client, request id or token id.
import Box from '@mui/material/Box';
import TextField from '@mui/material/TextField';
import { useQuery } from '@tanstack/react-query';
import { useDeferredValue } from 'react';
import { Link } from 'react-router';

import { addressOf, useFinder } from '@/app/finder';
import { useParam } from '@/ui/urlState';
import { Answer, Empty } from '@/ui/states';

const ADMINISTERED = new Set(['user', 'session', 'client', 'api_key', 'audit']);
const KINDS: Record<string, string> = {
  user: 'user',
  session: 'session',
  client: 'client',
  api_key: 'API key',
  audit: 'audit entry',
};

/** Letters from which on something is looked for. */
const SHORTEST = 2;

/** Whether the box asks for something: then a page shows only what was found. */
export function useIsSearching(): boolean {
  const [text] = useParam('q');
  return text.trim().length >= SHORTEST;
}

export function AdminSearch() {
  const [text, setText] = useParam('q');
  const deferred = useDeferredValue(text.trim());
  const find = useFinder();
  const isAsked = deferred.length >= SHORTEST;
  const found = useQuery({
    queryKey: ['find', deferred],
    queryFn: ({ signal }) => find(deferred, signal),
    enabled: isAsked,
    select: ({ items }) => items.filter((one) => ADMINISTERED.has(one.kind)),
  });
  return (
    <Box sx={{ px: 4, py: 3 }}>
      <TextField
        type="search"
        label="Find by e-mail, name, id of a user, session, client, request or token"
        value={text}
        onChange={(event) => setText(event.target.value)}
        sx={{ maxWidth: 560 }}
      />
      {isAsked && (
        <Answer query={found} rows={2}>
          {(all) =>
            all.length === 0 ? (
              <Empty title={`Nothing found for “${deferred}”`}>
                Type an id in full, or the beginning of an e-mail address or a name.
              </Empty>
            ) : (
              <Box component="ul" sx={{ m: 0, mt: 2, p: 0, listStyle: 'none' }}>
                {all.map((one) => (
                  <Box
                    component="li"
                    key={`${one.kind} ${one.id}`}
                    sx={{ minHeight: 28, display: 'flex', gap: 3, flexWrap: 'wrap' }}
                  >
                    <Box sx={{ width: 80, color: 'text.secondary' }}>{KINDS[one.kind]}</Box>
                    <Link to={addressOf(one)}>{one.title}</Link>
                    <Box sx={{ color: 'text.secondary' }}>{one.detail}</Box>
                  </Box>
                ))}
              </Box>
            )
          }
        </Answer>
      )}
    </Box>
  );
}
