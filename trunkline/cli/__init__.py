"""The command line: one module per subcommand."""


def main() -> int:
    """Placeholder until the subcommands land."""
    raise SystemExit(2)
