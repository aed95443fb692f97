import type { MessageFact, PostFact, RemovalFact } from '@answerback/core/facts'

/** A message fact from what is known of it; the rest says "nothing known". Nothing stands below itself: a parent of that name is none. */
export function messageFact(
  known: Pick<MessageFact, 'externalId' | 'kind' | 'ours' | 'platformAt' | 'version'> & Partial<MessageFact>,
): MessageFact {
  return {
    fact: 'message',
    automated: false,
    author: null,
    postExternalId: null,
    mentionsUs: false,
    tagsExternalId: null,
    private: false,
    text: '',
    language: null,
    url: null,
    media: [],
    authorAt: null,
    editedAt: null,
    ref: {},
    ...known,
    parentExternalId: known.parentExternalId === known.externalId ? null : (known.parentExternalId ?? null),
  }
}

/** A post fact from what is known of it. */
export function postFact(known: Pick<PostFact, 'externalId' | 'ours' | 'platformAt'> & Partial<PostFact>): PostFact {
  return { fact: 'post', author: null, text: '', url: null, media: [], reportedReplies: null, ref: {}, ...known }
}

/** Gone, and nobody says by whom; `platformAt` null when only the absence was seen. */
export function removalFact(externalId: string, platformAt: string | null = null): RemovalFact {
  return { fact: 'removal', externalId, by: 'unknown', platformAt }
}
