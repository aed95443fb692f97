import type { ApiKeyMade } from '@answerback/core/access-api'
import { atLeast, type Role, roles, type Scope, scopesFor } from '@answerback/core/permissions'
import { useState } from 'react'
import { apiKeysQuery } from '../../api/access-queries.ts'
import { change } from '../../api/call.ts'
import { cache } from '../../api/queries.ts'
import { now } from '../../clock/ticker.ts'
import { filled } from '../../ui/checks.ts'
import { SelectField, TextField } from '../../ui/fields.tsx'
import { Form } from '../../ui/form.tsx'
import { useMe } from '../../ui/me.tsx'
import { useForm } from '../../ui/use-form.ts'
import { useWords } from '../../words/words.tsx'
import { RoleOptions } from './role-options.tsx'

const lifetimes = { d30: 30, d90: 90, d365: 365, never: null } as const
type Lifetime = keyof typeof lifetimes

/** Name, role (at most one's own), how far it reaches, and lifetime of a new key. */
export function ApiKeyForm({ onMade }: { onMade: (made: ApiKeyMade & { name: string }) => void }) {
  const t = useWords()
  const me = useMe()
  const [left, setLeft] = useState<readonly Scope[]>([])
  const form = useForm({
    initial: { name: '', role: 'manager', lifetime: 'd90' },
    checks: { name: filled },
    send: async ({ name, role, lifetime }) => {
      const days = lifetimes[lifetime as Lifetime]
      const useful = scopesFor(role as Role)
      const chosen = useful.filter((each) => !left.includes(each))
      const body = {
        name: name.trim(),
        role,
        // With all of them the key goes along with its role, should that come to mean more one day.
        ...(chosen.length < useful.length && { scopes: chosen }),
        ...(days !== null && { expiresAt: new Date(now() + days * 86_400_000).toISOString() }),
      }
      onMade({ ...(await change<ApiKeyMade>({ method: 'POST', path: '/api-keys', body })), name: body.name })
      void cache.invalidateQueries({ queryKey: apiKeysQuery.queryKey })
    },
  })
  const role = form.field('role')
  const useful = scopesFor(role.value as Role)
  const chosen = useful.filter((each) => !left.includes(each))
  /** The last one stays: a key for nothing is none. */
  const flip = (scope: Scope, on: boolean) => {
    if (on) setLeft(left.filter((each) => each !== scope))
    else if (chosen.length > 1) setLeft([...left, scope])
  }
  return (
    <Form form={form} action={t('settings.apiKeyMake')} className="narrow">
      <TextField
        label={t('settings.apiKeyName')}
        hint={t('settings.apiKeyNameHint')}
        maxLength={120}
        autoComplete="off"
        {...form.field('name')}
      />
      <SelectField
        label={t('settings.apiKeyRole')}
        {...role}
        onValue={(value) => {
          setLeft([])
          role.onValue(value)
        }}
      >
        <RoleOptions roles={roles.filter((each) => atLeast(me.role, each))} />
      </SelectField>
      {useful.length > 1 && (
        <fieldset className="choices">
          <legend>{t('settings.apiKeyScopes')}</legend>
          {useful.map((scope) => (
            <label key={scope}>
              <input type="checkbox" checked={chosen.includes(scope)} onChange={(event) => flip(scope, event.currentTarget.checked)} />
              <span>
                {t(`settings.scope.${scope}`)} <span className="meta">{t(`settings.scopeMeans.${scope}`)}</span>
              </span>
            </label>
          ))}
          <p className="meta">{t('settings.apiKeyScopesHint')}</p>
        </fieldset>
      )}
      <SelectField label={t('settings.apiKeyExpires')} {...form.field('lifetime')}>
        {(Object.keys(lifetimes) as Lifetime[]).map((each) => (
          <option key={each} value={each}>
            {t(`settings.expires.${each}`)}
          </option>
        ))}
      </SelectField>
    </Form>
  )
}
