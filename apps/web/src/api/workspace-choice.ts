const key = 'answerback.workspace'

/** What this page shows, whatever other tabs choose meanwhile: nobody acts in another workspace than they look at. */
let shown: string | null = kept()

/** The workspace that this page shows, for people of several. Null: not known yet, the first one. */
export function chosenWorkspace(): string | null {
  return shown
}

/** From now on this page shows that one, which `/me` brought. */
export function showWorkspace(id: string): void {
  shown = id
}

/** Shows another workspace, now and the next time; or with null the first one again. What was loaded is to be loaded anew. */
export function chooseWorkspace(id: string | null): void {
  shown = id
  if (id === null) localStorage.removeItem(key)
  else localStorage.setItem(key, id)
}

function kept(): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}
