import { linkify } from './linkify.ts'

/** What a person wrote: always text, in its own direction, links safe to press. */
export function UserText({ text, className }: { text: string; className?: string }) {
  return (
    <p className={className} dir="auto">
      {linkify(text).map((part, index) =>
        part.href === null ? (
          part.text
        ) : (
          <a key={index} className="link" href={part.href} target="_blank" rel="noopener noreferrer nofollow">
            {part.text}
          </a>
        ),
      )}
    </p>
  )
}

/** The address when it is http or https, else null: what a platform sent never becomes another kind of link. */
export function safeUrl(url: string | null): string | null {
  return url !== null && /^https?:\/\//i.test(url) ? url : null
}
