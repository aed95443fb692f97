import type { PlatformView } from '@answerback/core/api'
import { Link } from '@tanstack/react-router'
import { Glyph } from '../../ui/glyph.tsx'
import { useMe } from '../../ui/me.tsx'
import { useWords } from '../../words/words.tsx'

/** Where people write: a card a platform, the quick ones first. */
export function ConnectStep({ onSkip }: { onSkip: () => void }) {
  const t = useWords()
  const { platforms } = useMe()
  const groups = [
    { title: t('setup.connect.easy'), platforms: platforms.filter(({ wantsApp }) => !wantsApp) },
    { title: t('setup.connect.app'), platforms: platforms.filter(({ wantsApp }) => wantsApp) },
  ]
  return (
    <>
      <p className="ink2">{t('setup.connect.lead')}</p>
      {groups.map(
        (group) =>
          group.platforms.length > 0 && (
            <section key={group.title}>
              <h2 className="gh">{group.title}</h2>
              <div className="cg">
                {group.platforms.map((platform) => (
                  <Card key={platform.id} platform={platform} />
                ))}
              </div>
            </section>
          ),
      )}
      <div className="su-later">
        <p>
          <b className="med">{t('setup.connect.later')}</b> <span className="ink2">{t('setup.connect.laterLead')}</span>
        </p>
        <button type="button" className="btn" onClick={onSkip}>
          {t('setup.connect.skip')}
        </button>
      </div>
    </>
  )
}

function Card({ platform }: { platform: PlatformView }) {
  const t = useWords()
  const hint = platform.oauthApp === null ? platform.asksFor : t(`setup.connect.agree.${platform.oauthApp}`)
  return (
    <Link className="cn" to="/settings/channels" search={{ connect: platform.id }}>
      <span className="pg2">
        <Glyph platform={platform.id} />
      </span>
      <span>
        <b className="med">{platform.name}</b>
        {hint !== null && <span className="meta">{hint}</span>}
      </span>
    </Link>
  )
}
