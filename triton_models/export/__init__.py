"""From checkpoints to what Triton mounts: run on a developer's machine, never by the appliance."""
