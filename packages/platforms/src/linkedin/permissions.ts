/**
 * What we ask for, as LinkedIn spells it. Its documents named comments `r_organization_social` and `w_organization_social`, and since 2023 also with `_feed`: an app may
 * have either, so both are asked for and what was given is kept.
 */
export const permissions: { name: string; why: string }[] = [
  { name: 'rw_organization_admin', why: 'to know which pages you administer, and to be told of comments and mentions' },
  { name: 'r_organization_social', why: 'to read your posts and the comments on them' },
  { name: 'r_organization_social_feed', why: 'the same, as newer apps have it' },
  { name: 'w_organization_social', why: 'to answer, react, edit and delete as the page' },
  { name: 'w_organization_social_feed', why: 'the same, as newer apps have it' },
]

/** Whether a list of scopes lets us write; one that nobody told says nothing. */
export function mayWrite(scope: string): boolean {
  const scopes = scope.split(/[\s,]+/).filter((each) => each !== '')
  return scopes.length === 0 || scopes.some((each) => each === 'w_organization_social' || each === 'w_organization_social_feed')
}
