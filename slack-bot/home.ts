import type { types } from '@slack/bolt'
import { z } from 'zod'
import { agoInWords } from '#freshness/age.ts'
import type { Document, Lang } from '#knowledge/document.ts'
import type { Freshness, FreshnessState } from '#knowledge/freshness.ts'
import type { Principal } from '#knowledge/principal.ts'
import { maskSecrets } from '#knowledge/secrets.ts'
import { verifyDocument } from '#knowledge/verify-document.ts'
import type { ActingParts } from './acting-parts.ts'
import type { Pressed, Submitted } from './incoming.ts'
import { escaped, message, plain, section } from './layout/message.ts'
import { ageBadge } from './layout/source-line.ts'
import { bare } from './owners.ts'
import { tellDirectly } from './telling.ts'
import { jsonOf } from './threads.ts'
import type { UnansweredQuestion } from './unanswered.ts'
import { homeWords } from './words-home.ts'

/** Two blocks and a divider each, of the hundred that a Home tab may have. */
const mostShown = 25
const mostQuestions = 8
const pageSize = 500
const mostPages = 40
const keeper = 'slack\nnot-mine'
const homeActions = {
  yes: 'home_true',
  wrong: 'home_wrong',
  notMine: 'home_not_mine',
  evergreen: 'home_evergreen',
}
const homeForms = { wrong: 'document_wrong', evergreen: 'document_evergreen' }

const worstFirst: readonly FreshnessState[] = [
  'contradicted',
  'suspect',
  'stale',
  'aging',
  'fresh',
  'verified',
  'evergreen',
]
const longestReason = 1000

interface Owned {
  document: Document
  freshness: Freshness
}

/** What somebody owns and how it stands, the worst first. */
export async function showHome(parts: ActingParts, team: string, user: string, signal: AbortSignal): Promise<void> {
  const standing = await parts.people.standing(user, team, signal)
  const lang = await parts.people.langOf(user, signal)
  const said = homeWords(lang)
  const blocks: types.KnownBlock[] = [{ type: 'header', text: plain(said.title) }]
  if (standing.kind === 'sees') {
    const owned = await ownedBy(parts, user, standing.principal, signal)
    blocks.push(section(said.summary(owned.length, owned.filter(({ freshness }) => isDue(freshness)).length)))
    const now = parts.clock.now()
    for (const each of owned.slice(0, mostShown)) blocks.push(...blocksOf(each, now, lang))
    if (owned.length > mostShown) blocks.push(section(said.more(owned.length - mostShown)))
    blocks.push(...(await unansweredBlocks(parts, team, user, lang, signal)))
  } else blocks.push(section(said.nothing))
  const view = { user_id: user, view: { type: 'home' as const, blocks } }
  await parts.calls.call('views.publish', (client) => client.views.publish(view), signal)
}

/** Asked by themselves, or in a channel that they are in: where something is to be written down. */
async function unansweredBlocks(
  { unanswered, people, clock }: ActingParts,
  team: string,
  user: string,
  lang: Lang,
  signal: AbortSignal,
): Promise<types.KnownBlock[]> {
  const said = homeWords(lang)
  const mayKnow = async (asked: UnansweredQuestion) =>
    asked.user === user || (!asked.isDirect && (await people.isIn(asked.channel, user, signal)))
  const questions = await unanswered.known(team, mayKnow, mostQuestions, signal)
  if (questions.length === 0) return []
  const now = clock.now()
  const lines = questions.map(({ text, at }) => `• ${escaped(text.slice(0, 200))} · ${agoInWords(at, now, lang)}`)
  return [{ type: 'divider' }, { type: 'header', text: plain(said.unanswered) }, section(lines.join('\n'))]
}

function isDue({ state }: Freshness): boolean {
  return worstFirst.indexOf(state) <= worstFirst.indexOf('aging')
}

function blocksOf({ document, freshness }: Owned, now: Date, lang: Lang): types.KnownBlock[] {
  const said = homeWords(lang)
  const title = escaped(document.title === '' ? document.path : document.title).slice(0, 300)
  const linked =
    /^https?:\/\/[^\s<>|]+$/.test(document.url) && document.url.length < 2000
      ? `<${document.url}|${title.replaceAll('|', '/')}>`
      : title
  const button = (actionId: string, text: string): types.Button => ({
    type: 'button',
    action_id: actionId,
    text: plain(text),
    value: JSON.stringify({ d: document.id }).slice(0, 2000),
  })
  return [
    { type: 'divider' },
    section(
      `${isDue(freshness) ? '⚠️ ' : ''}*${linked}*\n${escaped(document.path).slice(0, 500)} · ${escaped(ageBadge(freshness, now, lang))}`,
    ),
    {
      type: 'actions',
      elements: [
        { ...button(homeActions.yes, said.stillTrue), style: 'primary' },
        button(homeActions.wrong, said.wrong),
        button(homeActions.notMine, said.notMine),
        button(homeActions.evergreen, said.evergreen),
      ],
    },
  ]
}

async function ownedBy(
  { documents, people, conversations, freshnessOf }: ActingParts,
  user: string,
  principal: Principal,
  signal: AbortSignal,
): Promise<Owned[]> {
  const names = new Set([principal.name, user, (await people.emailOf(user, signal)) ?? user].map(bare))
  const disowned = new Set(await notMine(conversations, user, signal))
  const owned: Document[] = []
  let cursor: string | undefined
  for (let pages = 0; pages < mostPages; pages++) {
    const page = await documents.documents({ principal }, cursor, pageSize, signal)
    owned.push(
      ...page.documents.filter(({ id, owners }) => !disowned.has(id) && owners.some((owner) => names.has(bare(owner)))),
    )
    cursor = page.nextCursor
    if (cursor === undefined) break
  }
  const verified = await documents.verifications(
    owned.map(({ id }) => id),
    signal,
  )
  return owned
    .map((document) => ({ document, freshness: freshnessOf(document, document.editedAt, verified.get(document.id)) }))
    .toSorted(
      (one, other) => rank(one) - rank(other) || one.freshness.editedAt.getTime() - other.freshness.editedAt.getTime(),
    )
}

function rank({ freshness }: Owned): number {
  return worstFirst.indexOf(freshness.state)
}

const Value = z.object({ d: z.string().max(1900) })

/** A button on the Home tab. */
export async function pressedAtHome(parts: ActingParts, press: Pressed, signal: AbortSignal): Promise<void> {
  const value = Value.safeParse(jsonOf(press.value))
  const standing = await parts.people.standing(press.user, press.team, signal)
  if (!value.success || standing.kind !== 'sees') return
  const { d: documentId } = value.data
  const { principal } = standing
  switch (press.action) {
    case homeActions.yes:
      await verifyDocument(parts, { documentId, by: principal.name }, principal, signal)
      break
    case homeActions.notMine:
      await disown(parts, press.user, documentId, principal, signal)
      break
    case homeActions.wrong:
    case homeActions.evergreen: {
      const isWrong = press.action === homeActions.wrong
      const said = homeWords(await parts.people.langOf(press.user, signal))
      const view = form(isWrong ? homeForms.wrong : homeForms.evergreen, documentId, {
        title: isWrong ? said.wrong : said.evergreen,
        label: isWrong ? said.whatIsWrong : said.whyEvergreen,
        submit: said.send,
        close: said.cancel,
      })
      const opening = { trigger_id: press.triggerId, view }
      await parts.calls.call('views.open', (client) => client.views.open(opening), signal, 'once')
      return
    }
    default:
      return
  }
  await showHome(parts, press.team, press.user, signal)
}

function form(
  callbackId: string,
  documentId: string,
  said: { title: string; label: string; submit: string; close: string },
) {
  return {
    type: 'modal' as const,
    callback_id: callbackId,
    private_metadata: JSON.stringify({ d: documentId }),
    title: plain(said.title.slice(0, 24)),
    submit: plain(said.submit),
    close: plain(said.close),
    blocks: [
      {
        type: 'input' as const,
        block_id: 'what',
        label: plain(said.label),
        element: { type: 'plain_text_input' as const, action_id: 'what', multiline: true, max_length: longestReason },
      },
    ],
  }
}

/** What is wrong with a document, or why it never goes stale. */
export async function submittedAtHome(parts: ActingParts, submitted: Submitted, signal: AbortSignal): Promise<void> {
  const value = Value.safeParse(jsonOf(submitted.metadata))
  const standing = await parts.people.standing(submitted.user, submitted.team, signal)
  const text = (submitted.values.what ?? '').trim().slice(0, longestReason)
  if (!value.success || standing.kind !== 'sees' || text === '') return
  const { d: documentId } = value.data
  const { principal } = standing
  if (submitted.form === homeForms.evergreen) {
    await verifyDocument(parts, { documentId, by: principal.name, evergreenReason: text }, principal, signal)
  } else {
    const document = await parts.documents.document(documentId, principal, signal)
    if (document === undefined) return
    const comment = maskSecrets(text).text
    const at = parts.clock.now()
    // Said of the document itself and not of an answer.
    const said = {
      traceId: `document:${documentId}`,
      principal: principal.name,
      verdict: 'stale' as const,
      comment,
      at,
    }
    await parts.conversations.addFeedback(said, signal)
    const thanks = homeWords(await parts.people.langOf(submitted.user, signal)).recorded(escaped(document.title))
    await tellDirectly(parts.calls, submitted.user, message(thanks), signal)
  }
  await showHome(parts, submitted.team, submitted.user, signal)
}

const NotMine = z.array(z.string())
const mostDisowned = 2000

async function notMine(
  conversations: ActingParts['conversations'],
  user: string,
  signal: AbortSignal,
): Promise<string[]> {
  const saved = await conversations.position(`slack:${user}`, keeper, signal)
  return saved === undefined ? [] : (NotMine.safeParse(jsonOf(saved)).data ?? [])
}

async function disown(
  { conversations, clock, documents }: ActingParts,
  user: string,
  documentId: string,
  principal: Principal,
  signal: AbortSignal,
): Promise<void> {
  if ((await documents.document(documentId, principal, signal)) === undefined) return
  const all = [...new Set([...(await notMine(conversations, user, signal)), documentId])].slice(-mostDisowned)
  const saved = { conversationId: `slack:${user}`, principal: keeper, position: JSON.stringify(all), at: clock.now() }
  await conversations.savePosition(saved, signal)
}
