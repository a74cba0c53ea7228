"""Parquet files, read a thousand rows at a time."""

from __future__ import annotations

from collections.abc import Iterator

from ftcore.dataset.raw import Raw, SourceError
from ftcore.dataset.sources.detection import Found

BATCH = 1000


def read_rows(found: Found) -> Iterator[Raw]:
    """Rows numbered from 1. Raises `SourceError` for a damaged file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    number = 0
    try:
        with pq.ParquetFile(found.path) as file:
            for batch in file.iter_batches(batch_size=BATCH):
                found.place.told(number, file.metadata.num_rows)
                for row in batch.to_pylist():
                    number += 1
                    yield Raw(number, row)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise SourceError(
            f"The Parquet file is damaged after row {number:,}: {str(error).splitlines()[0][:200]} "
            "Write it again and import the new file."
        ) from None
