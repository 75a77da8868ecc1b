"""Keys of tenants: whose value opens with what, and where the keys lie."""

from pathlib import Path

import pytest

from trunkline.tenant_keys import KeyTrouble, TenantKeys


def test_a_sealed_value_opens_for_its_tenant_and_purpose_only(tmp_path: Path) -> None:
    keys = TenantKeys(tmp_path)
    sealed = keys.seal("acme", b"four one one one", purpose="review 7")
    keys.seal("other", b"", purpose="review 7")
    assert b"four" not in sealed
    assert keys.open("acme", sealed, purpose="review 7") == b"four one one one"
    for tenant, purpose in (("acme", "review 8"), ("other", "review 7"), ("acme", "")):
        with pytest.raises(KeyTrouble):
            keys.open(tenant, sealed, purpose=purpose)


def test_any_changed_byte_or_missing_end_is_refused(tmp_path: Path) -> None:
    keys = TenantKeys(tmp_path)
    sealed = keys.seal("acme", b"value", purpose="p")
    for at in range(len(sealed)):
        changed = bytes([*sealed[:at], sealed[at] ^ 1, *sealed[at + 1 :]])
        for wrong in (changed, sealed[:at]):
            with pytest.raises(KeyTrouble):
                keys.open("acme", wrong, purpose="p")


def test_a_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    folder = tmp_path / "keys" / "tenants"
    sealed = TenantKeys(folder).seal("acme", b"value", purpose="p")
    path = folder / "acme.key"
    before = path.read_text()
    assert TenantKeys(folder).open("acme", sealed, purpose="p") == b"value"
    TenantKeys(folder).seal("acme", b"more", purpose="p")
    assert path.read_text() == before
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in folder.iterdir()] == ["acme.key"]


@pytest.mark.parametrize("tenant", ["../up", "a/b", "..", "white space", "ü", "a%2Fb"])
def test_no_name_of_a_tenant_leaves_the_folder_or_meets_another(
    tmp_path: Path, tenant: str
) -> None:
    keys = TenantKeys(tmp_path / "tenants")
    keys.seal(tenant, b"", purpose="p")
    assert keys.path_of(tenant).resolve().parent == tmp_path / "tenants"
    names = {keys.path_of(name).name for name in ("../up", "a/b", "a%2Fb", "a_b", "ab")}
    assert len(names) == 5


@pytest.mark.parametrize("tenant", ["", "x" * 300])
def test_a_name_that_cannot_be_a_files_is_refused(tmp_path: Path, tenant: str) -> None:
    with pytest.raises(KeyTrouble):
        TenantKeys(tmp_path).seal(tenant, b"", purpose="p")


@pytest.mark.parametrize("content", ["", "zz", "ab" * 31, "ab" * 32 + "\n" + "ab", "é"])
def test_a_damaged_key_file_is_named_and_left_alone(tmp_path: Path, content: str) -> None:
    path = tmp_path / "acme.key"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(KeyTrouble, match="acme.key"):
        TenantKeys(tmp_path).seal("acme", b"value", purpose="p")
    assert path.read_text(encoding="utf-8") == content


def test_after_a_rotation_old_values_open_until_the_old_key_is_forgotten(tmp_path: Path) -> None:
    keys = TenantKeys(tmp_path)
    old = keys.seal("acme", b"old", purpose="p")
    keys.rotate("acme")
    new = keys.seal("acme", b"new", purpose="p")
    assert old[1:5] != new[1:5]
    assert keys.open("acme", old, purpose="p") == b"old"
    keys.forget_old("acme")
    assert keys.open("acme", new, purpose="p") == b"new"
    with pytest.raises(KeyTrouble):
        keys.open("acme", old, purpose="p")
    assert keys.path_of("acme").stat().st_mode & 0o777 == 0o600


def test_opening_makes_no_key(tmp_path: Path) -> None:
    with pytest.raises(KeyTrouble, match="missing"):
        TenantKeys(tmp_path).open("acme", b"\x01" * 40, purpose="p")
    assert list(tmp_path.iterdir()) == []
