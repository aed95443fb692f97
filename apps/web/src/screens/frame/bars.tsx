import { WifiOff } from 'lucide-react'
import { useConnection } from '../../live/connection.ts'
import { useWords } from '../../words/words.tsx'

/** Says when the page is not live, and what still works. Nothing while all is well. */
export function Bars() {
  const t = useWords()
  const connection = useConnection()
  return (
    <div role="status">
      {connection !== 'live' && (
        <p className="alertline wide">
          <WifiOff className="i" aria-hidden="true" />
          <span>{t(`bars.${connection}`)}</span>
        </p>
      )}
    </div>
  )
}
