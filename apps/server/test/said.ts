import type { MessageFact, PostFact } from '@answerback/core/facts'

/** Minutes after noon of the day of the example. */
export const minute = (at: number) => new Date(Date.UTC(2026, 1, 1, 12, at))
/** The same instant as text. */
export const iso = (at: number) => minute(at).toISOString()
/** We ourselves. */
export const us = { externalId: 'us', handle: '@us', name: 'Us', avatarUrl: null, url: null }
const ada = { externalId: 'ada', handle: '@ada', name: 'Ada', avatarUrl: null, url: null }
/** Somebody other than Ada, who says everything unless told otherwise. */
export const bo = { externalId: 'bo', handle: '@bo', name: 'Bo', avatarUrl: null, url: null }

/** A comment of Ada's under our post, at noon. */
export function aMessage(id: string, more: Partial<MessageFact> = {}): MessageFact {
  return {
    fact: 'message',
    externalId: id,
    kind: 'comment',
    ours: false,
    automated: false,
    author: ada,
    parentExternalId: 'post',
    postExternalId: 'post',
    mentionsUs: false,
    tagsExternalId: null,
    private: false,
    text: id,
    language: null,
    url: null,
    media: [],
    platformAt: iso(0),
    authorAt: null,
    editedAt: null,
    version: 'a',
    ref: {},
    ...more,
  }
}
/** The same by us. */
export const ours = (id: string, more: Partial<MessageFact> = {}) => aMessage(id, { ours: true, author: us, ...more })
/** Our post, an hour earlier. */
export const aPost = (id = 'post', more: Partial<PostFact> = {}): PostFact => ({
  fact: 'post',
  externalId: id,
  ours: true,
  author: us,
  text: `post ${id}`,
  url: null,
  media: [],
  platformAt: iso(-60),
  reportedReplies: null,
  ref: {},
  ...more,
})
