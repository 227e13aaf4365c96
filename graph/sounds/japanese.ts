import type { Sounds } from './english.ts'
import { soundsOfWord } from './english.ts'
import { japaneseDigitNames, japaneseLetterNames } from './letters.ts'

/** Kana by the sounds that a listener can tell apart: S (sh), C (ch), J, c (ts), N (n before no vowel). */
const kana: Readonly<Record<string, string>> = Object.fromEntries(
  (
    'ア a イ i ウ u エ e オ o カ ka キ ki ク ku ケ ke コ ko サ sa シ Si ス su セ se ソ so タ ta チ Ci ツ cu テ te ト to ナ na ニ ni ヌ nu ネ ne ノ no ' +
    'ハ ha ヒ hi フ fu ヘ he ホ ho マ ma ミ mi ム mu メ me モ mo ヤ ya ユ yu ヨ yo ラ ra リ ri ル ru レ re ロ ro ワ wa ヲ o ン N ガ ga ギ gi グ gu ' +
    'ゲ ge ゴ go ザ za ジ Ji ズ zu ゼ ze ゾ zo ダ da ヂ Ji ヅ zu デ de ド do バ ba ビ bi ブ bu ベ be ボ bo パ pa ピ pi プ pu ペ pe ポ po ヴ bu'
  )
    .match(/\S+ \S+/g)
    ?.map((pair) => pair.split(' ')) ?? [],
)

/** Small kana change the vowel of the kana before. */
const small: Readonly<Record<string, string>> = {
  ァ: 'a',
  ィ: 'i',
  ゥ: 'u',
  ェ: 'e',
  ォ: 'o',
  ャ: 'ya',
  ュ: 'yu',
  ョ: 'yo',
  ヮ: 'wa',
}

/** How kana sound; long vowels and small っ, which are written and heard as it comes, are left out. */
export function soundsOfKana(text: string): Sounds {
  let sounds = ''
  for (const letter of text.normalize('NFKC').replace(/[\u3041-\u3096]/g, toKatakana)) {
    const added = small[letter]
    if (added !== undefined) {
      const before = sounds.slice(0, -1)
      // キャ is kya, シャ sha, ファ fa, ウィ wi.
      const onset = added.length === 2 && /[SCJ]$/.test(before) ? added.slice(1) : added
      sounds =
        /^[ui]$/.test(sounds.slice(-1)) && before === ''
          ? `${sounds === 'u' ? 'w' : 'y'}${added.slice(-1)}`
          : joined(before, sounds, onset)
      continue
    }
    const plain = kana[letter]
    if (plain !== undefined) sounds += plain
  }
  return shortened(sounds)
}

function joined(before: string, sounds: string, onset: string): string {
  // ウィ after something else: w.
  return sounds.endsWith('u') && !/[kgsztdnhbpmyrwfcCSJ]u$/.test(sounds) ? `${before}w${onset}` : before + onset
}

function toKatakana(letter: string): string {
  return String.fromCharCode(letter.charCodeAt(0) + 0x60)
}

/** ou, ei and doubled vowels are long ones. */
function shortened(sounds: string): string {
  return sounds
    .replace(/([aiueo])\1+/g, '$1')
    .replace(/ou/g, 'o')
    .replace(/ei/g, 'e')
}

const vowel = /[aiueo]/

/** English sounds as Japanese ears have them. */
const taken: Readonly<Record<string, string>> = {
  i: 'i',
  I: 'i',
  e: 'e',
  a: 'a',
  A: 'o',
  o: 'o',
  u: 'u',
  V: 'a',
  E: 'e',
  Y: 'ai',
  W: 'au',
  Q: 'oi',
  '@': 'a',
  T: 's',
  D: 'z',
  Z: 'J',
  v: 'b',
  l: 'r',
  N: 'N',
  x: 'ks',
}

/** Consonants that no vowel follows get one. */
function spoken(sounds: string): Sounds {
  let said = ''
  for (let at = 0; at < sounds.length; at++) {
    const sound = sounds.charAt(at)
    const next = sounds.charAt(at + 1)
    if (vowel.test(sound) || sound === 'N') {
      said += sound
      continue
    }
    if (sound === next) continue
    if (sound === 'n' && (next === '' || !/[aiueoy]/.test(next))) said += 'N'
    else if (sound === 'm' && /[pb]/.test(next)) said += 'N'
    else if (vowel.test(next) || (next === 'y' && vowel.test(sounds.charAt(at + 2)))) said += sound
    else if (sound === 'y') said += 'i'
    else if (sound === 'w') said += 'u'
    else if (sound === 't' || sound === 'd') said += next === 's' && sound === 't' ? 'c' : `${sound}o`
    else if (sound === 'C' || sound === 'J' || sound === 'S') said += sound === 'S' ? 'Su' : `${sound}i`
    else if (sound === 'r' && at > 0 && vowel.test(sounds.charAt(at - 1)) && sounds.charAt(at - 1) === 'a') said += ''
    else said += `${sound}u`
  }
  return shortened(
    said.replace(/ti/g, 'ti').replace(/si/g, 'Si').replace(/zi/g, 'Ji').replace(/tu/g, 'cu').replace(/cs/g, 'c'),
  )
}

const bySpelling: readonly (readonly [RegExp, string])[] = [
  [/tion/g, 'Son'],
  [/ture$/g, 'Ca'],
  [/sch/g, 'sk'],
  [/tch|ch/g, 'C'],
  [/sh/g, 'S'],
  [/ph/g, 'f'],
  [/th/g, 's'],
  [/ck/g, 'k'],
  [/qu/g, 'ku'],
  [/x/g, 'ks'],
  [/ce(?=$)/g, 's'],
  [/c(?=[eiy])/g, 's'],
  [/c/g, 'k'],
  [/g(?=[ei])/g, 'J'],
  [/gh/g, 'g'],
  [/igh/g, 'ai'],
  [/ear(?=[^aeiouy])/g, 'a'],
  [/ee|ea/g, 'i'],
  [/oo/g, 'u'],
  [/ou|ow(?![aeiou])/g, 'au'],
  [/ay|ai/g, 'e'],
  [/au|aw(?![aeiou])/g, 'o'],
  [/[eoiua]r(?=$|[^aeiouy])/g, 'a'],
  [/j/g, 'J'],
  [/l/g, 'r'],
  [/v/g, 'b'],
  [/y(?![aeiou])/g, 'i'],
  [/([^aeiou])e$/g, '$1'],
  [/w(?![aeiou])/g, 'u'],
]

/** How a Japanese speaker reads a Latin word: by its letters, and by how English has it. */
export function japaneseSoundsOfWord(word: string): readonly Sounds[] {
  let letters = word.toLowerCase()
  for (const [pattern, sounds] of bySpelling) letters = letters.replace(pattern, sounds)
  const english = Array.from(
    soundsOfWord(word).replace(/@r|Ar(?=[^iIeaAouVEYWQ@]|$)/g, 'a'),
    (sound) => taken[sound] ?? sound,
  ).join('')
  return [...new Set([spoken(letters), spoken(english)])]
}

/** Letters and digits by their Japanese names. */
export function japaneseSoundsOfLetters(token: string): Sounds {
  const names = Array.from(
    token.toLowerCase(),
    (letter) => japaneseLetterNames[letter] ?? japaneseDigitNames[Number(letter)] ?? '',
  )
  return soundsOfKana(names.join(''))
}
