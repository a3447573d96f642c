"""Lists the classes of marks on a page, in the order of the page network's output."""

DIGITS = tuple("0123456789")
SIGNS = (".", ",", ":", "/", "-", "+")
# Letters, words, doodles, crossed-out digits and all other signs, which the reader shows as "?".
OTHER = "other"
KINDS = (*DIGITS, *SIGNS, OTHER)
