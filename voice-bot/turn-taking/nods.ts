import { commandIn } from '#conversation/commands.ts'
import { assessmentLength, beginsAssessment } from './assessments.ts'
import { isJapanese, lettersOf, wordsOf } from './words.ts'

const nod = new Set(
  'uh-huh uhhuh uh huh mm-hmm mmhmm mm-hm mhm mm mmm hmm hm m um oh ooh ah aha okay ok kay right sure yeah yep yup yes gotcha cool nice great good alright true exactly understood fine interesting wow really indeed absolutely definitely totally perfect lovely awesome correct certainly thanks'.split(
    ' ',
  ),
)
/** Words that are part of one: “I” alone may become anything. */
const nodParts = new Set('i see got it makes sense all that'.split(' '))
/** Nods of several words. */
const phrases = [
  'i see',
  'i got it',
  'i get it',
  'i understand',
  'got it',
  'got you',
  'makes sense',
  'that makes sense',
  'sounds good',
  'sounds great',
  'sounds right',
  'of course',
  'fair enough',
  'fair point',
  'good point',
  'good to know',
  'all right',
  "that's right",
  "that's good",
  "that's fine",
  "that's true",
  "that's great",
  'no problem',
  'no worries',
  'sure thing',
  'for sure',
  'very good',
  'very nice',
  'thank you',
].map((phrase) => phrase.split(' '))
/** Each takes all that is drawn out: a row of them can be read in one way only, however long it is. */
const soundsJa =
  'う[ーう]*ん+(?!ん)|は[ーあ]*い+(?!い)|は[ーあ]+(?![ーあい])|え[ーえ]+(?![ーえ])|へ[ーえ]+(?![ーえ])|ほ[ーお]+(?![ーお])|ほう|ふ[ーう]*[むん]|お[ーお]+(?![ーお])|あ[ーあ]*(?![ーあ])|わ[ーあ]+(?![ーあ])|まあ|うむ|ん+(?!ん)|あいあい|ok|オーケー|オッケー|おっけー'
/** "I see", "understood", "thanks", and what listeners say of what they hear. */
const wordsJa =
  'なるほど|そっか|そう|そういうこと|確かに|たしかに|了解|承知|もちろん|その通り|そのとおり|本当|ほんと|ほんとう|マジ|まじ|すごい|いい|よかった|良かった|助かる|たすかる|助かります|わかった|分かった|わかりました|分かりました|かしこまりました|ありがとう|どうも|大変|たいへん|面白い|おもしろい|怖い|こわい|やばい|ヤバい|ヤバ|難しい|むずかしい|便利|厳しい|きびしい|きつい|素晴らしい|すばらしい|うれしい|嬉しい|残念|最高|さすが|安心|納得|同感|賛成|把握|ありがたい|知らなかった|やっぱり|やはり|思った|思いました|面倒|不思議|意外|完璧|ばっちり|バッチリ|惜しい|懐かしい|お見事|見事|十分|上等'
const tailsJa =
  'ございます|いたしました|しました|した|でした|だった|でしょう|だろう|なんだ|なん|んだ|もん|だ|です|に|か|かも|よ|ね|ねえ|な|なあ|なー|わ|っす|通り|とおり'
const leadsJa = 'それは|これは|そりゃ|と'
const shortJa = 'ですよね|ですね|だよね|だね'
const unitsJa = `${soundsJa}|(?:${leadsJa})?(?:${wordsJa})(?:${tailsJa})*|${shortJa}`
const nodJa = new RegExp(`^(?:${unitsJa})+$`, 'u')
/** The same, broken off anywhere: recognisers tell long words in parts. */
const nodPartJa = new RegExp(
  `^(?:${unitsJa})*(?:${partsOf(leadsJa)}|(?:${leadsJa})?(?:${partsOf(wordsJa)}|(?:${wordsJa})(?:${tailsJa})*(?:${partsOf(tailsJa)}))|${partsOf(shortJa)})$`,
  'u',
)

/** What any of these words begins with, the whole word included. */
function partsOf(words: string): string {
  const parts = words.split('|').flatMap((word) => Array.from(word, (_, at) => word.slice(0, at + 1)))
  return [...new Set(parts)].join('|')
}

const stops =
  /^(?:(?:please|hey|okay|ok|no|oh|nightdesk|just|um|uh|sorry)\s+)*(?:stop|wait|hold on|hang on|hold it|pause|shut up|be quiet|quiet|enough|never ?mind|cancel|abort|one (?:second|sec|moment|minute)|excuse me|time out)\b/
const stopsJa =
  /^(?:あ|あの|ねえ|いや|ちょっと|すみません|すいません|はい)*(?:待って|まって|ストップ|止めて|とめて|止まって|やめて|黙って|静かに|もういい|中止|ちょっと待っ|違う|ちがう|ちがいます|違います|そうじゃな)/u

/** Whether it is no more than a sign of listening, which takes no turn. */
export function isNod(text: string): boolean {
  if (isJapanese(text)) {
    const said = lettersOf(text)
    return said.length <= mostLetters && nodJa.test(said)
  }
  const words = wordsOf(text)
  return words.length > 0 && words.length <= mostWords && afterNods(words).length === 0
}

/** Who says more than that says something. */
const mostWords = 8
const mostLetters = 30

/** What is left of it where it begins with nods: “okay, I see” leaves nothing. */
function afterNods(words: readonly string[]): readonly string[] {
  const phrase = phrases.find((one) => one.every((word, at) => word === words[at]))
  const length = Math.max(phrase?.length ?? 0, assessmentLength(words))
  if (length > 0) return afterNods(words.slice(length))
  return words[0] !== undefined && nod.has(words[0]) ? afterNods(words.slice(1)) : words
}

/** Whether it may become a sign of listening yet: half of one is told before the whole. */
export function beginsNod(text: string): boolean {
  if (isJapanese(text)) {
    const said = lettersOf(text)
    return said.length <= mostLetters && !sentenceStartsJa.test(said) && !nodJa.test(said) && nodPartJa.test(said)
  }
  const words = wordsOf(text)
  const rest = afterNods(words).join(' ')
  if (rest === '' || clauseStarts.test(rest) || (words.length === 1 && sentenceStarts.test(rest))) return false
  // “That's good” is one already, and “that's good to know” one as well.
  return words.some(
    (_, at) =>
      isAllNods(words.slice(0, at)) &&
      (beginsAssessment(words.slice(at)) ||
        phrases.some((phrase) => words.slice(at).every((word, of) => word === phrase[of]))),
  )
}

function isAllNods(words: readonly string[]): boolean {
  return afterNods(words).length === 0
}

/** Alone, these begin a sentence more often than a nod, some after a nod, too: “okay so”. */
const sentenceStarts = /^(?:i|that|no|for|very)$/
const clauseStarts = /^(?:what|so|an?|(?:.+ )?the)$/
const sentenceStartsJa = /^(?:[いおことどまもや]|この|これ|その?|それ|どう)$/u
/** “This is …” */
const topicJa = /^[こそ]れは$/u

/** Nothing but these may begin anything, the more so the longer the next word is. */
const smallWords = /^(?:(?:i|it|it's|that|that's|this|what|is|was|all|of|no|for|very|so|an?|the)(?: |$))+$/

/** Whether it has so much of a nod that it will hardly become anything else: “makes”, 「承知」. */
export function isMostOfNod(text: string): boolean {
  if (!beginsNod(text)) return false
  if (isJapanese(text)) return !topicJa.test(lettersOf(text))
  return !smallWords.test(afterNods(wordsOf(text)).join(' '))
}

/** Whether somebody wants us to be quiet at once. */
export function isStop(text: string): boolean {
  return isJapanese(text) ? stopsJa.test(lettersOf(text)) : stops.test(wordsOf(text).join(' '))
}

/** How many words of it say something: nods don't count. Two Japanese letters are about one word. */
export function wordsThatCount(text: string): number {
  if (isNod(text)) return 0
  if (isJapanese(text)) return Math.ceil(lettersOf(text).length / 2)
  return wordsOf(text).filter((word) => !nod.has(word) && !nodParts.has(word)).length
}

/** A spoken command, one word long perhaps, that is no nod: `next`, `repeat`. */
export function isCommand(text: string): boolean {
  return !isNod(text) && commandIn(isJapanese(text) ? lettersOf(text) : wordsOf(text).join(' ')) !== undefined
}
