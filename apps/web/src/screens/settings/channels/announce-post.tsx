import type { Channel } from '@answerback/core/api'
import { useState } from 'react'
import { change } from '../../../api/call.ts'
import { TextField } from '../../../ui/fields.tsx'
import { useForm } from '../../../ui/use-form.ts'
import { useWords } from '../../../words/words.tsx'

type Said = { state: 'recorded' | 'known' | 'looked_for' }

/** Says that a post is out, by its address or the platform's id, and how schedulers say it by themselves. */
export function AnnouncePost({ channel }: { channel: Channel }) {
  const t = useWords()
  const [said, setSaid] = useState<Said['state'] | null>(null)
  const form = useForm<Record<string, string>>({
    initial: { post: '', text: '' },
    checks: { post: (value, words) => (value.trim() === '' ? words('form.missing') : null) },
    send: async ({ post = '', text = '' }) => {
      setSaid(null)
      const named = /^https?:\/\//i.test(post.trim()) ? { url: post.trim() } : { externalId: post.trim() }
      const body = { channelId: channel.id, ...named, ...(text.trim() !== '' && { text: text.trim() }) }
      const { state } = await change<Said>({ method: 'POST', path: '/posts', body })
      form.reset()
      setSaid(state)
    },
  })
  return (
    <section>
      <h2>{t('connecting.announce')}</h2>
      <p className="small ink2">{t('connecting.announceLead')}</p>
      <form className="form narrow" noValidate autoComplete="off" onSubmit={form.submit}>
        <TextField
          label={t('connecting.announcePost')}
          hint={t('connecting.announcePostHint')}
          dir="ltr"
          autoCapitalize="none"
          spellCheck={false}
          {...form.field('post')}
        />
        <TextField label={t('connecting.announceText')} hint={t('connecting.announceTextHint')} {...form.field('text')} />
        {form.whole !== null && (
          <p className="err" role="alert">
            {form.whole}
          </p>
        )}
        <div className="acts">
          <button type="submit" className="btn" aria-disabled={form.busy}>
            {form.busy ? t('form.busy') : t('connecting.announceDo')}
          </button>
        </div>
      </form>
      <p className="small" role="status">
        {said !== null && t(`connecting.announced.${said}`)}
      </p>
      <p className="meta">
        {t('connecting.announceCall')}{' '}
        <a className="link" href="/api/docs#/posts" target="_blank" rel="noopener noreferrer">
          {t('connecting.announceDocs')}
        </a>
      </p>
    </section>
  )
}
