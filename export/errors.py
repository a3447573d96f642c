"""What can go wrong while exporting; each message says what to do about it."""


class ExportError(Exception):
    """The root of every error that `export` raises on purpose."""


class ArtifactError(ExportError):
    """A file of the training is missing, damaged, or of another training."""


class UnsupportedLayerError(ExportError):
    """The network has a layer that the export does not know."""


class ParityError(ExportError):
    """The exported graph does not answer as scaler and network do."""
