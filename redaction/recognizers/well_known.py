"""Firms, products and towns that everybody talks about: tables.

A model takes many of them for people or addresses, and no list of ordinary words has them. They are
let through only where nobody asked for a name or an address; what is also a common name of people
(Chelsea, Paris, Hamilton, Lincoln) is not here.
"""

from redaction.language.tables import words_in

BRANDS = words_in("""
acer adidas adobe aer airbnb airbus airtel aldi alexa alibaba allianz amazon amtrak android apple
aquafit argos arsenal asda asos asus audi aviva barclays bentley binance bitcoin bluetooth bmw
boeing boots bosch bunnings bupa burberry cadbury calpol canon chevrolet chromebook chromecast
chrysler cineworld cisco citibank citroen clubcard coinbase coles comcast corolla corsa cortana
costco cotswold cotswolds cvs deliveroo dell disney dodge dominos doordash dropbox ducati dyson
easyjet ebay emirates epson esta ethereum etsy eurostar everton evri excel expedia facebook fairy
falcon farrow fedex fiat fiesta finish firefox firestick fitbit flipkart fortnite freesat freeview
fridge galaxy garmin geico gillette gmail google groupon grubhub gucci haagen-dazs halifax hdfc
hellofresh homebase honda hoover hoseasons hotpoint htc huawei hulu hyundai häagen-dazs iberia
iceland ikea imac indesit instagram intel ipad iphone jaguar jcb jeep jet2 jetblue jio kia kindle
kitchenaid klarna kodak kroger lego lenovo levis lexus lidl linkedin lloyds loblaws logitech
lufthansa lyft mac macbook macos macys marriott mastercard maybelline mazda mcafee mcdonalds
medibank medicare mercedes michelin microsoft miele millennium minecraft monzo morrisons motorola
myntra nando's natwest nespresso netflix nike nintendo nissan nivea nokia norton nutella nvidia
ocado octopus office onedrive openreach optus orange outlook oyster palmolive pampers panasonic
paramount parcelforce paypal paytm peloton pepsi persil peugeot philips photoshop pinterest pixel
plasticine playstation plusnet polaroid porsche powerpoint primark prius qantas quickbooks raspberry
reddit renault revolut rimmel roku rolex roomba ryanair safari safeway sainsbury sainsbury's
sainsburys samsung santander seat sharepoint shein shopify siemens siri skoda skype skyscanner slack
smeg snapchat snapfish solana sony southwest spotify sprint starbucks subaru superdrug suzuki swiggy
switch talktalk target tassimo tefal telegram telstra telus temu tesco tesla thameslink ticketmaster
tiktok toblerone toshiba toyota trainline travelodge tripadvisor trustpilot turbotax twitch twitter
uber ubereats ubuntu underarmour unilever vaillant vaseline vauxhall velux venmo verizon vespa viber
vinted virgin visa vodafone volkswagen volvo waitrose walgreens walmart wayfair westpac whatsapp
whirlpool wickes wimbledon woolworths wordpress xbox xerox xfinity yamaha yodel yorkie youtube
zanussi zara zelda zelle zomato zoom zoopla
""")
"""Firms and products that people call about: the model takes many of them for people."""

TOWNS = words_in("""
aberdeen aberystwyth acapulco adelaide africa african agadir albuquerque alicante america american
amsterdam anchorage antalya antigua argentina asian athens atlanta auckland australia australian
austria ballarat baltimore bangalore bangkok bangladesh barbados barcelona basildon basingstoke
belfast belgium bendigo bengaluru benidorm berlin bermuda birmingham blackpool bodrum bogota bologna
bombay bordeaux boston bournemouth brasilia brazil brighton brisbane bristol britain british
brooklyn brussels bucharest budapest bulgaria cairns calcutta calgary canada canadian canberra
cancun cannes capri caracas cardiff caribbean cheltenham chennai chicago chile china chinese
cincinnati coimbatore colchester cologne colombia copenhagen corfu cornwall coventry crete crewe
croatia croydon cuba cyprus czechia dalaman dallas darwin delhi denmark denver detroit doha
doncaster dubai dublin dubrovnik dundee dusseldorf dutch edinburgh edmonton egypt english ensenada
europe european euston exeter fargo faro finland france frankfurt french fresno fuerteventura galway
gatwick geelong geneva genoa german germany ghana ghent gibraltar glasgow gloucester goa gothenburg
granada greece greek guangzhou hamburg hanoi hawaii heathrow helsinki hobart honolulu houston
huddersfield hull hungary hyderabad ibiza iceland india indian indianapolis inverness ipswich irish
istanbul italian italy jaipur jakarta jamaica japan japanese johannesburg karachi keflavik kochi
kolkata korea krakow lahore lanzarote larnaca leeds leicester lille limerick lisbon liverpool
ljubljana llandudno london louisville lucknow luton luxor madeira madrid majorca malaga malaysia
maldives mallorca malmo malta manchester manhattan manila marbella marrakech marrakesh marseille
mauritius melbourne memphis menorca mexico miami middlesbrough milwaukee minneapolis minorca
montreal morocco moscow mumbai munich mykonos mysore nagpur nairobi naples nashville nepal
netherlands newcastle newfoundland newquay nigeria norway norwich nottingham okinawa omaha orlando
osaka oslo ottawa oxford pakistan paphos perth peru peterborough philadelphia pisa pittsburgh
plymouth poland polish porto portsmouth portugal portuguese prague puebla pune quebec reykjavik
riyadh romania rome rotterdam sacramento salzburg santiago santorini sardinia saskatchewan saskatoon
scarborough scotland scottish seattle seoul seville shanghai sheffield sicily singapore skegness
southampton southend spain spanish stansted stockholm stockport stuttgart sunderland surat
swansea sweden swedish swindon switzerland tallinn tampa tenerife thai thailand tijuana tokyo
toronto torquay toulouse townsville tucson tulsa tunisia turin turkey turkish uluru vancouver
vatican vegas venice verona vienna vietnam vilnius wakefield wales warrington warsaw watford
welsh whistler wigan winnipeg wollongong wolverhampton worcester wrexham york yorkshire
zagreb zakynthos zante zurich
""")
"""Towns, countries and peoples that are no names of people: where one flies to and phones from."""

LANGUAGES = words_in("""
afrikaans albanian amharic arabic bengali bosnian bulgarian burmese cantonese catalan croatian
danish farsi finnish flemish gaelic gujarati hebrew hindi hungarian icelandic indonesian kannada
kurdish latvian lithuanian malay malayalam maltese mandarin marathi mongolian nepali norwegian odia
pashto punjabi romanian russian serbian sinhala slovak slovenian somali swahili tagalog tamil telugu
tibetan tigrinya ukrainian urdu vietnamese xhosa yoruba zulu
""")
"""What is spoken, and peoples: `the new one in Hindi, not dubbed`."""

WELL_KNOWN = BRANDS | TOWNS | LANGUAGES

FIRM_WORDS = words_in("""
accountants agency airlines airways alarms arms art arts associates autos bakery bank bar
bathrooms bed bistro blinds broadband brothers building cabs cafe care carpets catering
cathedral cinema claims clinic club co coaches collections college communications company
computers corporation couriers cruises curtains customer cycles dental department electric
electrical energy estates eyewear ferries financial fitness flooring freight furniture group
guest guesthouse gym hardware heating hire holidays home hospital hosting hotel hotels housing
inc inn insurance interiors internet kitchen kitchens lettings library limited line lodge
logistics ltd lube medical mobile motors museum mutual networks nurseries nursery office
opticians paints parking partners pets pharmacy plc plumbing pool practice properties pub rail
railway recycling removals rental rentals repairs restaurant sales service services shutter
shutters software solicitors solutions sons storage store stores support surgery systems taxis
team technology telecom telecoms theater theatre tire tires tours transport travel trust tyre
tyres university veterinary vets water wireless
""")
"""What a firm's name ends with, or what follows it."""
