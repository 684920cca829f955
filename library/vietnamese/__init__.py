"""Vietnamese text has one home: cleaning, tokens for both engines, folding, syllables, sorting."""

from library.vietnamese.collation import class_key, person_key, title_key
from library.vietnamese.divided import divided, in_one_piece
from library.vietnamese.folding import clean, fold, is_marked
from library.vietnamese.numbers import whole_number
from library.vietnamese.seen import seen
from library.vietnamese.spotting import needles, tokens_near
from library.vietnamese.syllables import syllable_score
from library.vietnamese.tokens import Token, joined, tokens

__all__ = [
    "Token",
    "class_key",
    "clean",
    "divided",
    "fold",
    "in_one_piece",
    "is_marked",
    "joined",
    "needles",
    "person_key",
    "seen",
    "syllable_score",
    "title_key",
    "tokens",
    "tokens_near",
    "whole_number",
]
