"""More ordinary words than `common_words.py` has: of homes, work, bodies, food, journeys, feelings.

A table only. Nobody is called so and no place is; but as the answer to a security question, or in a
password, they count as unusual: that is why they are apart.
"""

from redaction.language.common_words import COMMON_WORDS
from redaction.language.tables import words_in

_HOUSEHOLD = words_in("""
freeway highway interstate pillar pillars sticker stickers buff ad ads
suds turquoise flicker flickering flickers sync syncing synced judder juddering pixelated reboot
celsius fahrenheit helpdesk railcard railcards payslip payslips hiya howdy g'day ta-ra toodle-oo
flat-pack rebooting rebooted pilates knackered buffering buffered teak drawer drawers backup
absence absent academic ache aching actor additionally adopted adore advert advertised advertising
affect affected aggressive aim airport aisle alarm album alcohol alert alive allergic allergy
alternate alternative alternatively altogether ambulance amend amended ankle anniversary announce
announced announcement anniversary antibiotics anxiety anxious apiece appetite appraisal approach
appropriate apron architect argue argued argument armchair army arm arms arrangement arrangements
arrow artist ashamed asleep aspect aspirin assembly assess assessed assessment asset assets
assignment asthma astronaut athlete attic attitude attorney attract auction audience aunt author
award awards awake awkward axle bachelor backpack backwards backyard baked bakery baking balcony
bald ball balloon banana band bandage bandwidth bargain bark barn barrel baseball basement basket
basketball bathe bathing batteries beans beard beat beaten beautiful beautifully bedding bedtime
beef beer beg behaviour behavior bell belonged belonging belongings belongs belt bench bend bent
bicycle bike bikes bin bins birds biscuit bite bits bitten bitter blank blanket bleach bleed
bleeding blind blinds blinking blinks blister bloke blow blowing blown boat boil boiled boiler
boiling bolt bomb bone bones bonus boot boots border bored boring boss bothered bothering bottle
bottles bowl bracket brain brake brakes  bread breach breathe breathing breed breeze brick
bricks bride bridge bridal brightly briefcase bright broad brochure bruise brush bubble bucket
budgets bug builder builders bulb bulbs bulk bump bumped bunch bundle bundles burger burn burned
burning burnt burst bushes busy butcher butter cabin cabinet cage cake cakes calculate calculated
calculation calculator calf camp camping campus canal candle candy canned cap capable capacity
captain careers caretaker caring carpet carpets carriage cart carton cashier casual cat cats cattle
cautious ceiling celebrate celebrating celebration cellar cement cemetery ceremony chain chair
chairs chairman challenge champion championship chapter characters charity charm chart chased
cheaply cheat cheek cheerful cheese chef chemical chemist chemistry chest chicken chickens
childhood chimney chin chip chips chocolate chop church cigarette cigarettes cinema circuit
circumstances citizen citizenship civil civilian claimant claimed claimant's classes classic
classroom cleaner cleaners clever cliff climate climb climbing clip closet cloth clothes clothing
cloudy clown clubs clumsy clutch coal coast coat coats cockpit coffin coin coins coincidence
collapse collapsed collar colleague colleagues collective colleges colours colors column combination
combine combined comedy comfort comic command commercial commission commit committed committee
commute compact companies compare compared comparing comparison compatible compete competition
competitive complaining complains complex compliance complicated component comprehensive compressor
comprise compromise compulsory concept concert conclude concluded conclusion concrete condo
conduct conflict congestion congratulations connects conscious consequence consequences
conservatory considered considering consist consistent constant constantly constructed construction
consult consultant consultation consume consumer contain contained container contains contest
context continued continues continuing contractor contractors contracts contrast contribute
contribution controlled controller controls convenience conversion convey convince convinced cooked
cooker cooking cooler cooling cooperate coordinate coordinator cop cope copper cord core corn
corporate correction correspondence corridor cot cottages cotton couch council councillor counsel
counsellor counted countries countryside courage courses cousins cow cows crack cracking craft
cramp crate crawl cream creature credentials creek crew crime crimes criminal crisis criteria
critical criticism crop crossed crossing crowd crowded crown cruise crush cry crying culture cup
cupboard cups cure curiosity curious curly currency curriculum curry curse curtain curtains curve
custody customised customized customs cuts cutting cyber dairy dam dance dancing danger dangerous
dare dashboard  daylight deaf dealer dealership dealt debate deceased deceive decent
deciding decisions deck declare declared decline declined decorate decorating decrease dedicated
deduct deducted deduction deep deeply deer defeat defect defective defects defence defendant
defense defer deferred define defined deliberately delicate delicious delight delighted delightful
demand demanding demands demo demonstrate denied deny depart departed departments dependent
dependents depressed depression deserve designated designed designer designing desire desperate
desperately dessert destination destroy destroyed detached detect detected detective detector
determine determined develop developed developer developing development diabetes diabetic diagnosed
diagnosis diagnostic diagnostics dial dialed diamond diarrhea diary diesel diet dig digging
digital dignity dine dip diploma dirt dirty disability disabled disagree disagreement disappear
disappeared disappointing disaster disc discomfort discontinued discover discovered discovery
discretion disease disgusted disgusting dish dishes dishwasher disk dismiss dismissed disposal
dispose distant distress distributed distribution district disturb disturbed disturbing ditch dive
divide divided division divorce divorced dizzy dock doll dominant donate donated donating donation
donations donor doorbell doors doorstep dorm dose dosage doubled doubtful dough downgrade
downgraded downloads downstairs drag dragged drain drainage drained drama dramatic drank drawer
drawing drawn dream dreaming dreams dress dressed drill drink drinking drinks dripping drivers
drives driveway drops drought drove drown drug drugs drum drunk dry dryer drying duck dull dumb
dumped dust dusty duties duvet dwelling dying eager ear earned earning earnings earring ears earth
earthquake ease economic economy edge edit edited edition editor educate educated education
educational effectively effects efforts egg eggs elbow elder elderly eldest elected election
elections elderly element elementary elevator eliminate elsewhere embarrassed embarrassing embassy
emotional emotions emphasis employ employed employment empties enclosed encounter encountered
encourage encouraged encouraging endless enemy energetic enforce engagement engines enjoying
enormous enquire enquired enquiring ensuring entering entertain entertainment enthusiasm entrance
envelopes environment environmental equal equally equity equivalent escape essay essence essential
establish established estates evaluate evaluation eviction evil exam examination examine examined
examiner examples exams excess excessive exclude excluded excluding exclusion exclusive excuses
executive executor exempt exercise exhausted exhibition exist existed exists expand expanded
expansion expedited expenses experiences experiment expired explains explanation explicit explode
explore explosion export expose exposed exposure expression extensive extent exterior external
extinct extras extreme extremely fabric fabulous factor factors factory faculty fade faint
falling false famous fancy farm farmer farmers farming fascinating fashion fashioned fasten fat
fatal father fathers fatigue faulty favour favourites favorites fear feature features fed federal
feeding fellow female fence fencing festival fetch fever fiance fiancee fiction fiddle field fields
fierce fight fighter fighting figures filled film films filter filters filthy finals fingers finger
finishing fireplace firm firmly fish fishing fist fitness fitted fitting fixes fixture flag flames
flash flashed flashes flashing flashlight flats flavour flavor fled flesh flew flickering flip
float flood flooded flooding floors flour flowed flower flowers flu fluent fluid flush flyer foam
focus focused fog foil fold folded food foods fool foolish football force forced forecast forehead
foreign  forge forgetting forgive forgot fork formal formally formula fortnight fortune forum
foster fought foundation fountain fraction fragile frame frames framework frankly fraudster
fraudulently freaking freedom freely freeze freezing freight frequency frequently fridge fried
frightened frog frost fruit fruits fry frying fuel fuels fulfil fulfill fulfilled fundamental
funding funeral funnel fur furious furnace furnished furniture fuse fuss gadget gain gained gaining
gallery gallon gamble gambling game games gaming gang gap garbage garden gardener gardening garlic
garment gasoline gather gathered gathering gear gearbox gender generation generator generous genetic
gentle gentleman gentlemen gently genuine genuinely germs gesture giant  girlfriend girls
glance glasses glimpse global gloves glow glue goals goat gold golden golf goodwill gossip
governor gown grab grabbed grade grades gradual gradually graduate graduated graduation grain
grammar gran grandad granddad granddaughter grandchildren grandfather grandkids grandma grandmother
grandpa grandparents grandson granny graph grass grateful grave gravel gravy  greatest greatly
greatness greedy greet greeting grey grief grill grind grip grocer groceries grocery groom gross
grounds growing grown growth guard guardian guests guidance guideline guidelines guilty guitars gum
gun gut gutter gutters gym habit habits hail hair haircut hairdresser hallway ham hammer handbag
handful handing handles handling handset handsome handwriting handwritten handy hanger happier
happiest happily harassment harassed harbour hardest hardship harm harmful harsh hat hatch hated
haul haven hay hazard hazardous headache headaches headed heading headlight headlights headphones
heal healing healthcare healthy heater heaters heavily hedge heel height heights heir helicopter
helmet hence herb hesitate hidden hide hiding hike hiking hills hinge hint hints hips hire hired
hiring historic hobby hole holes hollow homeless homeowner homework honesty hook hooked hopeful
hopeless horrible horrified horror horse horses hose hospitals hostel hosted household housework
housekeeping hug huge human humans humble humid humidity hunt hunting hurricane hurting hurts hut
hygiene ice icon icons identical identified idiot idle ignored ignoring illegal illegally imagined
imaging immigration immune impact impatient import imported imposed impress impressed impression
impressive improper improved improvement improvements improving incidents inclined
inconvenienced incorporated incorrectly increases increasing incredible incredibly incur incurred
indicated indicates indication indicator indoor indoors induction industrial industries inevitable
infant infection infections infectious inflation influence informal infrastructure ingredients
inhaler inherit inheritance inherited injection injured injuries injury ink inner innocent input
insect insects insert inserted insist insisted insisting inspect inspected inspector inspired
installer installing instance instinct institute institution instructed instructor instrument
insufficient insulation insulin insult insure insurer insurers intact intend intended intending
intense intensive intention intentions interact interaction interface interfere interference
interior internal interpret interpreter interrupt interrupted interval intimate introduced
introduction invade invent invest invested investigating investigator investing investment
investments investor invitation invite invited inviting involve involves involving iron ironing
irrelevant irresponsible irritated island itch itchy itinerary jacket jail jam jar jaw jealous jeans
jet jewel jewellery jewelry jobs jog joint joints joke jokes joking journal journalist journey
journeys judge judgement judgment juice juicy jump jumped jumping junction jungle  junk jury
justice justify keen keeper kettle keyboard kick kicked kicking kidding kidney kill killed killing
kindest kindly kindness kiss kitchens kitten knee knees kneel knife knit knitting knives knob knock
knocked knocking knot lab label labels labour labor laboratory lack lad ladder ladies lake
lambs landed landing landmark landscape landlords lap laptops largely largest laser lasted lasting
lasts laughed laughing launch launched laundry lawn laws lawsuit lawyers layer layout lazy leader
leaders leadership leads leaf leaflet leaflets leak leaked leaking leaks lean leap learned learner
learning learnt leased leasing leather lecture leg legally legs legislation legitimate leisure lemon
lender lenders lending lengthy lens lent lessons lesson letting lettings liability liable liberal
liberty librarian library lid lied lifetime lift lifted lifting lighter lighting lightning likely
likes liking limb limbs lined linen lion lip lips liquid liquor listened literally literature lit
litter liver livestock loaded loader loads loaf lobby lodge lodged logic logical logo lone lonely
loop loose loosen lorry lottery lounge lover lovers loves loving lowest loyal lucky lump lunchtime
lung lungs luxury lying lyrics machinery machines mad magazine magazines magic magical magnet maid
mailbox mailman majority maker makeup male mall mammal manage manages mandate manner mansion
manufacture manufactured manufacturer manufacturing map maps marathon marble margin marital marker
marketing markets marking marks marriage married mask mass massage massive mast master mat match
matched matches matching mate's maths math mattered mattress mature maximise maximum mayor meal
meals meaning meanings meantime meanwhile measured measurement measurements measures meat mechanic
mechanical mechanics medal media mediation medications medicines meetings melt melted melting
memories memo mend mental mentally mention mentioning merchandise mercy mere merely merge merged
merger mice microphone microwave midday mighty migraine migrate mild military milk mill million
mineral minimal ministry minority mirror mirrors miserable misplaced misread missile mission
mistaken mistakes mistook misunderstanding misunderstood mix mixed mixing mixture mobility moderate
modern modest modification modified modify moisture mold mould mole monitored monitoring monitors
monkey monster monument mood moral moreover mornings mostly motel moth motion motivation motorbike
motorcycle motorist motorway mount mountain mountains mouse moustache moves movie movies mud muddy
mug mugged multiply mummy murder muscle muscles museum mushroom musical musician mutual mystery
nail nails naked nanny nap napkin narrow nasty nation nationality nationwide nausea navigate
navigation nearby nearest neat neck necklace needle needles negotiate negotiated neighbors
neighbours neighborhood neighbourhood neither nephew nerve nerves nervous nest net nets neutral
newborn newest newly newspaper newspapers nickname niece nightmare nobody's nod noises noisy
nominate nominated nominee nonsense noodles normal northern nose notebook noticing notifying novel
nowadays nowhere nuclear nuisance numb nursery nursing nut nuts oath obey object objection
obligation obligations observe observed obstacle obstruction obtain obtained obvious occasional
occasionally occupant occupants occupation occupied occupier occupy occurred occurring occurs ocean
offence offend offended offense offensive offset oily ointment older oldest omitted onion onions
onwards opener openings opens operated operates operating operation operational operations operators
opponent opposed opposing opposite optical optician optional options oral orchestra ordinary
organ organic organisation organise organised organization organize organized origin otherwise
outdoor outdoors outer outfit outlets outlined output outrageous outright outsourced oven ovens
overcharge overcharged overhead overlook overlooked overpaid overpay overseas oversight overtime
overview overwhelmed owing ownership oxygen pace packaging packing pad paddle padlock paint painted
painter painting paintings palace pale palm pan pancake panels panic pant pants paragraphs paralegal
parade parental parked parks parole partial partially participate participating participation
partly partners partnership passive passion password's pasta paste pastry patch path pathway
patients patio patrol pause paused pavement payout payable peace peaceful peak peas pedal pedestrian
peel peeling pencil penny peoples pepper peppers perceive performance performed performing perfume
perimeter permanently permissions permitted permits persistent personality personnel persons
perspective persuade pest pests petrol pets pharmacist pharmacies pharmacy phase phases
philosophy phoned phoning photograph photographer photographs phrases physically physician physics
physio physiotherapist physiotherapy piano picnic pictures pie pieces pig pigs pile piled pill
pillow pillows pills pilot pinch pins pipe pipes pistol pit pitch pity pizza plain plaintiff plans
plant planted plants plaster plates platforms players player playground plea plead pleasant
pledge plenty plot plots plow plough plumber plumbers plumbing plural pocket pockets poem poet
poetry pole polish polite political politician politics poll pollution pond pool poorly popped
popping population porch pork porridge porter portfolio portions portrait pose posh positions
possession possessions possibilities possibility postpone postponed posture pot potato potatoes
potential potentially pottery pour poured pouring poverty powder powered powerful powers practical
practically practices practise practitioner praise pray prayer precaution precautions precious
precise precisely predict prediction preference preferences pregnancy pregnant prejudice
preliminary premises preparation prescribe prescribed prescriptions presentation presented preserve
presumably presume pretend prevented prevention prey priced priest primarily princess principal
principle printing prints prison prisoner privilege prize probate probability probable probation
problematic productive profession professor profit profits profound programme programmes programs
progress prohibited projects prominent promises promising promote prompt prompted prompts promptly
pronounce pronounced pronunciation proofs propose proposal proposed prosecute prosecution prospect
protective protest protocol prove proved proven provinces provision provisions psychiatrist
psychological psychologist psychology pub publication publicity publish published publisher pudding
pump pumps punch punish punishment pupil pupils puppy pure purely purple purse pursue puzzle puzzled
pyjamas qualification qualifications qualified qualifies quantities quantity quarrel quarter
quarterly quarters queries quest questioned questionnaire queues quietly quilt quitting quiz
rabbit race races racing rack radar radiation radiator radiators radio rage raid rail railing
railway rainbow raining rains raises raising rally ramp ranch rang ranges rank rape rapid rapidly
rash rat ratio rats raw razor reaction reactions reader readily readings rear reassurance reassure
reassured rebate rebook rebooked rebuild receives receiving recipe recipient reckless reckon
reckoned recognised recognition recognized recommendation recommendations recommended reconcile
recorder recordings recruit recruited recruitment rectify recycle recycling redecorate redeem
redeemed redirect redirected redirection redundancy redundant referee refill refills refinance
reflected reflects reform refrigerator refuge refusal refusing regain regime region regret
regulated regulation regulations regulator rehab rehearsal reimbursed reimbursement rejection
relatively relative relatives relax relaxed relaxing releasing relevance reliability relied
relieved religion religious relocate relocated relocating relocation reluctant relying remainder
remark remarkable remedy reminded reminders reminding reminds remortgage removal removals renewals
renewing renovate renovated renovation renovations rental rentals renting repairing repay
repeatedly repeating repeats repeater replied replies reporter represent represented representing
reputable reputation rescue rescued reservations residence residents resign resigned resist
resolved resolving resource resources respect respected respective responded responding responses
responsibilities responsibility restarting restaurants resting restoration restoring restrict
restriction restrictions resulted resume resumed retailer retailers retain retained retiree
retirement retrieve retrieved reveal revealed revenue reviewing reviews revised revision revoked
reward rhythm rib ribbon ribs rice rich rider rides ridiculous riding rights rigid rings rinse riot
ripe ripped rising risks risky ritual rival rivers roadside roast rob robbed robbery robot rock
rocks rocky rod roll rolled roller rolling rolls romance romantic roofs roofing roommate rope
rotten rough roughly routers routes routine rub rubber rubbish rudely rug rugby ruined rumour rumor
runner runway rural rush rushed rushing rust rusty sack sacked sacrifice sad sadly saddle sailing
salad salaries salesman salon salt sample samples sand sandwich sandwiches sang sanitary satellite
satisfactory satisfy sauce sausage sausages savage saver savings scale scales scammed scammer
scammers scandal scanned scanner scanning scans scar scarce scare scarf scary scattered scenario
scent schedules scheduling scholarship schools science scientific scientist scissors scooter scope
score scored scores scrap scraped scratch scratched scratches scream screaming screenshot
screenshots screws screw script scrub sculpture sealed seal search searched searching seasonal
seasons seated seating secondly secondhand secretary sections sector secured securely seeds seed
seek seeking seeing seize seldom selection selective selfish semester semi seminar sensible
sensitive sensor sentence sentences sentimental separated separation sequence settling severe
severely severity sew sewage sewing sex sexual shade shadow shake shaken shaking shallow shaped
shape shapes shares sharp shave shed sheet sheets shelf shell shelter shelves shield shiny shipment
shipments ships shirt shirts shock shocked shocking shoe shoes shoot shooting shop's shopped
shoplifting shore shortage shorter shortest shot shots shoulder shoulders shout shouted shouts
shove shovel showers shredded shrink shrug shutter shuttle shy sibling siblings sickness sidewalk
sights sight sightseeing signals signatures significance significant significantly signup silence
silent silk silly silver similarly simpler simplest simplify sin sincere sincerely sing singer
singing singles sink sinks sinus sip siren sits sites sized sizes skate sketch ski skid skiing
skilled skill skills skin skirt skull sky slam slap sleeping sleepy sleeve slept slice slices slide
slides sliding slim sling slipped slippers slippery slope slots slowed slowing smaller smallest
smash smashed smell smelled smelling smells smelly smile smiled smoked smoker smokers smoking
smooth smoothly snack snacks snake snap snapped sneak sneeze snowing soak soaked soap sober soccer
socially sock socket sockets socks soda sofa sofas soft softly soil solar soldier soldiers sole
solely solicitor solicitors solid solo solutions solving somehow somewhat sons songs soonest
sophisticated sore sorrow sorted sorting soul soup sour southern souvenir spa spacious spade spare
spares spark spat spectacular speech spelling spells spends spice spicy spider spill spilled spin
spinal spine spirit spirits spit spite splash split spoil spoiled spokesman sponge sponsor
spontaneous spoon sport sporting sports spotless spotted spray spread spreading sprinkler spy
squad squash
squeeze squirrel stable stack stadium staffing stain stained stains stairs stale stamp stamps stamp
standards standby stare stared starters starve statue statute steak stealing steam steel steep
steering stem stepfather stepmother stepped stepson stereo stern stew sticker stickers sticking
sticky stiff stir stitch stitches stocks stomach stool stopping stories stove straightaway
straightforward strain stranded stranger strangers strap strategy straw strawberry stream streamed
streaming strength strengthen stressed stretch strict strike strikes striking stripe stripped
stroke stroll strongly structural structure structures struggle struggled struggling stubborn
studied studies studio study studying stuffed stunned stunning subjects submission submitting
subsequent subsequently subsidy substance substantial substitute suburbs subway succeed success
suck sucks sudden sue suffer suffered suffering sufficient sugar suggesting suggestion suggestions
suggests suicide suitcase suitcases suites sunny sunshine supermarket supermarkets supervise
supervision supper supplement supplements supplied supplies supplying supporting supports suppose
surely surface surge surgeon surgeries surplus surrender surrounding survey surveyor surveys survive
survived survivor suspect suspected suspend suspended suspension suspicious sustain swallow swap
swapped swapping swear sweat sweater sweep sweet sweets swell swelling swept swim swimming swing
switches switching swollen sword sworn symptom symptoms syndrome systematic tablet tablets tail
tailor talented tank tanks tap tape taps target targeted tariff tariffs task tasks taste tastes
tasty taught taxable taxation taxis taxpayer tea teach teaching tear tearing tears teenage
teenager teenagers teens teeth television's temper temperature temperatures temple tend tender
tendency tennis tension tent terminated termination terrific terrified terrifying territory terror
terrorist testament tests textbook texting texture thanking theatre theater thefts theory therapist
therapy thermometer thermostat thieves thief thinner thirsty thorough thoroughly thoughts thread
threaten threatened threatening threats throat throughout throwing thrown thumb thunder tick ticked
tidy tie tied ties tiger tighten tile tiles till tilt timber timer timetable timing tin tiles tip
tips tissue toaster tobacco toe toes toilet toilets tolerance tomato tomatoes tongue tons tools
tooth toothache topics topping torch tore torn tornado tortoise touched touching tougher
tourism tourist tourists towel towels tower towers towing towns toxic toy toys traceable trace
traced tracing tracks tracker traction tractor trader tradesman tradition traditional traffic
tragedy tragic trail trailer trails trainee trainer trainers trains tram transcript translate
translation translator transmission transmit transparent transplant transport transportation trap
trapped trash trauma travelled traveled traveler traveller travellers travelers tray treasure treaty
treats trees tremendous trend trends trespassing trial trials tribunal trick tricky tried tries
trigger triggered trim trips triple troops tropical troubled troubles troubleshoot troubleshooting
trousers truck's trucks trunk trusted trustee trusts tube tubes tuition tumble tumor tune tunnel
turkey turns turnover tutor twelve twin twins twist twisted tyre tyres tires ugly ulcer ultimate
ultimately ultrasound umbrella unacceptable unaware unbelievable uncomfortable unconscious
undergo underground underneath undertake underwear undo undone uneasy unemployed unemployment
unexpected unexpectedly unfair uniform uninstall uninstalled unions unknown unlike unlikely
unnecessary unpack unpleasant unprofessional unreasonable unreliable unsubscribe unsuccessful
unsure unsafe unused unusual unwanted unwell upcoming upfront upgrades upgrading upper upright
upside upstairs uptight urgently urine useless utterly vacancies vacancy vacant vaccinated vaccine
vaccination vacuum vague valuable valuables valuation valued values valve vanish vanished variable
variation variety vary vat vault vegan vegetable vegetables vegetarian vendor vendors ventilation
venue verbal verbally versions versus vet vets veterinary vibration vice victims video videos
viewed viewer viewing villa villages village violence violent viral virtual virtually virus viruses
visa's visas vision visiting visitor visitors visits visual vital vitamin vitamins vocal volume
voluntarily voluntary volunteer volunteers vomit vomiting vote voted voter voters votes voting vow
vulnerable wage wages waist waiter waitress wake waking  walkway walls wallpaper wandering
ward wardrobe warehouse's warmer warmest warn warned warnings warrant warranties wars washable
washed washer washing wasp wasted wasting watched watches waters watering waterproof wave waves wax
weak weaker weakness wealth weapon weapons wear wearing weary web webpage webcam wedding's weed
weeds weekends weeping weigh weighed weighs welfare wellbeing western wheel wheelchair wheels
wherever whilst whip whisper whistle whoever wholesale wicked widely widow widower width wild
wildlife wills winds wine wines wing wings winner winners winning wins wiped wipe wiper wires wiring
wisdom wished wishes wit witness witnessed witnesses witty  wonders wondered wood wooden woods
wool workers workforce workman workout workplace worksheet workshop worm worn worrying worship
worthless worthy wound wounded wounds wrap wrapped wrapping wreck wrecked wrist writer writes yard
yards yawn yell yelled yelling yoga yogurt younger youngest youth zipper zone zones zoo
nan nana   bride's granny's lovey sweetie hun duck pet's fella lad's mates mom's mum's dad's
hiya g'morning aye righto cheerio yup yah nah ooh oops whoops yikes phew ugh aha hooray
landmark landmarks outskirts opposite upwards downwards sideways clockwise
""")

PLAIN_WORDS = COMMON_WORDS | _HOUSEHOLD
"""No name and no place, where nobody was asked for a secret."""
