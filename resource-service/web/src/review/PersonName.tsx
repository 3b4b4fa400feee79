// Who somebody is: "you", a name, or a short form of the id where no name is known.
import { useIdentity } from '@/app/services';
import { Id } from '@/ui/copy';

export function PersonName({ id, name }: { id: string; name: string | undefined }) {
  const { sub } = useIdentity();
  if (id === sub) return <bdi>you</bdi>;
  return name === undefined ? <Id id={id} /> : <bdi title={id}>{name}</bdi>;
}
