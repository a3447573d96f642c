"""What a mark on a page can be, in the order of the page network's output."""

DIGITS = tuple("0123456789")
SIGNS = (".", ",", ":", "/", "-", "+")
# Letters, words, doodles, struck digits, any other sign: all that is shown as "?".
OTHER = "other"
KINDS = (*DIGITS, *SIGNS, OTHER)
