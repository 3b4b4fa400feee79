// The secret of a client, with the request that uses it.
import { Copyable, SecretOnce } from '@/ui/secret';

export interface Secret {
  client_id: string;
  client_secret: string;
  name: string;
}

export function ClientSecret({ secret, onClose }: { secret: Secret; onClose: () => void }) {
  const { client_id: id, client_secret: password, name } = secret;
  const curl = `curl -sS -u '${id}:${password}' -d grant_type=client_credentials ${window.location.origin}/auth/token`;
  return (
    <SecretOnce title={`The secret of ${name}`} onClose={onClose}>
      <Copyable name="client_id" text={id} />
      <Copyable name="client_secret" text={password} />
      <Copyable name="curl" text={curl} lines />
    </SecretOnce>
  );
}
