import { englishSigns } from './instructions-english.ts'
import { japaneseSigns } from './instructions-japanese.ts'
import { readingsOf } from './instructions-readings.ts'

/** So much weight together says that somebody gives orders to an assistant. */
const enough = 3

const signs = [...englishSigns, ...japaneseSigns]

/** Any of these words stands in a text with such signs; looked for first, since most text has none. */
const anySign =
  /\b(?:ai|llm|assistants?|chat ?bot|language model|(?:chat)?gpt|claude|gemini|copilot|agent|instructions?|prompts?|directives?|guidelines|guardrails|nothing else|from (?:now|this|here)|system (?:message|prompt)|ignore|disregard|forget|supersedes?|bots?|reveal|before you (?:answer|reply)|never (?:cite|mention)|answer every)\b|the user|<system|\{question|\?\w+=[{[<]|users?\b|\[inst|im_start|<<sys|tool|\[system|system:|指示|命令|プロンプト|アシスタント|言語モデル|チャットボット|答え|回答|ユーザー|要約|\bai|質問/i

/** Letters that are written with invisible ones, or bits: no page needs them, except for flags. */
const smuggled = /(?<!\u{1f3f4}[\u{e0061}-\u{e007a}]*)[\u{e0020}-\u{e007e}]{4,}|[\u200b-\u200d\u2060\ufeff]{8,}/u

/**
 * Whether text tries to give orders to an assistant that reads it, in English or Japanese, in sight or hidden. Several
 * kinds of signs have to come together, since runbooks are full of imperatives: "ignore the warning", "the system prompt".
 */
export function givesOrders(text: string): boolean {
  return smuggled.test(text) || readingsOf(text).some(ordersIn)
}

function ordersIn(seen: string): boolean {
  if (!anySign.test(seen)) return false
  const plain = seen.replaceAll(/(?<=\S)[ \t]*\n[ \t>*#|]*(?=\S)/g, '\n')
  const flowing = plain.replaceAll('\n', ' ')
  const weights = { address: 0, override: 0, answer: 0, secrecy: 0, abuse: 0 }
  for (const { group, weight, form } of signs) {
    if (weights[group] < weight && form.test(form.multiline ? plain : flowing)) weights[group] = weight
  }
  return Object.values(weights).reduce((sum, weight) => sum + weight, 0) >= enough
}
