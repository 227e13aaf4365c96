/**
 * What listeners say of what they hear ("that's a relief", "sounds like a plan"), which takes no turn: Goodwin's
 * assessments ("Transparency and crowding", 1986) beside the plainer signs of listening. A small grammar, since nobody can
 * list them all. Who wants the turn says what is wrong, asks, or names something, and no word of that is in here.
 */

const anyOf = (words: string): string => `(?:${words.trim().split(/\s+/).join('|')})`

const adjective = anyOf(`
  amazing annoying awesome awful bad bizarre brilliant classic clear clever convenient cool correct crazy cute decent easy
  excellent fair fantastic fine fun funny good gorgeous great handy hard harsh helpful horrible huge impressive incredible
  insane interesting lovely lucky mad nasty neat nice obvious odd okay ok painful perfect plausible possible precise rare
  reasonable reassuring relevant right rough sad scary sensible serious silly simple slick smart solid strange stupid sweet
  terrible terrific tough tricky true ugly unbelievable understandable unfortunate useful weird wild wise wonderful
`)
const noun = anyOf(`
  bummer call catch deal disaster find fun idea joke luck mess mouthful news pain pity plan point relief shame stuff
  surprise thing thinking thought tip trick way work
`)
const degree =
  '(?:a bit|a little|absolutely|all|awfully|completely|extremely|fairly|just|kind of|kinda|perfectly|pretty|quite|rather|really|so|such|super|too|totally|truly|very|well) '
const subject = `(?:it|that|this|which)`
const opening = `(?:(?:${subject}(?:'s|'ll be| is| was| would be| must be| will be))|(?:(?:${subject} )?(?:sounds|looks|seems|feels|must be|would be))) `
const article = '(?:an? |the |my )'
const self = "(?:i|we)(?:'m|'ll| am)?"
const verb =
  '(?:agree|believe|bet|expected|figured|follow|following|get|got|guess|guessed|hear|imagine|know|remember|see|suppose|suspected|think|thought|understand|understood)'
const object = '(?: (?:already|as much|it|now|so|that|this|what you mean|ya|you))*'

const assessments = [
  `(?:${opening})?(?:like )?${article}?(?:${degree})*${adjective}(?: ${adjective})?(?: ${noun})?(?: to (?:hear|know|see))?`,
  `(?:${opening}|what )(?:like )?${article}${noun}`,
  `(?:${subject} )?makes (?:${degree})*(?:a lot of |good |more |perfect |some |total )?sense`,
  `${self} (?:${degree})*${verb}${object}`,
  "i'm (?:all ears|following|good|here|listening|sure|with you)",
  "you(?:'re| are) (?:so |absolutely |quite |totally )?(?:joking|kidding|right|welcome)",
  '(?:as expected|be my guest|copy(?: that)?|for real|got (?:that|ya)|keep going|like i thought|(?:no|not a) (?:doubt|kidding|surprise|way)|noted|not bad|on it|please do|roger(?: that)?|say no more|so far so good|(?:here|there) (?:we|you) go|thought so|to be expected|will do|you (?:bet|got it|know it))',
  'oh (?:boy|dear|god|man|my|my god|no|wow|yes)',
  '(?:thanks|thank you) (?:a lot|for that|so much|very much)',
  '(?:much )?appreciated?(?: (?:it|that))?',
].map((pattern) => new RegExp(`^${pattern}$`, 'u'))

/** What makes one of what may become one. */
const completions = [
  'good',
  'idea',
  'a relief',
  'like a plan',
  'sense',
  'see',
  'with you',
  'right',
  'much',
  'on',
  'no',
] as const

/** How many of the first words are an assessment, at most; 0 where they are none. */
export function assessmentLength(words: readonly string[]): number {
  for (let length = Math.min(words.length, longest); length > 0; length--)
    if (isOne(words.slice(0, length).join(' '))) return length
  return 0
}

/** Whether some more words would make it one. */
export function beginsAssessment(words: readonly string[]): boolean {
  const said = words.join(' ')
  return words.length > 0 && completions.some((completion) => isOne(`${said} ${completion}`))
}

const longest = 8

function isOne(said: string): boolean {
  return assessments.some((pattern) => pattern.test(said))
}
