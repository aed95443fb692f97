export type Theme = 'system' | 'light' | 'dark'

const key = 'answerback.theme'
const dark = matchMedia('(prefers-color-scheme: dark)')

/** Applies the kept choice, else the system's; follows the system while nothing is chosen. */
export function startTheme(): void {
  apply()
  dark.addEventListener('change', apply)
}

export function currentTheme(): Theme {
  const kept = localStorage.getItem(key)
  return kept === 'light' || kept === 'dark' ? kept : 'system'
}

export function chooseTheme(theme: Theme): void {
  if (theme === 'system') localStorage.removeItem(key)
  else localStorage.setItem(key, theme)
  apply()
}

/** Light becomes dark and back, whatever was chosen before. */
export function flipTheme(): void {
  chooseTheme(document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark')
}

function apply(): void {
  const theme = currentTheme()
  document.documentElement.dataset.theme = theme === 'system' ? (dark.matches ? 'dark' : 'light') : theme
}
