import { useRouter } from '@tanstack/react-router'
import { change } from '../../api/call.ts'
import { cache } from '../../api/queries.ts'
import { chooseWorkspace } from '../../api/workspace-choice.ts'
import { problemWords } from '../../ui/problem-words.ts'
import { showToast } from '../../ui/toasts.tsx'
import { useWords } from '../../words/words.tsx'

/** Ends this browser's session and goes to the door. Drafts stay on the device. */
export function useSignOut(): () => void {
  const t = useWords()
  const router = useRouter()
  async function signOut(): Promise<void> {
    try {
      await change({ method: 'DELETE', path: '/session' })
      chooseWorkspace(null)
      cache.clear()
      router.history.push('/sign-in')
    } catch (error) {
      showToast({ text: problemWords(error, t), alert: true })
    }
  }
  return () => void signOut()
}
