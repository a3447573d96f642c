"""The errors of the export; each message says what to do about it."""


class ExportError(Exception):
    """The root of every error that `export` raises on purpose."""


class ArtifactError(ExportError):
    """A file of the training is missing, damaged, or from another training."""


class UnsupportedLayerError(ExportError):
    """The network has a layer that the export does not support."""


class ParityError(ExportError):
    """The outputs of the exported graph differ from those of the scaler and network."""
