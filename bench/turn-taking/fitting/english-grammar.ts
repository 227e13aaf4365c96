import type { Grammar } from './grammar.ts'

/** Turns as people at work say them, for sentences to be cut; names and things are general ones of the trade. */
export const englishGrammar: Grammar = {
  turn: `{core} * 24 | {plain} * 10 | {opener} {core} * 4 | {linker} {full} * 4 | {core} {closer} * 2 | {opener} {core} {closer} | {clause} {so} {core}
    | {core} {and} {core} | {clause} {because} {clause} | {cond} {core} * 2 | {core} {cond} * 2 | {greeting} {core}`,
  plain: `{vt} {np} | {show} me {np} | how do {subj} {vt} {np} | what is {np} | what is the {attr} of {np} | where is {np} | who {vs} {np} | is {np} {state} | {np} is {state} | why is {np} {state} | when did {np} {vi} | {subj} can't {vt} {np} | {subj} can't {vi} | can you {vt} {np} | {subj} need {np} | I want to {vt} {np}`,
  core: `{question} * 4 | {check} * 3 | {order} * 4 | {report} * 4 | {within} * 3 | {fragment} * 3 | {reply}`,
  opener: `okay | hey | sorry | right | well | hi there | please | nightdesk | look | yeah | actually | alright | now | hm okay | you know what
    | listen | by the way | oh`,
  linker: `so | okay so | and | but | also | then | so basically | and so | and then | well so | because | so now`,
  full: `{question} * 4 | {check} * 3 | {order} * 4 | {report} * 5 | {within} * 3`,
  greeting: `good morning | excuse me | hi | hello | sorry to bother you | quick one | one more thing | thanks`,
  closer: `please | thanks | right now | again | today | or not | then | at all | I think | for me | this morning
    | as well | or something | if you can | for now | yet | though | too`,
  so: `so | and now | and | but | then`,
  and: `and | and then | or | but`,
  because: `because | since | after | before | when | while | although | until | unless | as soon as | even though | so that`,
  cond: `if {clause} | when {clause} | after {ving} {np} | before we {vt} {np} | in case {clause} | once {clause} | while {ving} {np}
    | without {ving} {np}`,
  question: `how do {subj} {vt} {np} * 3 | how do {subj} {vt} {np} {pp} | how {modal} {subj} {vt} {np} | how to {vt} {np}
    | what is {np} * 2 | what is the {attr} of {np} * 2 | what's the {attr} for {np} | what does {np} {mean}
    | what {modal} {subj} {vt} | what {modal} {subj} do | what do {subj} {vt} {pp} | what happens when {clause} | what happens to {np}
    | what is {ving} {np} | what {vd} {np} | what's wrong with {np} | what kind of {n} is {np} | what else {modal} {subj} {vt}
    | where is {np} * 2 | where are {nps} | where can {subj} find {np} | where does {np} come from | where do {subj} {vt} {np}
    | who {vs} {np} * 2 | who is {state} | who {modal} {subj} call {cond} | who {vd} {np} | who do {subj} ask about {np}
    | which {n} {vs} {np} | which {n} is {ving} {np} | which {n} {modal} {subj} {vt} | which {n} is it | which of {nps} is {np}
    | which {n} is {np} {ving} on | which {n} did {subj} {vt} {time}
    | when {did} {np} {vi} | when was {np} {vpp} | when was {np} last {vpp} | when will {np} be {state} | since when is {np} {state}
    | why is {np} {state} * 2 | why does {np} keep {ving1} | why did {np} {vi} {time} | why can't {subj} {vt} {np}
    | why {did} {np} {vt} {np} | why are {nps} {state} | how many {nps} are {state} | how many {nps} {modal} {subj} {vt}
    | how long does {np} {last} | how often does {np} {vi} | how much {mass} does {np} use | how much {mass} is left on {np}
    | how {grade} are {nps} | how sure are {subj} | how are {subj} {ving1} | what should {np} have | how many {nps} should {np} have
    | where are {nps} {vpp} | what are {my} {nps} {here} | what is {np} for | what does {n} {figure} mean | who gets {vpp} {time}
    | which one of {nps} {modal} {subj} {vt} | what else is there | how old is {np} | which {n} is it in | what do {subj} have
    | how {grade} is {np} | whose {n} is {np} | how come {clause} | what if {clause} | what would {subj} {vt} {np} with | how {grade} are {subj} | where are {subj} | where were {subj} | what are {subj} {ving} | who's {state} | what's {state} | where's {np} | how's {np} {ving1} | what does {np} {mean} {figure} | why does it say {n} {vpp} | why does {np} say {np} | how many {n}s are there in {np} | how many {n}s {do} {np} have | how far along is {np} | how {grade} is {np} {pp} | where are {nps} {vpp} | when does {np} {vi} | what {n} do {subj} {vt} | in which {n} is {np} | under what circumstances does {np} {vi} | what else {modal} {subj} do | anything else {subj} {modal} {vt}`,
  check: `is {np} {state} * 3 | are {nps} {state} | was {np} {vpp} {time} | is there {a} {n} for {np} | is there {a} {n} that {vs} {np}
    | are there any {nps} {pp} | do {subj} {vt} {np} | does {np} {vt} {np} * 2 | did {subj} {vt} {np} | did {np} {vi} {time}
    | has {np} been {vpp} | have {subj} {vpp} {np} | has {np} {vpp} {np} | {modal} {subj} {vt} {np} * 3
    | {modal} {subj} {vt} {np} {pp} | is it {grade} to {vt} {np} | isn't {np} {state} | is anybody {ving} {np} | does anyone {vt} {np}
    | is that {np} | is {np} still {state} | is this the {adj} {n} | do {subj} need to {vt} {np} | does it {matter}
    | is {subj} allowed to {vt} {np} | {modal} you {vt} me {np} | has anybody {vpp} {np} | has anybody {vpp} {np} {time} | has anyone {vpp} at {np} before | did anyone {vt} {np} | isn't there {a} {n} for {np} | is that still {state} | isn't it {state} | is everything {state} | does that {matter} | is {np} {vpp} too | do {subj} need to {vt} {somebody} {time} | should {subj} {vt} {somebody}`,
  order: `{vt} {np} * 5 | {vt} {np} {pp} * 3 | {vt} {np} and {vt} {np} | {show} me {np} * 3 | {show} me {wh} * 2 | let's {vt} {np}
    | don't {vt} {np} | {go} | {vt} {np} {time} | {vt} it {pp} | {vt} {np} so that {clause} | make sure {clause} | try to {vt} {np}
    | {vt} everything {pp} | {vt} that | help me {vt} {np} | {go} to {np} | keep {ving} {np} | {vt} all {nps} that {vp} {np}
    | {vt} {np} to {figure} | {vt} {np} to {figure} {unit} | {vt} {n} number {figure} | {vt} {n} {figure} | start with {np} | {go} one {n}
    | go to {n} {figure} | {vt} {np} by {figure} {unit} | call it {name} | remember that {clause} | say that {adv} | mark {np} as {state} | set {np} to {figure} {unit} | {vt} that {comp} | say that {comp} | read that {comp} | yes {vt} it | yes do that | no {np} | no the {n} one | {vt} {np} {comp} | {vt} out everything {pp} | {vt} the {n} team | page {name} | {vt} {np} instead | keep an eye on {np} | put {np} in {np} | assign it to {somebody} | don't {vt} anything {time}`,
  show: 'show | tell | give | read | send | remind | get',
  go: `go back | continue | stop there | start over | skip it | repeat that | go on | next one | come back | never mind | wait
    | slow down | once more | say it again | move on`,
  within: `{asking} {wh} * 6 | {wanting} {vt} {np} * 3 | {wanting} {vt} {np} {pp} | my question is {wh} | the question is {wh}
    | what I want to know is {wh} | what {subj} need is {np} | the problem is that {clause} | the reason is {np} | all I need is {np}`,
  asking: `can you tell me | could you tell me | do you know | I was wondering | I'd like to know | I need to know | could you check
    | I'm not sure | remind me | I forgot | I have no idea | let me know | tell us | do we know | please explain | I wonder
    | nobody knows | any idea | I can't tell | I'm trying to find out | can you find out | it's not clear`,
  wanting: `I want to | we need to | I would like to | I'm trying to | I need you to | could you please | we have to | I'm going to
    | we tried to | I was about to | I think we should | maybe we can | we'd better | you should | I just want to | it's time to`,
  wh: `how to {vt} {np} * 2 | what {np} {vs} | what {np} is | where {np} is * 2 | whether {clause} * 2 | who {vs} {np} | who owns {np}
    | which {n} {vs} {np} | if {clause} | why {clause} * 2 | when {np} {vid} | how {np} {vs1} | how many {nps} there are
    | what {subj} should {vt} | about {np} | what happened to {np} | how long {np} takes | the {attr} of {np}`,
  report: `{clause} * 5 | {subj} {think} {clause} * 2 | {subj} {think} that {clause} | there is {a} {n} {pp} | there's {a} {n} that {vs} {np}
    | there are {nps} {pp} | {np} seems {state} | {np} looks {state} | it's {state} | it is {np} | we're {ving} {np} | we've {vpp} {np}
    | I've already {vpp} {np} | I'm {ving} {np} {pp} | I {vd} {np} {time} | I {vd} {np} {adv} | nothing {vid} | it {vid} {time}
    | it's {ving1} {adv} | {np} was {vpp} by {np} | {np} depends on {np} | that's {np} | that is {state} | that was {np} | that was {time} | it was {np} | it says {np} | it's about {np} | not {time} | {np} is back | this is the {adj} {n}
    | {np} is {vpp} {pp} | somebody {vd} {np} | {subj} only {vd} {np} | it {vid} when {clause} | {np} {vid} and {np} {vid}
    | everything {pp} is {state} | we can't {vt} {np} | {subj} don't {vt} {np} | the one that {vs} {np} is {state} | I know {np} | {np} used to {vt} {np} | {subj} {vd} {np} but {clause} | {subj} {vd} {np} and {clause} | it {vd} {np} | {subj} {mid} {vd} that {clause}
    | it looks like {clause} | it seems that {clause} | it took {num} {unit} | {np} went from {figure} to {figure} {unit} | {np} has been {state} since {n} | {np} has been {state} since {day} | {np} cannot {vi} | {np} can't {vi} | {subj} {vd} it {times} and nothing {vid} | nothing has {vpp} | {np} keeps {ving1} no matter what {subj} do | {np} is {ving1} and {subj} don't know why | {np} is {ving1} {adv} | it fixed itself | it's {state} again | it says {n} {vpp} | {subj} don't believe {np} | that {n} doesn't exist | I never found out why | I have no idea where to begin | that's exactly what I needed | {np} is making {a} {adj} {n} | we need more {mass} {pp} | {np} caught up {time}`,
  clause: `{np} is {state} * 3 | {np} {vs} {np} * 2 | {np} {vd} {np} * 2 | {np} {vid} * 2 | {np} {vid} {time} | {np} keeps {ving1}
    | {subj} can't {vt} {np} | {subj} {vd} {np} {time} | {np} has {vpp} {np} | {np} is {ving} {np} | {subj} have {vpp} {np}
    | {nps} are {state} | {np} is {ving1} | {np} doesn't {vi} | {np} doesn't {vt} {np} | {subj} {vp} {np} | it is {state} | it {vid}
    | {np} was {state} {time} | {subj} {modal} {vt} {np} | {np} is not {state} | it doesn't {vi} | {subj} still {vp} {np} | {subj} {mid} {vd} {np} * 2
    | {np} is {mid} {state} | {np} {mid} {vs} {np} | {subj} can't {mid} {vt} {np} | I'm {mid} {ving} {np} * 2 | {np} has {mid} been {vpp}
    | {np} had to be {vpp} | {subj} have {mid} {vpp} {np} | {np} which {vs} {np} is {state} | {np} that {vs} {np} {vid} | {np} {vid} {pp}`,
  mid: 'just * 3 | already | still | also | only | really | probably | never | always | actually | even | finally | currently | usually',
  fragment: `{np} * 3 | {np} {pp} * 2 | the {adj} one | only {np} | not {np} | and {np} | what about {np} | how about {np} | same for {np}
    | next {n} | {n} {attr} | {attr} of {np} | {attr} for {np} | the {attr} | {n} {state} | {name} {n} | {pp} | {adj} {n} | more about {np}
    | the one {pp} | {n} {n} {attr} | another {n} | just {np} | more {mass} | no {np} | {np} or {np} | the {n} and the {n}`,
  reply: `thank you * 2 | thank you very much | next * 2 | previous | louder please | help | and then | and now | then what | repeat | back | yes | no | yes please | no thanks | okay | that's right | that's it | I did | it is | not yet | I don't know | done | all of them
    | neither | both | exactly | the first one | maybe later | got it | I see | sounds good | yes it is | no it isn't | I think so | same as before | as before | okay and then | and then what | okay | yes do that | no that one | that's all | that helped | thanks that helped | thanks a lot | never mind | we're done | I think we're done | good question | not sure | why | how so | since when | who | what now`,
  do: 'do | does | should | can | must',
  comp: 'slower | faster | louder | again | in simpler words | once more | backwards | first | later | more slowly',
  somebody: 'anybody | somebody | me | the team | the vendor | them | {name} | the manager',
  times: 'twice | three times | again | already | once',
  subj: 'I * 4 | we * 4 | you * 2 | they | one | people',
  modal: 'can * 3 | should * 3 | could | would | will | must | do | did',
  did: 'did | does | will',
  a: 'a | any | some | another',
  mean: 'mean | do | say | cost | look like | contain | return | need | expect',
  last: 'take | last | run | stay up | need to start',
  matter: 'matter | work | help | count | hurt | scale',
  grade:
    'big | old | safe | hard | risky | fast | slow | far behind | bad | expensive | reliable | easy | possible | likely | late',
  np: `the {n} * 16 | the {n} {n} * 7 | the {adj} {n} * 6 | {a} {n} | {my} {n} * 2 | this {n} | that {n} | {name} * 2 | {nps} | it * 2 | that | this | them | that one | this one | the one that {vs} {np} | anything {subj} {modal} {vt} | everything {subj} {vd}
    | the {n} {subj} {vd} | the {n} that {vid} | nobody | somebody | anybody else | the {n} {vid} | {n} {figure}
    | the {n} of the {n} | the {n} for {name} | the {n} on {name} | the {adj} {n} {n} | {my} {n} {n} | the {n} in {place} | {num} {n}s
    | the {name} {n} | all the {n}s | the {n} from {day} | {n} {n}s | each {n} | the {n} {vpp} {time}`,
  figure:
    'one | two | three | six | seven | nine | twelve | thirty | thirty five | forty | forty two | a hundred | two hundred | five hundred | twenty | ninety nine',
  unit: 'seconds | minutes | hours | percent | megabytes | days | requests',
  here: 'here | now | called',
  nps: 'the {n}s * 3 | {n}s * 2 | {my} {n}s | the {adj} {n}s | {num} {n}s | these {n}s | all the {n}s | both {n}s | the other {n}s',
  my: 'our * 3 | my * 2 | their | your | its',
  num: 'two | three | five | ten | several | most | a few | fifty',
  n: `service | database | queue | node | cluster | disk | host | pod | certificate | key | password | backup | alert | dashboard
    | runbook | page | log | replica | leader | cache | proxy | gateway | pipeline | build | release | deployment | team | owner
    | volume | region | zone | config | secret | token | job | worker | broker | topic | message | timeout | limit | quota | metric
    | graph | ticket | incident | customer | user | account | payment | order | report | invoice | mailbox | server | machine | rack
    | switch | router | firewall | rule | policy | script | command | test | branch | image | container | table | index | query | schema
    | migration | snapshot | bucket | file | folder | link | session | request | error | warning | process | thread | memory | network
    | connection | pool | load balancer | endpoint | client | library | version | flag | experiment | feature | button | screen | form
    | scheduler | agent | monitor | sensor | printer | vendor | contract | license | shift | colleague | manager | procedure | checklist
    | document | chapter | section | step | paragraph | answer | question | number | address | name | door | cable | fan | battery`,
  attr: `name | size | limit | owner | status | cause | reason | version | timeout | state | location | purpose | history | list | price
    | age | default | schedule | deadline | path | url | command | procedure | retention | capacity | password | output | result | impact
    | difference | next step | summary | address | value | priority | length | format | order`,
  adj: `new | old | main | other | same | first | second | third | last | latest | current | previous | primary | secondary | whole | wrong
    | right | big | small | red | internal | public | private | local | remote | nightly | weekly | broken | slow | recent | open | final
    | empty | long | short | shared | temporary | failed | blue | green | external | missing | only`,
  state: `down * 2 | full | slow | stuck | ready | broken | red | late | stale | up to date | out of date | safe | missing | healthy
    | unreachable | online | available | empty | back | overloaded | {pp} * 2 | {vpp} * 2 | {ving1} | gone | too big | not {vpp} | very slow
    | still {ving1} | on fire | in use | behind | fine | over | offline | locked | wrong | expired | running | on call | the same | done`,
  pp: `in {place} * 2 | on {np} * 2 | for {np} * 2 | with {np} * 2 | from {np} * 2 | to {np} | of {np} | after {np} | before {np} | at {clock} | about {np}
    | by {name} | under {np} | without {np} | against {np} | during {np} | into {np} | through {np} | between {np} and {np} | since {day} | until {day}
    | in {num} minutes | for {num} hours | like {np} | on {day} | within {np} | behind {np} | above {np}`,
  place:
    'production | staging | Europe | the cloud | our region | Tokyo | that folder | the office | the new cluster | the second zone | Dublin | there',
  day: 'Monday | Friday | last week | yesterday | this morning | last night | the weekend | March | tomorrow | noon',
  clock: "noon | midnight | three | half past two | ten thirty | night | the weekend | seven o'clock",
  time: 'before | earlier | yesterday | last night | this morning | an hour ago | today | now | again | last week | twice | already | every day | since Monday | a minute ago | on Friday | at noon | all day | too early | just now | ten minutes ago',
  adv: 'again | twice | already | slowly | manually | by hand | by mistake | from scratch | too late | somehow | all the time | properly | every night | one by one | right away',
  name: 'Kafka | Redis | Postgres | Kubernetes | Jenkins | Grafana | Alice | Bob | Maria | checkout | billing | search | the website | the api | Terraform | GitHub | Slack | Jira | finance | support',
  mass: 'memory | space | time | traffic | money | bandwidth | storage | load | disk space | capacity',
  vt: `restart * 2 | check * 2 | find * 2 | open | close | delete | remove | add | update | upgrade | rotate | renew | drain | stop | start | scale | move
    | copy | restore | roll back | turn off | turn on | switch off | see | use | change | fix | clear | disable | enable | list | compare | read
    | run | test | call | ask | page | contact | increase | reduce | create | get | set | replace | verify | review | watch | silence | mute
    | explain | describe | summarize | search | skip | ignore | reload | rename | promote | revert | deploy | approve | install | configure | mount
    | replay | flush | trace | measure | send | publish | block | unlock | reset | have | need | look at | look for | log into | deal with | wait for
    | get rid of | shut down | take down | bring up | set up | clean up | ask for | talk to | connect to | recover | expand | encrypt`,
  vi: `fail | crash | start | stop | restart | break | finish | respond | expire | work | hang | run | fire | recover | happen | die | end | come up | go down
    | come back | fill up | time out | show up | log in | start up | shut down | respond | fall over | catch up | go away | run out | sync`,
  vid: `failed | crashed | started | stopped | restarted | broke | finished | expired | worked | hung | died | went down | came back | filled up
    | timed out | recovered | happened | fell over | ran out | disappeared | went away | caught up | got stuck | logged out | gave up | responded | shut down | got slower`,
  vs: `owns | runs | uses | handles | needs | writes | reads | sends | calls | serves | blocks | approves | stores | starts | contains | covers | hosts | watches
    | breaks | causes | feeds | monitors | maintains | logs | supports | depends on | belongs to | talks to | points to | listens to | looks after | controls`,
  vs1: 'works | fails | starts | crashes | runs | scales | ends | recovers | happens | breaks | expires',
  vp: 'own | run | use | need | want | see | have | get | keep | call | miss | remember | like | expect | know | mention | contain | support',
  vd: `restarted | deleted | changed | opened | moved | lost | found | broke | updated | sent | wrote | ran | got | had | saw | took | made | read | used | replaced
    | rotated | approved | cancelled | merged | pushed | killed | blocked | renewed | dropped | paused | cleared | rebooted | swapped | missed | reported | checked | tried`,
  vpp: `restarted | deleted | changed | moved | fixed | updated | replaced | rotated | approved | tested | deployed | verified | written | backed up | documented
    | reviewed | closed | enabled | disabled | monitored | paused | stored | encrypted | cancelled | done | seen | reported | informed | renewed | drained`,
  ving: 'restarting | using | watching | deleting | changing | moving | running | checking | reading | writing | blocking | sending | eating | filling | causing | looking at | waiting for | working on | upgrading | getting | losing | seeing | draining',
  ving1:
    'failing | crashing | growing | restarting | running | waiting | flapping | burning | rising | falling | hanging | working | coming back | going on | timing out | getting worse | lagging | dropping | moving | looping',
  think:
    'think | guess | believe | know | see | hope | heard | thought | noticed | assume | suspect | remember | said | feel like | found',
}
