"""What redaction runs with here: Presidio, and the model of names if the settings ask for it."""

from redaction.policy.presidio import Engine, build_engine
from redaction.tagger.ner import MODEL, Ner
from triton_models.weights import manifest
from trunkline.settings import Settings, SettingsError


def engine_for(settings: Settings) -> Engine:
    """The engine; SettingsError where the model is wanted and its weights are not right."""
    if settings.redaction.ner == "off":
        return build_engine()
    folder = settings.models_dir
    model = next((one for one in manifest(folder) if one.name == MODEL), None)
    if model is None or not model.is_complete(folder):
        raise SettingsError(
            f'[redaction] ner = "on": {MODEL} is not in {folder}, or damaged: run `trunkline '
            'models fetch`, or set ner = "off" (names are then found by what is said around them)'
        )
    return build_engine(tagger=Ner(folder / MODEL, sha256=model.sha256))
