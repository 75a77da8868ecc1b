"""Who speaks on a leg that several people share: segmentation, voice prints, clusters, turns."""
