// Whether anyone may make an account, and what a password must be.
import { useQuery } from '@tanstack/react-query';

import { at, type JsonObject } from '@/api/json';
import { useApi } from '@/app/services';

interface Terms {
  open: boolean;
  /** The rule for passwords in the words of the service. */
  password: string;
}

/** The service's own description says whether anyone may register. */
export function useTerms() {
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
