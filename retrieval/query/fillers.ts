/**
 * Sounds and small talk of a spoken question, in English and Japanese. They are cut out as whole words, so that
 * "um, how do I um fence it" is searched as "how do I fence it".
 */
const fillers = [
  /\b(?:u+h+m*|u+m+|e+r+m*|h+m+|you know|i mean|kind of|sort of|basically|hang on|hold on|let me see|real quick|quick question)\b[,.…]*/gi,
  /(?:えー+っと|えーと|えっと|ええと|えー+|あのー*|そのー+|うーん+|んー+|なんか|まあ|ほら|あ)(?:[、,。…]|\s|$)/g,
  /(?:でさ|だっけ|なんだっけ|っけ|かな|ですかね|だよね)(?=[、。？?\s]|$)/g,
]

/** The words before a speaker's self-correction, as far back as the last pause: "my sequel, no sorry, postgres". */
const restarts = [
  /[^,.;?!]{0,40}[,…-]\s*(?:no,? (?:sorry|wait)|sorry,? (?:no|i mean)|wait,? no|scratch that|i meant?)[,…\s]+/gi,
  /[^、。？]{0,20}、(?:じゃなくて|ではなくて|いや違う|違った|違くて)、?/g,
]

/** A question as it was meant: without fillers, and without what its speaker took back. Never empty for a text that isn't. */
export function withoutFillers(text: string): string {
  let rest = text
  for (const pattern of restarts) rest = rest.replace(pattern, ' ')
  for (const pattern of fillers) rest = rest.replace(pattern, ' ')
  rest = rest.replace(/\s+/g, ' ').trim()
  return rest === '' ? text.trim() : rest
}
