// What is done to a client: change, disable, another secret, remove.
import Button from '@mui/material/Button';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { useApi } from '@/app/services';
import { Confirm } from '@/ui/confirm';
import { useToast } from '@/ui/toasts';

import type { Client } from '@/people/data';
import type { Secret } from './ClientSecret';
import { RemoveClient } from './RemoveClient';

type Asked = 'toggle' | 'secret' | 'remove' | null;

interface Props {
  client: Client;
  onChange(client: Client): void;
  onSecret(secret: Secret): void;
}

export function ClientMenu({ client, onChange, onSecret }: Props) {
  const api = useApi();
  const queries = useQueryClient();
  const toast = useToast();
  const [asked, setAsked] = useState<Asked>(null);
  const id = { id: client.client_id };
  const act = async (request: Promise<unknown>, said?: string) => {
    await request;
    await queries.invalidateQueries({ queryKey: ['/auth/clients'] });
    if (said) toast({ text: said });
  };
  const toggle = () =>
    act(
      api.patch('/auth/clients/{id}', { path: id, body: { disabled: !client.disabled } }),
      client.disabled ? `${client.name} is enabled` : `${client.name} is disabled`,
    );
  const renew = () => act(api.post('/auth/clients/{id}/secret', { path: id, body: {} }).then(onSecret));
  const remove = () => act(api.delete('/auth/clients/{id}', { path: id }), `${client.name} is removed`);
  const close = () => setAsked(null);
  return (
    <>
      <Button onClick={() => onChange(client)}>Change</Button>
      <Button onClick={() => setAsked('toggle')}>{client.disabled ? 'Enable' : 'Disable'}</Button>
      <Button onClick={() => setAsked('secret')}>New secret</Button>
      <Button color="error" onClick={() => setAsked('remove')}>
        Remove
      </Button>
      {asked === 'toggle' && (
        <Confirm
          title={`${client.disabled ? 'Enable' : 'Disable'} ${client.name}?`}
          action={client.disabled ? 'Enable the client' : 'Disable the client'}
          run={toggle}
          onClose={close}
        >
          {client.disabled
            ? 'It can get tokens again.'
            : 'It gets no new tokens, and the tokens that it has are refused within a second.'}
        </Confirm>
      )}
      {asked === 'secret' && (
        <Confirm title={`Another secret for ${client.name}?`} action="Create a secret" run={renew} onClose={close}>
          The old secret stays valid for a while, so that the program can be changed without an interruption.
        </Confirm>
      )}
      {asked === 'remove' && <RemoveClient client={client} run={remove} onClose={close} />}
    </>
  );
}
