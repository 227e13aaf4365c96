import type { ActingParts } from './acting-parts.ts'
import type { Alert } from './alerts/alert.ts'
import type { AlertBoard } from './alerts/alert-board.ts'
import { pressed, saidStale, staleForm } from './buttons.ts'
import { pressedAtHome, showHome, submittedAtHome } from './home.ts'
import { incidentCommanded } from './incidents/incident-command.ts'
import type { AskedInSlack, Incoming } from './incoming.ts'
import type { Jobs } from './jobs/jobs.ts'
import { actions } from './layout/answer-layout.ts'
import { suggest } from './prompts.ts'
import { pressedInWalk } from './walk/walking.ts'

export interface HappeningParts {
  acting: ActingParts
  jobs: Jobs
  alerts: AlertBoard
}

/** Reactions that ask us to be quiet in a thread. */
const quieting = new Set([
  'mute',
  'x',
  'zipper_mouth_face',
  'shushing_face',
  'no_bell',
  'hand',
  'raised_hand',
  'octagonal_sign',
])

/** A reaction that takes a message into the timeline of an incident. */
const pinning = new Set(['pushpin', 'round_pushpin'])

/** Whatever happens in Slack besides questions. */
export async function happened(
  parts: HappeningParts,
  incoming: Exclude<Incoming, { kind: 'asked' | 'alert' }>,
  botUser: string,
  signal: AbortSignal,
): Promise<void> {
  const { acting, jobs } = parts
  const { team } = incoming
  switch (incoming.kind) {
    case 'membership':
      return acting.people.forget(incoming.channel)
    case 'edited': {
      const { text, edited, channel, ts } = incoming
      const mayBeAsked = channel.startsWith('D') || text.includes(`<@${botUser}>`)
      return await jobs.replace(`${team}/${channel}/${ts}`, { text, edited, mayBeAsked }, signal)
    }
    case 'deleted':
      return await jobs.drop(`${team}/${incoming.channel}/${incoming.ts}`, signal)
    case 'reacted':
      if (quieting.has(incoming.reaction)) await fallSilent(acting, incoming, botUser, signal)
      else if (pinning.has(incoming.reaction)) await pin(acting, incoming, signal)
      return
    case 'opened':
      if (incoming.tab === 'messages') return await suggest(acting, incoming, signal)
      return await showHome(acting, team, incoming.user, signal)
    case 'pressed':
      return await pressing(incoming.action)(acting, incoming, signal)
    case 'submitted':
      return await (incoming.form === staleForm ? saidStale : submittedAtHome)(acting, incoming, signal)
    case 'incident': {
      const offer = async (title: string, ts: string) => {
        const alert = { title: title.slice(0, 300), isNew: false, isIncident: true }
        await jobs.take(lookingFor(incoming, `${ts}/began`, title, { ...alert, ts }), signal)
      }
      return await incidentCommanded(acting, incoming, offer, signal)
    }
  }
}

/**
 * Notes an alert, and looks for its runbook where it begins something.
 * @param ts The message that told of it; absent: it is still to be posted.
 */
export async function alerted(
  { alerts, jobs }: HappeningParts,
  place: { team: string; channel: string },
  alert: Alert,
  ts: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const begun = async (name: string) => {
    const { title, runbookUrl } = alert
    const asked = { title, isNew: ts === undefined, ts, ...(runbookUrl !== undefined && { runbookUrl }) }
    await jobs.take(lookingFor(place, `alert/${name}`, `${title}\n${alert.about}`, asked), signal)
  }
  await alerts.heard(place, alert, begun, signal)
}

/** To be done once, and again if it is cut off: like a question. */
function lookingFor(
  { team, channel }: { team: string; channel: string },
  name: string,
  text: string,
  { ts, ...alert }: NonNullable<AskedInSlack['alert']> & { ts: string | undefined },
): AskedInSlack {
  const id = `${team}/${channel}/${name}`
  return { kind: 'asked', id, via: 'alert', team, channel, isDirect: false, user: '', text, ts, alert }
}

function pressing(action: string): typeof pressed {
  if (action.startsWith('home_')) return pressedAtHome
  return action.startsWith('walk_') && action !== actions.walk ? pressedInWalk : pressed
}

/** Asked for by a reaction on something that we said. */
async function fallSilent(
  { calls, threads, channels }: ActingParts,
  { team, channel, ts }: Reacted,
  botUser: string,
  signal: AbortSignal,
): Promise<void> {
  const said = await messageAt(calls, channel, ts, signal)
  if (said?.user !== botUser) return
  await threads.leave({ team, channel, thread: said.thread_ts ?? ts }, signal)
  if (channels.some((each) => each.channel === channel && each.unaskedFrom !== undefined))
    await threads.hush({ team, channel }, signal)
}

/** Into the timeline, as its author's words. */
async function pin(
  { calls, people, incidents }: ActingParts,
  { team, channel, ts, user }: Reacted,
  signal: AbortSignal,
): Promise<void> {
  const place = { team, channel }
  const standing = await people.standing(user, team, signal)
  if (standing.kind !== 'sees' || (await incidents.current(place, signal)) === undefined) return
  const said = await messageAt(calls, channel, ts, signal)
  if (said?.text === undefined || said.text === '') return
  const by = said.user === undefined ? standing.principal.name : await nameOfAuthor(people, said.user, team, signal)
  await incidents.note(place, { kind: 'note', by, text: said.text }, signal)
}

type Reacted = Extract<Incoming, { kind: 'reacted' }>

async function nameOfAuthor(
  people: ActingParts['people'],
  user: string,
  team: string,
  signal: AbortSignal,
): Promise<string> {
  const standing = await people.standing(user, team, signal)
  return standing.kind === 'sees' ? standing.principal.name : `slack:${user}`
}

async function messageAt(calls: ActingParts['calls'], channel: string, ts: string, signal: AbortSignal) {
  const ask = { channel, ts, limit: 1 }
  const read = await calls.call('conversations.replies', (client) => client.conversations.replies(ask), signal)
  return read.messages?.find((each) => each.ts === ts) ?? read.messages?.[0]
}
