import type { WorkspaceSettings } from '@answerback/core/access-api'
import { useQuery } from '@tanstack/react-query'
import { brandQuery, workspacesQuery } from '../../api/access-queries.ts'
import { change } from '../../api/call.ts'
import { cache, meQuery } from '../../api/queries.ts'
import { filled } from '../../ui/checks.ts'
import { useMay } from '../../ui/me.tsx'
import { timeZones } from '../../ui/time-zones.ts'
import { useWords } from '../../words/words.tsx'
import { Loaded } from './loaded.tsx'
import { SavedSelect, SavedText } from './saved-fields.tsx'
import { SettingsPage } from './settings-page.tsx'

/** The brand that this workspace answers for: its name and its days. */
export function BrandSettings() {
  const t = useWords()
  const query = useQuery(brandQuery)
  if (!useMay('workspace.write')) return <SettingsPage title={t('settings.brand')} lead={t('settings.forbidden')} />
  return (
    <SettingsPage title={t('settings.brand')} lead={t('settings.brandLead')}>
      <Loaded query={query}>
        {(brand) => (
          <div className="form narrow">
            <SavedText
              label={t('settings.brandName')}
              name="name"
              kept={brand.name}
              check={filled}
              save={(name) => save({ ...brand, name }, { name })}
            />
            <SavedSelect
              label={t('settings.timeZone')}
              hint={t('settings.timeZoneHint')}
              name="timeZone"
              kept={brand.timeZone}
              save={(timeZone) => save({ ...brand, timeZone }, { timeZone })}
            >
              {timeZones(brand.timeZone).map((zone) => (
                <option key={zone}>{zone}</option>
              ))}
            </SavedSelect>
          </div>
        )}
      </Loaded>
    </SettingsPage>
  )
}

/** Days, and with business hours due times, move with the zone: a frame of the live channel brings those. */
async function save(next: WorkspaceSettings, body: Partial<WorkspaceSettings>): Promise<void> {
  await change({ method: 'PATCH', path: '/workspace', body })
  cache.setQueryData(brandQuery.queryKey, next)
  for (const queryKey of [meQuery.queryKey, workspacesQuery.queryKey]) void cache.invalidateQueries({ queryKey })
}
