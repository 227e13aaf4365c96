import type { Scene } from '../parts.ts'
import { ownReply, type ReplyPiece } from '../scene.ts'
import { said } from '../words.ts'

/** What has happened in the incident so far, for whoever comes to it or has lost the thread. */
export function* caughtUp(scene: Scene): Generator<ReplyPiece> {
  const { incident: known, lang } = scene
  if (known === undefined || known.summary.text === '')
    return yield* ownReply(scene, { text: said('no-incident', lang), abstained: true })
  const { incident, summary } = known
  const lines = summary.text.split('\n').map((line) => `- ${line}`)
  yield* ownReply(scene, {
    text: [`**${incident.title}**`, ...lines].join('\n'),
    spoken: [incident.title, ...summary.text.split('\n')].map(ended).join(' '),
    warnings: [{ code: 'incident', message: said('from-timeline', lang) }],
    ...(summary.provider === undefined ? {} : { provider: summary.provider }),
  })
}

/** Aloud, what has no end runs into what comes next. */
function ended(line: string): string {
  return /[.!?。！？]$/.test(line) ? line : `${line}.`
}
