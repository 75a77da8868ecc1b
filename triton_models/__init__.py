"""Audio frames -> raw transcripts: speech models on Triton and their client."""

import os

# Libraries that would tell their makers what runs here. Said before any of them is imported.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
os.environ["PYANNOTE_METRICS_ENABLED"] = "0"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
