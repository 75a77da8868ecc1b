"""Names, secret words and security answers."""

COMMON = (
    ("Olivia", "Noah", "Amara", "Liam", "Sofia", "Ethan", "Zoe", "Mateo", "Chloe", "Isaac", "Maya",
     "Lucas", "Hannah", "Omar", "Grace", "Daniel", "Ingrid", "Pablo", "Fatima", "Kevin", "Wei",
     "Yuki", "Dmitri", "Leila", "Tomasz", "Bianca", "Andre", "Keisha", "Trevor", "Marisol", "Kwame",
     "Siobhan", "Gareth", "Priscilla", "Desmond", "Rosa", "Walter", "Agnes", "Ruth", "Frank", "May",
     "Will", "Mark", "Grant", "Joy", "Dawn"),
    ("Okafor", "Lindqvist", "Ramirez", "Nguyen", "Kowalski", "Abernathy", "Delacroix", "Tanaka",
     "Fitzgerald", "Haddad", "Petrov", "Mbeki", "Castellano", "Whitfield", "Yamamoto", "Eriksen",
     "Banerjee", "Vandermeer", "Quintero", "Thibault", "Zhang", "Goldberg", "Pritchard", "Moreau",
     "Achterberg", "Underwood", "Salazar", "Ibrahim", "Chukwu", "Hollister", "Price", "Young",
     "Rivers", "Banks", "Summers", "Day", "Stone", "Wood"),
)  # fmt: skip

BY_LOCALE = {
    "us": (
        ("Brittany", "Tyrone", "Madison", "Hunter", "Jasmine", "Cody", "Shanice", "Dwayne",
         "Mackenzie", "Travis", "Guadalupe", "Earl", "Lakeisha", "Chad", "Peggy"),
        ("Johnson", "Washington", "Kaczmarek", "Hernandez", "Lopez", "McAllister", "Jefferson",
         "Schultz", "Baptiste", "Odom", "Yazzie", "Crenshaw", "Boudreaux", "Stubblefield"),
    ),
    "uk": (
        ("Alistair", "Gemma", "Nigel", "Rhiannon", "Callum", "Poppy", "Graham", "Tamsin", "Imran",
         "Shanelle", "Ewan", "Bronwen", "Clive", "Saoirse"),
        ("Featherstone", "Llewellyn", "MacGregor", "Patel", "Hughes", "Ashworth", "Begum",
         "O'Donnell", "Sidebottom", "Cholmondeley", "Adeyemi", "Braithwaite", "Khan", "Smythe"),
    ),
    "ca": (
        ("Mathieu", "Ainsley", "Gordon", "Celeste", "Brodie", "Genevieve", "Harjit", "Lorraine"),
        ("Tremblay", "Gagnon", "MacLeod", "Singh", "Bouchard", "Friesen", "Leblanc", "Dhillon"),
    ),
    "in": (
        ("Ananya", "Rohan", "Lakshmi", "Vikram", "Deepika", "Arjun", "Kavitha", "Sanjay", "Meera",
         "Aditya", "Pooja", "Ramesh", "Sunita", "Farhan"),
        ("Iyer", "Sharma", "Reddy", "Chatterjee", "Krishnamurthy", "Nair", "Deshpande", "Gupta",
         "Mukherjee", "Bhat", "Kulkarni", "Qureshi"),
    ),
    "au": (
        ("Bronte", "Lachlan", "Kylie", "Darcy", "Shane", "Matilda", "Banjo", "Indi", "Minh"),
        ("Gallagher", "Papadopoulos", "Tran", "McKenzie", "Wilkinson", "Murray", "Bongiorno"),
    ),
}  # fmt: skip
"""Locale -> first names, last names."""

SECRET_WORDS = (
    "sunflower", "tango", "maverick", "pineapple", "thunder", "walrus", "bluebird", "marmalade",
    "dragon", "saturn", "cinnamon", "everest", "lighthouse", "tuesday", "guitar", "pumpkin",
    "falcon", "meadow", "biscuit", "orchard", "velvet", "harley", "monsoon", "kangaroo", "trumpet",
    "snowflake", "cobalt", "jupiter", "paprika", "rocket",
)  # fmt: skip

ANSWERS = (
    "Biscuit", "Mister Whiskers", "Saint Brendan's", "Lincoln Elementary", "Fluffy", "Rover",
    "Maple Street", "Manchester", "Adelaide", "Pritchard", "Sparky", "Jaipur", "Green Bay Packers",
    "Mrs Henderson", "Toyota Corolla", "Chicago", "Oakwood High", "Casablanca", "lasagna",
    "Wanderers", "Dobbin", "Nonna Lucia", "Pickle", "the Beatles", "Portsmouth", "Ford Fiesta",
)  # fmt: skip

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_NATO = """alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike november
oscar papa quebec romeo sierra tango uniform victor whiskey x-ray yankee zulu"""
_HOME = """apple boy cat dog egg Frank George Harry ice Jack king Larry Mary Nancy orange Peter
queen Robert sugar Tom umbrella Victor William x-ray yellow zebra"""

NATO = dict(zip(_LETTERS, _NATO.split(), strict=True))
HOME_ALPHABET = dict(zip(_LETTERS, _HOME.split(), strict=True))
"""What people make up on the spot."""
