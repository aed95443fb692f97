import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openBetween } from './between.ts'
import { startChild, type Child } from './child.ts'
import { freePort } from '../redis.ts'
import { installed, type Peer } from './peer.ts'

type Json = Record<string, any>

export type WordPress = Peer & {
  /** Whether what somebody writes there for the first time waits for approval. */
  approveFirst(wanted: boolean): Promise<void>
  /** As the brand, over the site's own API. */
  ask(method: string, path: string, body?: Json): Promise<Json>
  /** The page of the post, as anybody sees it. */
  page(): Promise<string>
}

const root = join(installed, 'wordpress/root')
const login = { user: 'fieldnote', password: 'Only-for-tests-9-times' }

/** A WordPress site of its own on this machine, of Debian's packages: MariaDB on a socket, PHP's own web server, set up by its own forms. */
export async function openWordPress(): Promise<WordPress> {
  const closing: (() => unknown)[] = []
  const close = async (): Promise<void> => {
    for (const end of closing.splice(0).toReversed()) await end()
  }
  try {
    return { ...(await build(closing)), close }
  } catch (error) {
    await close()
    throw error
  }
}

async function build(closing: (() => unknown)[]): Promise<Omit<WordPress, 'close'>> {
  const dir = mkdtempSync(join(tmpdir(), 'answerback-wordpress-'))
  closing.push(() => rmSync(dir, { recursive: true, force: true }))
  const database = await startDatabase(dir)
  closing.push(database.stop)
  const port = await freePort()
  const between = await openBetween({ host: '127.0.0.1', port })
  closing.push(between.close)
  const address = between.url
  const php = startPhp(port, { WP_SOCKET: database.socket, WP_ADDRESS: address })
  closing.push(() => php.stop())
  await php.says(/started/)

  await submit(`${address}/wp-admin/install.php?step=2`, {
    weblog_title: 'Fieldnote',
    user_name: login.user,
    ...{ admin_password: login.password, admin_password2: login.password },
    admin_email: 'brand@fieldnote.example',
    blog_public: '0',
    language: '',
  })
  const cookie = await submit(
    `${address}/wp-login.php`,
    { log: login.user, pwd: login.password, testcookie: '1' },
    'wordpress_test_cookie=1',
  )
  const nonce = await read(`${address}/wp-admin/admin-ajax.php?action=rest-nonce`, cookie)
  const made = await fetch(`${address}/?rest_route=/wp/v2/users/me/application-passwords`, {
    method: 'POST',
    headers: { cookie, 'x-wp-nonce': nonce, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Answerback' }),
  })
  const { password } = (await made.json()) as { password: string }

  async function ask(method: string, path: string, body?: Json): Promise<Json> {
    const authorization = `Basic ${Buffer.from(`${login.user}:${password}`).toString('base64')}`
    const [route, query] = path.split('?')
    const response = await fetch(`${address}/?rest_route=/wp/v2/${route}${query ? `&${query}` : ''}`, {
      method,
      headers: { authorization, ...(body && { 'content-type': 'application/json' }) },
      body: body && JSON.stringify(body),
    })
    const said = (await response.json()) as Json
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(said)}`)
    return said
  }

  async function approveFirst(wanted: boolean): Promise<void> {
    const form = await read(`${address}/wp-admin/options-discussion.php`, cookie)
    await submit(
      `${address}/wp-admin/options.php`,
      {
        ...{ option_page: 'discussion', action: 'update', _wpnonce: /name="_wpnonce" value="(\w+)"/.exec(form)![1]! },
        ...{ default_comment_status: 'open', require_name_email: '1', thread_comments: '1', thread_comments_depth: '5' },
        ...{ show_avatars: '1', avatar_rating: 'G', avatar_default: 'mystery', comment_max_links: '2' },
        ...{ comments_per_page: '50', default_comments_page: 'newest', comment_order: 'asc' },
        ...(wanted && { comment_previously_approved: '1' }),
      },
      cookie,
    )
  }
  await approveFirst(false)
  const post = await ask('POST', 'posts', { title: 'The Atlas bag', content: 'It is back in stock.', status: 'publish' })
  let fans = 0

  const page = (): Promise<string> => read(`${address}/?p=${post.id}`)
  return {
    platform: 'wordpress',
    hosts: [new URL(address).host],
    settings: { url: address, username: login.user, applicationPassword: password },
    keep: between.keep,
    writes: ({ method, path }) => method === 'POST' && /wp\/v2\/comments(\?|$)/.test(decodeURIComponent(path)),
    ask,
    approveFirst,
    page,
    async comment(text) {
      fans += 1
      const form = { comment_post_ID: String(post.id), author: `Ada ${fans}`, email: `ada${fans}@example.org`, url: '', comment: text }
      // Everybody from an address of their own: nobody may write twice in 15 s there.
      return { id: await writeFrom(`127.0.0.${fans + 1}`, port, form, address), text }
    },
    answerThere: async ({ id }, text) => void (await ask('POST', 'comments', { post: post.id, parent: Number(id), content: text })),
    edit: async ({ id }, text) => void (await ask('POST', `comments/${id}`, { content: text })),
    remove: async ({ id }) => void (await ask('DELETE', `comments/${id}`)),
    answersSeen: async ({ id }) => answersOn(await page(), id),
    async answersKept() {
      const mine = (await ask('GET', 'comments?context=edit&status=all&author=1&per_page=100')) as Json[]
      return mine.map(({ content }) => wordsIn(content.raw))
    },
  }
}

const ofDebian = {
  PATH: process.env.PATH,
  LD_LIBRARY_PATH: ['usr/lib', 'lib'].flatMap((each) => librariesIn(join(root, each))).join(':'),
}

/** `lib` and what lies in it by the machine's kind, such as x86_64-linux-gnu. */
function librariesIn(folder: string): string[] {
  try {
    return [
      folder,
      ...readdirSync(folder)
        .filter((name) => name.endsWith('-linux-gnu'))
        .map((name) => join(folder, name)),
    ]
  } catch {
    return []
  }
}

function named(folder: string, pattern: RegExp): string {
  const name = readdirSync(join(root, folder)).find((each) => pattern.test(each))
  if (name === undefined) throw new Error(`There is nothing like ${String(pattern)} in ${join(root, folder)}`)
  return name
}

function startPhp(port: number, env: Record<string, string>): Child {
  return startChild(
    join(root, 'usr/bin', named('usr/bin', /^php\d[\d.]*$/)),
    [
      '-n',
      ...['mysqlnd', 'mysqli', 'ctype', 'tokenizer', 'iconv', 'posix', 'fileinfo'].flatMap((name) => ['-d', `extension=${name}`]),
      ...[
        '-d',
        `extension_dir=${join(root, 'usr/lib/php', named('usr/lib/php', /^\d{8}$/))}`,
        '-d',
        'sendmail_path=/bin/true',
        '-d',
        'log_errors=1',
      ],
      ...['-S', `127.0.0.1:${port}`, '-t', join(root, 'usr/share/wordpress')],
    ],
    // It calls itself while it is set up.
    { ...ofDebian, PHP_CLI_SERVER_WORKERS: '4', ...env },
  )
}

async function startDatabase(dir: string): Promise<{ socket: string; stop(): Promise<void> }> {
  const socket = join(dir, 'socket')
  const places = [
    '--no-defaults',
    `--basedir=${join(root, 'usr')}`,
    `--lc-messages-dir=${join(root, 'usr/share/mysql')}`,
    `--datadir=${join(dir, 'data')}`,
    // It does not run as root unless it is told to.
    ...(process.getuid?.() === 0 ? ['--user=root'] : []),
  ]
  const install = startChild(
    join(root, 'usr/bin/mariadb-install-db'),
    [...places, '--auth-root-authentication-method=normal', '--skip-test-db'],
    ofDebian,
  )
  const [code] = (await once(install.child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`MariaDB could not be set up: ${install.words()}`)
  const init = join(dir, 'init.sql')
  writeFileSync(
    init,
    "create database if not exists wordpress;\ncreate user if not exists 'wordpress'@'localhost' identified by 'wordpress';\ngrant all on wordpress.* to 'wordpress'@'localhost';\n",
  )
  const server = startChild(
    join(root, 'usr/sbin/mariadbd'),
    [
      ...places,
      `--socket=${socket}`,
      `--pid-file=${join(dir, 'pid')}`,
      `--init-file=${init}`,
      '--skip-networking',
      '--innodb-flush-log-at-trx-commit=0',
    ],
    ofDebian,
  )
  await server.says(/ready for connections/)
  return { socket, stop: () => server.stop() }
}

/** Gives the cookies that came back, once all of the answer is there: its first words come while the site is still at work. */
async function submit(url: string, form: Record<string, string>, cookie = ''): Promise<string> {
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(form), headers: { cookie }, redirect: 'manual' })
  const said = await response.text()
  if (response.status >= 400) throw new Error(`${url}: ${response.status} ${said.replaceAll(/<[^>]*>|\s+/g, ' ').slice(-400)}`)
  return response.headers
    .getSetCookie()
    .map((each) => each.split(';')[0]!)
    .join('; ')
}

async function read(url: string, cookie = ''): Promise<string> {
  const response = await fetch(url, { headers: { cookie } })
  if (!response.ok) throw new Error(`${url}: ${response.status}`)
  return response.text()
}

/** The comment form, as a browser at that address sends it. Gives the comment's number, which is where the browser is sent on to. */
async function writeFrom(localAddress: string, port: number, form: Record<string, string>, address: string): Promise<string> {
  const headers = { host: new URL(address).host, 'content-type': 'application/x-www-form-urlencoded' }
  const call = request({ host: '127.0.0.1', port, path: '/wp-comments-post.php', method: 'POST', headers, localAddress, agent: false })
  call.end(new URLSearchParams(form).toString())
  const [answer] = await once(call, 'response')
  answer.resume()
  const number = /#comment-(\d+)/.exec(String(answer.headers.location))?.[1]
  if (number === undefined) throw new Error(`The site did not take the comment: ${answer.statusCode}`)
  return number
}

/** Answers of the site's account below that comment, from the page. */
function answersOn(page: string, id: string): string[] {
  const comments = page.split(/(?=<li id="comment-)/).slice(1)
  const at = comments.findIndex((each) => each.startsWith(`<li id="comment-${id}"`))
  const after = comments.slice(at + 1)
  const end = after.findIndex((each) => /^<li[^>]*\bdepth-1\b/.test(each))
  return after
    .slice(0, end < 0 ? after.length : end)
    .filter((each) => new RegExp(`^<li[^>]*comment-author-${login.user}`).test(each))
    .map((each) => wordsIn(/<div class="wp-block-comment-content">([\s\S]*?)<\/div>/.exec(each)?.[1] ?? each))
}

function wordsIn(html: string): string {
  return html
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .trim()
}
