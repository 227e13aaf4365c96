/** Words within a phrase that don't change what it means: "restart the server" is "restart server". */
export const unsaid: ReadonlySet<string> = new Set(
  'the a an my our your his her their its this that these those'.split(' '),
)

const contractions: readonly [RegExp, string][] = [
  [/\bcan(?:['’]?t| not)\b/g, 'cannot'],
  [/\bwon['’]?t\b/g, 'will not'],
  [/\b(do|does|did|is|are|was|were|has|have|had|could|should|would|must)n['’]?t\b/g, '$1 not'],
  [/\b(what|who|where|when|how|it|that|there)['’]s\b/g, '$1 is'],
  [/['’]re\b/g, ' are'],
  [/['’]ve\b/g, ' have'],
  [/['’]ll\b/g, ' will'],
  [/\bi['’]m\b/g, 'i am'],
]

/** As it would be written: "can't log in" is "cannot log in". Expects lower case. */
export function spelledOut(text: string): string {
  let rest = text
  for (const [contraction, words] of contractions) rest = rest.replace(contraction, words)
  return rest
}
