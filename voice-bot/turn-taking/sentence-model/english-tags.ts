/**
 * What a word does in a sentence, as far as that can be told from its letters and the word before it. Closed classes are
 * listed whole; of the others what work talk is full of, the rest goes by endings and by place.
 */
export type Tag =
  | 'det'
  | 'num'
  | 'adj'
  | 'noun'
  | 'pron'
  | 'subj'
  | 'obj'
  | 'that'
  | 'prep'
  | 'to'
  | 'conj'
  | 'sub'
  | 'wh'
  | 'be'
  | 'do'
  | 'have'
  | 'modal'
  | 'not'
  | 'verb'
  | 'past'
  | 'third'
  | 'ing'
  | 'went'
  | 'think'
  | 'particle'
  | 'time'
  | 'adv'
  | 'degree'
  | 'polite'
  | 'yes'
  | 'there'
  | 'filler'

const listed: Readonly<Partial<Record<Tag, string>>> = {
  det: `the a an my our your their its his every each another whose no these those some any all both either neither
    several many few most such what's certain`,
  num: `one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty sixty seventy eighty
    ninety hundred thousand half`,
  pron: 'it this here everything something anything nothing everyone everybody someone somebody anyone anybody nobody none',
  subj: "i we he she they i'm we're they're you're he's she's it's i've we've they've you've i'd we'd they'd i'll we'll it'll you'll",
  obj: 'me us them him her myself ourselves themselves itself you',
  that: "that that's",
  prep: `of in on for with from by at into onto about between against through during under via per like toward towards within
    across behind among regarding above below beside besides without inside outside near around beyond throughout until till
    concerning than`,
  to: 'to',
  conj: 'and or but nor plus',
  sub: 'because if when while although though unless whether once since after before as so except whenever whereas',
  wh: "what where why who whom which how whatever whichever where's who's how's when's why's",
  be: "is are was were am be been being isn't aren't wasn't weren't ain't gets got",
  do: "do does did don't doesn't didn't",
  have: "have has had haven't hasn't hadn't having",
  modal: `can could should would will shall must may might can't couldn't shouldn't wouldn't won't cannot mustn't let's wanna gonna
    gotta better`,
  not: 'not never',
  adj: `new old main other same first second third last next latest current previous primary secondary whole entire right wrong big
    small large little long short high low good bad better worse best own open main broken slow fast full empty ready safe stuck down
    red green blue yellow free late early fine gone stale healthy dead alive live remote local internal external public private
    different possible available sure able hard easy nice more less least`,
  think:
    'think guess believe know hope heard thought noticed assume suspect remember said say says mean means wonder wondering feel knew',
  went: `went came fell died broke ran froze hung failed crashed happened disappeared recovered expired stopped started restarted
    rebooted work works happen happens fail fails crash crashes die dies expire expires hang hangs`,
  past: `made took got found lost saw wrote sent kept left set put gave built bought brought told had done seen written taken given
    broken gone been known shown run let cut read hit shut`,
  verb: `restart check find open close delete remove add update upgrade rotate renew drain stop start scale move copy restore turn
    switch see use change fix clear disable enable list compare read run test call ask page contact increase reduce create get set
    replace verify review watch silence mute explain describe summarize search skip ignore reload rename promote revert deploy approve
    install configure replay flush trace measure send publish block unlock reset need want look log deal wait take bring clean make
    tell show give keep help try put let go come mark page drop kill pause resume resize attach detach mount unmount write walk spell
    repeat remind cancel continue finish expand recover mention contain support own handle require include allow prevent cause
    affect seem seems looks sounds become stay remain leave lose miss pick pull push raise lower touch save load import export
    confirm escalate notify forward assign schedule trigger choose select edit fetch grep tail reboot drain cordon`,
  particle: 'up down off out away over back on',
  time: `now today tomorrow yesterday tonight again already yet still ago later soon earlier lately recently monday tuesday wednesday
    thursday friday saturday sunday morning afternoon evening night midnight noon week month weekend then once twice anymore`,
  adv: 'too also well anyway instead together alone somehow somewhere everywhere maybe perhaps please always often sometimes else enough',
  degree: 'very really quite rather pretty extremely even exactly nearly almost only just',
  polite: 'please thanks thank sorry nightdesk',
  yes: 'yes yeah yep no nope okay ok sure right hey hi hello oh well so alright hmm ah',
  there: "there there's",
  filler: 'um uh er erm hmm uhm mhm eh umm uhh',
}

const tags: ReadonlyMap<string, Tag> = new Map(
  Object.entries(listed).flatMap(([tag, words]) => words.split(/\s+/).map((word) => [word, asTag(tag)] as const)),
)

function asTag(name: string): Tag {
  const known: readonly Tag[] = [
    'det',
    'num',
    'adj',
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
  ]
  const rest: readonly Tag[] = [
    'do',
    'have',
    'modal',
    'not',
    'verb',
    'past',
    'went',
    'think',
    'particle',
    'time',
    'adv',
  ]
  const last: readonly Tag[] = ['degree', 'polite', 'yes', 'there', 'filler', 'third', 'ing', 'noun']
  return [...known, ...rest, ...last].find((tag) => tag === name) ?? 'noun'
}

/** After these a word is what is done, whatever else it can be. */
const beforeVerb: ReadonlySet<Tag | undefined> = new Set(['to', 'modal', 'subj', 'do'])
/** After these it names something. */
const beforeNoun: ReadonlySet<Tag | undefined> = new Set(['det', 'adj', 'prep', 'num'])

/** One tag a word. */
export function tagsOf(words: readonly string[]): Tag[] {
  const found: Tag[] = []
  for (const [at, word] of words.entries()) found.push(tagOf(word, found, words, at))
  return found
}

function tagOf(word: string, found: readonly Tag[], words: readonly string[], at: number): Tag {
  const before = found.at(-1)
  const one = tags.get(word)
  const twoBefore = found.at(-2)
  // “Do we restart”, “can it read”: the subject stands between.
  const inverted =
    (before === 'pron' || before === 'obj' || before === 'there') && /^(?:do|modal)$/.test(twoBefore ?? '')
  const isVerbHere = (beforeVerb.has(before) && !/'(?:m|re|s)$/.test(words[at - 1] ?? '')) || inverted
  if (one === 'verb' || one === 'went' || one === 'past') {
    if (beforeNoun.has(before) && one === 'verb') return 'noun'
    if (before === 'noun' && one === 'verb' && !word.endsWith('s'))
      return isPluralSubject(words[at - 1], found) ? 'verb' : 'noun'
    return one
  }
  if (one === 'adj' && isVerbHere && /^(?:open|own|free|empty|slow|clear)$/.test(word)) return 'verb'
  if (one === 'sub' && word === 'so' && at === 0) return 'yes'
  if (one === 'prep' && /^(?:on|in|over)$/.test(word) && (before === 'verb' || before === 'past')) return 'prep'
  if (one !== undefined) return one
  if (/^\d/.test(word)) return 'num'
  if (isVerbHere && before !== 'do') return 'verb'
  if (word.endsWith('ly')) return 'adv'
  if (word.endsWith('ing') && word.length > 5 && before !== 'det' && before !== 'adj') return 'ing'
  if (word.endsWith('ed') && word.length > 4 && !beforeNoun.has(before)) return 'past'
  if (
    word.endsWith('s') &&
    (before === 'noun' || before === 'pron' || before === 'wh') &&
    tags.get(word.replace(/e?s$/, '')) === 'verb'
  )
    return 'third'
  return 'noun'
}

function isPluralSubject(word: string | undefined, found: readonly Tag[]): boolean {
  return word !== undefined && /[^s]s$/.test(word) && !found.includes('be') && !found.includes('verb')
}
