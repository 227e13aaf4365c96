import { type Tag, tagsOf } from './english-tags.ts'

/** Words that stand at the very beginning and say nothing of the sentence. */
const openers: ReadonlySet<Tag> = new Set(['yes', 'conj', 'filler', 'polite', 'adv'])
const closed: ReadonlySet<Tag> = new Set([
  'det',
  'pron',
  'subj',
  'obj',
  'that',
  'prep',
  'to',
  'conj',
  'sub',
  'wh',
  'be',
  'do',
  'have',
  'modal',
  'not',
  'think',
  'particle',
  'adv',
  'degree',
  'polite',
  'yes',
  'there',
  'time',
  'num',
])
const finite: ReadonlySet<Tag> = new Set(['be', 'do', 'have', 'modal', 'verb', 'past', 'third', 'went', 'think'])

/**
 * Signs of whether an English sentence is over, by its last words and by what it has had so far. Each sign is a name that
 * has a weight.
 * @param spoken In small letters, without marks.
 */
export function englishSigns(spoken: readonly string[]): string[] {
  const words = spoken.flatMap(parted)
  const tags = tagsOf(words)
  const [last = 'noun', before, twoBefore] = tags.toReversed()
  const start = startOf(words, tags)
  const clause = clauseOf(tags)
  const word = words.at(-1) ?? ''
  const body = tags.length - start.at
  const signs = [
    `t ${last}`,
    `tt ${before} ${last}`,
    `ttt ${twoBefore} ${before} ${last}`,
    `s ${start.kind}`,
    `st ${start.kind} ${last}`,
    `n ${Math.min(8, body)}`,
    `c ${clause.shape}`,
    `ct ${clause.shape} ${last}`,
    `sc ${start.kind} ${clause.shape}`,
    `ctt ${clause.shape} ${before} ${last}`,
    `cn ${clause.shape} ${Math.min(4, clause.length)}`,
    `sn ${start.kind} ${Math.min(6, body)}`,
    `o ${start.at === 0 ? '' : tags[0]} ${clause.shape}`,
  ]
  if (closed.has(last)) signs.push(`ws ${start.kind} ${word}`)
  signs.push(`w ${word}`, `ww ${words.at(-2)} ${word}`)
  if (before !== undefined && closed.has(before)) signs.push(`wt ${words.at(-2)} ${last}`)
  if (closed.has(last)) signs.push(`tw ${before} ${word}`)
  if (last === 'noun' && /[^s]s$/.test(word)) signs.push(`plural ${before}`, `plural ${start.kind}`)
  return signs
}

const verbs: Readonly<Record<string, string>> = { s: 'is', m: 'am', re: 'are', ve: 'have', ll: 'will', d: 'would' }
const shortened =
  /^(i|we|you|he|she|it|they|this|that|there|here|who|what|where|when|why|how|which|\w+(?:one|body|thing))'(s|m|re|ve|ll|d)$/

/** “Who's” is two words. */
function parted(word: string): string[] {
  const [, subject, verb] = shortened.exec(word) ?? []
  return subject === undefined ? [word] : [subject, verbs[verb ?? ''] ?? '']
}

/** What kind of sentence it began as, and where it did. */
function startOf(words: readonly string[], tags: readonly Tag[]): { kind: string; at: number } {
  let at = 0
  while (at < tags.length - 1 && openers.has(tags[at] ?? 'noun')) at += 1
  const first = tags[at]
  const next = tags[at + 1]
  if (first === 'wh') return { kind: /^(?:what|which|who)/.test(words[at] ?? '') ? whoKind(next) : 'how', at }
  if (first === 'sub')
    return { kind: words[at] === 'when' && /^(?:be|do|have|modal)$/.test(next ?? '') ? 'how' : 'condition', at }
  if (first === 'be' || first === 'do' || first === 'have' || first === 'modal')
    return {
      kind: words[at + 1] === 'you' ? 'would you' : words[at] === "let's" || words[at] === "don't" ? 'order' : 'yesno',
      at,
    }
  if (first === 'verb') return { kind: /^(?:tell|show|give|remind|let)$/.test(words[at] ?? '') ? 'tell' : 'order', at }
  if (first === 'subj') return { kind: next === 'think' ? 'we think' : 'we', at }
  if (first === 'prep' || first === 'to') return { kind: 'prep', at }
  return { kind: first === 'pron' || first === 'that' || first === 'there' ? 'it' : 'thing', at }
}

function whoKind(next: Tag | undefined): string {
  if (next === 'be') return 'what is'
  return next === 'do' || next === 'modal' || next === 'have' ? 'what do' : 'who'
}

/** The last clause: what it began with, and whether it has a verb and what follows one. */
function clauseOf(tags: readonly Tag[]): { shape: string; length: number } {
  let from = 0
  let opened = 'main'
  for (const [at, tag] of tags.entries()) {
    if (at === 0) continue
    if (tag === 'sub' || (tag === 'wh' && at > 1) || (tag === 'that' && isClause(tags, at))) {
      from = at + 1
      opened = tag === 'that' ? 'that' : tag
    } else if (tag === 'conj' && (isClause(tags, at) || tags[at + 1] === 'verb')) {
      from = at + 1
      opened = 'conj'
    }
  }
  if (from === 0 && tags[0] === 'sub') opened = 'condition'
  const clause = tags.slice(from)
  const verb = clause.findIndex((tag) => finite.has(tag) && tag !== 'think')
  const thought = clause.includes('think')
  const after = verb < 0 ? [] : clause.slice(verb + 1)
  const named = after.some(
    (tag) => tag === 'noun' || tag === 'pron' || tag === 'obj' || tag === 'adj' || tag === 'past' || tag === 'ing',
  )
  const does = after.findLastIndex((tag) => tag === 'verb' || tag === 'ing' || tag === 'past' || tag === 'third')
  const filled =
    does >= 0 &&
    after.slice(does + 1).some((tag) => tag === 'noun' || tag === 'pron' || tag === 'obj' || tag === 'that')
  const had =
    verb < 0 ? (thought ? 'thought' : 'no verb') : filled ? 'filled' : does >= 0 ? 'done' : named ? 'named' : 'bare'
  return { shape: `${opened}/${had}`, length: clause.length }
}

/** Whether what follows begins a clause. */
function isClause(tags: readonly Tag[], at: number): boolean {
  const next = tags[at + 1]
  return (
    next === 'subj' ||
    next === 'there' ||
    next === 'wh' ||
    finite.has(next ?? 'noun') ||
    tags.slice(at + 1, at + 5).some((tag) => finite.has(tag))
  )
}
