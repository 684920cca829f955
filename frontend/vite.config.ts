import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig(({ mode }) => ({
  base: '/static/',
  plugins: [svelte()],
  resolve: mode === 'test' ? { conditions: ['browser'] } : {},
  build: {
    manifest: true,
    target: ['chrome87', 'safari14', 'firefox78'], // Chrome 109 is the last one on Windows 7 and 8
    rollupOptions: { input: 'src/app/main.ts' },
    modulePreload: { polyfill: false },
  },
  test: { environment: 'jsdom', include: ['tests/**/*.test.ts'] },
}));
