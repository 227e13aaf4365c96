import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import { extname, join, sep } from 'node:path'

interface Asset {
  contentType: string
  body: string
}

/** The web pages and what they load, ready to be sent. */
export interface Assets {
  /** Part of every asset's address, so that browsers may keep them for ever; it changes with any of them. */
  version: string
  /** HTML by address: `/` and one for each other page. */
  pages: ReadonlyMap<string, string>
  /** Modules, styles and pictures by their path in the folder. */
  files: ReadonlyMap<string, Asset>
}

const contentTypes: Readonly<Record<string, string>> = {
  '.ts': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/**
 * Reads the pages of a folder once: `index.html` becomes `/`, `graph.html` becomes `/graph`; types are taken out of its
 * modules. `{{assets}}` in a page stands for the address of the folder, `{{modules}}` for hints to load all modules at once,
 * and not one after the other as they import each other.
 */
export async function loadAssets(directory: string): Promise<Assets> {
  const entries = await readdir(directory, { recursive: true })
  const names = entries.map((name) => name.split(sep).join('/')).sort()
  const sources = await Promise.all(
    names.filter(isServed).map(async (name) => ({ name, text: await readFile(join(directory, name), 'utf8') })),
  )
  const hash = createHash('sha256')
  for (const { name, text } of sources) hash.update(`${name}\0${text}\0`)
  const version = hash.digest('hex').slice(0, 16)
  const address = `/assets/${version}`
  const hints = sources
    .filter(({ name }) => name.endsWith('.ts') && !isForWorklets(name))
    .map(({ name }) => `<link rel="modulepreload" href="${address}/${name}" />`)
  const html = sources.filter(({ name }) => name.endsWith('.html'))
  return {
    version,
    pages: new Map(
      html.map(({ name, text }) => [
        addressOf(name),
        text.replaceAll('{{assets}}', address).replace('{{modules}}', hints.join('')),
      ]),
    ),
    files: new Map(
      sources.flatMap(({ name, text }) => {
        const contentType = contentTypes[extname(name)]
        if (contentType === undefined) return []
        return [[name, { contentType, body: name.endsWith('.ts') ? stripTypeScriptTypes(text) : text }] as const]
      }),
    ),
  }
}

function isServed(name: string): boolean {
  return /\.(html|ts|css|svg)$/.test(name) && !/\.(test|fake|contract|d)\.ts$/.test(name)
}

/** They run on the audio thread, which loads them by itself. */
function isForWorklets(name: string): boolean {
  return name.endsWith('-worklet.ts')
}

function addressOf(page: string): string {
  return page === 'index.html' ? '/' : `/${page.replace(/\.html$/, '')}`
}
