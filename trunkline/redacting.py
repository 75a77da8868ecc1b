"""What redaction runs with here: Presidio, and the models that the settings ask for."""

from redaction.classifier.span_classifier import SpanClassifier
from redaction.policy.presidio import Engine, build_engine
from redaction.tagger.ner import MODEL, Ner
from triton_models.weights import manifest
from trunkline.settings import Settings, SettingsError


def engine_for(settings: Settings) -> Engine:
    """The engine; SettingsError where the model is wanted and its weights are not right."""
    classifier = SpanClassifier.load() if settings.redaction.classifier == "on" else None
    if settings.redaction.ner == "off":
        return build_engine(classifier=classifier)
    folder = settings.models_dir
    model = next((one for one in manifest(folder) if one.name == MODEL), None)
    if model is None or not model.is_complete(folder):
        raise SettingsError(
            f'[redaction] ner = "on": {MODEL} is not in {folder}, or damaged: run `trunkline '
            'models fetch`, or set ner = "off" (names are then found by what is said around them)'
        )
    tagger = Ner(folder / MODEL, sha256=model.sha256)
    return build_engine(tagger=tagger, classifier=classifier)
