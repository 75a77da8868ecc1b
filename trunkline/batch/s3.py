"""Recordings and transcripts in S3, or any service that speaks its protocol, by boto3.

Credentials, region and endpoint are boto3's own affair (AWS_PROFILE, AWS_ENDPOINT_URL, ...).
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import boto3  # type: ignore[import-untyped]
from botocore.config import Config  # type: ignore[import-untyped]
from botocore.exceptions import (  # type: ignore[import-untyped]
    BotoCoreError,
    ClientError,
)

from trunkline.batch.places import SUFFIXES, Found, PlaceError

SCHEME = "s3://"
_RETRIES = 5


class S3Address(NamedTuple):
    """`s3://bucket/key`."""

    bucket: str
    key: str

    def __str__(self) -> str:
        return f"{SCHEME}{self.bucket}/{self.key}"


class Bucket:
    """What lies under a prefix: recordings to read, transcripts to write."""

    def __init__(self, address: str) -> None:
        self._at = parsed(address)
        config = Config(retries={"max_attempts": _RETRIES, "mode": "standard"})
        with _said(self._at):
            self._client = boto3.client("s3", config=config)

    def recordings(self) -> Iterator[Found]:
        """The object of this key; else all with a known suffix under the prefix."""
        prefix = self._at.key
        found = sorted(self._listed(prefix), key=lambda one: one.name)
        if not found and not prefix.endswith("/"):
            raise PlaceError(f"{self._at}: there is no such object, nor a recording under it")
        yield from found

    @contextmanager
    def local(self, found: Found, *, spool: Path) -> Iterator[Path]:
        """The object, fetched."""
        at = parsed(found.address)
        with tempfile.TemporaryDirectory(dir=spool, prefix="fetched-") as folder:
            path = Path(folder, PurePosixPath(at.key).name)
            with _said(at):
                self._client.download_file(at.bucket, at.key, str(path))
            yield path

    def write(self, name: str, content: bytes) -> None:
        """Put the object."""
        at = self._below(name)
        with _said(at):
            self._client.put_object(Bucket=at.bucket, Key=at.key, Body=content)

    def holds(self, name: str, content: bytes) -> bool:
        """By reading it."""
        at = self._below(name)
        try:
            body = self._client.get_object(Bucket=at.bucket, Key=at.key)["Body"]
            return bool(body.read() == content)
        except (ClientError, BotoCoreError):
            return False

    def _below(self, name: str) -> S3Address:
        prefix = self._at.key
        joined = f"{prefix.rstrip('/')}/{name}" if prefix else name
        return S3Address(self._at.bucket, joined)

    def _listed(self, prefix: str) -> Iterator[Found]:
        pages = self._client.get_paginator("list_objects_v2")
        with _said(self._at):
            for page in pages.paginate(Bucket=self._at.bucket, Prefix=prefix):
                for entry in page.get("Contents", ()):
                    key = entry["Key"]
                    if (name := _name_under(prefix, key)) is not None:
                        yield Found(
                            name=name,
                            address=str(S3Address(self._at.bucket, key)),
                            fingerprint=f"{entry['Size']}:{entry['ETag']}",
                            modified_at=entry["LastModified"].replace(microsecond=0),
                            size_bytes=entry["Size"],
                        )


def parsed(address: str) -> S3Address:
    """Bucket and key; PlaceError without a bucket."""
    bucket, _, key = address.removeprefix(SCHEME).partition("/")
    if not bucket:
        raise PlaceError(f"{address}: expected s3://BUCKET/PREFIX")
    return S3Address(bucket, key)


def _name_under(prefix: str, key: str) -> str | None:
    """The recording's name below the prefix; None for an object that is none of it."""
    path = PurePosixPath(key)
    if key == prefix:
        return path.name or None
    folder = prefix if not prefix or prefix.endswith("/") else f"{prefix}/"
    if not key.startswith(folder) or path.suffix.lower() not in SUFFIXES:
        return None
    return key.removeprefix(folder)


@contextmanager
def _said(at: S3Address) -> Iterator[None]:
    """Errors of the service as one line."""
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "refused")
        raise PlaceError(f"{at}: {code}") from None
    except BotoCoreError as error:
        raise PlaceError(f"{at}: {type(error).__name__}") from None
    except OSError as error:
        raise PlaceError(f"{at}: {error.strerror}") from None
