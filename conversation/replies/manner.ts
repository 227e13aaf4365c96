import type { Turn } from '#knowledge/conversation-store.ts'
import type { Lang } from '#knowledge/document.ts'
import type { Courtesy } from '#retrieval/answering.ts'
import { asksForItsOwner, lastMatter, lastTold } from '../last-said.ts'
import type { Scene } from '../parts.ts'
import { namesId, ownReply, type ReplyPiece } from '../scene.ts'
import { spelled } from '../speech/letters.ts'
import { type Sentence, said } from '../words.ts'

const step = 0.15
const slowest = 0.6
const fastest = 1.5

/** Speaks slower or faster from now on. */
export function* paced(scene: Scene, slower: boolean): Generator<ReplyPiece> {
  const pace = Math.min(fastest, Math.max(slowest, scene.position.pace + (slower ? -step : step)))
  yield { kind: 'position', position: { ...scene.position, pace: Math.round(pace * 100) / 100 } }
  yield* ownReply(scene, { text: said(slower ? 'slower' : 'faster', scene.lang) })
}

/** Spells the command or the name that was told last, so that it can be typed; of an owner who was asked for, the owner. */
export function* spelledOut(scene: Scene): Generator<ReplyPiece> {
  const told = lastTold(scene.earlier)
  const owner = told !== undefined && asksForItsOwner(told.question) ? /@[\w./-]*\w/.exec(told.answer)?.[0] : undefined
  // A step that waits for a yes was not read yet.
  const matter = scene.position.state === 'confirming-step' ? undefined : lastMatter(scene.earlier)
  const name = owner ?? (matter === undefined ? undefined : typedIn(matter))
  if (name === undefined) return yield* ownReply(scene, { text: said('nothing-to-spell', scene.lang), abstained: true })
  // It was checked when it was said.
  scene.reads.read([{ id: namesId, text: name }])
  yield* ownReply(scene, { text: `\`${name}\``, spoken: spelled(name, scene.lang) })
}

/**
 * What one would type of an answer: its first command, also one that was too long to be said, else a name that isn't
 * written as words are. What was said aloud is remembered as it was said; its sources know what of it is code.
 */
function typedIn({ answer, cited }: Turn): string | undefined {
  const quoted = cited.flatMap(({ quote }) => codeIn(quote))
  const commands = quoted.filter((code) => code.includes(' '))
  const shown = codeIn(answer)
  const name =
    shown.find((code) => code.includes(' ')) ??
    shown[0] ??
    commands.find((code) => answer.includes(code)) ??
    (/\bcommand|コマンド/i.test(answer) ? commands[0] : undefined) ??
    quoted.find((code) => answer.includes(code)) ??
    answer.match(/(?<![\w.-])(?=[\w./-]*[A-Za-z])[\w-]*(?:[\d_/]|(?<=\w)[.-](?=\w))[\w./-]*\w/)?.[0]
  return name?.trim()
}

const fenced = /^[ \t]*(?:`{3,}|~{3,}).*\n([\s\S]*?)\n[ \t]*(?:`{3,}|~{3,})/m
const fenceLine = /^[ \t]*(?:`{3,}|~{3,})/gm

/** Of a block the first line, which may go on behind a backslash. */
function codeIn(text: string): string[] {
  // A quote may begin within a block.
  const whole = (text.match(fenceLine)?.length ?? 0) % 2 === 1 ? `\`\`\`\n${text}` : text
  const joined = whole.replace(/[ \t]*\\\n\s*/g, ' ')
  const line = fenced.exec(joined)?.[1]?.split('\n')[0]?.trim()
  const spans = Array.from(joined.replace(fenced, '').matchAll(/`([^`\n]+)`/g), ([, code = '']) => code.trim())
  return line === undefined || line === '' ? spans : [line, ...spans]
}

/** How the answer sounds that was a spelling; undefined: it was none. */
export function spellingIn(answer: string, lang: Lang): string | undefined {
  const name = /^`([^`\n]+)`$/.exec(answer.trim())?.[1]
  return name === undefined ? undefined : spelled(name, lang)
}

export function* quiet(scene: Scene): Generator<ReplyPiece> {
  yield* ownReply(scene, { text: said('quiet', scene.lang) })
}

const polite: Readonly<Record<Courtesy, Sentence>> = {
  thanks: 'welcome',
  greeting: 'hello',
  presence: 'here',
  wait: 'waiting',
  noted: 'quiet',
  respect: 'respect',
  help: 'can-do',
}

/** A courtesy is returned in a few words, and nothing is looked for. */
export function* returned(scene: Scene, courtesy: Courtesy): Generator<ReplyPiece> {
  yield* ownReply(scene, { text: said(polite[courtesy], scene.lang) })
}

export function* farewell(scene: Scene): Generator<ReplyPiece> {
  yield { kind: 'position', position: { ...scene.position, state: 'closing', previous: [] } }
  yield* ownReply(scene, { text: said('goodbye', scene.lang) })
}
