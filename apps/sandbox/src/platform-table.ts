import type { Dialect } from './dialect.ts'
import { dialects } from './registry.ts'

/** The platforms as a table in Markdown, for the README: what people can do there, what the connect form takes, how webhooks are signed. */
export function platformTable(): string {
  const rows = (dialects as readonly Dialect[]).map((dialect) => {
    // Where it is called is no part of the form.
    const settings = Object.keys(dialect.settings(dialect.secrets(blank), '')).filter((name) => name !== 'apiUrl')
    const webhooks = dialect.webhooks ? `\`${dialect.webhooks.signature}\`` : 'none'
    const cells = [dialect.name, `\`/${dialect.id}\``, dialect.kinds.join(', '), settings.map((name) => `\`${name}\``).join(', '), webhooks]
    return `| ${cells.join(' | ')} |`
  })
  return ['| platform | below | people there | connect form | webhooks signed in |', '|---|---|---|---|---|', ...rows].join('\n')
}

const blank = { random: () => 0, hex: () => '', digits: () => '', letters: () => '', base32: () => '' }
