"""Who runs the embedded Postgres, which refuses to run as root, and which folders he can reach.

Started by an ordinary user, it is that user. Started by root, it is a uid that belongs to nobody:
no account has to be made, and no other daemon shares it. It has to reach its binaries and its data,
which may lie below a folder closed to others (a virtual environment or state directory in /root):
such a folder's permissions are never touched; what lies there is placed under /var/lib instead.
"""

import hashlib
import os
import shutil
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

UNASSIGNED_ID = 61007
"""In the range that Debian's policy and systemd's uid table leave unused (60706 to 61183)."""

NOBODY_ID = 65534
"""Has a passwd entry everywhere, which initdb insists on."""


class Account(NamedTuple):
    """A uid and gid; -1: the current ones."""

    uid: int
    gid: int


def server_account() -> Account:
    """Who runs the server."""
    return Account(UNASSIGNED_ID, UNASSIGNED_ID) if os.geteuid() == 0 else Account(-1, -1)


def initdb_account() -> Account:
    """Who runs initdb: the server's group keeps other processes of `nobody` out."""
    return Account(NOBODY_ID, UNASSIGNED_ID) if os.geteuid() == 0 else Account(-1, -1)


def can_reach(path: Path, account: Account) -> bool:
    """Whether every folder above `path` lets `account` pass."""
    return account.uid < 0 or all(_can_pass(folder, account) for folder in path.resolve().parents)


def _can_pass(folder: Path, account: Account) -> bool:
    if not folder.exists():
        return True  # it will be made, and be passable
    status = folder.stat()
    if status.st_uid == account.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == account.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def reachable_folder(wanted: Path, account: Account, *, fallback: Path) -> Path:
    """`wanted`, or where `account` cannot reach it a folder of its own below `fallback`.

    Then `wanted` becomes a symbolic link to that folder, so that whoever looks finds the data.
    """
    if wanted.is_symlink():
        return wanted.resolve()
    if can_reach(wanted, account):
        return wanted
    if wanted.exists() and any(wanted.iterdir()):
        raise PermissionError(f"{wanted} holds files but lies below a folder closed to others")
    real = fallback / hashlib.sha256(str(wanted.absolute()).encode()).hexdigest()[:16]
    real.mkdir(parents=True, exist_ok=True)
    fallback.chmod(0o755)  # whatever the umask
    if wanted.exists():
        wanted.rmdir()
    wanted.parent.mkdir(parents=True, exist_ok=True)
    wanted.symlink_to(real)
    return real


def reachable_copy(trees: Sequence[Path], account: Account, *, copies: Path) -> Path:
    """The folder that holds `trees`; `copies`, made now, where `account` cannot reach them."""
    if account.uid < 0 or (can_reach(trees[0], account) and _can_pass(trees[0], account)):
        return trees[0].parent
    if not copies.exists():
        partial = copies.with_name(f".{copies.name}.{os.getpid()}")
        for tree in trees:
            shutil.copytree(tree, partial / tree.name, symlinks=True)
        open_to_all(partial)
        try:
            partial.rename(copies)
        except OSError:  # another process was faster
            shutil.rmtree(partial)
    return copies


def open_to_all(tree: Path) -> None:
    """Let everyone read `tree`, and run what its owner can."""
    for folder, _, files in os.walk(tree):
        Path(folder).chmod(0o755)
        for path in (Path(folder, name) for name in files):
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & stat.S_IXUSR else 0o644)


def give(path: Path, account: Account) -> None:
    """Make `account` the owner of `path` and everything in it."""
    if account.uid < 0:
        return
    for folder, _, files in os.walk(path):
        os.chown(folder, *account)
        for name in files:
            os.chown(os.path.join(folder, name), *account, follow_symlinks=False)
