/** The words of the settings. */
export const settings = {
  title: 'Settings',
  sections: 'Settings',
  profile: 'Profile',
  brand: 'Brand',
  people: 'People',
  channels: 'Channels',
  apiKeys: 'API keys',
  sessions: 'Sessions',
} as const
