import type { Dialect } from '../dialect.ts'
import { dialects } from '../registry.ts'

/**
 * Rewrites an address without a platform's prefix to the one with it: official clients drop the path of their base URL. The first
 * platform in the registry that claims the path has it (`rootPaths`).
 */
export function withPrefix(url: string): string {
  const owner = (dialects as readonly Dialect[]).find(({ rootPaths }) => rootPaths?.test(url))
  return owner ? `/${owner.id}${url}` : url
}
