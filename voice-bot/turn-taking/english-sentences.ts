import { commandIn } from '#conversation/commands.ts'
import type { RuleJudgement } from './sentence-judgement.ts'

function set(words: string): ReadonlySet<string> {
  return new Set(words.split(/\s+/))
}

const fillers = set('um uh er erm hmm uhm mhm ah eh umm uhh hm mm')
const thinking =
  /\b(?:you know|i mean|let me (?:think|see|check)|hang on|hold on|one (?:sec|second|moment)|how do i (?:say|put) (?:this|it)|what(?:'s| is) it called|sort of|kind of)$/
const conjunctions = set(
  'and or but because if when while although though unless until whether than as nor so plus except',
)
const prepositions = set(
  'of to in on for with from by at into onto about between against through during under after before without via per like toward towards within across behind among regarding',
)
const determiners = set(
  "the a an my our your their its his her some every each another whose no these those which either neither both such several many few what's",
)
const auxiliaries = set(
  "is are was were am be been being do does did can could should would will shall must may might have has had having i'm we're they're you're it's there's that's here's i'll we'll i'd we'd i've we've don't doesn't didn't can't won't isn't aren't",
)
const subjects = set('i we he she they who')
const wanting = set(
  "want need needs wants wanna gonna let let's make making know find get getting give giving think mean means says said trying try using seems looks called named saying telling showing about regarding concerning involving including instead rather very really just only also even still already please",
)
const beforeNoun = set(
  'new old main other same first second third last latest current previous primary secondary whole entire most least more less exact correct right wrong particular specific certain different various',
)
const goesOn =
  /\b(?:going|go|log|sign|logged|signed|turn(?:ed)? it|switch(?:ed)? it|keep|carry|plugged|check|come|came|opt) (?:on|in)$/
const questionStart =
  /^(?:(?:so|and|but|okay|ok|well|now|hey|right|um|uh|please|sorry|also|then|nightdesk)\s+)*(?:what|where|when(?= (?:is|are|was|were|do|does|did|can|could|should|would|will|has|have))|why|who|whom|whose|which|how|is|are|was|were|do|does|did|can|could|should|would|will|has|have|had|am|isn't|aren't|doesn't|didn't|what's|where's|who's|how's|when's|why's)\b/
const orderStart =
  /^(?:(?:so|and|but|okay|ok|well|now|hey|right|um|uh|please|also|then|just|nightdesk|can you|could you|would you|i need you to|i want you to|i'd like you to|let's)\s+)*(?:show|tell|read|give|list|check|find|explain|open|search|describe|send|page|run|look|walk|compare|summari[sz]e|restart|repeat|go|start|call|post|remind|spell|skip|ignore|forget|cancel|put)\b/
/** Announces a question and isn't one. */
const preamble =
  /^(?:(?:so|and|okay|ok|well|hey|hi|hello|right|um|uh|please|nightdesk)\s+)*(?:i (?:was wondering|wanted to ask|want to ask|have a question|have another question|need to know|would like to know|'d like to know|need you to|need help(?: with)?)|i'd like to (?:know|ask)|quick question|(?:the|my) (?:question|thing|problem|issue) is|(?:can|could|would) you(?: please)?(?: (?:tell|show|give|read) me)?|do you know|what about|how about|(?:can|could|may) i|tell me|show me|give me|what i (?:want|need)(?: to know)? is|it looks like|it seems|in that case|by the way|one more thing|another thing)$/
const bareQuestion =
  /^(?:(?:so|and|okay|ok|well|um|uh)\s+)*(?:(?:how|where|when|why|what|which \w+) (?:do|does|did|can|could|should|would|will) (?:i|we|you|they|it|one)(?: \w+)?|(?:how|where|what) (?:do|can|should) (?:i|we) \w+|(?:what|who|where|how|which)|(?:how|what) (?:long|many|much|often|old|far|kind|sort|version|time|happens|else))$/
const clauseStart =
  /^(?:(?:so|and|okay|ok|well|um|uh|but)\s+)*(?:if|once|while|because|since|although|after|before|unless|whenever|given|assuming|when)\b/
const mainClause =
  /\b(?:what|how|where|which|who|why|then|should|can|could|do|does|would|will|please|show|tell|give|read|check|restart|is there|are there|i|we|it)\b/
const aboutIt =
  /\b(?:what|where|who|how|why|when|which)\b.*\b(?:it|they|that|this|these|those|there|we|you|he|she|i) (?:is|are|was|were|am|do|does|did|can|could|should|would|will|have|has|had)$/
const askedFor =
  /\b(?:what|which|who|where|how)\b.*\b(?:do|does|did|can|could|should|would) (?:i|you|we|they|it|that|this) (?:\w+ )?(?:mean|need|want|think|say|see|get|use|know|find|make|look|try)$/
const askedWithin =
  /\b(?:question is|wondering|wanted to (?:ask|know)|(?:need|want|like) to know(?: is)?|tell me|show me|do you know|not sure|remember) (?:whether|if|which|what|how|who|where|when|why) (?:[\w'-]+ ){2,}[\w'-]+$/
const shortReply =
  /^(?:(?:yes|no|yeah|nope|sure|okay|ok|well)\s+)?(?:i|we|it|that|they|he|she|you) (?:is|are|was|were|do|does|did|can|could|should|would|will|have|has|had|am|don't|doesn't|didn't|can't|won't|isn't|aren't)$/
const wholeNot =
  /\b(?:or|why|maybe|perhaps|probably|hope|guess|think|course|definitely|certainly|surely|if|absolutely) not$|^(?:not|no not)$/
const reply =
  /^(?:yes|yeah|yep|no|nope|okay|ok|sure|right|correct|thanks|thank you|great|perfect|fine|exactly|hello|hi|nothing|never mind|got it|stop|wait|help)(?: (?:please|thanks|thank you|that's fine|nightdesk))?$/

function open(because: string): RuleJudgement {
  return { state: 'open', because }
}

/** @param words In small letters, without marks. */
export function englishSentence(words: readonly string[], text: string): RuleJudgement {
  const last = words.at(-1)
  const before = words.at(-2) ?? ''
  if (last === undefined) return { state: 'unclear', because: 'no words yet' }
  const plain = words.join(' ')
  if (fillers.has(last) || thinking.test(plain)) return { state: 'filler', because: 'thinking aloud' }
  if (/(?:\.\.\.|…)\s*$/.test(text)) return open('trails off')
  if (reply.test(plain)) return { state: 'complete', because: 'a reply', isCertain: true }
  if (shortReply.test(plain)) return { state: 'complete', because: 'a reply' }
  if (last === 'not' && !wholeNot.test(plain)) return open('“not” wants more')
  if (preamble.test(plain)) return open('announces a question')
  const unfinished = unfinishedAtEnd(words, last, before, plain)
  if (unfinished !== undefined) return unfinished
  if (unfinishedPair(plain)) return open('the second half of a pair is missing')
  if (/,\s*$/.test(text)) return { state: 'topic', because: 'a comma' }
  const command = commandIn(plain)
  if (command?.about === '') return { state: 'complete', because: 'a spoken command', isCertain: true }
  if (command !== undefined) return { state: 'complete', because: 'a spoken command' }
  if (bareQuestion.test(plain) && !askedFor.test(plain)) return open('a question without its object')
  if (words.length >= 3 && questionStart.test(plain)) return { state: 'complete', because: 'complete question' }
  if (words.length >= 3 && orderStart.test(plain)) return { state: 'complete', because: 'complete request' }
  if (askedWithin.test(plain)) return { state: 'complete', because: 'complete question' }
  if (/\?\s*$/.test(text)) return { state: 'complete', because: 'complete question' }
  return { state: 'unclear', because: 'may be a whole sentence' }
}

function unfinishedAtEnd(
  words: readonly string[],
  last: string,
  before: string,
  plain: string,
): RuleJudgement | undefined {
  if (conjunctions.has(last)) return open(`“${last}” wants more`)
  if (determiners.has(last)) return open(`“${last}” wants a name`)
  if (auxiliaries.has(last)) return aboutIt.test(plain) ? undefined : open(`“${last}” wants more`)
  if (subjects.has(last)) return open(`“${last}” wants a verb`)
  if (last === 'it' && (auxiliaries.has(before) || conjunctions.has(before))) return open('“it” wants a verb')
  if (prepositions.has(last)) {
    if (goesOn.test(plain)) return undefined
    // “What is it for”, “where does it come from”: a question may end in one.
    return questionStart.test(plain) && words.length >= 4 && !determiners.has(before) && strands(last, before)
      ? { state: 'unclear', because: `a question that may end in “${last}”` }
      : open(`“${last}” wants a name`)
  }
  if (wanting.has(last) && !/^(?:please|just|only|already|still)$/.test(last) && !askedFor.test(plain))
    return open(`“${last}” wants more`)
  if (beforeNoun.has(last) && (determiners.has(before) || prepositions.has(before)))
    return open(`“${last}” wants a name`)
  if (clauseStart.test(plain) && !questionStart.test(plain.replace(/^(?:so|and|okay|ok|well|um|uh|but)\s+/, ''))) {
    const rest = words.slice(3).join(' ')
    if (!mainClause.test(rest)) return open('a condition without what follows from it')
  }
  return undefined
}

function strands(last: string, before: string): boolean {
  return (
    /^(?:for|from|with|to|in|on|about|at|of|like|by|under|after)$/.test(last) &&
    !/^(?:command|way|steps?|procedure|owner|difference|name|state|status|version|value|limit|reason)$/.test(before)
  )
}

function unfinishedPair(plain: string): boolean {
  return /\bbetween (?!.*\band\b)[\w\s'-]+$/.test(plain) || /\beither (?!.*\bor\b)[\w\s'-]+$/.test(plain)
}
