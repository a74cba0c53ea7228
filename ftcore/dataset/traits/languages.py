"""The language of a text in Latin letters, by its small words. Silent when in doubt: a wrong guess costs a curator's trust."""

from __future__ import annotations

LOOK_AT = 600
FEWEST_WORDS = 12
FEWEST_HITS = 4
LEAD = 2.5
"""The winner needs so many times the hits of the second."""
SMALL_WORDS = {
    "English": "the and of to is that it for you with was are be this have from not by what your they which would can will their "
    "there been how when where who has had his her she he we i my at as if do does about",
    "German": "der die das und ist nicht ich sie es ein eine einen einem einer mit für auf den dem des zu von im wir ihr ihre wie "
    "auch sich werden wird sind haben hat bei oder aber wenn kann noch nach über bitte",
    "French": "le la les des est et un une du que qui dans pour pas ne je vous nous il elle sur avec ce cette ces sont au aux "
    "votre être avoir mais ou où par plus comme fait très mon ma mes",
    "Spanish": "el la los las de que y en un una es por con para no se lo su al del como más pero está son este esta mi muy qué "
    "cómo usted también hay ser fue sus cuando",
    "Italian": "il lo la gli le di che è e un una per con non si in del della dei delle nel nella sono come ma anche più questo "
    "questa mi alla al dal ho ha suo cosa molto",
    "Portuguese": "o a os as de que e em um uma é por com para não se do da dos das no na nos nas ao como mais mas está são "
    "este esta meu muito você também foi ser seu sua",
    "Dutch": "de het een en van is dat niet ik op te zijn met voor er aan maar om ook als bij dan hij ze wij naar deze dit wordt "
    "hebben heeft kan mijn uw uit nog wel geen",
}
LANGUAGES = {language: frozenset(words.split()) for language, words in SMALL_WORDS.items()}
ANY = frozenset().union(*LANGUAGES.values())
ENGLISH = (" the ", " to ", " and ", " you ", " that ", " your ", " with ", " this ", " have ", " are ")
ENOUGH_ENGLISH = 3


def language_of(text: str) -> str:
    """The language's English name; "" when the text is too short, or when two languages could be meant."""
    words = text[:LOOK_AT].lower().split()
    if len(words) < FEWEST_WORDS:
        return ""
    hits = ANY.intersection(words)
    counts = sorted(((len(hits & small), language) for language, small in LANGUAGES.items()), reverse=True)
    (most, language), (second, _) = counts[:2]
    return language if most >= FEWEST_HITS and most >= LEAD * second else ""


def has_english(text: str, enough: int = 1) -> bool:
    """A quick look for so many of the commonest English words."""
    found = 0
    for word in ENGLISH:
        found += word in text
        if found == enough:
            return True
    return False


def quick_language_of(text: str) -> str:
    """`language_of`, but most English texts of a few lines are settled by the quick look."""
    return "English" if has_english(text, ENOUGH_ENGLISH) else language_of(text)
