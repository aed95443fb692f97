import { describeLoop } from './loop.ts'
import { isInstalled } from './peer.ts'
import { openWordPress } from './wordpress.ts'

describeLoop('WordPress as Debian has it', isInstalled('wordpress'), openWordPress)
