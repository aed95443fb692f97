import type { Context } from '../context.ts'
import type { Item } from '../world/item.ts'
import { GraphError, noNode } from './errors.ts'
import { isDiscussion, kindOf } from './ids.ts'
import { Thing } from './run.ts'
import type { Args, Field } from './run.ts'

const platform = 'github'
const maxBody = 65_536

/** What can be written: comments, other words, deletions, votes and reactions, hiding. `clientMutationId` comes back and means nothing. */
export function mutations(context: Context, nodeOf: (id: unknown) => Thing): Record<string, Field<never>> {
  const { world } = context
  const brandId = (): string => world.brand(platform).id
  const itemOf = (id: unknown): Item => nodeOf(id).of as Item
  const living = (id: unknown): Item => {
    const item = itemOf(id)
    if (item.deletedAt !== null) throw noNode(id)
    return item
  }
  const own = (id: unknown): Item => {
    const item = living(id)
    if (item.authorId !== brandId()) throw new GraphError('FORBIDDEN', 'Viewer does not have permission to update this comment.')
    return item
  }
  const note = (name: string, item: Item, text: string | null): void =>
    world.journal.record({
      platform,
      method: 'POST',
      endpoint: `/graphql#${name}`,
      key: null,
      externalId: item.id,
      inReplyTo: name === 'addDiscussionComment' ? item.parentId : null,
      text,
    })
  const vote = (name: string): Field<never> =>
    mutation((input) => {
      const item = living(input['subjectId'])
      if (name.startsWith('add')) world.like(item, brandId())
      else world.unlike(item, brandId())
      note(name, item, null)
      return { subject: new Thing(kindOf(world, item), item) }
    })
  // Whoever maintains the repository may delete what anybody wrote there.
  const deletion = (name: string): Field<never> =>
    mutation((input) => {
      const item = living(input['id'])
      if (kindOf(world, item) === 'IssueComment') own(input['id'])
      world.remove(item)
      note(name, item, null)
      return { comment: new Thing(kindOf(world, item), item) }
    })
  const minimize = (hidden: boolean): Field<never> =>
    mutation((input) => {
      const item = living(input['subjectId'])
      item.extra['minimized'] = String(input['classifier'] ?? 'SPAM')
        .toLowerCase()
        .replaceAll('_', '-')
      world.hide(item, hidden)
      return { minimizedComment: new Thing('DiscussionComment', item), unminimizedComment: new Thing('DiscussionComment', item) }
    })
  return {
    addDiscussionComment: mutation((input) => {
      const discussion = living(input['discussionId'])
      if (!isDiscussion(discussion)) throw noNode(input['discussionId'])
      const above = input['replyToId'] ? living(input['replyToId']) : discussion
      if (above !== discussion && above.parentId !== discussion.id)
        throw new GraphError('UNPROCESSABLE', 'Parent comment is already in a thread, cannot reply to it')
      const text = bodyOf(input)
      const comment = world.write({ platform, authorId: brandId(), text, parentId: above.id })
      note('addDiscussionComment', comment, text)
      return { comment: new Thing('DiscussionComment', comment) }
    }),
    updateDiscussionComment: mutation((input) => {
      const item = own(input['commentId'])
      world.edit(item, bodyOf(input))
      note('updateDiscussionComment', item, null)
      return { comment: new Thing('DiscussionComment', item) }
    }),
    deleteDiscussionComment: deletion('deleteDiscussionComment'),
    deleteDiscussion: deletion('deleteDiscussion'),
    deleteIssueComment: deletion('deleteIssueComment'),
    addUpvote: vote('addUpvote'),
    removeUpvote: vote('removeUpvote'),
    addReaction: vote('addReaction'),
    removeReaction: vote('removeReaction'),
    minimizeComment: minimize(true),
    unminimizeComment: minimize(false),
  }
}

function mutation(run: (input: Args) => Record<string, Thing>): Field<never> {
  return (_of, args: Args) => {
    const input = (args['input'] ?? {}) as Args
    return new Thing('Payload', { ...run(input), clientMutationId: input['clientMutationId'] ?? null })
  }
}

function bodyOf(input: Args): string {
  const text = typeof input['body'] === 'string' ? input['body'] : ''
  if (text.trim() === '') throw new GraphError('UNPROCESSABLE', "Body can't be blank")
  if (text.length > maxBody) throw new GraphError('UNPROCESSABLE', `Body is too long (maximum is ${maxBody} characters)`)
  return text
}
