// Asks before a client is removed: what it holds says what would stop.
import Box from '@mui/material/Box';

import type { Client } from '@/people/data';
import { Confirm } from '@/ui/confirm';
import { TimeText } from '@/ui/time';

import { isService } from './service';

export function RemoveClient({ client, run, onClose }: { client: Client; run(): Promise<unknown>; onClose(): void }) {
  const service = isService(client.scopes);
  return (
    <Confirm
      title={`Remove ${client.name}?`}
      action="Remove the client"
      typed={service ? client.name : undefined}
      run={run}
      onClose={onClose}
    >
      {client.scopes.length === 0 ? (
        <p>It holds no scope.</p>
      ) : (
        <>
          <p>It holds {client.scopes.length === 1 ? 'the scope' : `${client.scopes.length} scopes`}</p>
          <Box component="code" sx={{ display: 'block', overflowWrap: 'anywhere' }}>
            {client.scopes.join(' ')}
          </Box>
        </>
      )}
      <p>
        {client.last_used_at ? (
          <>
            It was used last <TimeText at={client.last_used_at} />.
          </>
        ) : (
          'It was never used.'
        )}
      </p>
      {service && (
        <p>
          <b>A service runs with these scopes.</b> Without the client it cannot ask about users and revocations, and
          what depends on it stops.
        </p>
      )}
      <p>Its tokens are refused within a second. This cannot be undone.</p>
    </Confirm>
  );
}
