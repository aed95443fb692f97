import { dialectOf, platformIds } from '../registry.ts'

/** The one style sheet of the public pages; each platform has a colour of its own. */
export function styleSheet(): string {
  const looks = platformIds.map((id) => {
    const { colour, darkColour } = dialectOf(id).look
    return `.on-${id} { --brand: ${colour}; }\n@media (prefers-color-scheme: dark) { .on-${id} { --brand: ${darkColour}; } }\n`
  })
  return base + looks.join('')
}

/** The brand's picture, and everybody else's. */
export const picture = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="12" fill="#0b6b57"/><path d="M18 46V18h28v7H26v6h16v7H26v8z" fill="#fff"/></svg>`

const base = `
:root { color-scheme: light dark; --ink: #1c2422; --soft: #5a6663; --line: #dfe5e2; --page: #f6f8f6; --card: #fff; --brand: #0b6b57; --wash: #e4f0ec; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6ece9; --soft: #9aa8a3; --line: #2c3633; --page: #121816; --card: #1a2220; --brand: #58c4aa; --wash: #1d312c; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/24px system-ui, sans-serif; }
main { max-width: 640px; margin: 0 auto; padding: 16px 16px 64px; }
h1 { font-size: 24px; line-height: 32px; margin: 16px 0 4px; }
h2 { font-size: 18px; line-height: 24px; margin: 32px 0 8px; }
a { color: var(--brand); }
nav { display: flex; flex-wrap: wrap; gap: 4px 16px; padding: 8px 0; border-block-end: 1px solid var(--line); }
nav a, .acts a, summary, .link { display: inline-block; padding: 10px 0; }
nav details[open] { flex-basis: 100%; }
nav details a { margin-inline-end: 16px; }
.soft, .meta, footer { color: var(--soft); font-size: 14px; line-height: 20px; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 12px 16px; margin: 12px 0; }
.card h2 { margin-block-start: 4px; }
.text { margin: 4px 0; white-space: pre-wrap; overflow-wrap: anywhere; }
figure { margin: 8px 0; }
figure img, figure video { display: block; max-inline-size: 100%; max-block-size: 320px; border-radius: 8px; background: var(--line); }
figcaption { color: var(--soft); font-size: 14px; line-height: 20px; overflow-wrap: anywhere; }
.stars { letter-spacing: 2px; }
.title { font-weight: 600; margin: 4px 0; }
.name { font-weight: 600; unicode-bidi: isolate; }
.brand > .said { background: var(--wash); border-radius: 10px; padding: 8px 12px; }
ul.thread { list-style: none; margin: 0; padding: 0; }
ul.thread ul.thread { padding-inline-start: 16px; border-inline-start: 2px solid var(--line); }
ul.deep ul.thread { padding-inline-start: 0; border: 0; }
li { padding: 8px 0; }
li:target > .said { outline: 2px solid var(--brand); outline-offset: 4px; border-radius: 6px; }
.acts { display: flex; flex-wrap: wrap; gap: 0 16px; align-items: start; font-size: 14px; }
.acts form { margin: 0; }
summary { cursor: pointer; color: var(--brand); list-style: none; }
.link { border: 0; background: none; color: var(--brand); font: inherit; cursor: pointer; }
form.write { display: grid; gap: 8px; margin: 8px 0; }
label { font-size: 14px; color: var(--soft); display: grid; gap: 2px; }
input, textarea, select { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--soft); border-radius: 6px; padding: 8px 10px; inline-size: 100%; }
button.send { justify-self: start; min-block-size: 44px; padding: 0 20px; font: inherit; font-weight: 600; color: var(--card); background: var(--brand); border: 0; border-radius: 6px; cursor: pointer; }
:focus-visible { outline: 2px solid var(--brand); outline-offset: 2px; }
`
