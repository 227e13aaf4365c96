import type { Sign } from './instructions-sign.ts'

const assistants =
  '(?:ai|a\\.i\\.|llm|large language model|language model|chat ?bot|assistant|gpt(?:-\\d\\S*)?|chatgpt|claude|gemini|copilot|agent|rag)'
const orders =
  '(?:instructions?|prompts?|rules|guidelines|directives?|guardrails|training|programming|restrictions|constraints)'
/** Of these people say to each other that they no longer hold. */
const saidBefore = '(?:commands|messages?|context|conversation)'
const before = '(?:previous|prior|above|earlier|preceding|foregoing|existing|initial|original|system|other)'
const dropping =
  "(?:ignore|disregard|forget|override|bypass|discard|do not follow|don't follow|stop following|pay no attention to)"
/** A page may tell its readers to skip something "if", "unless" or "for" something; an attack has no such condition. */
const conditional = '(?!(?:[^.!?\\n]{0,30}\\b(?:if|when|unless|for|in case)\\b))'

/** Nobody means people by these, or programs that run on machines, as by "agent" or "assistant". */
const models =
  '(?:ai|a\\.i\\.|llm|large language model|language model|chat ?bot|gpt(?:-\\d\\S*)?|chatgpt|claude|gemini|copilot)'

export const englishSigns: readonly Sign[] = [
  // Who is spoken to
  {
    group: 'address',
    weight: 2,
    form: new RegExp(
      `\\b(?:note|notice|message|instructions?|attention|memo|reminder|hint|warning|important)\\b[^.\\n]{0,20}\\b(?:to|for)\\s+(?:the |any |all |an? |every )?(?:\\w+ )?${assistants}s?\\b(?! (?:team|manager|director|node|pod|config))`,
      'i',
    ),
  },
  {
    group: 'address',
    weight: 2,
    form: new RegExp(`\\b(?:if|since|because|as) you(?:'re| are) (?:an? |the )?(?:\\w+ )?(?:${assistants})\\b`, 'i'),
  },
  {
    group: 'address',
    weight: 2,
    form: new RegExp(
      `\\byou are (?:now |no longer )(?:an? |the |in )?(?:\\w+ )?(?:${assistants}|dan\\b|developer mode|unrestricted|jailbroken)`,
      'i',
    ),
  },
  {
    group: 'address',
    weight: 2,
    form: new RegExp(`\\b(?:dear|hey|attention|hello)[ ,:]+(?:\\w+ )?${assistants}s?\\b`, 'i'),
  },
  {
    group: 'address',
    weight: 2,
    form: /^[\s>*#\-<!|"'`[(]*(?:(?:ai|assistant|ai assistant|llm)(?: (?:message|prompt|instructions?|note|override))?|system (?:message|prompt|instructions?|override))[\])]?\s*[:：]\s*\S/im,
  },
  {
    group: 'address',
    weight: 2,
    form: /<\|(?:im_start|system|assistant|user|endoftext)|<<sys>>|\[\/?inst\]|<\/?(?:system|system[-_]prompt|instructions?|assistant)>|#{2,}\s*(?:instruction|system prompt)s?\s*:|\bbegin (?:system )?(?:prompt|instructions?)\b|\[system\]/i,
  },
  { group: 'address', weight: 1, form: /^[\s>*#\-<!|"'`[(]*system[\])]?\s*[:：]\s*\S/im },
  // What was said before no longer holds
  {
    group: 'override',
    weight: 2,
    form: new RegExp(
      `\\b${dropping}\\s+(?:(?:all|any|every)(?: of)?\\s+)(?:the |your |these |those )?(?:${before}\\s+)?(?:\\w+\\s+)?${saidBefore}\\b`,
      'i',
    ),
  },
  {
    group: 'override',
    weight: 3,
    form: new RegExp(
      `\\b${dropping}\\s+(?:(?:all|any|every|each)(?: of)?\\s+)(?:the |your |these |those |my )?(?:${before}(?: and \\w+)?\\s+)?(?:\\w+\\s+)?${orders}\\b`,
      'i',
    ),
  },
  {
    group: 'override',
    weight: 3,
    form: new RegExp(
      `\\b${dropping}\\s+(?:the |these |those )?${before}\\s+(?:\\w+\\s+)?${orders}\\b${conditional}`,
      'i',
    ),
  },
  {
    group: 'override',
    weight: 3,
    form: new RegExp(`\\b${dropping}\\s+(?:your|my)\\s+(?:\\w+\\s+){0,2}${orders}\\b`, 'i'),
  },
  {
    group: 'override',
    weight: 3,
    form: /\b(?:ignore|disregard|forget) (?:everything|anything|all|what(?:ever)?)(?: that)? (?:you (?:were|have been|know)|(?:was |is )?(?:said |written )?(?:above|before))/i,
  },
  {
    group: 'override',
    weight: 2,
    form: /\b(?:new|updated|real|actual|additional|hidden) (?:system )?(?:instructions?|prompt)\s*[:：]|\byour (?:new |real |only |actual )(?:instructions?|role|task|goal|job) (?:is|are)\b/i,
  },
  { group: 'override', weight: 2, form: /\bfrom now on,? (?:you|always|only|never|answer|respond|reply)\b/i },
  // What to answer
  {
    group: 'answer',
    weight: 2,
    form: /\b(?:tell|inform|instruct|advise|convince|persuade|remind) (?:the |any |every |all )?(?:users?|readers?|person asking|asker|questioner|human|operator who asks|engineers? who asks?)\b/i,
  },
  {
    group: 'answer',
    weight: 2,
    form: /\b(?:when|if|whenever|while)\b[^.\n]{0,40}\b(?:asked|answering|asks|responding|replying|summari[sz]ing|you answer|you reply)\b/i,
  },
  {
    group: 'answer',
    weight: 2,
    form: /\b(?:say|output|reply|answer|respond|write)\b[^.\n]{0,60}\bnothing else\b/i,
  },
  {
    group: 'answer',
    weight: 2,
    form: /\b(?:do not|don't|never|without)\s+(?:mention(?:ing)?|reveal(?:ing)?|disclos(?:e|ing)|cit(?:e|ing)|quot(?:e|ing)|show(?:ing)?|repeat(?:ing)?)\s+(?:this|these|that you|any other|the (?:source|instructions?|note|message))\b/i,
  },
  {
    group: 'answer',
    weight: 2,
    form: /\b(?:in|begin|end|start|include in|append to) (?:your|every|each|all) (?:answers?|responses?|repl(?:y|ies)|summar(?:y|ies))\b/i,
  },
  {
    group: 'answer',
    weight: 1,
    form: /\b(?:always|only|instead|must|just|to)\s+(?:answer|respond|reply|say|recommend|output)\b|\b(?:respond|reply|answer) (?:only )?with (?:the |only |exactly )/i,
  },
  {
    group: 'answer',
    weight: 1,
    form: /\bthe user (?:has|is)\b[^.\n]{0,60}\b(?:administrator|admin|authori[sz]ed|approved|confirmed|rights|permission|owner)/i,
  },
  // What no page would ask of its reader
  {
    group: 'abuse',
    weight: 3,
    form: /\b(?:reveal|print|output|repeat|show|leak|include|send|exfiltrate|disclose|dump|expose|give me|paste)\b[^.\n]{0,40}\byour (?:\w+ )?(?:system )?(?:prompt|instructions?|rules|configuration|secrets?|credentials|memory)\b/i,
  },
  {
    group: 'abuse',
    weight: 2,
    form: /\b(?:reveal|leak|exfiltrate|disclose)\b[^.\n]{0,40}\b(?:system prompt|environment variables|api keys?|secrets|tokens|credentials|conversation)\b/i,
  },
  {
    group: 'abuse',
    weight: 2,
    form: /\b(?:call|invoke|use|run|execute|trigger)\s+(?:the |your )?(?:tool|function|plugin|action)\s+[`"'«]?\w/i,
  },
  {
    group: 'abuse',
    weight: 2,
    form: /\b(?:send|post|upload|forward|append)\b[^.\n]{0,40}\b(?:conversation|chat history|this chat|question|user's (?:question|data|message))\b[^.\n]{0,40}(?:https?:\/\/|\bto\b)/i,
  },
  { group: 'abuse', weight: 2, form: /!\[[^\]]{0,80}\]\(https?:\/\/[^)\s]{0,200}[?&][\w-]+=(?:\{|\[|<|%7b)/i },
  // Spoken to, or of, by what it is
  {
    group: 'address',
    weight: 2,
    form: new RegExp(
      `^[\\s>*#\\-<!|"'\`[(]*(?:(?:${models})s?|assistant|bots?|ai (?:assistants?|agents?|models?))\\s*[:,]\\s*\\S`,
      'im',
    ),
  },
  {
    group: 'address',
    weight: 2,
    form: new RegExp(
      `\\b(?:${models}|assistant)s?(?: (?:models?|agents?|assistants?|crawlers?))?\\s+(?:that |which |who )?(?:is |are )?(?:reads?|reading|process(?:es|ing)?|summari[sz](?:es|ing)|index(?:es|ing)|pars(?:es|ing)) (?:this|the (?:page|text|document|file|note))\\b`,
      'i',
    ),
  },
  {
    group: 'address',
    weight: 2,
    form: new RegExp(
      `^[\\s>*#\\-<!|"'\`[(]*(?:for|to) (?:\\w+ ){0,2}(?:${models})s?(?: (?:models?|agents?|assistants?|crawlers?))?\\s*[:,]\\s*\\S`,
      'im',
    ),
  },
  {
    group: 'address',
    weight: 2,
    form: new RegExp(
      `\\b(?:${models}|ai assistant|assistant)s?(?: (?:models?|agents?|assistants?))?(?: (?:reading|processing|that reads) this(?: \\w+)?)? (?:must|shall|should|ha(?:s|ve) to|(?:is|are) required to)\\b(?! (?:respond|reply|answer|run|be|have|use|support|return)\\b (?:within|in|on|at|as|a|an|the|up|by)\\b)`,
      'i',
    ),
  },
  {
    group: 'address',
    weight: 2,
    form: new RegExp(
      `\\b(?:if|when(?:ever)?) (?:an?|the|any) (?:\\w+ )?(?:${models}|ai assistant)s?(?: (?:models?|agents?|assistants?))? (?:is|are|gets?) asked\\b`,
      'i',
    ),
  },
  {
    group: 'address',
    weight: 2,
    form: new RegExp(
      `\\bas (?:an? |the )(?:\\w+ )?(?:${models}|ai assistant)(?: (?:model|agent|assistant))?,? you\\b|\\byou are an? (?:helpful |unrestricted |obedient |friendly )(?:\\w+ )?(?:${models}|assistant|agent)\\b`,
      'i',
    ),
  },
  { group: 'address', weight: 2, form: /^[\s>*#\-<!|"'`[(]*developer (?:message|prompt|note|override)\s*[:：]/im },
  {
    group: 'address',
    weight: 3,
    form: new RegExp(
      `\\b(?:act|respond|behave|answer|speak|operate) as (?:an? |the )?(?:\\w+ )?(?:dan\\b|unrestricted|jailbroken|(?:${models})\\b(?: model)? (?:without|with no))|\\bpretend (?:that )?(?:you are|you're|to be) (?:an? )?(?:\\w+ )?(?:${models})\\b`,
      'i',
    ),
  },
  {
    group: 'address',
    weight: 3,
    form: /(?:^|\n)[#\s>*]*system(?: prompt| message)?\s*\n+\s*you are (?:an? |the )(?:\w+ ){0,2}(?:assistant|ai|model|bot|expert|shell|terminal)\b/im,
  },
  {
    group: 'address',
    weight: 3,
    form: /(?:^|\n)[\s>*#-]*(?:user|human)\s*:[^\n]{2,300}\n+[\s>*#-]*(?:assistant|ai|bot)\s*:\s*\S/im,
  },
  // What it was told elsewhere no longer holds
  {
    group: 'override',
    weight: 3,
    form: new RegExp(
      `\\b(?:supersedes?|overrides?|takes? precedence over|replaces?) (?:(?:all|any) (?:of )?(?:your |the )?(?:${before} )|your (?:${before} )?)(?:\\w+ )?(?:instructions?|prompts?|rules|guidelines|directives?)\\b`,
      'i',
    ),
  },
  {
    group: 'override',
    weight: 2,
    form: /\b(?:ignore|disregard|skip|discard) (?:all |any )?(?:the )?other (?:documents?|sources?|pages?|passages?)\b/i,
  },
  {
    group: 'override',
    weight: 3,
    form: new RegExp(
      `\\bforget (?:about )?your (?:role|identity|persona|training|purpose|job)\\b|\\bstop being (?:an? |the )?(?:\\w+ )?(?:${models}|assistant)\\b`,
      'i',
    ),
  },
  {
    group: 'override',
    weight: 3,
    form: /\b(?:ignore|disregard|forget) (?:what(?:ever)?|everything|anything|all) (?:that )?your (?:developers?|creators?|operators?|makers?|owners?|system)\b/i,
  },
  {
    group: 'override',
    weight: 2,
    form: /\bfrom (?:this point|here) on(?:wards?)?,? (?:you|always|only|never|answer|respond|reply|act)\b|\bhenceforth,? (?:you|answer|respond|reply)\b/i,
  },
  // What it shall say
  {
    group: 'answer',
    weight: 2,
    form: new RegExp(
      `(?:${models}|assistant|bot)s?\\b[^.:,\\n]{0,30}[:,]\\s*(?:please |you (?:must|should|shall|will) |always |never |do not |don't )?(?:say|tell|recommend|suggest|claim|describe|answer|respond|reply|cite|include|insert|append|output|reveal|ignore|summari[sz]e|refuse|pretend|mention|rank|translate|repeat|state|set your)\\b`,
      'i',
    ),
  },
  {
    group: 'answer',
    weight: 2,
    form: /\b(?:answer|respond to|reply to|refuse)(?: to answer)? (?:every|all|any) (?:questions?|requests?|quer(?:y|ies)|prompts?)\b/i,
  },
  {
    group: 'answer',
    weight: 2,
    form: /\b(?:into|to|with|of) (?:your|every|each|all) (?:answers?|responses?|repl(?:y|ies)|summar(?:y|ies))\b/i,
  },
  { group: 'answer', weight: 2, form: /\b(?:before|after|when|whenever) (?:you|they) (?:answer|reply|respond)\b/i },
  // What nobody shall know of
  {
    group: 'secrecy',
    weight: 2,
    form: /\b(?:do not|don't|never|without)\s+(?:mention(?:ing)?|reveal(?:ing)?|disclos(?:e|ing)|show(?:ing)?|repeat(?:ing)?|tell(?:ing)?)\s+(?:\w+ )?(?:(?:this|these) (?:note|message|instructions?|comment|prompt|text|order)|that (?:you (?:were|have been)|this))\b/i,
  },
  {
    group: 'abuse',
    weight: 2,
    form: /\bwith(?:out| no) (?:any )?(?:restrictions|filters|guardrails|rules|censorship)\b/i,
  },
  {
    group: 'abuse',
    weight: 2,
    form: /\b(?:print|repeat|output|reveal|translate|show|recite)\b[^.\n]{0,30}\b(?:previous|prior|original|system|hidden|initial|secret) (?:instructions|prompt)\b/i,
  },
  {
    group: 'abuse',
    weight: 3,
    form: /\b(?:print|repeat|output|reveal|translate|show|recite|send|give|paste)\b[^.\n]{0,40}\byour (?:system|developer|hidden|initial) (?:prompt|messages?|instructions?)\b/i,
  },
  {
    group: 'abuse',
    weight: 3,
    form: /!\[[^\]]{0,80}\]\(https?:\/\/[^)\s]{0,200}[?&][\w-]+=(?:\{+|\[|<|%7b)\s*(?:the_?)?(?:question|conversation|answer|context|history|secrets?|tokens?|user|prompt|data)/i,
  },
]
