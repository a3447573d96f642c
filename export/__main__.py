"""`python -m export` folds the trained networks into ONNX files, verifies them and writes their model card."""

import argparse
import sys
from pathlib import Path

import inference  # noqa: F401 - turns onnxruntime's telemetry off before anything imports it
from export import classifier
from export.errors import ExportError
from export.files import ROOT
from export.page import run as page

PARTS = {"classifier": classifier.run, "page": page.run}


def main(arguments: list[str] | None = None) -> int:
    """Run the export; return 0, 1 after an error, or 130 if it is interrupted."""
    parser = argparse.ArgumentParser(
        prog="python -m export",
        description="Fold what was trained into artifacts/model.onnx, which reads one digit, and artifacts/page.onnx, "
        "which finds the marks of a picture; prove that they answer as the networks do, and write their card. When "
        "nothing has changed since, it says so.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument(
        "--artifacts", type=Path, default=ROOT / "artifacts", metavar="DIR", help="what `python -m train` wrote"
    )
    parser.add_argument("--only", choices=PARTS, default=argparse.SUPPRESS, help="export only one of the two")
    options = parser.parse_args(arguments)
    try:
        for part in [options.only] if "only" in options else PARTS:
            PARTS[part](options.artifacts)
    except (ExportError, OSError) as error:
        left = ". No half file is left behind." if isinstance(error, OSError) else ""
        print(f"error: {error}{left}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The files of before are left as they were.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
