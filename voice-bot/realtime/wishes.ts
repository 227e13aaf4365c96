/** What of a client's instructions changes how answers are given; what they say stays with the documents. */
export interface Wishes {
  lang?: 'en' | 'ja' | undefined
  /** Times the usual pace. */
  speed?: number | undefined
}

const slower = 0.85
const faster = 1.15
/** Longer instructions are read no further: they are read anew at each change. */
const longest = 20_000

const conditional =
  /\b(?:if|when|whenever|unless|where|except|not|never|avoid)\b|n['’]t\b|(?:なら|場合|とき|時は|ないで|ずに|禁止)/i
const answering = 'answer|respond|reply|speak|talk|communicate|converse|response|responses|answers|replies'
const languages = [
  ['ja', new RegExp(`\\b(?:${answering})\\b.{0,60}\\bin japanese\\b|\\b(?:speak|use) (?:only )?japanese\\b`, 'i')],
  ['ja', /日本語(?:だけ|のみ)?で(?:お)?(?:答|回答|応答|話|返|対応|しゃべ)/],
  ['en', new RegExp(`\\b(?:${answering})\\b.{0,60}\\bin english\\b|\\b(?:speak|use) (?:only )?english\\b`, 'i')],
  ['en', /英語(?:だけ|のみ)?で(?:お)?(?:答|回答|応答|話|返|対応|しゃべ)/],
] as const
const paces = [
  [slower, /\b(?:speak|talk|read)\b.{0,30}\b(?:slow|slowly|slower)\b|ゆっくり(?:と)?(?:話|しゃべ|読)/i],
  [
    faster,
    /\b(?:speak|talk|read)\b.{0,30}\b(?:fast|faster|quick|quickly)\b|(?:速く|早口で|はきはきと?速く)(?:話|しゃべ|読)/i,
  ],
] as const

/** Only plain wishes: sentences with an if or a not, and those that contradict each other, wish for nothing. */
export function wishesIn(instructions: string): Wishes {
  const sentences = instructions
    .slice(0, longest)
    .split(/(?<=[.!?。！？])\s*|\n+/)
    .filter((sentence) => !conditional.test(sentence))
  return { lang: onlyOne(sentences, languages), speed: onlyOne(sentences, paces) }
}

function onlyOne<Wish>(sentences: readonly string[], wishes: readonly (readonly [Wish, RegExp])[]): Wish | undefined {
  const found = new Set(wishes.filter(([, said]) => sentences.some((each) => said.test(each))).map(([wish]) => wish))
  return found.size === 1 ? found.values().next().value : undefined
}
