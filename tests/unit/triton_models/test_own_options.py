"""What a leg gets that asks for nothing: the settings of its model."""

from pathlib import Path

import msgspec
import pytest

from triton_models import weights
from triton_models.loading import lineage
from triton_models.options import LegOptions
from triton_models.own_options import own_options
from triton_models.settings import DEFAULT_MODEL, ServedModel, Settings
from triton_models.tensors import MODEL

SETTINGS = Settings(
    partial_interval_ms=600,
    served=(ServedModel(name="asr_de", settings={"language": "de", "stop_history_ms": 700}),),
)


def test_defaults_of_settings_and_of_options_are_the_same() -> None:
    assert own_options(Settings()) == LegOptions()
    assert DEFAULT_MODEL == MODEL == LegOptions().model


def test_a_served_model_has_what_its_settings_say_and_the_rest_of_the_others() -> None:
    german, first = own_options(SETTINGS, "asr_de"), own_options(SETTINGS)
    assert (german.model, german.language) == ("asr_de", "de")
    assert german.endpointing.stop_history_ms == 700
    assert (first.model, first.language, first.endpointing.stop_history_ms) == ("asr", "en", 500)
    assert german.partial_interval_ms == first.partial_interval_ms == 600


def test_a_model_served_elsewhere_goes_by_the_first_ones_settings() -> None:
    elsewhere = own_options(SETTINGS, "asr_x")
    assert elsewhere == msgspec.structs.replace(own_options(SETTINGS), model="asr_x")


def test_a_further_model_does_not_change_the_lineage_of_the_first() -> None:
    alone = msgspec.structs.replace(SETTINGS, served=())
    assert lineage(SETTINGS) == lineage(alone) != lineage(SETTINGS.of("asr_de"))


def test_weights_of_its_own_give_a_model_a_checksum_of_its_own(tmp_path: Path) -> None:
    text = Path(weights.__file__).with_name("weights.toml").read_text(encoding="utf-8")
    first = weights.model(weights.RECOGNISER).file[0].sha256
    (tmp_path / "weights.toml").write_text(text.replace(first, "0" * 64), encoding="utf-8")
    served = ServedModel(name="asr_new", settings={"models_dir": str(tmp_path)})
    settings = Settings(served=(served,))
    assert settings.models_dir_of("asr_new", usual=Path("usual")) == tmp_path
    assert settings.models_dir_of("asr", usual=Path("usual")) == Path("usual")
    own, usual = lineage(settings.of("asr_new")), lineage(settings)
    assert (own.model, own.decoder) == (usual.model, usual.decoder)
    assert own.model_sha256 != usual.model_sha256


@pytest.mark.parametrize(
    "served",
    [
        (ServedModel(name="asr"),),
        (ServedModel(name="b"), ServedModel(name="b")),
        (ServedModel(name="../b"),),
        (ServedModel(name="b", settings={"language": 7}),),
        (ServedModel(name="b", settings={"languages": "de"}),),
    ],
)
def test_a_model_that_cannot_be_served_is_refused(served: tuple[ServedModel, ...]) -> None:
    with pytest.raises(ValueError, match="served"):
        Settings(served=served)
