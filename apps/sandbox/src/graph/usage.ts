/** The rate headers of an answer for one account (of `type` "pages", "instagram"), as percentages and minutes. */
export function usageHeaders(accountId: string, type: string, percent = 3, waitMinutes = 0): Record<string, string> {
  const usage = { call_count: percent, total_time: percent, total_cputime: percent }
  const account = [{ type, ...usage, estimated_time_to_regain_access: waitMinutes }]
  return {
    'x-app-usage': JSON.stringify(usage),
    'x-business-use-case-usage': JSON.stringify({ [accountId]: account }),
    'facebook-api-version': 'v25.0',
  }
}
