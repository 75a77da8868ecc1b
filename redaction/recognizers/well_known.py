"""Firms, products and towns that everybody talks about: tables.

A model takes many of them for people or addresses, and no list of ordinary words has them. They are
let through only where nobody asked for a name or an address; what is also a common name of people
(Chelsea, Paris, Hamilton, Lincoln) is not here.
"""

from redaction.tables import words_in

BRANDS = words_in("""
acer adidas adobe aer airbnb airbus airtel aldi alexa alibaba allianz amazon amtrak apple aquafit
argos arsenal asda asos asus audi aviva barclays bentley binance bitcoin bluetooth bmw boeing boots
bosch bunnings bupa burberry cadbury calpol canon chevrolet chromebook chromecast chrysler cineworld
cisco citibank citroen clubcard coinbase coles comcast corolla corsa cortana costco cvs deliveroo
dell disney dodge dominos doordash dropbox ducati dyson easyjet ebay emirates epson ethereum etsy
eurostar everton evri excel expedia facebook fairy farrow fedex fiat fiesta finish firefox firestick
fitbit flipkart fortnite freesat freeview fridge galaxy garmin geico gillette gmail google groupon
grubhub gucci halifax hdfc hellofresh homebase honda hoover hoseasons hotpoint htc huawei hulu
hyundai iberia iceland ikea indesit instagram intel jaguar jcb jeep jet2 jetblue jio kia kindle
kitchenaid klarna kodak kroger lego lenovo levis lexus lidl linkedin lloyds loblaws logitech
lufthansa lyft macos macys marriott mastercard maybelline mazda mcafee mcdonalds medibank medicare
mercedes michelin microsoft miele minecraft monzo morrisons motorola myntra nando's natwest
nespresso netflix nike nintendo nissan nivea nokia nutella nvidia ocado octopus office onedrive
openreach optus orange outlook oyster palmolive pampers panasonic paramount parcelforce paypal paytm
peloton pepsi persil peugeot philips photoshop pinterest pixel plasticine playstation plusnet
polaroid porsche powerpoint primark prius qantas quickbooks raspberry reddit renault revolut rimmel
roku rolex roomba ryanair safari safeway sainsbury sainsbury's sainsburys samsung santander seat
sharepoint shein shopify siemens siri skoda skype skyscanner slack smeg snapchat snapfish solana
sony southwest spotify sprint starbucks subaru superdrug suzuki swiggy switch talktalk target
tassimo tefal telegram telstra telus temu tesco tesla thameslink ticketmaster tiktok toblerone
toshiba toyota trainline travelodge tripadvisor trustpilot turbotax twitch twitter uber ubereats
underarmour unilever vaillant vaseline vauxhall velux venmo verizon vespa viber vinted virgin visa
vodafone volkswagen volvo waitrose walgreens walmart wayfair westpac whatsapp whirlpool wickes
wimbledon woolworths wordpress xbox xerox xfinity yamaha yodel yorkie youtube zanussi zara zelda
zelle häagen-dazs haagen-dazs millennium falcon cotswold cotswolds zomato zoom zoopla esta norton
""")
"""Firms and products that people call about: the model takes many of them for people."""

TOWNS = words_in("""
aberdeen adelaide africa african agadir alicante america american amsterdam antalya antigua
argentina asian athens atlanta auckland australia australian austria baltimore bangalore bangkok
bangladesh barbados barcelona belfast belgium bengaluru benidorm berlin bermuda birmingham blackpool
bologna bombay bordeaux boston bournemouth brazil brighton brisbane bristol britain british brooklyn
brussels bucharest budapest bulgaria cairns calcutta calgary canada canadian canberra cancun cannes
capri cardiff caribbean chennai chicago chile china chinese cologne colombia copenhagen corfu
cornwall coventry crete crewe croatia croydon cuba cyprus czechia darwin delhi denmark denver
detroit doha dubai dublin dubrovnik dundee dusseldorf dutch edinburgh edmonton egypt english europe
european euston exeter faro finland france frankfurt french fuerteventura gatwick geneva genoa
german germany ghana ghent gibraltar glasgow goa gothenburg granada greece greek guangzhou hamburg
hanoi hawaii heathrow helsinki hobart hull hungary hyderabad ibiza iceland india indian ipswich
irish istanbul italian italy jaipur jakarta jamaica japan japanese johannesburg karachi keflavik
kolkata korea krakow lahore lanzarote larnaca leeds leicester lille lisbon liverpool ljubljana
london luton luxor madeira madrid majorca malaga malaysia maldives mallorca malmo malta manchester
manhattan manila marbella marrakech marrakesh marseille mauritius melbourne memphis menorca mexico
miami milwaukee minneapolis minorca montreal morocco moscow mumbai munich mykonos nairobi naples
nashville nepal netherlands newcastle newquay nigeria norway norwich nottingham orlando osaka oslo
ottawa oxford pakistan paphos perth peru philadelphia pisa pittsburgh plymouth poland polish porto
portsmouth portugal portuguese prague pune quebec reykjavik romania rome rotterdam salzburg santiago
santorini sardinia scotland scottish seattle seoul seville shanghai sheffield sicily singapore
skegness southampton southend spain spanish stansted stockholm stuttgart sunderland swansea sweden
swedish swindon switzerland tampa tenerife thai thailand tokyo toronto toulouse tunisia turin turkey
turkish uluru vancouver vatican vegas venice verona vienna vietnam vilnius wakefield wales
warrington warsaw watford welsh whistler wigan winnipeg wolverhampton york yorkshire zagreb
worcester zakynthos zante zurich
""")
"""Towns, countries and peoples that are no names of people: where one flies to and phones from."""

WELL_KNOWN = BRANDS | TOWNS
