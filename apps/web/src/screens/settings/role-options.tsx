import type { Role } from '@answerback/core/permissions'
import { useWords } from '../../words/words.tsx'

/** These roles to choose from, in words. */
export function RoleOptions({ roles }: { roles: readonly Role[] }) {
  const t = useWords()
  return roles.map((each) => (
    <option key={each} value={each}>
      {t(`role.${each}`)}
    </option>
  ))
}
