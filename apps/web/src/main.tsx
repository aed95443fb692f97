import '@fontsource-variable/inter/wght.css'
import './style/tokens.css'
import './style/base.css'
import './style/controls.css'
import './style/wait.css'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { cache } from './api/queries.ts'
import { router } from './routes.tsx'
import { startTheme } from './ui/theme.ts'

startTheme()
// A newer version was installed while this page was open, and its parts are named anew: load the page again, once.
addEventListener('vite:preloadError', () => {
  if (sessionStorage.getItem('answerback.reloaded') !== null) return
  sessionStorage.setItem('answerback.reloaded', '1')
  location.reload()
})
const place = document.getElementById('root')
if (place !== null) {
  createRoot(place).render(
    <StrictMode>
      <QueryClientProvider client={cache}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  )
}
