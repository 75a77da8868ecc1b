from pathlib import Path

from trunkline.evaluate.cost import Cost, Process, cpu_by_part, process_table, used

STATE = "/srv/trunkline"
TABLE = [
    Process(1, 0, "init", 50.0),
    Process(10, 1, "python -m trunkline up", 1.0),
    Process(11, 10, f"python -m trunkline run listen --settings {STATE}/run/settings.toml", 2.0),
    Process(12, 11, f"python -m trunkline run media --settings {STATE}/run/media.toml", 3.0),
    Process(13, 10, f"/x/bin/tritonserver --backend-directory={STATE}/run", 4.0),
    Process(14, 13, f"{STATE}/run/stub model.py", 5.0),
    Process(15, 10, "/x/bin/postgres -D /var/lib/elsewhere", 6.0),
    Process(16, 15, "postgres: checkpointer", 7.0),
    Process(20, 1, "python -m trunkline up", 100.0),
    Process(21, 20, "/x/bin/tritonserver --backend-directory=/other", 100.0),
]


def test_every_process_of_the_appliance_counts_for_its_part_and_no_other() -> None:
    assert cpu_by_part(TABLE, STATE) == {
        "up": 1.0, "listen": 2.0, "media": 3.0, "triton": 9.0, "postgres": 13.0,
    }  # fmt: skip


def test_what_was_used_in_between_is_told_by_part() -> None:
    before, after = {"triton": 9.0, "up": 1.0}, {"triton": 10.5, "up": 1.0, "deliver": 0.25}
    assert used(before, after) == {"deliver": 0.25, "triton": 1.5}
    assert Cost(used(before, after), 3.5).cpu_per_speech == 0.5


def test_the_process_table_is_read_as_linux_writes_it(tmp_path: Path) -> None:
    (tmp_path / "42").mkdir()
    (tmp_path / "42" / "cmdline").write_bytes(b"python\0-m\0trunkline\0")
    numbers = "7 42 42 0 -1 4194560 100 0 0 0 100 50 25 25 20 0 1 0 100 0"
    (tmp_path / "42" / "stat").write_text(f"42 (a b) c) S {numbers}")
    (tmp_path / "43").mkdir()  # it ended
    (one,) = process_table(tmp_path)
    assert (one.pid, one.parent, one.command) == (42, 7, "python -m trunkline ")
    assert one.cpu_s > 0
