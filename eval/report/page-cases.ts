import { type CaseFault, caseFaults, faultKinds } from '../case-faults.ts'
import type { AnswerOutcome, EvalCase, EvalReport, FoundSection, RetrievalOutcome } from '../eval-report.ts'
import type { EvalQuestion, SectionName } from '../question-set.ts'
import { ageInDays, milliseconds, share } from './figure-words.ts'
import { html, type Markup } from './markup.ts'

/** Every question to open, those at fault shown at first. */
export function casesSection({ cases, at }: EvalReport): Markup {
  const kinds = [...new Set(cases.map(({ question }) => question.kind))]
  const langs = [...new Set(cases.map(({ question }) => question.lang))]
  const faulty = new Set(cases.flatMap((each) => caseFaults(each).map(({ kind }) => kind)))
  return html`<h2>Questions</h2>
  <div class="filters">
    <select name="fault" aria-label="What went wrong"><option value="any">anything wrong</option><option value="">all questions</option>${faultKinds
      .filter((kind) => faulty.has(kind))
      .map((kind) => html`<option value="${kind}">${kind}</option>`)}</select>
    <select name="kind" aria-label="Kind"><option value="">every kind</option>${kinds.map((kind) => html`<option>${kind}</option>`)}</select>
    <select name="lang" aria-label="Language"><option value="">every language</option>${langs.map((lang) => html`<option>${lang}</option>`)}</select>
    <input name="text" type="search" placeholder="Filter by words" aria-label="Filter by words">
    <span id="count" class="soft small" aria-live="polite"></span>
  </div>
  ${cases.map((each) => caseDetails(each, at))}`
}

function caseDetails(each: EvalCase, now: Date): Markup {
  const { question, retrieval, answer } = each
  const faults = caseFaults(each)
  return html`<details class="case" id="${question.id}" data-kind="${question.kind}" data-lang="${question.lang}" data-fault="${faults.map(({ kind }) => kind).join('|')}">
  <summary><div class="head"><a href="#${question.id}" class="soft">${question.id}</a><span>${question.kind} · ${question.lang}${question.crossLingual ? ' · cross-lingual' : ''}</span></div>
  <p class="asked" lang="${question.lang}">${question.text}</p>${faults.length === 0 ? html`<span class="chip good">all right</span>` : faults.map(faultChip)}</summary>
  <div class="inside">${goldSection(question, retrieval)}${retrieval === undefined ? undefined : foundSection(retrieval, now)}${answer === undefined ? undefined : answerSection(question, answer)}</div>
  </details>`
}

function faultChip({ text }: CaseFault): Markup {
  return html`<span class="chip bad">${text.length > 140 ? `${text.slice(0, 140)}…` : text}</span>`
}

function goldSection(question: EvalQuestion, retrieval: RetrievalOutcome | undefined): Markup {
  if (question.gold.length === 0)
    return html`<section><h3>Wanted</h3><p class="small">Nothing in the documents answers this.</p></section>`
  const rankOf = (gold: number) => retrieval?.found.find(({ golds }) => golds.includes(gold))?.rank
  const rows = question.gold.map((section, at) => {
    const rank = rankOf(at)
    return html`<li>${place(section)} ${rank === undefined ? html`<span class="chip bad">not found</span>` : html`<span class="chip good">found at ${rank}</span>`}</li>`
  })
  return html`<section><h3>Wanted</h3><ul class="plain">${rows}
    ${question.alternates.map((section) => html`<li class="soft">or ${place(section)}</li>`)}
    ${question.superseded.map((section) => html`<li class="soft">outdated: ${place(section)}</li>`)}
    ${question.poisoned.map((section) => html`<li class="soft">planted: ${place(section)}</li>`)}</ul></section>`
}

function place({ path, heading }: SectionName): Markup {
  return html`<span class="place">${path} › ${heading}</span>`
}

function foundSection(retrieval: RetrievalOutcome, now: Date): Markup {
  const verdict = retrieval.relevant ? 'relevant' : 'not relevant'
  return html`<section><h3>Found <span class="soft small">${verdict} (${share(retrieval.relevance)}), ${milliseconds(retrieval.ms)}</span></h3>
  ${retrieval.found.length === 0 ? html`<p class="small">Nothing.</p>` : html`<ol class="found">${retrieval.found.map((found) => foundRow(found, now))}</ol>`}</section>`
}

function foundRow(found: FoundSection, now: Date): Markup {
  const marks = [
    found.golds.length > 0 ? html`<span class="chip good">wanted</span>` : undefined,
    found.golds.length === 0 && found.goldDocument ? html`<span class="chip">right document</span>` : undefined,
    found.superseded ? html`<span class="chip bad">outdated</span>` : undefined,
    found.poisoned ? html`<span class="chip bad">planted</span>` : undefined,
  ]
  return html`<li><span class="rank">${found.rank}</span><span class="score">${share(found.score)}</span><div><span class="place${found.golds.length > 0 ? ' gold' : ''}">${found.path} › ${found.heading.join(' › ')}</span>
  <span class="soft small together">${ageInDays(found.editedAt, now)} old, ${found.state}</span> ${marks}
  <details><summary>text</summary><pre>${found.excerpt}</pre></details></div></li>`
}

function answerSection(question: EvalQuestion, answer: AnswerOutcome): Markup {
  const points = question.keyPoints.map(
    ([point], at) =>
      html`<span class="chip ${answer.keyPoints[at] === true ? 'good' : 'bad'}">${answer.keyPoints[at] === true ? '✓' : '✗'} ${point}</span>`,
  )
  const faults = [
    ...answer.mustNot.map((said) => `Recommends ${said}`),
    ...answer.citationFaults,
    ...answer.brokenPromises,
  ]
  return html`<section><h3>${answer.abstained ? 'Abstained' : 'Answer'} <span class="soft small">${answer.provider}, confidence ${share(answer.confidence)}, ${milliseconds(answer.ms)}</span></h3>
  ${points.length === 0 ? undefined : html`<p>${points}</p>`}
  ${faults.length === 0 ? undefined : html`<ul class="plain worse">${faults.map((fault) => html`<li>${fault}</li>`)}</ul>`}
  <div class="said" lang="${question.lang}">${answer.answer}</div>
  <p class="small soft" style="margin-top:8px">Aloud: ${answer.spoken}</p>
  ${answer.warnings.length === 0 ? undefined : html`<ul class="plain">${answer.warnings.map((warning) => html`<li>${warning}</li>`)}</ul>`}
  ${answer.citations.length === 0 ? undefined : html`<ul class="plain">${answer.citations.map(({ n, path, heading, quote }) => html`<li>[${n}] ${place({ path, heading: heading.join(' › ') })}<pre>${quote}</pre></li>`)}</ul>`}</section>`
}
