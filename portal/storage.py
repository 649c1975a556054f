"""Static files: hashed names, compressed once, immutable; the API docs are left uncompressed."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):
    manifest_strict = False
