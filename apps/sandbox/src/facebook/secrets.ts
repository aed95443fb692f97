/** The Page, its app and its tokens. */
export type FacebookSecrets = {
  appId: string
  appSecret: string
  verifyToken: string
  pageId: string
  pageName: string
  pageAccessToken: string
  userId: string
  userAccessToken: string
}
