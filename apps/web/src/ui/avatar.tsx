import clsx from 'clsx'

/** One letter on a circle. `us` turns it dark, `size` s is 22 px. Decorative: the name stands beside it. */
export function Avatar({ name, us = false, size }: { name: string | null; us?: boolean; size?: 's' | undefined }) {
  return (
    <span className={clsx('av', us && 'us', size)} aria-hidden="true">
      {firstLetter(name)}
    </span>
  )
}

function firstLetter(name: string | null): string {
  const letter = /[\p{L}\p{N}]/u.exec(name ?? '')
  return letter === null ? '?' : letter[0].toLocaleUpperCase()
}
