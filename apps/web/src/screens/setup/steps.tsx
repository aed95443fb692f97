import clsx from 'clsx'
import { Check } from 'lucide-react'
import { type ReactNode, useEffect, useRef } from 'react'
import { useWords } from '../../words/words.tsx'
import { useDoorTitle } from '../doors/door.tsx'
import { BrandMark } from '../frame/brand-mark.tsx'
import '../../style/setup.css'

export type Step = {
  title: string
  question: string
  /** Once done: what was decided, and a way to change it. */
  summary?: ReactNode
  change?: ReactNode
  /** While it is still to come. */
  nextLead?: string
  body?: ReactNode
}

/** Five steps, one open: what is done above it in a line each, what comes below it. `at` counts from 0. */
export function Steps({ at, steps }: { at: number; steps: Step[] }) {
  const t = useWords()
  const heading = useRef<HTMLHeadingElement>(null)
  const before = useRef(at)
  useDoorTitle(t('setup.title'))
  useEffect(() => {
    if (before.current !== at) heading.current?.focus()
    before.current = at
  }, [at])
  return (
    <main className="setup">
      <div className="su">
        <header className="su-head">
          <span className="hs">
            <BrandMark />
            <b>{t('app.name')}</b>
          </span>
          <span className="meta">{t('setup.step', { at: at + 1, of: steps.length })}</span>
        </header>
        <ol className="steps">
          {steps.map((step, index) => (
            <li
              key={step.title}
              className={clsx(index < at ? 'done' : index === at ? 'now' : 'next')}
              aria-current={index === at ? 'step' : undefined}
            >
              <span className="sn" aria-hidden="true">
                {index < at ? <Check className="i sm" /> : index + 1}
              </span>
              {index === at ? (
                <div>
                  <h1 ref={heading} tabIndex={-1}>
                    {step.question}
                  </h1>
                  {step.body}
                </div>
              ) : index < at ? (
                <div className="hs">
                  <h2>{step.title}</h2>
                  <span className="grow ink3 small ell">{step.summary}</span>
                  {step.change}
                </div>
              ) : (
                <div>
                  <h2>{step.title}</h2>
                  {step.nextLead !== undefined && <p className="small ink3">{step.nextLead}</p>}
                </div>
              )}
            </li>
          ))}
        </ol>
      </div>
    </main>
  )
}
