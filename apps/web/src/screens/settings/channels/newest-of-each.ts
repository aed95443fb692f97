/** One an app: several active secrets of it are still one choice. */
export function newestOfEach<A extends { appId: string }>(apps: A[]): A[] {
  return [...new Map(apps.map((app) => [app.appId, app])).values()]
}
