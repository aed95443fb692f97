const author = 'author { __typename login avatarUrl url ... on User { databaseId } ... on Bot { databaseId } }'

const commentFields = `__typename id databaseId body createdAt lastEditedAt deletedAt isMinimized authorAssociation url replyTo { id } ${author}`

const head = `__typename id number title body createdAt lastEditedAt updatedAt authorAssociation url ${author}`

const back = 'pageInfo { hasPreviousPage startCursor }'
const on = 'pageInfo { hasNextPage endCursor }'

/** A discussion with its newest comments, and the newest answers to each. */
const discussion = `${head} comments(last: 50) { totalCount ${back} nodes { ${commentFields} replies(last: 50) { totalCount ${back} nodes { ${commentFields} } } } }`

/** Discussions by their last change, a page of them. */
export const listQuery = `query ($owner: String!, $name: String!, $after: String) {
  repository(owner: $owner, name: $name) { discussions(first: 20, after: $after, orderBy: { field: UPDATED_AT, direction: DESC }) { ${on} nodes { ${discussion} } } }
}`

/** Discussions and comments by their ids; null for what is gone. */
export const nodesQuery = `query ($ids: [ID!]!) {
  nodes(ids: $ids) { __typename ... on Discussion { ${discussion} } ... on DiscussionComment { ${commentFields} discussion { ${head} } } }
}`

/** All comments of a discussion, a page of them from the oldest on. */
export const commentsQuery = `query ($id: ID!, $after: String) {
  node(id: $id) { __typename ... on Discussion { ${head} comments(first: 50, after: $after) { totalCount ${on} nodes { ${commentFields} replies(first: 50) { totalCount ${on} nodes { ${commentFields} } } } } } }
}`

/** All answers to one comment, a page of them from the oldest on. */
export const repliesQuery = `query ($id: ID!, $after: String) {
  node(id: $id) { __typename ... on DiscussionComment { ${commentFields} discussion { ${head} } replies(first: 50, after: $after) { totalCount ${on} nodes { ${commentFields} } } } }
}`

/** What is needed to answer: is it there, where, and below which comment. */
export const targetQuery = `query ($id: ID!) {
  node(id: $id) { __typename ... on Discussion { id } ... on DiscussionComment { id deletedAt replyTo { id } discussion { id } } }
}`

/** The newest below a discussion, or below a comment. */
export const newestQuery = `query ($id: ID!) {
  node(id: $id) { __typename ... on Discussion { ${head} comments(last: 50) { nodes { ${commentFields} } } } ... on DiscussionComment { ${commentFields} discussion { ${head} } replies(last: 50) { nodes { ${commentFields} } } } }
}`

/** How many comments stand directly below each discussion. */
export const countQuery = `query ($ids: [ID!]!) { nodes(ids: $ids) { __typename ... on Discussion { id comments(last: 1) { totalCount } } } }`

/** Whose token it is, and which repository. */
export const whoQuery = `query ($owner: String!, $name: String!) {
  viewer { login databaseId avatarUrl url }
  repository(owner: $owner, name: $name) { id nameWithOwner url hasDiscussionsEnabled }
}`

/** A mutation by its name: `input` in, `gives` out. */
export function mutation(name: string, gives: string): string {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`
  return `mutation ($input: ${type}!) { ${name}(input: $input) { ${gives} } }`
}

/** What a mutation that writes a comment is asked to give back. */
export const givesComment = `comment { ${commentFields} discussion { ${head} } }`
