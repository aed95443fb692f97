/** Twice what a thread shows, for fine screens. */
const mostSide = 560

/** A small likeness as a data: address, which is all that the page's policy shows besides what comes from the server. */
export function thumbnailOf(bitmap: ImageBitmap, type: string): string {
  const canvas = drawn(bitmap, Math.min(1, mostSide / Math.max(bitmap.width, bitmap.height)), type === 'image/jpeg')
  return canvas.toDataURL(type === 'image/jpeg' ? type : 'image/webp', 0.8)
}

/** The picture on a canvas, at `scale` of its size. `onWhite`: where the format knows nothing that shines through. */
export function drawn(bitmap: ImageBitmap, scale: number, onWhite: boolean): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(bitmap.width * scale))
  canvas.height = Math.max(1, Math.round(bitmap.height * scale))
  const context = canvas.getContext('2d')!
  context.imageSmoothingQuality = 'high'
  if (onWhite) {
    context.fillStyle = '#fff'
    context.fillRect(0, 0, canvas.width, canvas.height)
  }
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
  return canvas
}
