import { letterByLetter } from './letters.ts'
import { type Rule, rule } from './rule.ts'
import { dateWords, decimal, quantity, timeWords, unitNames } from './units.ts'
import { currencies, perUnits, words } from './wording.ts'

const begins = '(?<![A-Za-z0-9_.])'
const ends = '(?![A-Za-z0-9_])'
const figure = String.raw`\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?`
const unit = unitNames.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)).join('|')
/** Those that also stand apart from their number; a single letter there is something else. */
const apart = unitNames.filter((name) => (name.length > 1 && name !== 'us') || /[%％]/.test(name)).join('|')

/** Figures with whatever makes them more than a number. */
export const numberRules: readonly Rule[] = [
  rule(
    new RegExp(
      String.raw`${begins}((?:19|20)\d\d)([-/])(0?[1-9]|1[0-2])\2(0?[1-9]|[12]\d|3[01])(?:[T ]([01]\d|2[0-3]):([0-5]\d)(?::[0-5]\d(?:\.\d+)?)?)?\s?(Z|UTC|GMT|JST)?(?![A-Za-z0-9_-])`,
    ),
    (match, { lang }) => {
      const [, year, , month, day, hours, minutes, zone] = match
      const date = dateWords(Number(year), Number(month), Number(day), lang)
      const gap = lang === 'ja' ? '' : ', '
      const time = hours === undefined ? '' : `${gap}${timeWords(Number(hours), Number(minutes), lang)}`
      const where = zone === undefined ? '' : ` ${letterByLetter(zone === 'Z' ? 'UTC' : zone, lang)}`
      return date + time + where
    },
  ),
  rule(/(?<![\w:.])([01]?\d|2[0-3]):([0-5]\d)(?::[0-5]\d)?(?![\w:])/, (match, { lang }) =>
    timeWords(Number(match[1]), Number(match[2]), lang),
  ),
  rule(
    new RegExp(String.raw`${begins}(\d{1,3}(?:\.\d{1,3}){3})(?:/(\d{1,2}))?(?::(\d{1,5}))?(?![\w.]*\d)`),
    (match, { lang }) => {
      const [, address = '', bits, port] = match
      const said = address.split('.').join(lang === 'ja' ? 'ドット' : ' dot ')
      const after = [
        bits === undefined ? '' : words[lang].prefixLength(bits),
        port === undefined ? '' : words[lang].port(port),
      ]
      return [said, ...after.filter((part) => part !== '')].join(lang === 'ja' ? '' : ' ')
    },
  ),
  // UUIDs and hashes: the beginning is enough to know them by.
  rule(new RegExp(`${begins}[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}${ends}`, 'i'), (match, { lang }) =>
    words[lang].startingWith(letterByLetter(match[0].slice(0, 4), lang)),
  ),
  rule(new RegExp(String.raw`${begins}(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])([0-9a-f]{7,64})${ends}`), (match, { lang }) => {
    const [hash] = match
    return hash.length <= 8
      ? letterByLetter(hash, lang)
      : words[lang].startingWith(letterByLetter(hash.slice(0, 7), lang))
  }),
  rule(
    new RegExp(`${begins}0x([0-9a-fA-F]+)${ends}`),
    (match, { lang }) => `${words[lang].hex} ${letterByLetter(match[1] ?? '', lang)}`,
  ),
  // Versions: with a v, or of three parts and more.
  rule(
    new RegExp(
      String.raw`${begins}(v(?=\d))?(\d+(?:\.(?:\d+|x))*)((?:-(?:alpha|beta|rc|pre)(?:\.?\d+)?)?)(?![A-Za-z0-9_]|\.\d)`,
    ),
    (match, { lang }) => {
      const [, v, number = '', suffix = ''] = match
      const parts = number.split('.')
      if (v === undefined && parts.length < 3) return undefined
      const spoken = parts.map((part) => (part === 'x' ? letterByLetter('x', lang) : part))
      const said = spoken.join(lang === 'ja' ? 'てん' : ' point ') + suffix.replace(/[-.]/g, ' ').replace('rc', 'R C')
      return v === undefined ? said : `${words[lang].version}${lang === 'ja' ? '' : ' '}${said}`
    },
  ),
  rule(new RegExp(String.raw`([$€£¥])\s?(${figure})${ends}`), (match, { lang }) => {
    const currency = currencies[match[1] ?? '']?.[lang]
    return currency === undefined ? undefined : words[lang].money(decimal(match[2] ?? '', lang), currency)
  }),
  rule(
    new RegExp(
      String.raw`(?<=(?:HTTP|[Ss]tatus(?: code)?|[Ee]rrors?|ステータス|エラー)\s*)${begins}([1-5]\d\d)s?${ends}`,
    ),
    (match) => (match[1] ?? '').split('').join(' '),
  ),
  rule(new RegExp(`${begins}([1-5])xx${ends}`, 'i'), (match, { lang }) =>
    lang === 'ja' ? `${match[1]}${letterByLetter('xx', lang)}` : `${match[1]} X X`,
  ),
  // Of processors, thousandths.
  rule(new RegExp(String.raw`(?<=[Cc][Pp][Uu][^.。\n]{0,20})${begins}(\d+)m${ends}`), (match, { lang }) =>
    words[lang].millicores(match[1] ?? ''),
  ),
  // 1h30m
  rule(new RegExp(String.raw`${begins}(?:\d+(?:ms|[dhms])){2,}${ends}`), (match, { lang }) => {
    const parts = [...match[0].matchAll(/(\d+)(ms|[dhms])/g)].map(([, number = '', name = '']) =>
      quantity(number, name, lang),
    )
    return parts.join(lang === 'ja' ? '' : ' ')
  }),
  rule(
    new RegExp(
      String.raw`${begins}(${figure})\s?(?:-|–|~|〜|～)\s?(${figure})((?:${unit})(?![A-Za-z0-9_]))?(?![A-Za-z0-9_]|-\d)`,
    ),
    (match, { lang }) => {
      const [, from = '', to = '', name] = match
      if (Number(from.replaceAll(',', '')) >= Number(to.replaceAll(',', ''))) return undefined
      const end = name === undefined ? decimal(to, lang) : quantity(to, name, lang)
      return end === undefined ? undefined : words[lang].range(decimal(from, lang), end)
    },
  ),
  rule(
    new RegExp(String.raw`${begins}(${figure})(?:(${unit})|\s(${apart}))(?:/(s|sec|m|min|h|hour|d|day))?${ends}`),
    (match, { lang }) => {
      const [, number = '', close, far, per] = match
      const said = quantity(number, close ?? far ?? '', lang)
      const rate = perUnits[per ?? '']?.[lang]
      if (said === undefined || rate === undefined) return said
      return lang === 'ja' ? `${words.ja.per(rate)}${said}` : `${said} ${words.en.per(rate)}`
    },
  ),
  rule(new RegExp(`${begins}(${figure})/(s|sec|min|h|hour|day)${ends}`), (match, { lang }) => {
    const rate = perUnits[match[2] ?? '']?.[lang]
    if (rate === undefined) return undefined
    const number = decimal(match[1] ?? '', lang)
    return lang === 'ja' ? `${words.ja.per(rate)}${number}` : `${number} ${words.en.per(rate)}`
  }),
  rule(new RegExp(String.raw`${begins}(\d+)/(\d+)(?![\w/])`), (match, { lang }) =>
    words[lang].of(match[1] ?? '', match[2] ?? ''),
  ),
  rule(new RegExp(String.raw`(?<![\w)\]-])[-−](${figure})(?![\w-])`), (match, { lang }) =>
    words[lang].minus(decimal(match[1] ?? '', lang)),
  ),
  rule(new RegExp(String.raw`(?<!\w)#(\d+)${ends}`), (match, { lang }) => words[lang].number(match[1] ?? '')),
  rule(/[~≈]\s?(?=\d)/, (_, { lang }) => words[lang].about('')),
  rule(new RegExp(String.raw`${begins}(\d{1,3}(?:,\d{3})+(?:\.\d+)?)${ends}`), (match, { lang }) =>
    decimal(match[1] ?? '', lang),
  ),
  rule(new RegExp(String.raw`${begins}(\d+\.\d+)${ends}`), (match, { lang }) => decimal(match[1] ?? '', lang)),
]
