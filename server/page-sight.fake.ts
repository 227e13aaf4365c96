import type { Page } from 'playwright-core'

/**
 * Texts in sight that stand out from what is behind them by less than WCAG 2.2 asks (1.4.3, AA), each with its ratio.
 * Transitions have to be over.
 */
export function faintTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    type Colour = readonly [red: number, green: number, blue: number, alpha: number]
    const white: Colour = [255, 255, 255, 1]
    const parsed = (css: string): Colour => {
      const [red = 0, green = 0, blue = 0, alpha = 1] = css.match(/[\d.]+/g)?.map(Number) ?? []
      return [red, green, blue, alpha]
    }
    const over = (above: Colour, below: Colour): Colour => {
      const mixed = (at: 0 | 1 | 2) => above[at] * above[3] + below[at] * (1 - above[3])
      return [mixed(0), mixed(1), mixed(2), 1]
    }
    const linear = (part: number) => (part <= 10 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4)
    const luminance = ([red, green, blue]: Colour) =>
      0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    const around = (element: Element): Element[] => {
      const parent = element.parentElement
      return parent === null ? [element] : [element, ...around(parent)]
    }
    const ratioOf = (element: Element): number => {
      const styles = around(element).map((each) => getComputedStyle(each))
      const behind = styles
        .map(({ backgroundColor }) => parsed(backgroundColor))
        .reduceRight((below, above) => over(above, below), white)
      const opacity = styles.reduce((whole, style) => whole * Number(style.opacity), 1)
      const [red, green, blue, alpha] = parsed(getComputedStyle(element).color)
      const [one, other] = [luminance(over([red, green, blue, alpha * opacity], behind)), luminance(behind)]
      return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)
    }
    const isLarge = (element: Element): boolean => {
      const { fontSize, fontWeight } = getComputedStyle(element)
      const px = Number.parseFloat(fontSize)
      return px >= 24 || (px >= 18.66 && Number(fontWeight) >= 700)
    }
    const holders = [...document.body.querySelectorAll('*')].filter((element) =>
      [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim() !== ''),
    )
    // What is only for the eye, or can't be pressed, need not stand out.
    const exempt = '[aria-hidden="true"], :disabled, :disabled *, .hidden, .skip, noscript, script, style, option'
    return holders
      .filter((element) => element.checkVisibility() && !element.matches(exempt))
      .map((element) => ({ element, ratio: ratioOf(element) }))
      .filter(({ element, ratio }) => ratio < (isLarge(element) ? 3 : 4.5))
      .map(({ element, ratio }) => `${ratio.toFixed(2)}: ${element.textContent?.trim() ?? ''}`)
  })
}

/** Buttons whose words don't fit into them. */
export function cutOffButtons(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('.stage-button, .bar button, .composer button')]
      .filter((button) => button.checkVisibility())
      .filter((button) => {
        const edge = button.getBoundingClientRect()
        return [...button.children].some((child) => {
          const { left, right } = child.getBoundingClientRect()
          return left < edge.left + 2 || right > edge.right - 2
        })
      })
      .map(({ textContent }) => textContent ?? ''),
  )
}
