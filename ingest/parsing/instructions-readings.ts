import { withoutInvisible } from '#knowledge/language.ts'

/** Shorter base64 holds no order. */
const fewestEncoded = 32
const mostEncoded = 8000

/** The ways in which a reader that knows tricks may read a text; one, for most. */
export function readingsOf(text: string): string[] {
  const isPlain = /^[ -~\s]*$/.test(text)
  const seen = withoutEmphasis(isPlain ? text : legible(text))
  const readings = [seen]
  if (/[\u0370-\u04ff]/.test(seen)) readings.push(inLatin(seen))
  if (seen.includes('&#')) readings.push(withoutEntities(seen))
  if (/(?:[A-Za-z] ){6}/.test(seen)) readings.push(together(seen))
  const hidden = decoded(seen)
  if (hidden !== '') readings.push(hidden)
  return readings
}

/** Without what isn't seen, letters in their usual form and without marks; those of Japanese stay. */
function legible(text: string): string {
  const apart = withoutInvisible(text).normalize('NFKD')
  return apart.replaceAll(/[\u0300-\u036f]/g, '').normalize('NFKC')
}

function withoutEmphasis(text: string): string {
  return /\*\*|__|~~/.test(text) ? text.replaceAll(/\*\*|__|~~/g, '') : text
}

const latin = 'aceopxyijsABCEHIKMOPTXYJSivauoktpn'
const theirs = 'асеорхуіјѕАВСЕНІКМОРТХУЈЅιναυοκτρη'
const likenesses: ReadonlyMap<string, string> = new Map(
  Array.from(theirs, (letter, at) => [letter, latin[at] ?? letter]),
)

/** Cyrillic and Greek letters as the Latin ones that they look like. */
function inLatin(text: string): string {
  return text.replaceAll(/[\u0370-\u04ff]/g, (letter) => likenesses.get(letter) ?? letter)
}

function withoutEntities(text: string): string {
  return text.replaceAll(/&#(?:x([0-9a-f]{1,6})|(\d{1,7}));?/gi, (entity, hex?: string, decimal?: string) => {
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
    return code <= 0x10ffff ? String.fromCodePoint(code) : entity
  })
}

/** `I g n o r e   i t` */
function together(text: string): string {
  return text.replaceAll(/(?<=\S) (?=\S(?:\s|$))/g, '').replaceAll(/ {2,}/g, ' ')
}

/** What stands in base64, where that is text. */
function decoded(text: string): string {
  const found: string[] = []
  for (const [run] of text.matchAll(/(?<![A-Za-z0-9+/=])[A-Za-z0-9+/_-]{32,}={0,2}(?![A-Za-z0-9+/=])/g)) {
    if (run.length < fewestEncoded) continue
    const said = Buffer.from(run.slice(0, mostEncoded), 'base64').toString('utf8')
    if (isText(said)) found.push(said)
  }
  return found.join('\n')
}

function isText(said: string): boolean {
  const odd = said.match(/[^\p{L}\p{N}\p{P}\p{Zs}\p{S}\n\r\t]|\ufffd/gu)?.length ?? 0
  return odd <= 2 && /\p{L}\s\p{L}|[\u3040-\u9fff]{4}/u.test(said)
}
