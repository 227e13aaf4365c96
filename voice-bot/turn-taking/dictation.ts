import type { RuleJudgement } from './sentence-judgement.ts'

const digits =
  'zero|oh|one|two|three|four|five|six|seven|eight|niner?|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|hundred|thousand|double|triple'
const digitsJa = 'ゼロ|れい|いち|に|さん|よん|ご|ろく|なな|はち|きゅう|[〇零一二三四五六七八九十百千]'
const nato =
  'alpha|bravo|charlie|delta|echo|foxtrot|golf|hotel|india|juliett?|kilo|lima|mike|november|oscar|papa|quebec|romeo|sierra|tango|uniform|victor|whiskey|x-?ray|yankee|zulu'
const joiners = 'dash|hyphen|dot|point|slash|backslash|underscore|colon|minus|equals|plus|at sign|hash'
const joinersJa = 'ハイフン|ドット|スラッシュ|アンダーバー|アンダースコア|コロン|テン|マイナス|イコール|バー'

const unit = `(?:\\d+(?:\\.\\d+)*|${digits}|${nato}|[b-hj-z]|[ai](?= ))`
const sequence = new RegExp(`(?:^|\\s)(${unit}(?:[\\s,-]+(?:${joiners}|and|${unit}))*)[\\s.,]*$`, 'iu')
const sequenceJa = new RegExp(`(?:(?:\\d+|[a-z]|${digitsJa})[\\s、ー-]*(?:${joinersJa})?[\\s、]*)+$`, 'iu')
/** 「ポートはろく」: a number stands there without what it counts. */
const beginsJa = new RegExp(`(?:は|が|も|、)(?:\\d|${digitsJa})$`, 'iu')
/** Words that nobody says but to spell. */
const onlyNato =
  /(?:^|\s)(?:bravo|foxtrot|juliett?|kilo|quebec|romeo|sierra|tango|whiskey|x-?ray|yankee|zulu)[\s.,]*$/iu
/** “Prod dash edge”: a name in pieces may have another. */
const joined = /\s(?:dash|hyphen|underscore|ハイフン|アンダーバー|アンダースコア)\s+[\p{L}\p{N}]+[\s.,]*$/iu
const endsInJoiner = new RegExp(`(?:\\s(?:${joiners})|${joinersJa}|\\d\\s*[ー-])[\\s.,、]*$`, 'iu')
/** A number that is whole as it is: there is a name for what it counts. */
const counted =
  /\b(?:step|option|number|section|page|chapter|item|line|part|level|sev|severity|priority|phase|region|zone|tier|version|one|that|this|last|next|first)\s+(?:\d+(?:\.\d+)*|[a-z]+)[\s.,]*$/iu
const announced =
  /\b(?:ip|address|id|ticket|incident|number|code|serial|hash|commit|phone|extension|host|hostname|node|pod|instance|called|named|spelled|account|subnet|port|key|番号|アドレス|ホスト名|コード)\b|番号|アドレス|ホスト名|コードは/iu
const wholeAddress =
  /\b\d{1,3}\s*(?:\.|dot|ドット)\s*\d{1,3}\s*(?:\.|dot|ドット)\s*\d{1,3}\s*(?:\.|dot|ドット)\s*\d{1,3}[\s.,]*$/iu

/** Whether a number or a name is being spelled out: then a pause is for looking at the next digits. */
export function dictation(text: string): RuleJudgement | undefined {
  if (endsInJoiner.test(text) || joined.test(text))
    return { state: 'dictating', because: 'something being spelled goes on' }
  if (wholeAddress.test(text)) return { state: 'complete', because: 'a whole address', isCertain: true }
  if (onlyNato.test(text) || beginsJa.test(text)) return { state: 'dictating', because: 'something being spelled' }
  const spelled = sequence.exec(text)?.[1] ?? (/[぀-ヿ一-鿿]/u.test(text) ? sequenceJa.exec(text)?.[0] : undefined)
  if (spelled === undefined) return undefined
  const units = unitsIn(spelled)
  if (units < 2 && counted.test(text)) return undefined
  if (units >= 2 || (announced.test(text) && units >= 1)) {
    // A word in figures, 443 say, is a number already; single digits and letters are on their way to one.
    const wholeNumber = units === 1 && /\d{2,}/.test(spelled) && !/\bip\b|address|アドレス/iu.test(text)
    return wholeNumber ? undefined : { state: 'dictating', because: 'a number or a name being spelled' }
  }
  return undefined
}

function unitsIn(spelled: string): number {
  if (!/[぀-ヿ一-鿿]/u.test(spelled)) return spelled.trim().split(/[\s,-]+/).length
  return spelled.match(new RegExp(`\\d+|[a-z]|${digitsJa}`, 'giu'))?.length ?? 0
}
