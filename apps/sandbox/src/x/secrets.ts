/** The app in the developer console, the brand's account, and what the console hands out for both. */
export type XSecrets = {
  userId: string
  username: string
  /** "Consumer" pair: signs OAuth 1.0a, and the secret also signs webhooks. */
  apiKey: string
  apiKeySecret: string
  /** OAuth 1.0a, for the owner of the app; it does not end. */
  userToken: string
  userTokenSecret: string
  /** For the app alone. */
  bearerToken: string
  clientId: string
  clientSecret: string
  /** OAuth 2.0, as an earlier login gave them: two hours, and good once. */
  accessToken: string
  refreshToken: string
  /** What further tokens are signed with. */
  tokenSecret: string
}
