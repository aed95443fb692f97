import { Star } from 'lucide-react'
import { useWords } from '../words/words.tsx'

/** The stars of a review: drawn for the eye, in words for the ear. */
export function Stars({ rating }: { rating: number }) {
  const t = useWords()
  return (
    <span className="stars" role="img" aria-label={t('list.stars', { rating })}>
      {[1, 2, 3, 4, 5].map((each) => (
        <Star key={each} className="i sm" data-on={each <= rating || undefined} aria-hidden="true" />
      ))}
    </span>
  )
}
