"""Makes ONNX graphs of the speaker models' checkpoints, once, when they are fetched."""

from pathlib import Path

from triton_models.speakers import checkpoint, embedding_graph, segmentation_graph

_GRAPHS = {"segmentation": segmentation_graph.build, "voice_print": embedding_graph.build}


class NotPrepared(Exception):
    """The file is not what the graph is made of; the message says what is missing."""


def prepared(how: str, source: Path) -> bytes:
    """The ONNX file that `how` (in `weights.toml`) makes of a checkpoint."""
    try:
        return _GRAPHS[how](checkpoint.read(source))
    except KeyError as error:
        raise NotPrepared(f"{source.name} has no {error}") from None
    except checkpoint.BadCheckpoint as error:
        raise NotPrepared(str(error)) from None
