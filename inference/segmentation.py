"""From components to signs: joined and split as the classifier reads them best."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference import joining, splitting
from inference.normalise import SIDE, normalise
from inference.sheet import Sheet
from inference.stray import height

Classify = Callable[[NDArray[np.uint8]], NDArray[np.float32]]
Refused = Callable[[NDArray[np.float32]], bool]

# A mark that is not read surely and is so much wider than high may be several digits: among digits, or where all that
# there is is so wide. Most wide signs that stand alone and are read badly are letters.
SURE = 0.9
WIDE = 0.6
NUMBER = 1.9
# A piece is taken with its neighbour's stroke only where that reads so much better.
SHARED = 0.8
# Every piece is read with at least this. Where no digits stand beside the mark, both of two pieces are read surely, for
# many a letter can be cut into two digits; of more pieces, most are.
PIECE = 0.5
# A mark smaller than this share of the writing's height is a speck or a dot, and not reported.
SMALL = 0.4
# Strokes that come so near to each other, as a share of the height, are one letter's rather than two digits'.
NEAR = 0.05
# What cutting a mark costs, as -log of a probability, and more for each stroke width of ink that it goes through.
CUT = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Mark:
    """One sign on the sheet.

    Attributes:
        box: left, top, right, bottom, in pixels of the sheet.
        image: uint8 [28, 28], normalised.
        probabilities: float32 [C].
    """

    box: tuple[float, float, float, float]
    image: NDArray[np.uint8]
    probabilities: NDArray[np.float32]

    @property
    def quality(self) -> float:
        """The probability of the most likely digit."""
        return float(self.probabilities[:10].max())


def segment(sheet: Sheet, classify: Classify, refused: Refused, clean: bool) -> list[Mark]:
    """Find the signs of a sheet.

    Every component is classified, and every set of neighbouring components that might be one digit; the sets that are
    read better than their parts are joined. What is then read badly, or is wide, is cut wherever little ink is crossed,
    every piece is classified, and the best way through the cuts is taken where it reads better than the whole.

    Args:
        sheet: the ink, and its components.
        classify: uint8 [N, 28, 28] to float32 [N, C].
        refused: says of one row of these whether it is too unlike a digit to be said.
        clean: whether it is a drawing; in a photo, what is not read beside a digit may be a shadow or a stain.

    Source: Liu, Sako and Fujisawa, "Effects of Classifier Structures and Training Regimes on Integrated Segmentation
    and Recognition of Handwritten Numeral Strings", IEEE TPAMI 26(11), 2004 (candidates weighed by the classifier).
    """
    count = len(sheet)
    singles: list[joining.Members] = [(each,) for each in range(count)]
    groups = joining.candidates(sheet.boxes) if count > 1 else []
    members = singles + groups
    marks = _classified([(sheet.box(each), sheet.cut(each)) for each in members], classify)
    if groups:
        sizes = _sizes(sheet.boxes)
        alone = [joining.cost(mark.quality, float(size)) for mark, size in zip(marks[:count], sizes, strict=True)]
        joined = [
            _joined(mark.quality, group, sheet.boxes, sizes) for group, mark in zip(groups, marks[count:], strict=True)
        ]
        members = joining.choose(count, alone, groups, joined)
        index = {each: at for at, each in enumerate(singles + groups)}
        whole = index.get(tuple(range(count)))
        # All that there is lies as one sign does. If it cannot be read, and a part neither, it is a letter of several
        # strokes; so it is where a part is a mere stem that comes nearer to the others than a one does. In a photo,
        # what is not read and stands apart from a digit may be a stain.
        if whole is not None and len(members) > 1 and refused(marks[whole].probabilities):
            parts = [marks[index[each]].probabilities for each in members]
            unread = [refused(part) for part in parts]
            doubtful = any(unread) or any(part.argmax() == 1 for part in parts)
            if all(unread) or (clean and any(unread)) or (doubtful and _near(sheet, members)):
                members = [tuple(range(count))]
        marks = [marks[index[each]] for each in members]
    return _written(_split(sheet, members, marks, classify))


def _near(sheet: Sheet, members: Sequence[joining.Members]) -> bool:
    """Say whether each of some signs comes nearer to another than digits usually do."""
    _, top, _, bottom = sheet.box(range(len(sheet)))
    gaps = [min(sheet.gap(each, other) for other in members if other is not each) for each in members]
    return max(gaps) < NEAR * (bottom - top)


def _written(marks: list[Mark]) -> list[Mark]:
    """Leave out what is too small beside the rest to be a sign of its own."""
    if len(marks) < 2:
        return marks
    boxes = np.array([mark.box for mark in marks], np.float64)
    longer = np.maximum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])
    limit = SMALL * height(boxes)
    return [mark for mark, size in zip(marks, longer, strict=True) if size >= limit]


def _joined(quality: float, group: joining.Members, boxes: NDArray[np.intp], sizes: NDArray[np.float64]) -> float:
    """Return what it costs to take several components for one sign."""
    alone = joining.cost(quality)
    if alone < joining.REFUSED:
        # Read as one digit they weigh as much as the digits that they would be alone.
        weight = float(np.minimum(1.0, 2 * sizes[list(group)]).sum())
        return alone * weight + joining.distance(boxes[list(group)])
    return alone + joining.distance(boxes[list(group)])


def _sizes(boxes: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return each component's longer side as a share of a sign's height on this sheet."""
    sides = boxes.astype(np.float64)
    longer = (sides[:, 2:] - sides[:, :2]).max(axis=1)
    return np.asarray(longer / height(sides), np.float64)


def _classified(
    cut: Sequence[tuple[tuple[float, float, float, float], NDArray[np.uint8]]], classify: Classify
) -> list[Mark]:
    if not cut:
        return []
    images = np.empty((len(cut), SIDE, SIDE), np.uint8)
    for at, (_, ink) in enumerate(cut):
        images[at] = normalise(ink)
    said = classify(images)
    return [Mark(box, images[at], said[at]) for at, (box, _) in enumerate(cut)]


def _split(sheet: Sheet, members: Sequence[joining.Members], marks: Sequence[Mark], classify: Classify) -> list[Mark]:
    """Cut the marks that may be several digits, and keep the pieces where they read better."""
    if not marks:
        return []
    left, top, right, bottom = sheet.box(range(len(sheet)))
    among = sum(mark.quality >= SURE for mark in marks) >= 2
    if not among and right - left <= NUMBER * (bottom - top):
        return list(marks)
    tried: list[tuple[int, splitting.Cuts, int]] = []
    pieces: list[tuple[tuple[float, float, float, float], NDArray[np.uint8]]] = []
    for at, mark in enumerate(marks):
        if mark.quality >= SURE or mark.box[2] - mark.box[0] <= WIDE * (mark.box[3] - mark.box[1]):
            continue
        found = splitting.cuts(sheet.cut(members[at]))
        if found is not None:
            tried.append((at, found, len(pieces)))
            # Once as cut, and once with the stroke that neighbours may share.
            for shared in (0, round(found.stroke)):
                pieces += [_boxed(found, span, shared, mark.box[:2]) for span in found.spans]
    read = _classified(pieces, classify)
    replaced: dict[int, list[Mark]] = {}
    for at, found, start in tried:
        count = len(found.spans)
        own = [
            plain if plain.quality >= SHARED * grown.quality else grown
            for plain, grown in zip(read[start : start + count], read[start + count : start + 2 * count], strict=True)
        ]
        costs = [
            joining.cost(mark.quality)
            + (0.0 if one == 0 else CUT * (0.5 + 0.5 * min(found.crossed[one] / found.stroke, 4)))
            for mark, (one, _) in zip(own, found.spans, strict=True)
        ]
        total, taken = splitting.best(len(found.paths), found.spans, costs)
        if _read_well([own[each].quality for each in taken], among) and total < joining.cost(marks[at].quality):
            replaced[at] = [own[each] for each in taken]
    return [piece for at, mark in enumerate(marks) for piece in replaced.get(at, [mark])]


def _read_well(qualities: list[float], among: bool) -> bool:
    """Say whether the pieces of a mark are read so well that they are digits."""
    if not qualities:
        return False
    typical = min(qualities) if len(qualities) == 2 else float(np.median(qualities))
    return min(qualities) >= PIECE and (among or typical >= SURE)


def _boxed(
    found: splitting.Cuts, span: tuple[int, int], shared: int, corner: tuple[float, float]
) -> tuple[tuple[float, float, float, float], NDArray[np.uint8]]:
    piece = found.piece(span, shared)
    rows, columns = np.flatnonzero(piece.any(axis=1)), np.flatnonzero(piece.any(axis=0))
    if rows.size == 0:
        return (*corner, *corner), piece
    left, top = corner
    box = (
        left + float(columns[0]) * found.scale,
        top + float(rows[0]) * found.scale,
        left + float(columns[-1] + 1) * found.scale,
        top + float(rows[-1] + 1) * found.scale,
    )
    return box, piece
