/** What we ask for, as Meta spells it. The page for Meta's app review (docs/meta-app-review.md) is written from these. */
export const permissions: { name: string; why: string }[] = [
  { name: 'pages_show_list', why: 'to find your Page and its token' },
  { name: 'pages_manage_metadata', why: 'to have Facebook tell us of new comments at once' },
  { name: 'pages_read_engagement', why: 'to read your posts and what you answered there' },
  { name: 'pages_read_user_content', why: 'to read what people write under your posts' },
  { name: 'pages_manage_engagement', why: 'to reply and to like in the name of the Page' },
  { name: 'pages_manage_posts', why: 'to send a picture along with a reply: it is put among the photos of the Page, unpublished' },
  { name: 'business_management', why: 'to find Pages that you reach through a Business alone' },
]
