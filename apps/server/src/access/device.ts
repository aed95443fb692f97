/** Words for the browser of a session, from its User-Agent: enough to know one's own again. "An unknown device" when it says nothing known. */
export function deviceOf(userAgent: string | null): string {
  const browser = first(userAgent, browsers)
  const system = first(userAgent, systems)
  if (browser && system) return `${browser} on ${system}`
  return browser ?? (system ? `A browser on ${system}` : 'An unknown device')
}

// Each names those before it as well, so the order decides.
const browsers: [RegExp, string][] = [
  [/Edg(e|A|iOS)?\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/SamsungBrowser\//, 'Samsung Internet'],
  [/Firefox\/|FxiOS\//, 'Firefox'],
  [/Chrome\/|CriOS\//, 'Chrome'],
  [/Safari\//, 'Safari'],
]
const systems: [RegExp, string][] = [
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Android/, 'Android'],
  [/CrOS/, 'ChromeOS'],
  [/Windows/, 'Windows'],
  [/Macintosh|Mac OS X/, 'a Mac'],
  [/Linux/, 'Linux'],
]

function first(text: string | null, names: [RegExp, string][]): string | null {
  return names.find(([pattern]) => pattern.test(text ?? ''))?.[1] ?? null
}
