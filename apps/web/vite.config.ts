import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** The server's address while developing with `vite`; in production the server itself serves `dist`. */
const server = 'http://localhost:3000'

export default defineConfig({
  plugins: [react()],
  build: {
    target: 'es2022',
    // Nothing inlined as data: URLs, since the content security policy only allows our own origin.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/api': server, '/socket.io': { target: server, ws: true } } },
})
