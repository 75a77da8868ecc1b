"""Raw transcripts -> redacted transcripts: personal data is taken out here and nowhere later."""

import os

# ONNX Runtime would tell its makers what runs here. Said before it is imported.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
