"""What is said around personal data, in two halves: rules may be fitted to DEV, never to TEST."""

from typing import NamedTuple


class Template(NamedTuple):
    """Lines `A: ...` of the agent and `C: ...` of the customer; `A?` may be left out."""

    lines: tuple[str, ...]


def _templates(text: str) -> list[Template]:
    blocks = [block.strip().splitlines() for block in text.strip().split("\n\n")]
    return [Template(tuple(_line(text) for text in block)) for block in blocks]


def _line(text: str) -> str:
    """`A: said`, or `A? said`: who, whether it may be left out, and what."""
    who, _, said = text.partition(":")
    return f"{who if who.endswith('?') else who + ':'} {said.strip()}"


DEV = _templates("""
A: And the card number, whenever you're ready?
C: Okay, it's {card}.
A?: {=card}, got it.
A: And the expiration date?
C: {expiry}.
A: And the three digits on the back?
C: It's {cvv}.
A?: {=cvv}, thank you.

C: Can I pay by card?
A: Sure, what's the long number across the front?
C: {<card}
A: mm-hm
C: {>card}.
A: And the security code?
C: {cvv}.

C: My credit card number is {card} and it expires {expiry}.
A: And the CVV?
C: {cvv}.

A: Is that the card ending in {card_part}?
C: Yes, that's the one.

A: Could I take your social security number?
C: Sure, it's {ssn}.
A?: So that's {=ssn}.

C: My social is {ssn}.
A: Thank you.

A: What's the best number to reach you?
C: It's {phone}.
A?: Let me read that back, {=phone}.
C: That's right.

C: You can call me back on {phone}.
A: Will do.

A: What email address should we use?
C: It's {email}.
A?: {=email}, perfect.

C: My email is {email}.
A: Got it.

A: Who am I speaking with?
C: {name}.
A: Thanks, one moment.

A: May I have your full name please?
C: Yes, it's {name}.
A: And your date of birth?
C: {dob}.

C: Hi, my name is {name} and I'm calling about my bill.
A: How can I help?

A: For security, could you confirm your date of birth?
C: It's the {dob}.
A?: The {=dob}, lovely.

C: I was born on {dob}.
A: Thank you.

A: And your home address?
C: {address}.
A: And the postcode?
C: {postcode}.

C: I live at {address}.
A: Zip code?
C: {postcode}.

A: What's your account number?
C: It's {account}.
A?: {=account}, okay.

C: My account number is {account}.
A: One second.
A: And the sort code?
C: {routing}.

A: Do you have your policy number?
C: I do. It's {policy}.
A?: {=policy}.

A: What's the order number?
C: {order}.
A: Thank you.

C: My booking reference is {order}.
A: Let me look.

A: And the routing number for the bank?
C: {routing}.

C: The IBAN is {iban}.
A: Okay.

A: What's the IP address of the server?
C: {ip}.
A: Got it.

A: I've just texted you a six digit code. Can you read it to me?
C: Yes, {otp}.
A?: {=otp}, you're verified.

A: Can you give me the PIN?
C: It's {pin}.

C: My password is {password}.
A: Please don't share that.

A: I would never ask for your password.
C: {password}.
A: Please keep it to yourself.
""")

TEST = _templates("""
A: Alright, go ahead with the sixteen digits.
C: Yep, so {card}.
A?: I have {=card}.
A: When does it expire?
C: That'd be {expiry}.
A: And the little code on the signature strip?
C: {cvv}.

A: How would you like to pay?
C: Visa. The number is {<card}
A: okay
C: and then {>card}.
A: Good through?
C: {expiry}.
A: And the CVC?
C: um {cvv}.

C: Let me give you the card details. {card}, expiry {expiry}, security code {cvv}.
A: That went through.

C: The card finishing, sorry, the card ending {card_part} was declined.
A: I see it.

A: I just need the last four of your social.
C: {card_part}.
A: Thank you.

A: To verify you, what's your Social Security number?
C: Let me think, {ssn}.
A: And I have {=ssn}.

A: Is there a mobile number I can put on the file?
C: Yeah, {phone}.
A?: {=phone}. Is that right?

C: Could somebody ring me? The number's {phone}.
A: Of course.

A: And which e-mail should the receipt go to?
C: Send it to {email} please.
A: Sending it now.

A: We'll email the documents. What's the address?
C: {email}.
A?: Was that {=email}?

A: Can I get your first and last name?
C: Sure. {name}.
A: Lovely.

C: Hello, this is {name} calling about a claim.
A: Hi there.

A: Am I speaking to Mrs {name}?
C: Yes, you are.

A: And when were you born?
C: {dob}.
A: Thanks for that.

C: Date of birth is {dob}.
A: That matches.

A: Where should we send the new card?
C: To {address}.
A: And what's the zip?
C: {postcode}.

A: Can you confirm the first line of your address and postcode?
C: {address}, and it's {postcode}.
A: Brilliant.

A: Which bank account should the refund go into?
C: Account number {account}, sort code {routing}.
A?: I'll repeat, {=account} and {=routing}.

A: I'll need your membership number.
C: {account}.

A: May I have the claim number, please?
C: Claim number {policy}.
A: Found it.

A: Could you give me your confirmation code?
C: {order}.
A?: Was that {=order}?

C: It's about order number {order}.
A: Bear with me.

A: What's the routing number at the bottom of the check?
C: It says {routing}.

A: Please read me the IBAN.
C: {iban}.

C: I'm on IP address {ip} if that helps.
A: It does.

A: We sent a passcode to your phone, what does it say?
C: {otp}.
A: Great.

A: Please tell me your telephone banking PIN.
C: {pin}.
A: All done.

A: What's your memorable word?
C: {password}.
A: That's correct.

C: I think the password is {password}.
A: You should change it.
""")

CLEAN: list[tuple[bool, str]] = [
    (line[0] == "A", line[3:])
    for line in """
A: The crew is estimating four to six hours.
C: My bill was a hundred and thirty one dollars last month.
A: There's a change fee of seventy five dollars.
C: I paid sixty four pounds for the pair.
A: It'll be three to five working days.
C: There were two of us in the car.
C: I'm on flight four eighteen to Denver, on the twelfth.
A: You're in seat fourteen C, boarding at gate twenty two.
A: An adjuster will call within forty eight hours.
C: He's seven years old and he's had a cough for ten days.
A: Room six twelve, king bed, and check in is at three.
A: Parking is eighteen dollars a day.
C: I was stopped at a light on Route nine, about two fifteen in the afternoon.
A: About twelve hundred homes are affected.
A: I see it's running version eight point two, and the disk is at ninety eight percent.
C: You've got two hundred gigabytes of old backups.
A: An engineer can come on Thursday between eight and twelve.
C: I've been a customer since nineteen ninety eight.
A: The balance is four hundred and twelve pounds, sixty.
C: I can do thirty pounds a month.
A: That works out at fourteen months.
A: The first payment is on the twenty eighth.
C: We get in around eleven at night, two adults and one child.
A: Your coach is number seven and you are in the rear half.
C: It's an iPhone fifteen and I bought it in twenty twenty three.
A: Use promo code save twenty for ten percent off.
C: I called three times last week and waited forty minutes each time.
A: Your next appointment is on March fourteenth at two thirty.
C: It comes on for five seconds and then goes off.
A: We open at nine and close at five thirty, Monday to Friday.
C: I need to move it from the third of June to the tenth.
A: Take exit twenty one onto Highway sixty six.
C: The shop said eighteen hundred dollars, give or take.
A: It's model number seven two zero, the small one.
C: One of them arrived cracked, the other one is fine.
A: Keep it for fourteen days in case the courier wants it.
A: That's a twelve month contract at twenty nine ninety nine a month.
C: About ten megabits, it should be a hundred.
A: There's a fifty pound credit on there.
C: I waited for twenty minutes.
A: Press one for billing or two for support.
C: It's error four oh four every time.
A: The warranty lasts two years from the date you bought it.
A: Let me have a look at that for you.
C: Great, that's all I needed, thank you so much.
""".strip().splitlines()
]
