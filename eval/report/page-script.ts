/**
 * Runs in the reader's browser: shows only the questions that the filters leave, and opens the one that the address
 * names. It stands alone, because it is written into the page as it is.
 */
export function filterCases(): void {
  const cases = [...document.querySelectorAll<HTMLDetailsElement>('details.case')]
  const fields = [...document.querySelectorAll<HTMLInputElement | HTMLSelectElement>('.filters [name]')]
  const count = document.querySelector('#count')

  function passes(each: HTMLElement): boolean {
    return fields.every(({ name, value }) => {
      if (value === '') return true
      if (name === 'text') return (each.textContent ?? '').toLowerCase().includes(value.toLowerCase())
      if (name === 'fault')
        return value === 'any' ? each.dataset.fault !== '' : (each.dataset.fault ?? '').split('|').includes(value)
      return each.dataset[name] === value
    })
  }
  function show(): void {
    let shown = 0
    for (const each of cases) {
      each.hidden = !passes(each)
      if (!each.hidden) shown += 1
    }
    if (count !== null) count.textContent = `${shown} of ${cases.length} questions`
  }
  function openNamed(): void {
    const named = cases.find((each) => `#${each.id}` === location.hash)
    if (named === undefined) return
    named.hidden = false
    named.open = true
    named.scrollIntoView()
  }
  for (const field of fields) field.addEventListener('input', show)
  window.addEventListener('hashchange', openNamed)
  show()
  openNamed()
}
