// How the console is built, tried out beside running services, and tested.
import { fileURLToPath } from 'node:url';

import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

/** Where `npm run dev` finds the services. */
const services = process.env.TESSERA ?? 'http://127.0.0.1:8080';
const proxied = { target: services, changeOrigin: true, headers: { origin: services } };

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { '@': fileURLToPath(new URL('src', import.meta.url)) } },
  // resource-service replaces it in each response.
  html: { cspNonce: '__CSP_NONCE__' },
  build: {
    target: 'es2022',
    // `data:` addresses of fonts and scripts are not allowed by the policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // A new version of the console leaves these as they are in the caches of browsers.
        codeSplitting: {
          groups: [{ name: 'react', test: /node_modules\/(react|react-dom|react-router|scheduler)\// }],
        },
      },
    },
  },
  server: { host: '127.0.0.1', proxy: { '/api': proxied, '/auth': proxied, '/.well-known': proxied } },
  test: {
    environment: 'jsdom',
    setupFiles: ['vitest.setup.ts'],
    testTimeout: 20_000,
    coverage: { provider: 'v8', include: ['src/session/**'], exclude: ['**/tests/**'], thresholds: { branches: 100 } },
  },
});
