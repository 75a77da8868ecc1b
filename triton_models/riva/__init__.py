"""NVIDIA Riva behind the `Speech` seam."""
