import type { WorkspaceView } from '@answerback/core/access-api'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { LogOut, Settings, SunMoon } from 'lucide-react'
import { workspacesQuery } from '../../api/access-queries.ts'
import { chooseWorkspace } from '../../api/workspace-choice.ts'
import { useMe } from '../../ui/me.tsx'
import { MenuItem } from '../../ui/menu.tsx'
import { flipTheme } from '../../ui/theme.ts'
import { useWords } from '../../words/words.tsx'
import { useSignOut } from './use-sign-out.ts'

/** The brands one works for. Asked for before the menu opens, since it is placed by its size. */
export function useBrands(): WorkspaceView[] {
  return useQuery({ ...workspacesQuery, retry: false }).data ?? []
}

/** What one finds behind one's own name: the brands one works for, when there are several, settings, and the way out. */
export function UserMenuItems() {
  const t = useWords()
  const me = useMe()
  const navigate = useNavigate()
  const signOut = useSignOut()
  const workspaces = useBrands()
  return (
    <>
      {workspaces.length > 1 && (
        <>
          <p>{t('nav.brands')}</p>
          {workspaces.map((each) => (
            <MenuItem
              key={each.id}
              checked={each.id === me.workspace.id}
              hint={t(`role.${each.role}`)}
              onChoose={() => {
                if (each.id === me.workspace.id) return
                chooseWorkspace(each.id)
                location.assign('/inbox')
              }}
            >
              {each.name}
            </MenuItem>
          ))}
          <div role="separator" />
        </>
      )}
      <MenuItem icon={<Settings className="i" aria-hidden="true" />} onChoose={() => void navigate({ to: '/settings' })}>
        {t('nav.settings')}
      </MenuItem>
      <MenuItem icon={<SunMoon className="i" aria-hidden="true" />} onChoose={flipTheme}>
        {t('command.theme')}
      </MenuItem>
      <MenuItem icon={<LogOut className="i" aria-hidden="true" />} onChoose={signOut}>
        {t('nav.signOut')}
      </MenuItem>
    </>
  )
}
