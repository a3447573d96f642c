"""Reads and composes `MODEL_CARD.md`: each export replaces its own part and keeps the other."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

CARD = "MODEL_CARD.md"
# The lines before the page network's part of the body and before the figures on pictures.
PAGE_SEPARATOR, PICTURES_SEPARATOR = "\n<!-- page -->\n\n", "\n<!-- pictures -->\n\n"
# The prefix of the page network's entries in the metadata head.
PAGE_PREFIX = "page_"


@dataclass(frozen=True, slots=True)
class CardPart:
    """One part of the card.

    Attributes:
        head: its entries in Hugging Face's metadata.
        body: its Markdown; "" if it is missing.
    """

    head: dict[str, Any] = field(default_factory=dict)
    body: str = ""

    def __str__(self) -> str:
        return yaml.safe_dump(self.head, sort_keys=False) + self.body


@dataclass(frozen=True, slots=True)
class Document:
    """The whole card.

    Attributes:
        classifier, page: the part of each network.
        pictures: figures on pictures that both networks read together, as Markdown; "" if they are missing.
    """

    classifier: CardPart = field(default_factory=CardPart)
    page: CardPart = field(default_factory=CardPart)
    pictures: str = ""

    def __str__(self) -> str:
        head = yaml.safe_dump(self.classifier.head | self.page.head, sort_keys=False).strip()
        page = PAGE_SEPARATOR + self.page.body if self.page.body else ""
        pictures = PICTURES_SEPARATOR + self.pictures if self.pictures else ""
        return f"---\n{head}\n---\n\n{self.classifier.body}{page}{pictures}"


def table(*heads: str, rows: Iterable[Iterable[object]]) -> str:
    """Return a Markdown table, which ends with a line end."""
    head, *lines = ("".join(f"| {cell} " for cell in row) + "|\n" for row in (heads, *rows))
    return "".join([head, "|---" * len(heads) + "|\n", *lines])


def read(folder: Path) -> Document:
    """Read the card in a folder; return an empty card if there is none or it is not in this format."""
    try:
        _, head, body = (folder / CARD).read_text(encoding="utf-8").split("---\n", 2)
        entries: dict[str, Any] = yaml.safe_load(head)
        own = {name: entry for name, entry in entries.items() if name.startswith(PAGE_PREFIX)}
    except (OSError, ValueError, AttributeError, yaml.YAMLError):
        return Document()
    networks, _, pictures = body.removeprefix("\n").partition(PICTURES_SEPARATOR)
    classifier, _, page = networks.partition(PAGE_SEPARATOR)
    rest = {name: entry for name, entry in entries.items() if name not in own}
    return Document(CardPart(rest, classifier), CardPart(own, page), pictures)
