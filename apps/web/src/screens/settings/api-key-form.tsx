import type { ApiKeyMade } from '@answerback/core/access-api'
import { atLeast, type Role, roles } from '@answerback/core/permissions'
import { apiKeysQuery } from '../../api/access-queries.ts'
import { change } from '../../api/call.ts'
import { cache } from '../../api/queries.ts'
import { now } from '../../clock/ticker.ts'
import { filled } from '../../ui/checks.ts'
import { SelectField, TextField } from '../../ui/fields.tsx'
import { useMe } from '../../ui/me.tsx'
import { useForm } from '../../ui/use-form.ts'
import { useWords } from '../../words/words.tsx'

const lifetimes = { d30: 30, d90: 90, d365: 365, never: null } as const
type Lifetime = keyof typeof lifetimes

/** Name, role (at most one's own) and lifetime of a new key. */
export function ApiKeyForm({ onMade }: { onMade: (made: ApiKeyMade & { name: string }) => void }) {
  const t = useWords()
  const me = useMe()
  const form = useForm({
    initial: { name: '', role: 'manager', lifetime: 'd90' },
    checks: { name: filled },
    send: async ({ name, role, lifetime }) => {
      const days = lifetimes[lifetime as Lifetime]
      const body = {
        name: name.trim(),
        role,
        ...(days !== null && { expiresAt: new Date(now() + days * 86_400_000).toISOString() }),
      }
      onMade({ ...(await change<ApiKeyMade>({ method: 'POST', path: '/api-keys', body })), name: body.name })
      void cache.invalidateQueries({ queryKey: apiKeysQuery.queryKey })
    },
  })
  const role = form.field('role')
  return (
    <form className="form narrow" noValidate onSubmit={form.submit}>
      <TextField
        label={t('settings.apiKeyName')}
        hint={t('settings.apiKeyNameHint')}
        maxLength={120}
        autoComplete="off"
        {...form.field('name')}
      />
      <SelectField label={t('settings.apiKeyRole')} {...role}>
        {roles
          .filter((each) => atLeast(me.role, each))
          .map((each: Role) => (
            <option key={each} value={each}>
              {t(`role.${each}`)}
            </option>
          ))}
      </SelectField>
      <SelectField label={t('settings.apiKeyExpires')} {...form.field('lifetime')}>
        {(Object.keys(lifetimes) as Lifetime[]).map((each) => (
          <option key={each} value={each}>
            {t(`settings.expires.${each}`)}
          </option>
        ))}
      </SelectField>
      {form.whole !== null && (
        <p className="err" role="alert">
          {form.whole}
        </p>
      )}
      <div className="acts">
        <button type="submit" className="btn fill" aria-disabled={form.busy}>
          {form.busy ? t('form.busy') : t('settings.apiKeyMake')}
        </button>
      </div>
    </form>
  )
}
