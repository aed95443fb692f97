import { type RefObject, useEffect, useEffectEvent, useState } from 'react'

/**
 * Files that are dropped onto `place`. True while some are held over it. Anywhere else on the page they do nothing: without this the browser would open them
 * and leave the page.
 */
export function useFileDrop(place: RefObject<HTMLElement | null>, onFiles: (files: readonly File[]) => void): boolean {
  const [over, setOver] = useState(false)
  const drop = useEffectEvent(onFiles)
  useEffect(() => {
    const onDrag = (event: DragEvent) => {
      if (event.dataTransfer?.types.includes('Files') !== true) return
      const inside = event.type !== 'dragleave' && event.target instanceof Node && place.current?.contains(event.target) === true
      event.preventDefault()
      event.dataTransfer.dropEffect = inside ? 'copy' : 'none'
      setOver(inside && event.type !== 'drop')
      if (inside && event.type === 'drop') drop([...event.dataTransfer.files])
    }
    const kinds = ['dragenter', 'dragover', 'dragleave', 'drop'] as const
    for (const kind of kinds) addEventListener(kind, onDrag)
    return () => {
      for (const kind of kinds) removeEventListener(kind, onDrag)
    }
  }, [place])
  return over
}

/** Files in what is pasted. Empty where the same is there as words, which people mean when they copy from a text; a file's own name is no such words. */
export function pastedFiles(data: DataTransfer): readonly File[] {
  const files = [...data.files]
  const lines = data
    .getData('text/plain')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
  return lines.every((line) => files.some(({ name }) => line.endsWith(name))) ? files : []
}
