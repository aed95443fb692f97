import type { Context } from '../context.ts'
import { endingOf } from '../http/media-type.ts'
import type { KeptFile } from '../world/files.ts'
import type { Item } from '../world/item.ts'
import type { World } from '../world/world.ts'
import { html } from './html.ts'
import type { Html } from './html.ts'

/** Where the sandbox shows a file: what APIs answer as its URL. */
export function fileAddress(context: Pick<Context, 'publicUrl'>, file: KeptFile): string {
  return `${context.publicUrl()}${pathTo(file)}`
}

/** The file that the last part of such an address names. */
export function fileOf({ world }: Context, name: string): KeptFile | undefined {
  return world.files.byKey(name.replace(/\..*$/, ''))
}

/** What an item carries, each with its description. */
export function mediaBelow(world: World, item: Item): Html[] {
  return world
    .mediaOf(item)
    .map(({ file, alt }) => html`<figure>${shown(file, alt)}${alt ? html`<figcaption dir="auto">${alt}</figcaption>` : null}</figure>`)
}

/** The words of an item without the places where they embed what is shown below them. */
export function wordsBeside(item: Item): string {
  if (item.media.length === 0) return item.text
  return item.text.replaceAll(/!\[(?:\\.|[^\]\\])*\]\([^)]*\)/g, '').trim()
}

function shown(file: KeptFile, alt: string): Html {
  if (file.type.startsWith('image/')) return html`<img src="${pathTo(file)}" alt="${alt}" />`
  if (file.type.startsWith('video/')) return html`<video src="${pathTo(file)}" aria-label="${alt || file.name}" controls></video>`
  return html`<a class="link" href="${pathTo(file)}">${file.name}</a>`
}

function pathTo(file: KeptFile): string {
  return `/files/${file.key}${endingOf(file.type)}`
}
