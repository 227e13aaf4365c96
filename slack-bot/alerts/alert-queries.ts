/** KawaraErrorRateHigh: as rules name alerts. */
const ruleName = /\b[A-Z][a-z0-9]+(?:[A-Z][A-Za-z0-9]*)+\b/g
/** Labels and fields that say what is in trouble, or what the trouble is. */
const telling = /^(?:alert ?name|summary|description|message|service|component|app|application|deployment|job|topic)$/i
const field = /^[\s•*-]*([\w .-]{2,30}?)\s*(?::|=)\s*(.+)$/
/** How bad it is, where it was measured, and how much it was: no document is about these. */
const noise =
  /https?:\/\/\S+|\b(?:severity|critical|warning|page|info|firing|triggered|high urgency|sev-?\d|p[1-5])\b|\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b|(?<![\w.-])[<>=~]*\d+(?:\.\d+)?\s?%?(?![\w.-])|@[\w-]+|#\d+/giu
const longest = 300

/**
 * What to look for where an alert asks for its runbook, one query after the other: the name of its rule, its title, what
 * it says in words, and both together. The labels around them would only hide what it is about.
 * @param text All that the alert says, its title first.
 */
export function alertQueries(title: string, text: string): string[] {
  const names = [...new Set(`${title}\n${namedIn(text)}`.match(ruleName) ?? [])]
  const head = quiet(`${spread(title)} ${servicesIn(text)}`)
  const said = quiet(wordsIn(text, title))
  const queries = [names.join(' '), head, said, `${head}\n${said}`].map((query) => query.trim().slice(0, longest))
  return [...new Set(queries)].filter((query) => /\p{L}{2}/u.test(query))
}

/** "Kawara Error Rate High (payments)": the words of a name, which documents may write apart. */
function spread(title: string): string {
  return title.replace(ruleName, (name) => name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, ' ')).replace(/[()[\]{}]/g, ' ')
}

function quiet(text: string): string {
  return text
    .replace(noise, ' ')
    .replace(/[ \t]+/g, ' ')
    .trim()
}

function fieldsIn(text: string): { key: string; value: string }[] {
  return text.split('\n').flatMap((line) => {
    const [, key, value] = field.exec(line) ?? []
    return key === undefined || value === undefined ? [] : [{ key: key.trim(), value }]
  })
}

function namedIn(text: string): string {
  return fieldsIn(text)
    .filter(({ key }) => /^alert ?name$/i.test(key))
    .map(({ value }) => value)
    .join(' ')
}

function servicesIn(text: string): string {
  const services = fieldsIn(text).filter(({ key }) => /^(?:service|component|app|application|deployment)$/i.test(key))
  return [...new Set(services.map(({ value }) => value))].join(' ')
}

/** Sentences, and what stands in fields that say something. */
function wordsIn(text: string, title: string): string {
  const lines = text.split('\n').flatMap((line) => {
    const [, key = '', value = ''] = field.exec(line) ?? []
    if (key === '' || key.trim().split(' ').length > 2) return line.trim().split(/\s+/).length > 2 ? [line.trim()] : []
    return telling.test(key.trim()) && !/^alert ?name$/i.test(key.trim()) ? [value] : []
  })
  return [...new Set(lines)].filter((line) => line !== title).join('\n')
}
