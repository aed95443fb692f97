const key = 'answerback.workspace'

/** The workspace this browser shows, for people of several. Null: the first one. */
export function chosenWorkspace(): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

/** Shows another workspace, or with null the first one again. Takes effect when the page is loaded anew. */
export function chooseWorkspace(id: string | null): void {
  if (id === null) localStorage.removeItem(key)
  else localStorage.setItem(key, id)
}
