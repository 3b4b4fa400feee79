// What the service says of new accounts: who may make one, and the rule for passwords.
import { useQuery } from '@tanstack/react-query';

import { at, type JsonObject } from '@/api/json';
import { useApi } from '@/app/services';

interface Terms {
  /** Anybody may register. */
  open: boolean;
  /** The rule for passwords in the words of the service. */
  password: string;
}

/** Reads the service's own description. */
export function useRegistrationTerms() {
  const api = useApi();
  return useQuery({
    queryKey: ['/auth/openapi.json', 'registration'],
    queryFn: async ({ signal }): Promise<Terms> => {
      const document = (await api.get<string>('/auth/openapi.json', { signal })) as JsonObject;
      const who = at(document, 'paths./auth/users.post.x-principals');
      const rule = at(document, 'components.schemas.SignUp.properties.password.description');
      return {
        open: !Array.isArray(who) || who.includes('anyone'),
        password: typeof rule === 'string' ? rule : '',
      };
    },
    staleTime: Infinity,
  });
}
