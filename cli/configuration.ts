import { type Config, readConfig as read } from '#runtime/config/config.ts'
import type { GlobalOptions } from './output.ts'

/** @throws {ConfigError} */
export function readConfig(options: GlobalOptions): Config {
  return read({
    environment: process.env,
    workingDir: process.cwd(),
    configFile: options.config,
    dataDir: options.dataDir,
  })
}
