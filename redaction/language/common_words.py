"""Ordinary English words of service calls: what is in here is not taken for somebody's name.

A table only. It is part of the policy: `policy.policy_version` hashes it.
"""

from redaction.cues import no_cues
from redaction.cues import phrases as cues
from redaction.language.tables import words_in

FUNCTION_WORDS = words_in("""
a about above across actually after again against ago ah all almost along alright also always am an
and another any anybody anyone anything anyway are aren't around as at away back because been before
behind being below between both but by can can't cannot cause cool could couldn't did didn't do
doctor does doesn't doing don't done down dr during each eh either else er erm even ever every
everybody everyone everything few for from get gets getting go goes going gone gonna good got gotta
great had hadn't has hasn't have haven't having he he'd he'll he's her here here's hers herself hey
hi him himself his hm hmm how how's huh i i'd i'll i'm i've if in inside instead into is isn't it
it'd it'll it's its itself just kind know last less let let's like little lot lots ma'am madam many
may maybe me mhm might mightn't mine miss mister mm mm-hm more most mr mrs ms much must mustn't my
myself near needn't never next no nobody none nope nor not nothing now of off oh ok okay on once one
only onto or other others our ours out outside over own per please put quite rather really right
said same say says see several shall she she'd she'll she's should shouldn't since sir so some
somebody someone something sometimes soon sorry sort still such sure take than thank thanks that
that'd that'll that's the their theirs them themselves then there there's these they they'd they'll
they're they've thing things this those though through til till to today together tomorrow tonight
too towards tried try trying uh uh-huh um umm under until up upon us very via wanna want wanted
wants was wasn't way we we'd we'll we're we've well went were weren't what what's whatever when
when's whenever where where's whether which while who who'd who'll who's whole whom whose why will
with within without won't would wouldn't wow yeah yep yes yesterday yet you you'd you'll you're
you've your yours yourself
""")
"""Never a name, whatever stands before them."""

_ORDINARY = words_in("""
somewhere anywhere nowhere aw aww how'd where'd why'd when'd what'd what'll who're it've would've
could've should've might've must've y'all ain't character characters
be router disk wifi parking plan plans g'day gotcha beauty myself coach thats whats hows wheres
iphone ipad android samsung google microsoft apple's netflix amazon paypal zoom kindle macbook
megs gigs wi-fi checkups checkup ebay visa mastercard amex router's hotspot login logout timeout
ability able absolutely accept accepted access accident according account accounts across act
activate activated activation active actual add added adding addition additional address
address's addresses adjust adjuster admin adult adults advance advice advise afford afraid
afternoon agent agents agree agreed agreement ahead air airline airlines airport alert allow
allowed alone alpha already although amazing amount amounts ampersand angry annual answer
answered answers anymore anything's apartment apologies apologise apologize app apparently
appear appears apple application applied apply appointment appointments appreciate approve
approved april area areas arrange arranged arrival arrive arrived arrives article aside ask
asked asking asks assist assistance assistant associated assume asterisk attached attempt
attempted attempts attention august authorise authorize authorized auto automated automatic
automatically autumn availability available avenue average avoid aware awesome awful baby
background backup backups bad bag baggage bags balance bank banking banks based basic basically
bath battery beach bear became become bed bedroom began begin beginning behalf believe belong
benefit benefits best better big bigger bill billed billing bills birth birthday bit black blame
bless blimey block blocked blood blue bluetooth board boarding body book booked booking bookings
born bother bottom bought bounce bounced box boxes boy branch brand break breakfast brief
briefly brilliant bring bringing brings broadband broke broken brother brought brown browser
bucks buddy budget building built bumper bus business busy button buy buying bye cable calendar
call called caller callers calling calls calm came camera cancel canceled cancellation cancelled
cancelling capital car card cardholder cards care careful carefully carrier carry cars case
cases cash catch category caught caused cell center central centre cents certain certainly
certificate chance change changed changes changing channel charge charged charger charges
charging chat cheap cheaper check checked checking checkout checks cheers cheque cheques chief
child children choice choose chose chosen christmas city claim claims class clean cleaned
cleaning cleanup clear cleared clearly click clicked client clinic clock close closed closer
closest closing cloud coach code codes codeword coffee cold collect collected collection college
color colour come comes comfortable coming comma comment comments common communication company
compensation competitor complain complaint complete completed completely complicated computer
concern concerned concerns condition conditions conference confident confirm confirmation
confirmed confirming confirms confused confusing confusion connect connected connecting
connection consent consider contact contacted contacting contacts contents continue contract
control convenient conversation convert cook copay copies copy corner correct corrected
correctly cost costs cough could've count counter country county couple coupon courier course
court cousin cover coverage covered covers cracked crash crawling crazy create created credit
credited crescent crew crikey cross curious current currently customer customers cut cycle dad
daily damage damaged damn dark darling dash data database date dates daughter day days dead deal
dealing dear death debit debt debts december decide decided decision deductible deep default
definitely degree delay delayed delays delete deleted deliver delivered delivery dental dentist
department departure depend depending depends deposit deposited description desk despite detail
details device devices dial did died difference different difficult difficulties digit digits
dinner direct directed direction directly director disappointed discharge disconnect
disconnected discount discounts discuss discussed dispatch dispatched display dispute distance
doctors document documents dog dollar dollars domain door dot double doubt download downloaded
downtown dozen draft drive driver driving drop dropped dude due dump duplicate duty earlier
early earn easier easily east easy eat effect effective efficient effort eight eighteen eighty
electric electricity electronic eleven eligible email emailed emails emergency employee
employees employer empty enable enabled end ended ending ends energy engaged engine engineer
engineers english enjoy enjoyed enough enquiries enquiry ensure enter entered entering enters
entire entirely entitled entry envelope equipment error errors escalate especially essentially
estate estimate estimated estimating etc ethernet euro euros evening event events eventually
everything's evidence exact exactly example excellent except exchange excited exclamation
exclude excuse existing exit expect expected expecting expedite expense expensive experience
experienced experiencing expert expiration expire expired expires expiry explain explained
explaining express extend extended extension extra eye eyes fab face facility fact failed
failure fair fairly fall family fantastic far fare fast faster fasting fault faulty favor
favorite favourite fax february fee feedback feel feeling feels fees feet fell felt fifteen
fifty figure file filed files filing fill filled final finally finance financial find finding
finds fine finish finished fire first fit five fix fixed fixing flat flexible flight flights
floor flow fly flying folder folks follow followed following food foot forever forget forgot
forgotten form format former forms forth fortunately forty forward forwarded found four fourteen
fourth fraud fraudulent free freezer frequent fresh friday friend friendly friends front frozen
frustrated frustrating full fully fun function fund funds funny further future garage gardens
gas gate gave general generally generate gift gigabyte gigabytes girl give given gives giving
glad glass glasses glitch goal god goodbye goodness goods gosh government grand granted green
ground group groups grove grow guarantee guarantees guess guest guests guide guy guys half hand
handed handle handled handling hands hang hanging happen happened happening happens happy hard
hardly hardware hashtag hate head headset health hear heard hearing heart heat heating heavens
heavy held hell hello help helped helpful helping helps high higher highest hill history hit
hold holder holding holds holiday holidays holy home homes honest honestly honey honor honour
hope hopefully hoping hospital hosting hot hotel hour hours house household housing hundred hung
hungry hurry hurt husband hyphen idea ideal identification identify identity ignore illness
image imagine immediate immediately important impossible improve inbox incident included
includes including income inconvenience incorrect increase increased indeed independent indicate
individual industry info inform information informed initial initially initials inquiry
inspection install installation installed instance instant instantly instruction instructions
insurance insured interest interested interesting international internet interview introduce
invalid investigate investigation invoice invoices involved issue issued issues item items
january job join joined joining july june keep keeping keeps kept key keys kids kilo kind king
kitchen knew knowing knowledge known knows lady lamp lamps landline landlord lane language
laptop large larger late lately later latest laugh law lawyer lead leading learn lease least
leave leaves leaving left legal lend length let letter letters level licence license lie life
light lights limit limited limits line lines link linked list listed listen listening lists live
lived lives living load loan loans local locate located location lock locked locker log logged
logging login logs long longer look looked looking looks lose losing loss lost loud love loved
lovely low lower lowercase luck luckily luggage lunch machine made maiden mail mailed mailing main
mainly maintenance major make makes making male man manage managed management manager managers
mandatory manual manually march mark marked market married marvellous mate material matter
matters maximum may mean means meant measure medical medication medicine medium meet meeting
megabits member members membership memorable memory men mention mentioned menu merchant mess
message messages messed met meter method mews mid middle midnight mile miles mind minimum minor
minute minutes miss missed missing mistake mistaken mobile mode model modem mom moment monday
money monitor month monthly months moon morning mortgage mostly mother motor mouth move moved
moving multiple mum music name named names national native natural naturally nature necessary
need needed needing needs negative neighbor neighbour network new newer news nice night nights
nine nineteen ninety noise noon normal normally north note noted notes nothing's notice noticed
notification notifications notified notify november number numbers numerous nurse object
obviously occasion occur october odd offer offered offering offers office officer official
offline often oil old older online open opened opening opens operate operator opinion
opportunity option options order ordered ordering orders original originally otherwise ought
outage outages outlet outstanding overall overdraft overdue overnight owe owed owes owned owner
owners pack package packages packed page pages paid pain pair pal panel paper papers paperwork
paragraph parcel parcels pardon parents park parking part particular particularly parties
partner parts party pass passcode passed passenger passengers passing passport password
passwords past patience patient patients pattern pay payable payee paying payment payments
payroll pays pen penalty pence pending pension people percent perfect perfectly perform perhaps
period permanent permission permit person personal personally pet phone phones photo photos
phrase physical pick picked picking picture piece pieces pin place placed places plan plane
planning plans plastic plate platform play playing pleased pleasure plenty plug plus pm pocket
point points police policies policy policyholder poor popular portal portion position positive
possible possibly post postage postal postcode posted pound pounds power practice pre prefer
preferred premium premiums prepaid prepare prepared prescription presence present president
press pressed pressing pressure pretty prevent previous previously price prices pricing primary
print printed printer prior priority privacy private probably problem problems procedure
procedures proceed proceeding process processed processes processing produce product products
professional profile program project promise promised promo promotion promotions proof proper
properly property protect protected protection proud provide provided provider providers
provides providing public pull pulled pulling purchase purchased purchases purpose purposes push
pushed puts putting qualify quality query question questions queue quick quicker quickly quid
quiet quit quota quote quoted quotes rain raise raised ran random range rate rates reach reached
reaching read readable reading ready real realise realised realize realized reason reasonable
reasons reboot rebooted recall receipt receipts receive received receiver receives receiving
recent recently reception receptionist recognise recognize recommend recommended reconnect
reconnected record recorded recording records recover recoveries recovery recurring red redo
reduce reduced refer reference references referral referred reflect refund refundable refunded
refunds refuse refused regard regarding regards regional register registered registering
registration regular regularly reimburse reinstate reject rejected relate related relation
relationship release released relevant reliable relief rely remain remaining remember remind
reminder remote remove removed removing renew renewal renewed rent rental repair repaired
repairs repayment repeat repeated replace replaced replacement replacing reply report reported
reporting reports represent representative request requested requesting requests require
required requirement requirements requires reschedule research resend resent reservation
reservations reserve reserved reset resident residential resolution resolve resolved resort
respond response responsible rest restart restarted restaurant restore restored restricted
result results retail retention retire retired return returned returning returns reverse
reversed review reviewed rewards rid ride ring ringing risk road roads role roof room rooms
round route router router's row rude ruin rule rules run running runs safe safely safety saint
sake salary sale sales satisfaction satisfied saturday save saved saves saving savings saw
saying scam scan scared scene schedule scheduled scheme school screen search season seat seats
second secondary seconds secret section secure security seem seemed seems seen select selected
sell seller selling send sender sending sends senior sense sent separate separately september
serial series serious seriously serve served server servers service services serving session set
sets setting settings settle settled settlement setup seven seventeen seventy shame share shared
sharing shift ship shipped shipping shop shopping shops short shortly should've shouting show
showed shower showing shown shows shut sick side sign signal signature signed signing similar
simple simply single sister sit site sites sitting situation six sixteen sixty size skip slash
sleep slight slightly slip slot slow slower slowly small smaller smart smoke snow social society
software sold solution solve someone's son song sooner sound sounds source south space spam
speak speaker speaking special specialist specific specifically speed speeds spell spelled
spelling spelt spend spending spent splendid spoke spoken spot spouse spring square staff stage
stand standard standing start started starting starts state stated statement statements states
station status stay stayed staying steal step steps stick stock stole stolen stood stop stopped
stops storage store stored stores storm story straight strange street street's stress stressful
strictly string strip strong stuck student stuff stupid style subject submit submitted subscribe
subscribed subscription successful successfully suddenly suggest suggested suit suitable suite
sum summary summer sunday super superb supervisor supplier supply support supposed surname
surprise surprised sweetheart switch switched symbol sync system systems tab table taken takes
taking talk talked talking talks tax taxes taxi teacher team teams tech technical technician
technicians telephone television tell telling tells temporarily temporary ten tenancy tenant
term terminal terminate terms terrace terrible test tested testing text texted texts thanked
thankfully theft theme therefore thick thin think thinking thinks third thirteen thirty thought
thousand threat three threw throw thursday ticket tickets tight time times tiny tire tired title
token told toll tone took tool top topic total totally touch tough tour tow toward town town's
track tracked tracking trade trailing train trained training transaction transactions transfer
transferred transferring travel traveling travelling treat treated treatment tree trip trouble
truck true truly trust truth tuesday turn turned turning tv twelve twenty twice two type typed
types typical typically typing unable unauthorised unauthorized uncle underscore understand
understanding understands understood unfortunately unhappy unique unit united university unless
unlimited unlock unlocked unpaid unplug unplugged update updated updates updating upgrade
upgraded upload uppercase upset urgent usage use used useful user username users uses using
usual usually utilities utility vacation valid validate value van various vehicle vehicles
verification verified verify verifying version victim view visible visit visited voice voicemail
void voucher wait waited waiting waive waived walk walked wall wallet warehouse warm warning
warranty wash waste watch watching water weather web website websites wedding wednesday week
mondays tuesdays wednesdays thursdays fridays saturdays sundays
weekday weekend weekends weekly weeks weight weird welcome west wet what've whereas white wide
wife wifi willing win wind window windows winter wire wireless wise wish withdraw withdrawal
withdrawn withdrew woman women wonder wonderful wondering word words work worked worker working
works world worried worries worry worse worst worth worthwhile would've write writing written
wrong wrote year years yellow young zero zip zone
""")

_OF_CUES = frozenset(
    word
    for phrases in (*cues.STRONG.values(), *cues.WEAK.values(), cues.NAME, no_cues.NO_CUE)
    for phrase in phrases
    for word in phrase.split()
)

COMMON_WORDS = FUNCTION_WORDS | _ORDINARY | _OF_CUES
"""Not a name, unless a strong cue such as `my name is` stands directly before it."""
