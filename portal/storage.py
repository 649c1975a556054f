"""Static files: hashed names, immutable, our own compressed once.

Brotli takes a minute over the sources of the API docs, which three people read: those of packages
stay as they are, and the first start is quick.
"""

from collections.abc import Iterable, Iterator

from whitenoise.storage import CompressedManifestStaticFilesStorage

UNCOMPRESSED = ("drf_spectacular_sidecar/", "rest_framework/")


class StaticStorage(CompressedManifestStaticFilesStorage):
    manifest_strict = False

    def compress_files(self, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        ours = [path for path in paths if not path.startswith(UNCOMPRESSED)]
        yield from super().compress_files(ours)  # type: ignore[no-untyped-call]
