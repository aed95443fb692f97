import { workspace, workspaceSeq, member, invitation, change, idempotencyKey, audit } from './tables/workspace.ts'
import { user, session, account, verification, apiKey, oneTimeLink, signInAttempt, installation } from './tables/identity.ts'
import { channel, oauthState, poll, pollBudget, platformApp } from './tables/channel.ts'
import { delivery, deliveryEntry } from './tables/delivery.ts'
import { conversation, conversationRedirect, conversationCount, turn, closing, activity } from './tables/conversation.ts'
import { contact, post, message, sighting, earlyFact } from './tables/message.ts'
import { feed } from './tables/feed.ts'
import { postLedger } from './tables/ledger.ts'
import { messageWords } from './tables/search.ts'
import { reply, replyAttempt, upload } from './tables/reply.ts'

/**
 * Every table, in one object. Each with a workspace carries `workspace_id` and stands behind forced row-level security (migrations/0001).
 * Nothing is ever sorted by collation.
 */
export const schema = {
  workspace,
  workspaceSeq,
  member,
  invitation,
  change,
  idempotencyKey,
  audit,
  user,
  session,
  account,
  verification,
  apiKey,
  oneTimeLink,
  signInAttempt,
  installation,
  channel,
  poll,
  pollBudget,
  feed,
  platformApp,
  oauthState,
  delivery,
  deliveryEntry,
  conversation,
  conversationRedirect,
  conversationCount,
  turn,
  closing,
  activity,
  contact,
  post,
  message,
  sighting,
  earlyFact,
  messageWords,
  postLedger,
  reply,
  replyAttempt,
  upload,
}
