/** People and channels (`@data`, `#incidents`), and arguments with a plus (`+nosave`). */
const named = /(?<![\w`/#@+.-])[@#+][A-Za-z][\w-]+/g
/** Statements of SQL that change something, with the word that they are about. */
const sql =
  /\b(?:delete\s+from|drop\s+(?:table|database|schema|index|user|role|view)(?:\s+if\s+exists)?|truncate(?:\s+table)?|insert\s+into|update\s+\w+\s+set|alter\s+(?:table|user|role|system|database)|(?:grant|revoke)\s+\w+\s+on)\s+[\w."]+/gi

/** Names that somebody could write to, and statements that somebody could run, which stand in no source. */
export function namedThingFaults(text: string, sources: readonly string[]): string[] {
  const found = [...(text.match(named) ?? []), ...(text.match(sql) ?? [])]
  if (found.length === 0) return []
  const known = plain(sources.join('\n'))
  return found.filter((each) => !known.includes(plain(each)))
}

function plain(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/[`*"]/g, '').replace(/\s+/g, ' ')
}
