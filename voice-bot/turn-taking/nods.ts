import { commandIn } from '#conversation/commands.ts'
import { isJapanese, lettersOf, wordsOf } from './words.ts'

const nod = new Set(
  'uh-huh uhhuh uh huh mm-hmm mmhmm mm-hm mhm mm mmm hmm hm m um oh ah aha okay ok kay right sure yeah yep yup yes gotcha cool nice great good alright true exactly understood fine interesting wow really indeed'.split(
    ' ',
  ),
)
/** Words that are part of one: “I” alone may become anything. */
const nodParts = new Set('i see got it makes sense all that'.split(' '))
const nodJa =
  /^(?:う+ん+|う[ーう]*ん|は[ーあ]*い+|ええ|へ[ーえ]+|ほ[ーお]+|なるほど(?:ね|ですね)?|そう(?:か|ですか|ですね|だね|なんだ|なんですね)?|そっか|そうそう|ふ[ーう]*む|ふ[ーう]*ん|お[ーお]+|あ[ーあ]*|ok|オーケー|おっけー|了解(?:です)?|わかった|分かった|わかりました|分かりました|たしかに|確かに|まあ|えー|あいあい|たすかる|ですね|うむ|ん+)+$/u
const nodPhrases =
  /^(?:i see|got it|makes sense|all right|that's (?:right|good|fine|true)|of course|fair enough|good to know)$/

const stops =
  /^(?:(?:please|hey|okay|ok|no|oh|nightdesk|just|um|uh|sorry)\s+)*(?:stop|wait|hold on|hang on|hold it|pause|shut up|be quiet|quiet|enough|never ?mind|cancel|abort|one (?:second|sec|moment|minute)|excuse me|time out)\b/
const stopsJa =
  /^(?:あ|あの|ねえ|いや|ちょっと|すみません|すいません|はい)*(?:待って|まって|ストップ|止めて|とめて|止まって|やめて|黙って|静かに|もういい|中止|ちょっと待っ|違う|ちがう|ちがいます|違います|そうじゃな)/u

/** Whether it is no more than a sign of listening, which takes no turn. */
export function isNod(text: string): boolean {
  if (isJapanese(text)) return nodJa.test(lettersOf(text)) || longNods.includes(lettersOf(text))
  const words = wordsOf(text)
  return words.length > 0 && words.length <= 5 && isAllNods(words)
}

const longNods = [
  'makes sense',
  'that makes sense',
  'sounds good',
  'of course',
  'fair enough',
  'good to know',
  'got it',
  'i see',
  'oh really',
  'all right',
  'なるほどですね',
  'そうですか',
  'そうですね',
  'そうなんですか',
  'そうなんですね',
  'わかりました',
  '分かりました',
  '了解です',
  '了解しました',
  '承知しました',
  'たしかにそうですね',
  '確かに',
]

/** “Okay, I see”. */
function isAllNods(words: readonly string[]): boolean {
  const firstOther = words.findIndex((word) => !nod.has(word))
  return firstOther < 0 || nodPhrases.test(words.slice(firstOther).join(' '))
}

/** Whether it may become a sign of listening yet: half of one is told before the whole. */
export function beginsNod(text: string): boolean {
  const said = isJapanese(text) ? lettersOf(text) : wordsOf(text).join(' ')
  return said !== '' && longNods.some((nod) => nod.startsWith(said))
}

/** As long as that, “I” begins a sentence. */
export function beginsLongNod(text: string): boolean {
  return beginsNod(text) && !/^(?:i|that|all|of)$/.test(wordsOf(text).join(' '))
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
