import { platformOf, useMe } from './me.tsx'

/** The platform's one-colour glyph, as the API hands it over. Decorative: its name stands beside it or in the row's label. */
export function Glyph({ platform }: { platform: string }) {
  const { icon } = platformOf(useMe(), platform)
  return (
    <svg className="gl" viewBox="0 0 16 16" aria-hidden="true">
      <path d={icon} />
    </svg>
  )
}
