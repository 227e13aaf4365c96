import type { Facet, Want } from './question.ts'
import { isCommand, type Unit } from './units.ts'

/** Headings that runbooks and how-tos give to the sections that answer such questions, in both languages. */
const headings: Partial<Record<Want, RegExp>> = {
  fix: /mitigat|resol|remed|fix|recover|solution|workaround|対処|解決|復旧|緩和|対応|回避/i,
  steps: /mitigat|resol|remed|fix|recover|procedure|steps|how to|手順|方法|対処|対応/i,
  check: /diagnos|troubleshoot|investigat|check|verif|debug|確認|診断|調査|トラブル/i,
  meaning: /meaning|overview|what is|description|about|意味|概要|とは/i,
  impact: /impact|effect|影響/i,
  cause: /cause|reason|why|diagnos|meaning|原因|理由/i,
  owner: /owner|contact|escalat|team|担当|連絡|エスカレ/i,
}

/** 0..1: whether the unit holds the kind of thing that is asked for. */
export function wantedness(unit: Unit, intro: Unit | undefined, wants: ReadonlySet<Want>): number {
  return Math.max(0, ...Array.from(wants, (want) => holds(unit, intro, want)))
}

/**
 * 0..1: whether it stands where such things are told: under such a heading, or in the alert's rule.
 * @param inner Headings inside the passage, which come before the passage's own.
 */
export function wantedPlace(
  inner: readonly string[],
  heading: string,
  isAlert: boolean,
  wants: ReadonlySet<Want>,
): number {
  if (isAlert && wants.has('rule')) return 1
  const title = inner.at(-1) ?? heading
  return [...wants].some((want) => headings[want]?.test(title) === true) ? 1 : 0
}

/** Tells what happened once, not what to do. */
const narrative = /post-?mortem|incident[- ]report|retrospective|timeline|ポストモーテム|障害報告|振り返り|経緯|時系列/i

const beside =
  /^(?:after|before|following|once|post-|pre-|follow-?up|prerequisites?|clean-?up|aftermath)\b|(?:後|前)(?:の|に|$)|事後|事前|前提|後片付け|後始末/i
const asksBeside =
  /\b(?:after(?:wards)?|before|following|once|prerequisites?|clean-?up|next|then|follow-?up)\b|後|前|事後|事前|前提/i

/** Whether a heading is of what is done before or after the thing itself: "After the failover", 「実施後の確認」. */
export function tellsBeside(heading: string): boolean {
  return beside.test(heading.normalize('NFKC'))
}

/**
 * 0..1: whether a passage tells how something is done, when that is asked: it has steps or commands and is no report of
 * what was done once: -1, and so where it tells what comes before or after that.
 */
export function procedural(
  units: readonly Unit[],
  place: { document: string; heading: string },
  { wants, text: question }: Pick<Facet, 'wants' | 'text'>,
): number {
  if (!wants.has('steps') && !wants.has('fix')) return 0
  if (wants.has('number') || wants.has('owner')) return 0
  if (narrative.test(`${place.document} ${place.heading}`)) return -1
  if (tellsBeside(place.heading) && !asksBeside.test(question)) return -1
  const hasCommand = units.some((unit) => isCommand(unit, units[unit.intro ?? -1]))
  const steps = units.filter(({ kind, ordered }) => kind === 'step' && ordered).length
  if (hasCommand || steps >= 2) return 1
  return units.some(({ shown }) => /`[^`\n]+`/.test(shown)) ? 0.7 : 0
}

const quantity = /\d\s*(?:%|％|[a-z]{1,3}\b|パーセント|秒|分|時間|日|個|回|台|seconds?|minutes?|hours?|days?|percent)/i

function holds(unit: Unit, intro: Unit | undefined, want: Want): number {
  const { shown, kind, field } = unit
  const inlineCode = /`[^`]+`/.test(shown)
  switch (want) {
    case 'command':
      return kind === 'code'
        ? isCommand(unit, intro)
          ? 1
          : 0.3
        : /`[^`]*\s[^`]*`|`--?\w/.test(shown)
          ? 0.8
          : inlineCode
            ? 0.4
            : 0
    case 'number':
      if (field === 'for' || field === 'expr') return 0.9
      return quantity.test(shown) ? 1 : /\d/.test(shown.replace(/https?:\S+/g, '')) ? 0.7 : 0
    case 'place':
      return /(?:^|[\s`"(])[~.]?\/[\w.-]+|https?:\/\/|\b[\w-]+\.(?:ya?ml|json|conf|md|log)\b/.test(shown)
        ? 1
        : inlineCode
          ? 0.4
          : 0
    case 'name':
      return inlineCode ? 0.8 : kind === 'field' || /\b[a-z]+[A-Z]\w+|\b\w+_\w+/.test(shown) ? 0.6 : 0
    case 'flag':
      return /(?:^|[\s`("'])--?[A-Za-z]/.test(shown) ? 1 : inlineCode ? 0.3 : 0
    case 'metric':
      return /\b[a-z][a-z0-9]*(?:_[a-z0-9]+){1,}\b/.test(shown) ? 1 : 0
    case 'rule':
      return field === undefined ? 0 : field === 'runbook_url' ? 0.2 : 1
    case 'owner':
      return /\bteam|owner|contact|channel|@\w|escalat|担当|チーム|連絡|オーナー/i.test(shown) ? 1 : 0
    case 'cause':
      return /\bbecause\b|\bdue to\b|\bcaused?\b|\bwhen\b|\breason\b|\bif\b|\bresult\w* (?:of|from|in)\b|ため|原因|よって|ので|場合/i.test(
        shown,
      )
        ? 0.8
        : 0
    case 'steps':
    case 'fix':
      return kind === 'step' || kind === 'code' ? 0.8 : 0
    case 'check':
      return kind === 'code' ? 0.8 : /\bcheck|verify|look|see|run|monitor|確認|調べ/i.test(shown) ? 0.6 : 0
    case 'meaning':
      return /\b(?:is|are|means?|fires?|triggers?|triggered|indicates?)\b|とは|です|意味|示し/i.test(shown) &&
        kind === 'sentence'
        ? 0.7
        : field === 'summary' || field === 'description'
          ? 0.8
          : 0
    case 'impact':
      return /\b(?:cannot|can't|unable|lose|loss|degrad|fail|down|unavailable|may|might|will)\b|できな|失|影響|可能性/i.test(
        shown,
      )
        ? 0.6
        : 0
    case 'decision':
      return /\b(?:not|never|should|must|only|safe|expected|normal|default|can|cannot|recommended|required|deprecated)\b|ない|必要|推奨|できます|ください|べき/i.test(
        shown,
      )
        ? 0.7
        : 0
  }
}
