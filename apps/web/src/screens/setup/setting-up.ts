const key = 'answerback.setting-up'

/** Whether this tab is in the middle of the first run, so that the settings can lead back to it. */
export function isSettingUp(): boolean {
  return sessionStorage.getItem(key) !== null
}

export function noteSettingUp(on: boolean): void {
  if (on) sessionStorage.setItem(key, '1')
  else sessionStorage.removeItem(key)
}
