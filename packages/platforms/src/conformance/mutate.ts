import fc from 'fast-check'

/** Texts that no platform should answer with and that some day one will. */
export const brokenTexts = [
  '',
  'null',
  '[]',
  '{}',
  '0',
  '"text"',
  'true',
  '<!doctype html><title>Checking your browser</title>',
  '{"data":[{"id":"1","mess',
  '{"error":{}}',
  '\u0000',
  '\ud800',
  '['.repeat(50_000),
  `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`,
  `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
]

/** Values put where others stood. `@@19@@` becomes an integer of 19 digits in the text. */
const strange: unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  '',
  '@@19@@',
  'text',
  '\u0000',
  'half \ud83d',
  '\udc00',
  '<script>alert(1)</script>',
  '\u202egnp.exe',
  '2026-13-45T99:99:99Z',
  '0001-01-01T00:00:00Z',
  '+275760-09-13T00:00:00.000Z',
  'javascript:alert(1)',
  'at://',
  'at://did:plc:x/app.bsky.feed.post/',
  [],
  {},
  [[[[]]]],
  { id: {} },
  { toString: 1, __proto__x: 1, constructor: 'x', length: 5 },
  'x'.repeat(5_000),
]

/** A change of one JSON text: a key dropped, a value replaced or doubled, a number of 19 digits, a cut, a smuggled `__proto__`. */
export const mutation: fc.Arbitrary<(text: string) => string> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ at: fc.nat(), by: fc.constantFrom(...strange) }).map(
      ({ at, by }) =>
        (text: string) =>
          edit(text, at, () => by),
    ),
  },
  { weight: 3, arbitrary: fc.nat().map((at) => (text: string) => edit(text, at, () => undefined)) },
  { weight: 1, arbitrary: fc.nat().map((at) => (text: string) => edit(text, at, (value) => [value, value])) },
  { weight: 1, arbitrary: fc.nat().map((at) => (text: string) => edit(text, at, deepen)) },
  { weight: 1, arbitrary: fc.nat().map((at) => (text: string) => text.slice(0, at % (text.length + 1))) },
  { weight: 1, arbitrary: fc.constant((text: string) => text.replace('{', '{"__proto__":{"id":"1"},')) },
)

function deepen(value: unknown): unknown {
  let deep = value
  for (let level = 0; level < 300; level += 1) deep = { replies: [deep], post: deep === value ? value : {}, data: [] }
  return deep
}

type Place = { holder: Record<string, unknown> | unknown[]; key: string }

function edit(text: string, at: number, change: (value: unknown) => unknown): string {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return text
  }
  const places: Place[] = []
  const pending: unknown[] = [json]
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    if (typeof value !== 'object' || value === null) continue
    for (const key of Object.keys(value)) {
      places.push({ holder: value as Place['holder'], key })
      pending.push((value as Record<string, unknown>)[key])
    }
  }
  const place = places[at % Math.max(places.length, 1)]
  if (place) {
    const holder = place.holder as Record<string, unknown>
    const changed = change(holder[place.key])
    if (changed === undefined) delete holder[place.key]
    else holder[place.key] = changed
  }
  return JSON.stringify(json).replaceAll('"@@19@@"', '1234567890123456789')
}
