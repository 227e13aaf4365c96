import { type ScriptedTurn, turnsOf } from './scripted-turn.ts'
import { japaneseTestTurns } from './test-turns-ja.ts'

/**
 * What is reported; nothing is ever tuned on it, and it is replaced once somebody has looked at what fails. Written before
 * it was ever run, by these rules: two turns in three have pauses, one to four of them; six pauses in eight are within a
 * phrase or after a filler, one between figures or letters, one after words that could have been all; every sentence has
 * words and a turn of phrase that no tuning turn has.
 */
export const testTurns: readonly ScriptedTurn[] = [
  ...turnsOf(
    'en',
    `
    the mobile app says | session expired for everyone in Canada
    how come the | the checkout page takes nine seconds to load
    can we bring the | read replica in Ireland back first
    somebody pushed to main and | now nothing compiles
    where does the invoice generator | keep its temporary files
    what's the safest moment to | swap the load balancers
    I'd like to hear | the part about disaster recovery again
    has finance been | told about the delay
    please reopen the ticket from | last Tuesday
    is the staging key different from | the production one
    which alarms fired | between two and three this morning
    um | could you look up the on call phone number
    we lost power in | hall seven and the spare unit did not start
    it only breaks when | two people save at the same moment
    what was | uh | what was the workaround we used in spring
    my guess would be that | the disk controller is dying
    explain the alert called | queue age too high
    do you have anything about | exporting a customer's data
    after I typed the second command | the terminal just froze
    should the | canary stay at five percent over the weekend
    tell me how the | voting between the three masters works
    nobody told us that | the vendor had changed their API
    I already tried | turning it off and on again
    if the lock is still held | am I allowed to remove it by force
    how many retries does the | courier make before giving up
    give Tomas | write access to the wiki
    the reason I'm calling is | the nightly report came out empty
    what do the colours on | the capacity chart stand for
    okay so first | we stop the writers and then what
    I can see the | the pods are running but no traffic reaches them
    are we still paying for | the old mail gateway
    hmm let me think | it was the one with the blue icon
    would it hurt to | double the number of threads
    they want a | written statement before noon
    put the phone numbers of | all three managers in the thread
    who was it that | wrote the guide for key ceremonies
    does anything speak against | upgrading tonight
    I was told to ask you about | the freeze at the end of the quarter
    look for | any mention of clock skew in the last month
    what exactly is a | tombstone
    there was a message saying | quota exceeded for project atlas
    when I run the script it | complains about a missing library
    let's go through the | cleanup step by step
    did we ever finish | moving the archives
    remind me what the | difference is between soft and hard limits
    so the customer is | not amused
    I want the full list not just | the first ten
    is there somebody who | speaks Korean on the support desk
    change of plan | we keep the old version until Monday
    it worked yesterday | I swear
    the temperature in the rack is | forty one degrees and rising
    why on earth would | a health check need admin rights
    never seen that before | have you
    in which folder would I | find the signed contracts
    and the other thing | is the backup of the chat server
    actually | make that three copies
    sorry | I meant the Dublin office
    okay the first one is done | the second one is still running
    you said to wait but | for how long
    we can either | patch it now or wait for the vendor
    the badge number is | three eight | zero six
    dial plus four nine | one seven one | five five
    the order is K seven | two nine | M
    set the retention to | ninety days
    the pin is | one two | one two
    it's revision four | point two | point nine
    the rack label is delta | one | foxtrot
    the last four digits are | six six | zero one
    bring up the graph for packet loss
    what's the password policy
    who signed off on this
    is the coffee machine monitored too
    close all tabs
    why was the failover so slow
    next slide please
    I don't believe that number
    it fixed itself
    does the proxy log client addresses
    where can I see who changed the firewall rules
    how would I know that it worked
    thanks that helped
    which document says so
    nothing has happened since
    could you say that in simpler words
    the fan in unit four is making a terrible noise
    assign it to me
    can a contractor get access without a manager
    what else could it be
    don't send anything to the customer yet
    should we worry about the certificate warning
    that command doesn't exist
    what time is the handover
    turn off the maintenance page
    I think we're done here
    how big is the biggest table
    is anybody else seeing this
    make a list of all expired tokens
    we need more memory on the search nodes
    `,
  ),
  ...japaneseTestTurns,
]

/** What listeners say without wanting the turn. */
export const testNods: readonly ScriptedTurn[] = [
  ...turnsOf(
    'en',
    'yeah okay\nuh huh uh huh\nmm\nthat makes sense\nokay cool\nsounds good\ntrue\nright right\nyes\noh nice',
  ),
  ...turnsOf(
    'en',
    'ah okay\nsure thing\nI got it\nno problem\nabsolutely\nwow\nokay thanks\ngreat\nof course\nexactly',
  ),
  ...turnsOf(
    'ja',
    'うんうんうん\nええ、ええ\nなるほどなるほど\nはい、わかりました\nあ、そうですか\nへえ、すごい\nほんとに\nそうそう\nん\nたしかに',
  ),
  ...turnsOf(
    'ja',
    'はあ\nおお、いいね\n了解\nうん、わかった\nあ、はい\nそういうことか\nなるほどね\nいいですね\nそうだよね\nありがとうございます',
  ),
]

/** What people say who do want it. */
export const testInterruptions: readonly ScriptedTurn[] = [
  ...turnsOf(
    'en',
    `
    no no not that server
    can I ask something
    stop talking please
    I need the other runbook
    how do you spell that
    go back to the beginning
    we tried that an hour ago
    wait a second what does that flag do
    give me only the commands
    that page is out of date
    hold it
    who wrote this
    is that safe to do on production
    forget it the service is back
    `,
  ),
  ...turnsOf(
    'ja',
    `
    ちょっと質問があります
    別の手順書が見たいです
    もういいです、ありがとう
    コマンドだけ教えて
    そのページは古いですよ
    本番でやっても大丈夫ですか
    一時間前に試しました
    最初に戻ってください
    ストップ、ちょっと待って
    誰が書いたんですか
    いやいや、そのサーバーじゃない
    もう直ったから大丈夫
    つづりはどう書きますか
    黙って
    `,
  ),
]
