// The nonce with which styles made at run time are allowed (Content-Security-Policy).
export function nonceOfPage(): string | undefined {
  return document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce || undefined;
}
