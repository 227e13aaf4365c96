import type { Tool } from '../parts.ts'
import { howFreshTool } from './how-fresh.ts'
import { pageOwnerTool } from './page-owner.ts'
import { postToSlackTool } from './post-to-slack.ts'
import { readPassageTool } from './read-passage.ts'
import { rememberTool } from './remember.ts'
import { searchTool } from './search.ts'
import { startWalkthroughTool } from './start-walkthrough.ts'
import { whoOwnsTool } from './who-owns.ts'

/** Everything that can be done; which of it may be, the state says. */
export const allTools: readonly Tool[] = [
  searchTool,
  readPassageTool,
  whoOwnsTool,
  howFreshTool,
  startWalkthroughTool,
  postToSlackTool,
  pageOwnerTool,
  rememberTool,
]
